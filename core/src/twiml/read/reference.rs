//! Character references and the five entities that XML defines itself. There are no others: a
//! document type is refused.

use super::super::xml;
use crate::{Error, ErrorKind};

/// The character that `&reference;` stands for.
pub(super) fn resolve(reference: &str) -> Result<char, Error> {
    match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = reference.strip_prefix('#') else {
        return Err(if xml::is_name(reference) {
            Error::new(ErrorKind::DocumentEntityUnknown).arg(reference)
        } else {
            bare_ampersand()
        });
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(Error::new(ErrorKind::DocumentSyntax)
            .arg("expected digits in the reference, as &#233; or &#xE9;"));
    }
    // Too large for a number is too large for a character.
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&c| xml::is_character(c))
        .ok_or_else(|| {
            Error::new(ErrorKind::XmlCharacterForbidden).arg(&["&", reference, ";"].concat())
        })
}

pub(super) fn bare_ampersand() -> Error {
    Error::new(ErrorKind::DocumentSyntax).arg("an ampersand alone: expected &amp;")
}
