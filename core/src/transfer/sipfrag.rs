//! The body of a NOTIFY: `message/sipfrag` (RFC 3420) that begins with a status line.

/// The status code of the first line; what follows that line does not matter.
///
/// A line that ends in LF alone, no end of line at all, and a missing reason phrase are forgiven.
pub(super) fn status_code(body: &[u8]) -> Option<u16> {
    let (version, rest) = body.split_at_checked(b"SIP/2.0 ".len())?;
    if !version.eq_ignore_ascii_case(b"SIP/2.0 ") {
        return None;
    }
    match rest {
        [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9']
        | [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ' | b'\r' | b'\n', ..] => {
            let digit = |byte: &u8| u16::from(byte - b'0');
            Some(100 * digit(a) + 10 * digit(b) + digit(c))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_is_read_leniently_behind_its_code() {
        let bodies: [&[u8]; 8] = [
            b"SIP/2.0 486 Busy Here\r\n",
            b"SIP/2.0 486 Busy Here\n",
            b"SIP/2.0 486 Busy Here",
            b"SIP/2.0 486 \r\n",
            b"SIP/2.0 486\r\n",
            b"SIP/2.0 486",
            b"sip/2.0 486 Busy",
            b"SIP/2.0 486 \xff\r\nTo: <sip:a@b>\r\n\r\n",
        ];
        for body in bodies {
            assert_eq!(status_code(body), Some(486), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn anything_else_has_no_code() {
        let bodies: [&[u8]; 12] = [
            b"",
            b"SIP/2.0",
            b"SIP/2.0 ",
            b"SIP/2.0 48",
            b"SIP/2.0 4866 x",
            b"SIP/2.0 099 x",
            b"SIP/2.0 700 x",
            b"SIP/2.0  486 x",
            b"SIP/3.0 486 x",
            b" SIP/2.0 486 x",
            b"INVITE sip:a@b SIP/2.0\r\n",
            b"SIP/2.0 4\xd9\xa08 x",
        ];
        for body in bodies {
            assert_eq!(status_code(body), None, "{}", body.escape_ascii());
        }
    }
}
