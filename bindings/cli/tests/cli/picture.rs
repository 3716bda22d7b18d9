//! `--svg`: the content of a picture, also with hostile input, and the file that it is written to.

use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

use crate::run::{command, feed, file, run, run_with};
use crate::webhook::{Reply, Webhook};

/// A path at which no file is.
fn nowhere(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path.display().to_string()
}

fn scenario(text: &str, name: &str) -> String {
    let path = nowhere(name);
    let plain = run_with(&["replay", "-"], text).expect(0).stdout;
    let drawn = run_with(&["replay", "-", "--svg", &path], text).expect(0);
    assert_eq!((drawn.stdout, drawn.stderr), (plain, String::new()), "printed as usual");
    fs::read_to_string(path).unwrap()
}

fn texts<'a>(document: &'a Document<'_>) -> Vec<&'a str> {
    let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
    texts.map(|node| node.text().unwrap_or_default()).collect()
}

/// Checks that a picture is well-formed, self-contained, described in words, and inside its bounds.
#[track_caller]
fn check(svg: &str) {
    let document = Document::parse(svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert_eq!(root.attribute("role"), Some("img"));
    for (id, name) in [("title", "title"), ("desc", "desc")] {
        let description = root.children().find(|node| node.attribute("id") == Some(id)).unwrap();
        assert_eq!(description.tag_name().name(), name);
        assert!(!description.text().unwrap_or_default().is_empty(), "{name}");
    }
    let style = document.descendants().find(|node| node.tag_name().name() == "style").unwrap();
    let style = style.text().unwrap();
    assert!(style.contains("prefers-color-scheme:dark"));
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("@font-face"));
    let number =
        |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let (width, height) = (number(root, "width"), number(root, "height"));
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            ["svg", "title", "desc", "style", "rect", "path", "text"].contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            assert!(
                !attribute.name().starts_with("on") && attribute.name() != "href",
                "{attribute:?}"
            );
        }
        if name != "text" {
            continue;
        }
        assert!(number(node, "y") < height, "below the end: {node:?}");
        // A monospaced letter of 13 px is at most 8 px wide.
        let class = node.attribute("class").unwrap();
        let long = 8.0 * node.text().unwrap_or_default().chars().count() as f64;
        let x = number(node, "x");
        let (left, right) = match class {
            _ if class.contains("middle") => (x - long / 2.0, x + long / 2.0),
            _ if class.contains("end") => (x - long, x),
            _ => (x, x + long),
        };
        assert!(left >= 0.0 && right <= width, "{left} to {right} of {width}: {node:?}");
    }
}

#[test]
fn the_picture_says_what_the_ladder_says() {
    let svg = scenario(
        "0 start\n0.05 response 202\n0.1 notify 180 expires=60\n9.5 notify 486\n",
        "ladder.svg",
    );
    check(&svg);
    let document = Document::parse(&svg).unwrap();
    assert_eq!(
        texts(&document),
        [
            "<stdin>",
            "Twilio",
            "endpoint",
            "REFER",
            "0.000 s",
            "202",
            "0.050 s",
            "NOTIFY 1: 180, active;expires=60",
            "0.100 s",
            "200",
            "NOTIFY 2: 486, terminated",
            "9.500 s",
            "200",
            "target-failed (busy, code 486)",
            "ReferCallStatus=busy",
            "ReferSipResponseCode=202",
            "NotifySipResponseCode=486",
            "callback",
        ]
    );
    let description = document.descendants().find(|node| node.tag_name().name() == "desc").unwrap();
    assert!(description.text().unwrap().contains("0.050 s, endpoint to Twilio: 202. "));

    let never = scenario("0 start leg=pstn\n", "never.svg");
    check(&never);
    assert!(never.contains(">error 13801<"), "{never}");
    let broken = scenario("0 start\n1 transport-error\n", "transport-error.svg");
    check(&broken);
    assert!(broken.contains("transport error"), "{broken}");
}

