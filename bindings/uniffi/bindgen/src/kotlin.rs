//! Kotlin: what calls by JNA's structures is cut out; `call`, `FfiConverter` and `FfiConverterString` of
//! the package's own `internal` take its place. Every declaration becomes internal.

use regex_lite::Regex;

use crate::patch::Patched;

const PACKAGE: &str = "dev.twimlrefer.internal";

pub(crate) fn patch(text: &mut Patched) -> Result<(), String> {
    let listed = text.all(r"(?s:^enum class BridgeFunction \{(.*?);)")?;
    let numbered = Patched(listed.concat()).all(r"^\s*([A-Z0-9_]+)[,\s]*$")?;
    let argument = Regex::new(r"(\w+)\.lower\((`\w+`)\)").map_err(|error| error.to_string())?;

    let mut imports = "import java.nio.ByteBuffer\n".to_owned();
    for name in ["FfiConverter", "FfiConverterRustBuffer", "FfiConverterString", "call"] {
        imports += &format!("import {PACKAGE}.{name}\n");
    }
    text.replace(
        Some(1),
        concat!(
            r"(?s:^// Common helper code\..*?^// Public interface members begin here\.\n.*?)",
            r"(^/\*\*\n \* @suppress\n \*/\npublic object FfiConverter)",
        ),
        |found| format!("{imports}\n{}", &found[1]),
    )?;
    let string = r"(?s:^/\*\*\n \* @suppress\n \*/\npublic object FfiConverterString:.*?^\}\n)";
    text.replace(Some(1), string, |_| String::new())?;
    let handler = r"(?s:^    companion object ErrorHandler : .*?^    \}\n)";
    text.replace(Some(1), handler, |_| String::new())?;
    text.replace(
        Some(numbered.len()),
        concat!(
            r"(?:return (?<result>\w+)\.lift\(|=)\s+uniffiRustCall(?:WithError\(\w+\)|\(\)) \{ _status ->\s+",
            r"UniffiLib\.uniffi_twiml_refer_uniffi_fn_func_(?<name>\w+)\(",
            r"(?<arguments>(?:\s|\w+\.lower\(`\w+`\),)*)_status\)\n\}(?:\n\s+\)\n|\n)",
        ),
        |found| {
            let name = found["name"].to_uppercase();
            // A name that has no number makes a file that cannot be compiled.
            let number = numbered.iter().position(|known| *known == name);
            let number = number.map_or("null".to_owned(), |at| (at + 1).to_string());
            let (mut sizes, mut writes) = (Vec::new(), Vec::new());
            for parts in argument.captures_iter(&found["arguments"]) {
                let (converter, argument) = (&parts[1], &parts[2]);
                sizes.push(format!("{converter}.allocationSize({argument})"));
                writes.push(format!("{converter}.write({argument}, it)"));
            }
            let size = if sizes.is_empty() { "0UL".to_owned() } else { sizes.join(" + ") };
            let called = format!("call({number}, {size}, {{ {} }})", writes.join("; "));
            match found.name("result") {
                Some(result) => format!("return {called} {{ {}.read(it) }}\n", result.as_str()),
                None => format!("= {called} {{ }}\n"),
            }
        },
    )?;
    text.has_no(&["UniffiLib", "RustBuffer.", "uniffiRust", "com.sun.jna"])?;

    text.replace(Some(1), r"^@file:Suppress\([^)]*\)", |_| {
        r#"@file:Suppress("warnings")"#.to_owned()
    })?;
    text.remove(r"^public +")?;
    // Their own text would show secrets.
    let secret = r"(?s:^data class (Pair|Secrets|VoiceRequest) \(.*?^\)\s*\{)";
    text.replace(Some(3), secret, |found| {
        format!("{}\n    override fun toString(): String = \"{}\"\n", &found[0], &found[1])
    })?;
    text.replace(
        None,
        concat!(
            r"^((?:(?:data|sealed|open|abstract|enum|annotation|inline|value|const) )*",
            r"(?:class|interface|object|val|var|typealias) )",
        ),
        |found| format!("internal {}", &found[1]),
    )?;
    text.replace(None, r"^( *(?:@Throws\([^)]*\)| \*/)? *)fun `", |found| {
        format!("{}internal fun `", &found[1])
    })
}
