//! What is shown of a SIP message: its first line, and of the headers what matters for a transfer.

use crate::redact;
use crate::source::printable;

/// The most characters of a first line or a header that are shown.
const MAX_SHOWN: usize = 200;

/// A message, read as far as it is shown.
pub(super) struct SipMessage {
    /// `INVITE`, or of a response `None`.
    pub(super) method: Option<String>,
    pub(super) code: Option<u16>,
    /// `2 NOTIFY`.
    pub(super) cseq: Option<String>,
    /// What stands at an arrow: `NOTIFY: 486 Busy Here, terminated;reason=noresource`.
    pub(super) label: String,
}

impl SipMessage {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let header = |names: [&str; 2]| {
            let mut headers = lines.clone().filter_map(|line| line.split_once(':'));
            let is_named = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name.trim()));
            let value = headers.find(|(name, _)| is_named(name)).map(|(_, value)| value.trim());
            value.map(shown)
        };
        let cseq = header(["CSeq", "CSeq"]);
        if let Some(status) = first.strip_prefix("SIP/2.0 ") {
            let code = status.get(..3).and_then(|code| code.parse().ok());
            let method = cseq.as_deref().and_then(|cseq| cseq.split_whitespace().nth(1));
            let label = format!("{} ({})", shown(status), method.unwrap_or("no CSeq"));
            return Self { method: None, code, cseq, label };
        }
        let is_request = first.ends_with(" SIP/2.0");
        let Some(method) = first.split(' ').next().filter(|_| is_request).map(shown) else {
            let label = format!("{} bytes that are not a SIP message", bytes.len());
            return Self { method: None, code: None, cseq: None, label };
        };
        let mut label = method.clone();
        match method.as_str() {
            "NOTIFY" => {
                let status = body.lines().next().and_then(|line| line.strip_prefix("SIP/2.0 "));
                label.extend([": ", &shown(status.unwrap_or("no status line"))]);
                let state = header(["Subscription-State"; 2]);
                label.extend([", ", state.as_deref().unwrap_or("no Subscription-State")]);
            }
            "REFER" => {
                let target = header(["Refer-To", "r"]).unwrap_or_default();
                // Headers in the URI are shown with the verb; here they would be wider than the ladder.
                let target = target.trim_matches(['<', '>']).split('?').next().unwrap_or_default();
                label.extend([" to ", &redact::hidden(target)]);
            }
            _ => {}
        }
        Self { method: Some(method), code: None, cseq, label }
    }
}

fn shown(text: &str) -> String {
    printable(&text.chars().take(MAX_SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_shows_what_matters() {
        for (message, label) in [
            ("INVITE sip:a@b SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n", "INVITE"),
            ("SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n", "200 OK (INVITE)"),
            ("REFER sip:a@b SIP/2.0\r\nr: <sip:c:s3cret@d?X-A=1>\r\n\r\n", "REFER to sip:c:***@d"),
            (
                "NOTIFY sip:a@b SIP/2.0\r\nSubscription-State: active;expires=60\r\n\r\nSIP/2.0 180 Ringing\r\n",
                "NOTIFY: 180 Ringing, active;expires=60",
            ),
            ("NOTIFY sip:a@b SIP/2.0\r\n\r\n", "NOTIFY: no status line, no Subscription-State"),
            ("\0\0", "2 bytes that are not a SIP message"),
            ("SIP/2.0 ", " (no CSeq)"),
        ] {
            assert_eq!(SipMessage::read(message.as_bytes()).label, label);
        }
    }
}
