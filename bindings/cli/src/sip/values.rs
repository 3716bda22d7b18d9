//! The values of the headers that a user agent looks into: addresses, parameters, Via, lists.

use std::net::{IpAddr, SocketAddr};

/// The compact forms of the headers that are read here (RFC 3261 section 7.3.3, RFC 3515, RFC 6665).
const COMPACT: [(&str, &str); 11] = [
    ("c", "Content-Type"),
    ("e", "Content-Encoding"),
    ("f", "From"),
    ("i", "Call-ID"),
    ("k", "Supported"),
    ("l", "Content-Length"),
    ("m", "Contact"),
    ("o", "Event"),
    ("r", "Refer-To"),
    ("t", "To"),
    ("v", "Via"),
];

/// The port of a URI or a Via that names none.
const DEFAULT_PORT: u16 = 5060;

/// Returns whether a header's name as on the wire is this one.
pub(super) fn is_header(spelled: &str, name: &str) -> bool {
    spelled.eq_ignore_ascii_case(name)
        || spelled.len() == 1
            && COMPACT.iter().any(|(compact, long)| {
                spelled.eq_ignore_ascii_case(compact) && name.eq_ignore_ascii_case(long)
            })
}

/// Splits a value at a character that is neither in quotation marks nor in angle brackets.
pub(super) fn split(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped, mut is_address) = (false, false, false);
    value.split(move |c: char| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '<' if !is_quoted => is_address = true,
            '>' if !is_quoted => is_address = false,
            _ => return c == separator && !is_quoted && !is_address,
        }
        false
    })
}

/// The value of From, To, Contact or Route: an address and the header's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) uri: &'a str,
    params: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `"Name" <uri>;params` or `uri;params`. Where there are no angle brackets, parameters are the header's (RFC 3261
    /// section 20.10). `None`: quotation marks or brackets are not closed, or there is no URI.
    pub(super) fn read(value: &'a str) -> Option<Self> {
        let value = value.trim();
        let Some(rest) = after_unquoted(value, '<')? else {
            let (uri, params) = value.split_once(';').unwrap_or((value, ""));
            let uri = uri.trim_end();
            let is_uri = uri.contains(':') && !uri.contains([' ', '"', '>', ',']);
            return is_uri.then_some(Self { uri, params });
        };
        let (uri, params) = rest.split_once('>')?;
        let params = params.trim_start();
        let uri = uri.trim();
        let is_whole = uri.contains(':') && (params.is_empty() || params.starts_with(';'));
        let params = params.strip_prefix(';').unwrap_or(params);
        is_whole.then_some(Self { uri, params })
    }

    pub(super) fn tag(&self) -> Option<&'a str> {
        param(self.params, "tag")
    }
}

/// Returns what is behind the first such character that is not in quotation marks. `None`: these are not closed.
fn after_unquoted(value: &str, separator: char) -> Option<Option<&str>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if c == separator && !is_quoted => {
                return Some(value.get(at..)?.strip_prefix(separator));
            }
            _ => {}
        }
    }
    (!is_quoted).then_some(None)
}

/// Returns the value of a parameter among `a=b;c`; empty for one without.
pub(super) fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    split(params, ';').find_map(|param| {
        let (key, value) = param.split_once('=').unwrap_or((param, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Returns the parameters of a SIP URI, without its headers.
pub(super) fn uri_params(uri: &str) -> &str {
    let uri = uri.split_once('?').map_or(uri, |(uri, _)| uri);
    let after_user = uri.rsplit_once('@').map_or(uri, |(_, host)| host);
    after_user.split_once(';').map_or("", |(_, params)| params)
}

/// Returns the address of a SIP URI whose host is numeric or this computer's. Other names are not looked up: nothing may
/// block here.
pub(super) fn numeric_address(uri: &str) -> Option<SocketAddr> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("sip") {
        return None;
    }
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let (host, port) = host_and_port(rest.split_once(';').map_or(rest, |(host, _)| host))?;
    Some(SocketAddr::new(numeric_host(host)?, port.unwrap_or(DEFAULT_PORT)))
}

fn numeric_host(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(IpAddr::from([127, 0, 0, 1]));
    }
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Splits `host`, `host:port` or `[address]:port`.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let text = text.trim();
    let after_bracket = text.rfind(']').unwrap_or(0);
    match text.rfind(':').filter(|colon| *colon >= after_bracket) {
        None => Some((text, None)),
        Some(colon) => {
            let (host, port) = text.split_at_checked(colon)?;
            let port = port.strip_prefix(':')?.trim().parse().ok()?;
            Some((host.trim(), Some(port)))
        }
    }
}

/// The first Via of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Via<'a> {
    /// All of the value, without the further ones behind a comma.
    value: &'a str,
    pub(super) sent_by: &'a str,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
}

impl<'a> Via<'a> {
    /// Reads `SIP/2.0/UDP host:port;params`, with spaces where RFC 3261 section 25.1 allows them.
    pub(super) fn read(value: &'a str) -> Option<Self> {
        let value = split(value, ',').next()?.trim();
        let (protocol, rest) = value.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        let is_sip = protocol.trim().eq_ignore_ascii_case("SIP") && version.trim() == "2.0";
        let (transport, rest) = rest.trim_start().split_once(char::is_whitespace)?;
        let (sent_by, params) = rest.split_once(';').unwrap_or((rest, ""));
        let sent_by = sent_by.trim();
        let (host, port) = host_and_port(sent_by)?;
        let is_whole = is_sip && !transport.is_empty() && !host.is_empty();
        is_whole.then_some(Self { value, sent_by, host, port, params })
    }

    pub(super) fn branch(&self) -> Option<&'a str> {
        param(self.params, "branch").filter(|branch| !branch.is_empty())
    }

    /// Returns the Via for the response: with `received` where the source is not what the Via says (RFC 3261 section 18.2.1),
    /// and both `received` and `rport` where the client asks for them (RFC 3581 section 4).
    pub(super) fn in_response(&self, source: SocketAddr) -> String {
        let wants_port = param(self.params, "rport").is_some();
        let mut params = split(self.value, ';');
        let mut via = params.next().unwrap_or_default().trim_end().to_owned();
        for param in params {
            let key = param.split('=').next().unwrap_or_default().trim();
            if !key.eq_ignore_ascii_case("rport") && !key.eq_ignore_ascii_case("received") {
                via.push(';');
                via.push_str(param.trim());
            }
        }
        if wants_port || numeric_host(self.host) != Some(source.ip()) {
            via.push_str(&format!(";received={}", source.ip()));
        }
        if wants_port {
            via.push_str(&format!(";rport={}", source.port()));
        }
        via
    }

    /// Returns where a response over UDP goes: to the source's port if the client asks for it (RFC 3581 section 4), else to the
    /// port of the Via (RFC 3261 section 18.2.2).
    pub(super) fn reply_address(&self, source: SocketAddr) -> SocketAddr {
        let wants_port = param(self.params, "rport").is_some();
        let port = if wants_port { source.port() } else { self.port.unwrap_or(DEFAULT_PORT) };
        SocketAddr::new(source.ip(), port)
    }
}
