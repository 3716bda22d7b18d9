//! `replay` of captures as people have them (`tests/captures`; names, numbers and addresses are made up), what is
//! said of the REFER itself, and where the wire and the model disagree.

use std::path::Path;

use serde_json::Value;

use crate::run::{Run, run};
use crate::traces::{
    ANSWERED, BUSY, busy, ending, endings, notified, notify, printed, refer, referred, replay,
};

fn capture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures").join(name).display().to_string()
}

/// How many files are in a folder of captures, its README aside.
fn files(folder: &str) -> usize {
    let entries = std::fs::read_dir(capture(folder)).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file() && !path.ends_with("README.md")).count()
}

fn why(found: &Run) -> String {
    found
        .json_lines()
        .iter()
        .rev()
        .find_map(|line| line["why"].as_str())
        .unwrap_or_default()
        .to_owned()
}

const NO_ANSWER: &str =
    "ReferCallStatus=no-answer&ReferSipResponseCode=202&NotifySipResponseCode=487";
const UNCONFIRMED: &str = "ReferSipResponseCode=202";
const REFUSED: &str = "ReferCallStatus=failed&ReferSipResponseCode=400";
const CANCELED: &str =
    "ReferCallStatus=canceled&ReferSipResponseCode=202&NotifySipResponseCode=100";
const RANG: &str = "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=180";

#[test]
fn captures_as_people_have_them() {
    // File, form, kind, what the explanation says, and when it was over.
    let cases = [
        ("487-487.txt", NO_ANSWER, "target-failed", "says 487 487", 8.0),
        ("alarm-refer.txt", UNCONFIRMED, "unconfirmed", "this is not a call transfer", 32.02),
        (
            "bare-refer-to.txt",
            REFUSED,
            "rejected",
            "likely cause: the URI in Refer-To has ; and ?",
            0.04,
        ),
        ("busy-asterisk-chan_sip-prefixed.txt", BUSY, "target-failed", "486", 4.0),
        ("busy-avaya-caret-m.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-baresip.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-call-sll.pcap", BUSY, "target-failed", "packet 5", 4.31),
        ("busy-call.pcap", BUSY, "target-failed", "packet 5", 4.31),
        ("busy-call.pcap.gz", BUSY, "target-failed", "packet 5", 4.31),
        ("busy-cisco-ccsip-web-copy.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-clf-time.txt", BUSY, "target-failed", "486", 4.0),
        ("busy-drachtio-docker-compose.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-freeswitch-siptrace.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-kamailio-syslog-escaped.txt", BUSY, "target-failed", "line 5", 4.0),
        ("busy-linphone-desktop.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-sngrep-quoted.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-sngrep-utf16.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-sngrep.txt", BUSY, "target-failed", "486", 4.31),
        ("busy-tshark-V.txt", BUSY, "target-failed", "486", 4.31),
        ("bye-then-notify.txt", CANCELED, "canceled", "--set hangup-grace=1", 24.592),
        ("late-notify-linphone.txt", UNCONFIRMED, "unconfirmed", "7.960 s after", 32.04),
        ("late-notify.pcap", UNCONFIRMED, "unconfirmed", "--set notify-timeout=42", 32.04),
        ("long-ring.txt", RANG, "target-failed", "--set expires=ignored", 61.0),
        ("no-refer-to.txt", REFUSED, "rejected", "likely cause: the REFER has no Refer-To", 0.04),
        ("no-reply-to-notify.sngrep.txt", BUSY, "target-failed", "486", 0.059),
        (
            "wrong-id.txt",
            UNCONFIRMED,
            "unconfirmed",
            "its id=1 is not the CSeq of the REFER, 2",
            32.04,
        ),
    ];
    assert_eq!(files(""), cases.len(), "each file is in the table");
    for (name, form, kind, says, at) in cases {
        let found = run(&["replay", &capture(name), "--json", "--expect", kind]).expect(0);
        assert_eq!(found.stderr, "", "{name}");
        assert_eq!(endings(&found), [ending(form, kind)], "{name}");
        assert!(why(&found).contains(says), "{name}: {}", why(&found));
        let lines = found.json_lines();
        assert_eq!(lines[0]["timed"], true, "{name}");
        let over = lines.iter().find(|line| line["output"] == "completed").unwrap();
        assert!((over["at"].as_f64().unwrap() - at).abs() < 0.0015, "{name}: {}", over["at"]);
    }
}

