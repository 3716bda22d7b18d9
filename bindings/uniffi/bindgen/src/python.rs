//! Python: the generated runtime gives way to `python_runtime.py`, each function writes its arguments
//! behind its number, and what only slows down the import goes.

use crate::patch::Patched;

pub(crate) fn patch(text: &mut Patched) -> Result<(), String> {
    let variants = {
        let enums = text.all(r"(?s:^class BridgeFunction\(enum.Enum\):\n(.*?)^class )")?;
        Patched(enums.concat()).all(r"^    (\w+) = \d+$")?
    };
    if variants.is_empty() {
        return Err("BridgeFunction has no variants".to_owned());
    }
    text.replace_between("import os\n", "# Public interface members begin here.\n", "")?;
    text.remove(r#"^ *"""\n(?s:.*?)\n"""\n"#)?;
    text.replace(
        Some(variants.len()),
        concat!(
            r"^def \w+\(.*\) -> .*:\n(?: *\n|    \w+\.check_lower\(\w+\)\n)*",
            r"    _uniffi_lowered_args = \(\n((?:        \w+\.lower\(\w+\),\n)*)    \)\n",
            r"    _uniffi_lift_return = (.*)\n",
            r"    _uniffi_error_converter = \w+\n",
            r"    _uniffi_ffi_result = _uniffi_rust_call_with_error\(\n",
            r"        _uniffi_error_converter,\n",
            r"        _UniffiLib\.uniffi_twiml_refer_uniffi_fn_func_(\w+),\n",
            r"        \*_uniffi_lowered_args,\n    \)\n",
            r"    return _uniffi_lift_return\(_uniffi_ffi_result\)\n",
        ),
        |found| {
            let (lowered, lift, name) = (&found[1], &found[2], &found[3]);
            let number = variants.iter().position(|variant| *variant == name.to_uppercase());
            // A name that has no number makes a module that cannot be imported.
            let number = number.map_or("None".to_owned(), |number| (number + 1).to_string());
            let writes = lowered.replace("        ", "    ").replace(".lower(", ".write(");
            let arguments: Vec<&str> = writes
                .lines()
                .filter_map(|line| line.split_once('(')?.1.strip_suffix("),"))
                .collect();
            let writes = writes.replace("),", ", buf)");
            let arguments = arguments.join(", ");
            let answer = match lift.strip_suffix(".lift") {
                Some(converter) => format!("return {converter}.read(_done(buf))"),
                None => "_done(buf)".to_owned(),
            };
            format!("def {name}({arguments}):\n    buf = _Call({number})\n{writes}    {answer}\n\n")
        },
    )?;
    let pair = concat!(
        r"^        return Pair\(\n            name=_UniffiFfiConverterString\.read\(buf\),\n",
        r"            value=_UniffiFfiConverterString\.read\(buf\),\n        \)\n",
    );
    text.replace(Some(1), pair, |found| found[0].to_owned())?;
    // The converters of the runtime, and what no longer is called.
    text.replace(
        Some(7),
        concat!(
            r"^class (?:_UniffiFfiConverter(?:String|Int64|Bytes|Boolean|TypeBridgeFunction|SequenceTypePair)",
            r"(?:\(\w+\))?|BridgeFunction\(enum\.Enum\)):\n(?:(?:    .*)?\n)+",
        ),
        |_| String::new(),
    )?;
    text.remove(r#"^    "BridgeFunction",\n"#)?;
    text.remove(r"^    @(?:static|class)method\n    def check_lower\(.*\):\n(?:        .*\n)+\n?")?;
    text.replace(None, r"^(            .*\n)        if value\.is_", |found| {
        format!("{}        elif value.is_", &found[1])
    })?;
    text.remove(r"^ *@dataclass\n")?;
    text.remove(r"^ +def __str__\(self\):\n +return .*\n")?;
    text.remove(r"^ +def __eq__\(self, other\):\n(?: {8,}.*\n)+")?;
    text.replace(None, r"def __init__\(self, \*, ", |_| "def __init__(self, ".to_owned())?;
    text.replace(Some(3), r"^class (AllowedMethods|Origin|Scenario)\(enum\.Enum\):", |found| {
        format!("class {}:", &found[1])
    })?;
    text.replace(Some(1), "^# Public interface members begin here.\n", |_| {
        include_str!("python_runtime.py").to_owned()
    })?;
    text.has_no(&["_UniffiLib", ".lower(", ".check_lower(", "enum.Enum", "@dataclass"])
}
