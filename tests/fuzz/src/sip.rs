//! A recogniser of SIP URIs: RFC 3261 §25.1 with the choices that this project documents.

/// Whether the text is a SIP URI.
#[must_use]
pub fn is_sip_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    if !["sip", "sips"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return false;
    }
    // No unescaped @ can stand behind the user part, no unescaped ? in front of the headers but in
    // the user part.
    let (userinfo, rest) = match rest.split_once('@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, rest),
    };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) => (rest, Some(headers)),
        None => (rest, None),
    };
    let (hostport, params) = match rest.split_once(';') {
        Some((hostport, params)) => (hostport, Some(params)),
        None => (rest, None),
    };
    userinfo.is_none_or(is_userinfo)
        && is_hostport(hostport)
        && params.is_none_or(are_params)
        && headers.is_none_or(are_headers)
}

fn is_userinfo(text: &str) -> bool {
    let (user, password) = match text.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (text, None),
    };
    !user.is_empty()
        && made_of(user, "&=+$,;?/")
        && password.is_none_or(|password| made_of(password, "&=+$,"))
}

/// unreserved, escapes, and these.
fn made_of(text: &str, others: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '%' => {
                let is_escape =
                    rest.len() >= 3 && rest.bytes().skip(1).take(2).all(|b| b.is_ascii_hexdigit());
                if !is_escape {
                    return false;
                }
                3
            }
            c if c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c) || others.contains(c) => 1,
            _ => return false,
        };
        rest = &rest[length..];
    }
    true
}

fn is_hostport(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, behind)) = rest.split_once(']') else { return false };
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            (None, behind)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            (Some(&text[..end]), &text[end..])
        }
    };
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| {
            !port.is_empty()
                && port.bytes().all(|b| b.is_ascii_digit())
                && port.trim_start_matches('0').len() <= 5
                && (1..=65535).contains(&port.parse::<u128>().unwrap_or(0))
        });
    is_port && host.is_none_or(is_host)
}

fn is_host(host: &str) -> bool {
    let is_number = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    if host.split('.').count() == 4 && host.split('.').all(is_number) {
        return host
            .split('.')
            .all(|octet| octet.len() <= 3 && octet.parse::<u16>().unwrap() <= 255);
    }
    let is_label = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    labels.iter().all(is_label)
        && labels.last().is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn are_params(text: &str) -> bool {
    let mut names: Vec<Vec<u8>> = Vec::new();
    text.split(';').all(|param| {
        let (name, value) = match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        };
        let decoded = decoded(name).to_ascii_lowercase();
        let is_new = !names.contains(&decoded);
        names.push(decoded);
        let filled = |text: &str| !text.is_empty() && made_of(text, "[]/:&+$");
        is_new && filled(name) && value.is_none_or(filled)
    })
}

/// Without its escapes; those of a name that has others are no matter.
fn decoded(name: &str) -> Vec<u8> {
    let mut pieces = name.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        bytes.push(u8::from_str_radix(digits, 16).unwrap_or(b'%'));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

fn are_headers(text: &str) -> bool {
    text.split('&').all(|header| {
        header.split_once('=').is_some_and(|(name, value)| {
            !name.is_empty() && made_of(name, "[]/?:+$") && made_of(value, "[]/?:+$")
        })
    })
}

/// The status code of a sipfrag body: the first line is `SIP/2.0 CODE`, perhaps with a reason.
#[must_use]
pub fn status_code(body: &[u8]) -> Option<u16> {
    let line = body.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    // A lone CR in the reason phrase is no matter, right behind the code it ends the line as well.
    let line = line.split('\r').next()?;
    let mut words = line.split(' ');
    let version = words.next()?;
    let code = words.next()?;
    let code: u16 = code
        .parse()
        .ok()
        .filter(|_| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    (version.eq_ignore_ascii_case("SIP/2.0") && (100..=699).contains(&code)).then_some(code)
}
