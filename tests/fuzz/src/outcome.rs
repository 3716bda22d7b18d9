//! How a transfer ended, told from the pairs of a callback by the table of the three parameters.

/// The kind, the status and the SIP code that it carries, and whether the call may go on.
#[must_use]
pub fn outcome(pairs: &[(String, String)]) -> (&'static str, Option<&str>, Option<u16>, bool) {
    let first = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
    let code = |name: &str| {
        let text = first(name).filter(|text| text.len() == 3)?;
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|code| is_number && (100..700).contains(code))
    };
    let status = first("ReferCallStatus").filter(|status| !status.is_empty());
    let refused = code("ReferSipResponseCode").filter(|code| *code >= 300);
    let notified = code("NotifySipResponseCode");
    let (kind, status, code) = match (status, refused, notified) {
        (Some("in-progress"), ..) => ("transferred", None, None),
        (Some("canceled"), ..) => ("canceled", None, None),
        (_, Some(code), _) => ("rejected", None, Some(code)),
        (Some("busy" | "no-answer" | "failed"), ..) => ("target-failed", status, notified),
        (Some(_), ..) => ("unknown", status, None),
        (None, _, Some(200..=299)) => ("transferred", None, None),
        (None, _, Some(486 | 600)) => ("target-failed", Some("busy"), notified),
        (None, _, Some(487)) => ("target-failed", Some("no-answer"), notified),
        (None, _, Some(300..)) => ("target-failed", Some("failed"), notified),
        _ => ("unconfirmed", None, None),
    };
    let is_over = ["completed", "canceled", "busy", "failed", "no-answer"]
        .contains(&first("CallStatus").unwrap_or_default());
    let is_lost = kind == "rejected"
        && matches!(code, Some(408 | 481))
        && first("CallStatus").unwrap_or_default().is_empty();
    let is_gone = is_over || is_lost || ["transferred", "canceled"].contains(&kind);
    (kind, status, code, !is_gone)
}