#[test]
fn what_others_wrote_breaks_no_picture() {
    let hostile = "]]>&amp;</text><script>alert(1)</script>\"'\u{1}\u{b}\u{85}\u{200f}\u{fffe}\u{ffff}\u{10ffff}漢字";
    let long = format!("{}{}", "x".repeat(300), "漢".repeat(300));
    for (number, text) in [hostile, &long, &"a b;c ".repeat(5000)].into_iter().enumerate() {
        let trace = format!(
            "REFER sip:a@b SIP/2.0\nFrom: <sip:p>;tag=p\nTo: <sip:e>;tag=e\nCall-ID: {text}\n\
             CSeq: 1 REFER\nRefer-To: {text}\nContent-Length: 0\n\n\
             NOTIFY sip:p SIP/2.0\nFrom: <sip:e>;tag=e\nTo: <sip:p>;tag=p\nCall-ID: {text}\n\
             CSeq: 1 NOTIFY\nEvent: {text}\nSubscription-State: {text}\n\nSIP/2.0 {text}\n\n"
        );
        let path = nowhere(&format!("hostile-{number}.svg"));
        run_with(&["replay", "--sip", "-", "--svg", &path], trace).expect(0);
        let svg = fs::read_to_string(path).unwrap();
        check(&svg);
        assert!(svg.len() < 3 * 8 * text.len() + 20_000, "{}", svg.len());
        let document = Document::parse(&svg).unwrap();
        assert!(
            number != 0
                || document.descendants().any(|node| node.is_text()
                    && node.text().unwrap().contains("<script>alert(1)</script>"))
        );
    }
    let reason = "r".repeat(2000);
    check(&scenario(
        &format!("0 start\n1 response 202\n2 notify 200 reason={reason}\n"),
        "long.svg",
    ));
}

#[test]
fn simulate_and_demo_draw_their_transfers() {
    let webhook = Webhook::start(|request| match request.path() {
        "/voice" => Reply::verbs(
            "<Refer><Sip>sip:alice@example.com</Sip></Refer><Refer><Sip>sip:bob@example.com</Sip></Refer>",
        ),
        _ => Reply::verbs(""),
    });
    let path = nowhere("simulate.svg");
    run(&["simulate", &[&webhook.base, "/voice"].concat(), "--scenario", "busy", "--svg", &path])
        .expect(0);
    let svg = fs::read_to_string(&path).unwrap();
    check(&svg);
    assert!(
        svg.contains(">REFER to sip:alice@example.com<")
            && svg.contains(">REFER to sip:bob@example.com<")
    );

    for json in [&[][..], &["--json"]] {
        let path = nowhere("demo.svg");
        run(&[&["demo", "--svg", &path], json].concat()).expect(0);
        let svg = fs::read_to_string(path).unwrap();
        check(&svg);
        assert_eq!(svg.matches(">REFER<").count(), 4);
        assert!(svg.contains(">Alice is busy."), "{svg}");
    }

    // Without a transfer there is nothing to draw, and a file stays what it was.
    let none = Webhook::start(|_| Reply::verbs("<Say>Hello</Say>"));
    let path = nowhere("none.svg");
    let found = run(&["simulate", &[&none.base, "/voice"].concat(), "--svg", &path]).expect(0);
    assert!(found.stderr.contains("there is no transfer to draw"), "{}", found.stderr);
    assert!(!Path::new(&path).exists());
    let path = file("kept.svg", "kept");
    run(&["simulate", &[&none.base, "/voice"].concat(), "--svg", &path]).expect(0);
    assert_eq!(fs::read_to_string(path).unwrap(), "kept");
}

#[test]
fn a_picture_that_cannot_be_written_is_two() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let inside = format!("{folder}/no-such-folder/a.svg");
    for path in [folder, &inside, "-"] {
        for arguments in [
            &["replay", "-", "--svg", path][..],
            &["demo", "--svg", path],
            &["simulate", "http://127.0.0.1:9/", "--svg", path],
        ] {
            let found = run_with(arguments, "0 start\n").expect(2);
            assert!(found.stderr.contains("svg") || found.stderr.contains("cannot write"));
        }
    }
    // A shorter picture leaves nothing of a longer one, and what cannot be read draws none.
    let path = file("reused.svg", "x".repeat(100_000));
    run_with(&["replay", "-", "--svg", &path], "0 start\n").expect(0);
    check(&fs::read_to_string(&path).unwrap());
    let path = nowhere("unread.svg");
    run_with(&["replay", "-", "--svg", &path], "0 strat\n").expect(2);
    assert!(!Path::new(&path).exists());
}

