//! The pages of `docs/`, made from the tables of `diagnostic` and `error` and from examples that are
//! run here: what a page says of an example is what came of it.

mod diagnostics;
mod errors;

use std::path::Path;

/// Fails where the page that is committed is not this one; with TWIML_REFER_WRITE_PAGES set it is written.
fn is_fresh(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("TWIML_REFER_WRITE_PAGES").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/{name} is stale; run TWIML_REFER_WRITE_PAGES=1 cargo test -p twiml-refer pages",
    );
}

/// Twilio's own number in a table and in a sentence.
fn in_table(platform: Option<u16>) -> String {
    platform.map_or(String::new(), |number| number.to_string())
}

fn in_sentence(platform: Option<u16>) -> String {
    platform.map_or(String::new(), |number| format!(", Twilio's {number}"))
}

/// Text of a table of core as Markdown shows it word for word.
fn plain(text: &str) -> String {
    text.replace('<', "\\<")
}

/// What `stringify!` makes of an expression, wherever it breaks the lines.
fn one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
