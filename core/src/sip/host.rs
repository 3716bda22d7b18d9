//! The host of a SIP URI: host name, IPv4 address, or IPv6 address in brackets.

use std::net::Ipv6Addr;

use crate::Error;
use crate::error::ErrorKind;

/// An error that quotes the text, without what may be the end of a password before a second `@`.
pub(super) fn invalid(kind: ErrorKind, found: &str) -> Error {
    let shown = match found.rsplit_once('@') {
        Some((_, host)) => format!("`***@{host}`"),
        None if found.is_empty() => "an empty text".to_owned(),
        None => format!("`{found}`"),
    };
    Error::new(kind).arg(&shown)
}

/// Whether the text is `hostname / IPv4address / IPv6reference`.
pub(super) fn check_host(host: &str) -> Result<(), Error> {
    if host.is_empty() {
        return Err(Error::new(ErrorKind::UriHostEmpty));
    }
    if let Some(inner) = host.strip_prefix('[') {
        return match inner.strip_suffix(']').map(str::parse::<Ipv6Addr>) {
            Some(Ok(_)) => Ok(()),
            _ => Err(invalid(ErrorKind::UriIpv6Invalid, host)),
        };
    }
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return if is_ipv4(host) { Ok(()) } else { Err(invalid(ErrorKind::UriIpv4Invalid, host)) };
    }
    let mut labels = host.strip_suffix('.').unwrap_or(host).rsplit('.');
    let top = labels.next().unwrap_or_default();
    if top.starts_with(|c: char| c.is_ascii_alphabetic()) && is_label(top) && labels.all(is_label) {
        Ok(())
    } else {
        Err(invalid(ErrorKind::UriHostInvalid, host))
    }
}

/// Four numbers of one to three digits; leading zeros are the grammar's, so `str::parse` as an
/// `Ipv4Addr` would refuse too much.
fn is_ipv4(host: &str) -> bool {
    host.split('.').count() == 4
        && host.split('.').all(|part| part.len() <= 3 && part.parse::<u8>().is_ok())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