/// By its own name, by another, and as standard input.
#[cfg(unix)]
#[test]
fn a_picture_overwrites_no_input() {
    let scenario = "0 start\n0.05 response 202\n9.5 notify 486\n";
    let trace = include_str!("../traces/busy.sipp");
    let own = file("input.scenario", scenario);
    let (link, hard) = (nowhere("symlink.svg"), nowhere("hardlink.svg"));
    std::os::unix::fs::symlink(&own, &link).unwrap();
    fs::hard_link(&own, &hard).unwrap();
    let other_way = own.replace("/input.", "/../tmp/input.");
    let refused = |arguments: &[&str], content: &str| {
        fs::write(&own, content).unwrap();
        let mut ran = command(arguments);
        ran.env("TWILIO_AUTH_TOKEN", "12345").stdin(fs::File::open(&own).unwrap());
        let ran = ran.output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!((ran.status.code(), ran.stdout), (Some(2), Vec::new()), "{arguments:?}: {said}");
        assert!(said.contains("overwrite"), "{said}");
        assert_eq!(fs::read_to_string(&own).unwrap(), content, "{arguments:?}");
    };
    for svg in [&own, &link, &hard, &other_way] {
        refused(&["replay", &own, "--svg", svg], scenario);
        refused(&["replay", "-", "--svg", svg], scenario);
        refused(&["replay", &link, "--svg", svg], scenario);
        refused(&["replay", "--sip", &own, "--svg", svg], trace);
        let simulate = ["simulate", "http://127.0.0.1:9/", "--svg", svg];
        refused(&[&simulate[..], &["--scenario", &own]].concat(), scenario);
        refused(&[&simulate[..], &["--token-file", &own]].concat(), "12345");
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_picture_leaves_links_and_permissions_as_they_are() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let draw = |name: &str| run_with(&["replay", "-", "--svg", &path(name)], "0 start\n");

    // A link to nothing stays one.
    std::os::unix::fs::symlink(path("nothing"), path("dangling.svg")).unwrap();
    let said = draw("dangling.svg").expect(2).stderr;
    assert!(said.contains("dangling symbolic link"), "{said}");
    assert_eq!(fs::read_link(path("dangling.svg")).unwrap(), Path::new(&path("nothing")));
    assert!(!Path::new(&path("nothing")).exists());

    // A link to a picture leads to the new one.
    fs::write(path("old.svg"), "old").unwrap();
    fs::set_permissions(path("old.svg"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("old.svg", path("link.svg")).unwrap();
    let open = fs::File::open(path("old.svg")).unwrap();
    draw("link.svg").expect(0);
    assert!(fs::symlink_metadata(path("link.svg")).unwrap().is_symlink());
    check(&fs::read_to_string(path("old.svg")).unwrap());
    let mode = fs::metadata(path("old.svg")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    // Whoever reads the old one reads it to its end.
    assert_eq!(std::io::read_to_string(open).unwrap(), "old");

    // A device is written as it is.
    run_with(&["replay", "-", "--svg", "/dev/null"], "0 start\n").expect(0);
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["dangling.svg", "link.svg", "old.svg"], "nothing is left beside them");
}

#[test]
fn the_picture_of_the_readme_is_fresh() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments =
        ["replay", "bindings/cli/tests/traces/busy.sipp", "--svg", ".github/replay.svg"];
    let readme = fs::read_to_string(project.join("README.md")).unwrap();
    assert!(readme.contains(&format!("twiml-refer {}", arguments.join(" "))), "the command");
    assert!(readme.contains("](.github/replay.svg)"), "the picture");
    let path = nowhere("replay.svg");
    let mut replay = command(&[&arguments[..3], &[&path]].concat());
    replay.current_dir(&project);
    feed(replay, b"").expect(0);
    let fresh = fs::read_to_string(path).unwrap();
    check(&fresh);
    let committed = fs::read_to_string(project.join(".github/replay.svg")).unwrap();
    assert_eq!(committed, fresh, "run the command that README shows");
}
