//! Actions of `<Refer>` that are valid URLs and yet surely not meant.

use url::{Host, Url};

use crate::diagnostic::{Diagnostic, DiagnosticCode, Severity};
use crate::http;
use crate::redact::redact_url;

/// What templates and programs write where a variable has no value.
const NO_VALUE: [&str; 3] = ["undefined", "null", "None"];

/// Ends of file names that look like those of host names.
const FILE_ENDS: [&str; 14] = [
    "asp", "aspx", "ashx", "cfm", "cgi", "do", "htm", "html", "js", "json", "jsp", "php", "py",
    "xml",
];

/// Checks an action that is an absolute http(s) URL or a relative reference.
pub(super) fn check(action: &str) -> Option<Diagnostic> {
    let absolute = if action.starts_with("//") { &["https:", action].concat() } else { action };
    let url = http::absolute(absolute);
    let host = url.as_ref().and_then(Url::host);
    let (reason, severity) = match reason(action, host.as_ref().map(ToString::to_string)) {
        Some(reason) => (reason, Severity::Warning),
        None if host.as_ref().is_some_and(is_private) => {
            ("Twilio reaches public hosts only; use a public one", Severity::Note)
        }
        None => return None,
    };
    let diagnostic = Diagnostic::new(DiagnosticCode::ActionSuspicious).with_severity(severity);
    Some(diagnostic.arg(&redact_url(action)).arg(reason))
}

/// Why it resolves to nowhere. A reason is short enough for a message to quote it whole.
fn reason(action: &str, host: Option<String>) -> Option<&'static str> {
    let has = |open: &str, close: &str| {
        action.split_once(open).is_some_and(|(_, rest)| rest.contains(close))
    };
    if has("{{", "}}") || has("${", "}") {
        return Some("a placeholder was left in; fill in the template");
    }
    let path = action.strip_prefix('/').unwrap_or(action);
    let (segment, behind) = path.split_at(path.find(['/', '?', '#']).unwrap_or(path.len()));
    let is_relative = host.is_none();
    let first = host.as_deref().unwrap_or(segment);
    // The host is in lower case, whatever was written.
    if NO_VALUE.contains(&first) || first == "none" && !is_relative {
        return Some("a variable had no value; set it");
    }
    let is_scheme = first.eq_ignore_ascii_case("http") || first.eq_ignore_ascii_case("https");
    if is_scheme && (!is_relative || behind.starts_with("//")) {
        return Some("the scheme is misspelled; begin with https:// once");
    }
    (is_relative && !action.starts_with('/') && is_host(segment, behind))
        .then_some("it looks like a host name; write https:// before it")
}

/// Whether the first segment of a path looks like a host name, and not like a file.
fn is_host(segment: &str, behind: &str) -> bool {
    if segment.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let (rest, last) = segment.rsplit_once('.').unwrap_or_default();
    let is_file = FILE_ENDS.iter().any(|end| last.eq_ignore_ascii_case(end));
    let is_name = last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_file;
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // A dot alone may be that of a file.
    let is_certain = behind.starts_with('/') || rest.contains('.');
    let is_address = || segment.parse::<std::net::Ipv4Addr>().is_ok();
    is_certain && (is_name && rest.split('.').all(is_label) || is_address())
}

/// Whether the public internet does not have this host.
fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            let last = name.rsplit('.').next().unwrap_or_default();
            !name.contains('.') || matches!(last, "localhost" | "local" | "internal" | "test")
        }
        Host::Ipv4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
        }
        Host::Ipv6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}
