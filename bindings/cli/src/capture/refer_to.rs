//! What is wrong with the REFER itself: its Refer-To, which is often the whole cause of a refusal.

use twiml_refer::SipUri;
use twiml_refer::diagnostic::Severity;

use crate::redact;

/// Something odd about a Refer-To.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) code: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// Twilio's error number.
    pub(crate) number: Option<u16>,
}

impl Check {
    fn error(code: &str, message: impl Into<String>) -> Self {
        let code = code.to_owned();
        Self { code, severity: Severity::Error, message: message.into(), number: None }
    }
}

/// Checks the Refer-To headers of one REFER.
pub(super) fn check(headers: &[String]) -> Vec<Check> {
    let value = match headers {
        [] => {
            return vec![Check::error(
                "refer-to-missing",
                "the REFER has no Refer-To: it must have exactly one (RFC 3515 section 2.4.1)",
            )];
        }
        [value, ..] => value.trim(),
    };
    let mut found = Vec::new();
    let (uri, is_bare, behind) = uri(value);
    if headers.len() > 1 || behind.trim_start().starts_with(',') {
        found.push(Check::error(
            "refer-to-repeated",
            "the REFER has more than one Refer-To: it must have exactly one (RFC 3515 section 2.4.1)",
        ));
    }
    if uri.is_empty() {
        found.push(Check::error(
            "refer-to-missing",
            "the Refer-To is empty: write the target as <sip:user@host>",
        ));
        return found;
    }
    if is_bare {
        let marks: Vec<_> = [",", ";", "?"].into_iter().filter(|mark| uri.contains(mark)).collect();
        if !marks.is_empty() {
            found.push(Check::error(
                "refer-to-bare",
                format!(
                    "the URI in Refer-To has {} in it and no angle brackets around it (RFC 3261 section 20): \
                     what follows is read as parameters of the header, or the REFER is refused; write Refer-To: \
                     <{}>",
                    marks.join(" and "),
                    redact::hidden(uri)
                ),
            ));
        }
    }
    let (scheme, _) = uri.split_once(':').unwrap_or(("", uri));
    match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => found.extend(sip(uri)),
        "tel" => {}
        "cid" => found.push(Check::error(
            "refer-to-body",
            "the Refer-To is a cid: URI, which names a part of the REFER's own body (RFC 2392): this is not a call \
             transfer, but a report or a command to the other side",
        )),
        "" => found.push(Check::error(
            "refer-to-invalid",
            format!("the Refer-To has no URI: write it as <sip:user@host>, not {}", redact::hidden(uri)),
        )),
        other => found.push(Check {
            severity: Severity::Warning,
            ..Check::error(
                "refer-to-not-callable",
                format!("the Refer-To is a {other}: URI, which is not a target to call: this may not be a call transfer"),
            )
        }),
    }
    found
}

fn sip(uri: &str) -> Vec<Check> {
    match SipUri::parse(uri) {
        Err(error) => vec![doubled(uri).unwrap_or_else(|| {
            let message = format!("the Refer-To is not a valid SIP URI: {}", error.message());
            Check::error("refer-to-invalid", message)
        })],
        Ok(uri) => uri
            .check()
            .iter()
            .map(|it| Check {
                code: it.code().as_str().to_owned(),
                severity: it.severity(),
                message: format!("the Refer-To: {}", it.message()),
                number: it.twilio_number(),
            })
            .collect(),
    }
}

/// Names a second scheme, which makes what follows it a host or a port that cannot be read.
fn doubled(uri: &str) -> Option<Check> {
    let mut parts = uri.split(':');
    let (outer, inner) = (parts.next()?, parts.next()?.to_ascii_lowercase());
    let is_scheme = ["tel", "sip", "sips"].contains(&inner.as_str());
    is_scheme.then(|| {
        let message =
            format!("the Refer-To: it has two schemes, {outer}: and {inner}: write only one");
        Check::error("scheme-doubled", message)
    })
}

/// Returns the URI of a Refer-To, whether it is bare, and a second value behind it.
fn uri(value: &str) -> (&str, bool, &str) {
    let after_name = match value.strip_prefix('"') {
        Some(quoted) => {
            let mut is_escaped = false;
            let end = quoted.find(|c| {
                let is_end = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                is_end
            });
            end.and_then(|end| quoted.get(end.saturating_add(1)..)).unwrap_or(value)
        }
        None => value,
    };
    let bracketed = after_name.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    match bracketed {
        Some((uri, behind)) => {
            // Parameters of the header, and perhaps a second value.
            let second = behind.find(',').and_then(|at| behind.get(at..));
            (uri.trim(), false, second.unwrap_or_default())
        }
        None => (value, true, ""),
    }
}