/// What the user agent itself printed at the end of the call is what is read from the wire.
#[test]
fn real_calls() {
    const FAILED: &str = "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=";
    let cases = [
        ("asterisk-answered", ANSWERED.to_owned(), "transferred"),
        ("asterisk-busy", BUSY.to_owned(), "target-failed"),
        ("asterisk-hangs-up", format!("{FAILED}503"), "target-failed"),
        (
            "asterisk-refused",
            "ReferCallStatus=failed&ReferSipResponseCode=603".to_owned(),
            "rejected",
        ),
        ("asterisk-too-early", format!("{FAILED}400"), "target-failed"),
        ("asterisk-unknown-extension", format!("{FAILED}404"), "target-failed"),
        ("baresip-by-libre-200", ANSWERED.to_owned(), "transferred"),
        ("baresip-by-pjsua2-486", BUSY.to_owned(), "target-failed"),
        ("pjsua2-by-libre-200", ANSWERED.to_owned(), "transferred"),
        ("pjsua2-by-libre-486", BUSY.to_owned(), "target-failed"),
        ("pjsua2-by-pjsua2-486", BUSY.to_owned(), "target-failed"),
    ];
    assert_eq!(files("real"), cases.len(), "each file is in the table");
    for (name, form, kind) in cases {
        let file = capture(&format!("real/{name}.pcap"));
        let found = run(&["replay", &file, "--json", "--expect", kind]).expect(0);
        assert_eq!(found.stderr, "", "{name}");
        assert_eq!(endings(&found), [ending(&form, kind)], "{name}");
        let lines = found.json_lines();
        let replies: Vec<_> = lines.iter().filter(|line| line["event"] == "reply").collect();
        assert!(replies.iter().all(|reply| reply["code"] == reply["owed"]), "{name}: {replies:?}");
        assert_eq!(replies.is_empty(), kind == "rejected", "{name}");
    }
}

/// What the explanation proposes is what changes it.
#[test]
fn the_settings_that_are_proposed_do_it() {
    for (name, kind) in [
        ("bye-then-notify.txt", "transferred"),
        ("late-notify-linphone.txt", "transferred"),
        ("late-notify.pcap", "transferred"),
        ("long-ring.txt", "transferred"),
        ("wrong-id.txt", "transferred"),
    ] {
        let path = capture(name);
        let found = run(&["replay", &path, "--json"]).expect(0);
        let proposed = why(&found);
        let settings: Vec<&str> = proposed
            .split_whitespace()
            .skip_while(|word| *word != "--set")
            .take_while(|word| *word != "the")
            .collect();
        assert!(settings.len() >= 2, "{name}: {proposed}");
        assert!(proposed.ends_with("the result is transferred."), "{name}: {proposed}");
        let found = run(&[&["replay", &path, "--json"], &settings[..]].concat()).expect(0);
        assert_eq!(endings(&found), [ending(ANSWERED, kind)], "{name}");
        assert!(!why(&found).contains("--set"), "{name}: {}", why(&found));
    }
}

/// A call with this Refer-To line, which the endpoint refuses.
fn refused(refer_to: &str) -> Run {
    let refer = refer("a", 1, &[]).replace("Refer-To: <sip:alice@example.com>\r\n", refer_to);
    replay(&printed(&[refer, referred("a", 1, "400 Bad Request")]), &["--json"])
}

#[test]
fn the_refer_itself_is_checked() {
    for (refer_to, code, says) in [
        ("", "refer-to-missing", "exactly one (RFC 3515 section 2.4.1)"),
        ("Refer-To: \r\n", "refer-to-missing", "is empty"),
        ("Refer-To: <sip:a@h>\r\nr: <sip:b@h>\r\n", "refer-to-repeated", "more than one"),
        ("Refer-To: <sip:a@h>, <sip:b@h>\r\n", "refer-to-repeated", "more than one"),
        (
            "Refer-To: sip:a@h;transport=tcp\r\n",
            "refer-to-bare",
            "write Refer-To: <sip:a@h;transport=tcp>",
        ),
        ("Refer-To: sip:a@h?X-A=1\r\n", "refer-to-bare", "RFC 3261 section 20"),
        ("Refer-To: sip:a,b@h\r\n", "refer-to-bare", "has , in it"),
        ("Refer-To: cid:1@h\r\n", "refer-to-body", "this is not a call transfer"),
        ("Refer-To: <cid:1@h>\r\n", "refer-to-body", "this is not a call transfer"),
        ("Refer-To: <sip:tel:+15005550006>\r\n", "scheme-doubled", "the Refer-To: "),
        ("Refer-To: <sip:sip:a@h>\r\n", "scheme-doubled", "the Refer-To: "),
        ("Refer-To: <sip:a@>\r\n", "refer-to-invalid", "not a valid SIP URI"),
        ("Refer-To: alice\r\n", "refer-to-invalid", "has no URI"),
        ("Refer-To: <https://h/>\r\n", "refer-to-not-callable", "not a target to call"),
        ("Refer-To: <sip:a@h?X-A=1%0d%0aX-B:2>\r\n", "header-injection", "the Refer-To: "),
        ("Refer-To: <sip:a@h?From=b>\r\n", "header-not-for-uri", "the Refer-To: "),
        ("Refer-To: <sip://a@h>\r\n", "double-slash", "the Refer-To: "),
    ] {
        let found = refused(refer_to).expect(0);
        let lines = found.json_lines();
        let codes: Vec<&Value> = lines
            .iter()
            .filter(|line| line["output"] == "diagnostic")
            .map(|line| &line["code"])
            .collect();
        assert!(codes.contains(&&Value::from(code)), "{refer_to}: {codes:?}");
        assert!(
            why(&found).to_lowercase().contains(&says.to_lowercase()),
            "{refer_to}: {}",
            why(&found)
        );
    }
    for fine in [
        "<sip:a@h;transport=tcp?X-A=1>",
        "sip:a@h",
        "\"A, B; ?\" <sip:a@h>;x=y",
        "<tel:+15005550006>",
        "tel:+15005550006",
    ] {
        let found = refused(&format!("Refer-To: {fine}\r\n")).expect(0);
        assert!(!why(&found).contains("Refer-To"), "{fine}: {}", why(&found));
    }
    // No password is shown.
    let shown = refused("Refer-To: sip:a:secret@h;x=1\r\n");
    assert!(why(&shown).contains("a:***@h"), "{}", why(&shown));
}

