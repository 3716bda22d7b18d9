//! SIP URIs and status lines by their grammar: RFC 3261 §25.1 with the choices that this project documents.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex_lite::Regex;

static SIP_URI: LazyLock<Regex> = LazyLock::new(|| {
    // Unreserved characters, escapes, and these.
    let made_of = |others: &str| format!(r"(?:[A-Za-z0-9_.!~*'(){others}-]|%[0-9A-Fa-f]{{2}})");
    let (user, password) = (made_of("&=+$,;?/"), made_of("&=+$,"));
    let (param, header) = (made_of(r"\[\]/:&+$"), made_of(r"\[\]/?:+$"));
    let header = format!("{header}+={header}*");
    let label = "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)";
    let top_label = "(?:[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)";
    regex(&format!(
        r"^(?i:sips?):(?:{user}+(?::{password}*)?@)?
        (?:\[(?<ipv6>[^\]]*)\]|(?<ipv4>\d{{1,3}}(?:\.\d{{1,3}}){{3}})|(?:{label}\.)*{top_label}\.?)
        (?::0*(?<port>[1-9]\d{{0,4}}))?
        (?<params>(?:;{param}+(?:={param}+)?)*)
        (?:\?{header}(?:&{header})*)?$"
    ))
});

static STATUS_LINE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?i:SIP/2\.0)\x20(?<code>[1-6]\d\d)(?:[\x20\r\n]|$)"));

/// White space in the pattern is layout.
fn regex(pattern: &str) -> Regex {
    Regex::new(&format!("(?x){pattern}")).expect("a pattern")
}

/// Whether the text is a SIP URI.
#[must_use]
pub fn is_sip_uri(text: &str) -> bool {
    let Some(parts) = SIP_URI.captures(text) else { return false };
    let part = |name| parts.name(name).map(|part| part.as_str());
    let mut names: Vec<_> = part("params")
        .unwrap_or_default()
        .split(';')
        .skip(1)
        .map(|param| param.split('=').next().unwrap_or_default())
        .map(|name| percent_decode_str(name).collect::<Vec<_>>().to_ascii_lowercase())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    names.len() == count
        && part("ipv6").is_none_or(|address| address.parse::<Ipv6Addr>().is_ok())
        && part("ipv4").is_none_or(|address| address.split('.').all(|it| it.parse::<u8>().is_ok()))
        && part("port").is_none_or(|port| port.parse::<u16>().is_ok())
}

/// The status code of a sipfrag body: the first line is `SIP/2.0 CODE`, perhaps with a reason.
#[must_use]
pub fn status_code(body: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(body);
    STATUS_LINE.captures(&text)?["code"].parse().ok()
}
