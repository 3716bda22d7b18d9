//! The header that is committed is what cbindgen makes of the source today. With
//! TWIML_REFER_WRITE_HEADER set it is written.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

#[test]
fn the_header_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    config.header = Some(fs::read_to_string(root.join("conventions.txt")).unwrap());
    config.after_includes = Some(AFTER_INCLUDES.to_owned());
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()
        .unwrap()
        .write(&mut made);
    let made = String::from_utf8(made).unwrap();
    let path = root.join("include/twiml_refer.h");
    if std::env::var_os("TWIML_REFER_WRITE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "include/twiml_refer.h is stale; run TWIML_REFER_WRITE_HEADER=1 cargo test -p twiml-refer-c",
    );
}

const AFTER_INCLUDES: &str = r#"
/** A status that must be looked at, where the compiler can tell. */
#if defined(__GNUC__) || defined(__clang__)
#define TWR_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TWR_MUST_CHECK
#endif

/** Where no offset is known. */
#define TWR_NO_OFFSET SIZE_MAX

/** A twr_str of a string literal. */
#ifdef __cplusplus
#define TWR_STR(literal) (twr_str{"" literal, sizeof(literal) - 1})
#else
#define TWR_STR(literal) ((twr_str){"" literal, sizeof(literal) - 1})
#endif
"#;