#[test]
fn only_what_is_in_the_capture_is_drawn() {
    let shown = run(&["replay", &capture("no-reply-to-notify.sngrep.txt")]).expect(0).stdout;
    assert!(shown.contains("!  no reply to NOTIFY 2 in the capture; 200 is due"), "{shown}");
    assert!(shown.contains("!  no reply to NOTIFY 9 in the capture; 200 is due"), "{shown}");
    assert!(!shown.contains("|-- 200"), "{shown}");

    // The BYE that is due after silence, and the REFER that is not sent again.
    let lonely = printed(&[refer("a", 1, &[])]);
    let shown = replay(&lonely, &[]).expect(0).stdout;
    assert!(
        shown.contains("the dialog is lost; a BYE is due") && !shown.contains("BYE:"),
        "{shown}"
    );
    let challenged = [refer("a", 1, &[]), referred("a", 1, "401 Unauthorized")];
    let shown = replay(&printed(&challenged), &[]).expect(0).stdout;
    assert_eq!(shown.matches("|-- REFER").count(), 1, "{shown}");
    let again = [&challenged[..], &[refer("a", 2, &["Authorization: Digest x"])]].concat();
    let shown = replay(&printed(&again), &[]).expect(0).stdout;
    assert!(shown.contains("2.000   |-- REFER with credentials, CSeq 2 --"), "{shown}");
}

#[test]
fn what_was_refused_is_not_hidden_when_the_capture_ends_early() {
    let mut messages = busy("a");
    messages[4] = notify("a", 2, "refer;id=7", "486 Busy Here");
    messages[5] = notified("a", 2, "481 No");
    let found = replay(&printed(&messages), &["--json"]).expect(0);
    let why = why(&found);
    assert!(why.contains("the capture ends before that"), "{why}");
    assert!(
        why.contains("refused the NOTIFY in line")
            && why.contains("its id=7 is not the CSeq of the REFER, 1"),
        "{why}"
    );
    for (broken, reason) in [
        (notify("a", 2, "presence", "486 Busy Here"), "its Event is presence, not refer"),
        (notify("a", 1, "refer", "486 Busy Here"), "its CSeq 1 is not above the one before"),
        (
            notify("a", 2, "refer", "486 Busy Here").replace("Subscription-State", "X-State"),
            "it has no Subscription-State",
        ),
        (notify("a", 2, "refer", "486 Busy Here").replace(";tag=E", ";tag=F"), "another dialog"),
    ] {
        let mut messages = busy("a");
        messages.truncate(4);
        messages.push(broken);
        let found = replay(&printed(&messages), &["--json"]).expect(0);
        assert!(self::why(&found).contains(reason), "{reason}: {}", self::why(&found));
    }
}

#[test]
fn settings_for_other_platforms() {
    for (option, message) in [
        ("notify-id=1", "invalid value 1: expected any"),
        ("expires=60", "invalid value 60: expected ignored"),
    ] {
        let found = replay("", &["--set", option]).expect(2);
        assert!(found.stderr.contains(message), "{}", found.stderr);
    }
    // Longer than the longest time.
    let mut messages = busy("a");
    messages[4] = notify("a", 2, "refer", "200 OK");
    let late: String = (0..6)
        .zip(&messages)
        .map(|(number, message)| {
            let clock =
                if number < 4 { format!("12:00:0{number}") } else { format!("12:15:0{number}") };
            format!("{clock}.000 a -> b\n{message}\n")
        })
        .collect();
    let found = replay(&late, &["--json"]).expect(0);
    assert!(why(&found).contains("--set expires=ignored --set subscription="), "{}", why(&found));
    assert!(why(&found).contains("--set max-duration="), "{}", why(&found));
}
