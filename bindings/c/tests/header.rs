//! The headers that are committed are what cbindgen and core's tables of kinds and codes make today. With
//! TWIML_REFER_WRITE_HEADER set they are written.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use twiml_refer::{diagnostic::DiagnosticCode, error::ErrorKind};
use twiml_refer_c::diagnostics::numbered_codes;

/// The number and name of every kind of error and of every diagnostic code.
fn kinds() -> impl Iterator<Item = (i32, &'static str)> {
    ErrorKind::ALL.iter().map(|kind| (kind.number().into(), kind.as_str()))
}
fn codes() -> impl Iterator<Item = (i32, &'static str)> {
    numbered_codes().map(|(number, code)| (number, code.as_str()))
}

#[test]
fn every_code_has_one_number() {
    let mut numbered: Vec<_> = numbered_codes().map(|(_, code)| code).collect();
    numbered.sort();
    let mut all = DiagnosticCode::ALL.to_vec();
    all.sort();
    assert_eq!(numbered, all, "append what is missing to CODES in src/diagnostics.rs");
}

#[test]
fn the_headers_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    config.header = Some(fs::read_to_string(root.join("conventions.txt")).unwrap());
    config.after_includes = Some(format!("{}{}{AFTER_INCLUDES}", version(), constants()));
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()
        .unwrap()
        .write(&mut made);
    fresh(&root.join("include/twiml_refer.h"), &String::from_utf8(made).unwrap());
    fresh(&root.join("include/twiml_refer/codes.hpp"), &enums());
}

fn fresh(path: &Path, made: &str) {
    if std::env::var_os("TWIML_REFER_WRITE_HEADER").is_some() {
        fs::write(path, made).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == made,
        "{} is stale; run TWIML_REFER_WRITE_HEADER=1 cargo test -p twiml-refer-c",
        path.display(),
    );
}

fn version() -> String {
    let parts = [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ];
    let mut made = String::new();
    for (name, part) in ["MAJOR", "MINOR", "PATCH"].iter().zip(parts) {
        writeln!(made, "\n/** Version of this header. */\n#define TWR_VERSION_{name} {part}")
            .unwrap();
    }
    made + "\n/** The version of this header in one number, as twr_version returns that of the library. */\n\
        #define TWR_VERSION (TWR_VERSION_MAJOR * 10000 + TWR_VERSION_MINOR * 100 + TWR_VERSION_PATCH)\n"
}

fn constants() -> String {
    let mut made = String::new();
    let name = |name: &str| name.to_uppercase().replace('-', "_");
    for (number, kind) in kinds() {
        writeln!(
            made,
            "\n/** Kind of an error: `{kind}`. */\n#define TWR_KIND_{} {number}",
            name(kind)
        )
        .unwrap();
    }
    for (number, code) in codes() {
        writeln!(
            made,
            "\n/** Code of a diagnostic: `{code}`. */\n#define TWR_CODE_{} {number}",
            name(code)
        )
        .unwrap();
    }
    made
}

fn enums() -> String {
    let mut made = String::from(
        "// Kinds of errors and codes of diagnostics; tests/header.rs writes this file.\n\
         #ifndef TWIML_REFER_CODES_HPP\n#define TWIML_REFER_CODES_HPP\n\n#include <cstdint>\n\n\
         #include \"../twiml_refer.h\"\n\nnamespace twiml_refer {\n",
    );
    let name = |name: &str| name.replace('-', "_");
    let mut list =
        |title: &str, head: &str, prefix: &str, all: &mut dyn Iterator<Item = (i32, &str)>| {
            writeln!(made, "\n/// {title}\nenum class {head} : std::int32_t {{").unwrap();
            for (_, one) in all {
                let (cpp, c) = (name(one), name(one).to_uppercase());
                writeln!(made, "    /// `{one}`\n    {cpp} = {prefix}_{c},").unwrap();
            }
            made.push_str("};\n");
        };
    list("What went wrong.", "error_kind", "TWR_KIND", &mut kinds());
    list("What a diagnostic is about.", "diagnostic_code", "TWR_CODE", &mut codes());
    made + "\n} // namespace twiml_refer\n\n#endif\n"
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

/** The initializer of a twr_str from a string literal: `static const twr_str name = TWR_STR_INIT("text");` */
#define TWR_STR_INIT(literal) {"" literal, sizeof(literal) - 1}

/** A twr_str of a string literal, as an argument or in an assignment. */
#ifdef __cplusplus
#define TWR_STR(literal) (twr_str TWR_STR_INIT(literal))
#else
#define TWR_STR(literal) ((twr_str)TWR_STR_INIT(literal))
#endif
"#;
