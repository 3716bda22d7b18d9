//! SIP URIs, Refer-To values and User-to-User.

use twiml_refer::{
    Error, SipUri,
    sip::{ReferTarget, UserToUser},
};

use crate::Pair;
use crate::failure::{Failure, Finding, findings};

/// A URI taken apart: scheme, user, password, host and parameters as spelled, headers decoded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UriParts {
    pub scheme: String,
    pub user: Option<String>,
    pub password: Option<String>,
    pub host: String,
    pub port: Option<i64>,
    pub params: Vec<Param>,
    pub headers: Vec<Pair>,
}

/// A URI parameter; a flag has no value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Param {
    pub name: String,
    pub value: Option<String>,
}

/// A User-to-User value taken apart.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UserToUserParts {
    pub data: String,
    pub encoding: Option<String>,
    pub purpose: Option<String>,
    pub content: Option<String>,
}

/// What a Refer-To value names: `sip`, `tel` or `other`, and its text.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Target {
    pub kind: String,
    pub text: String,
}

/// The URI with these headers (decoded names and values) added behind its own.
#[uniffi::export]
pub fn uri_with_headers(uri: &str, headers: Vec<Pair>) -> Result<String, Failure> {
    let mut parsed = SipUri::parse(uri)?;
    for Pair { name, value } in headers {
        parsed = parsed.with_header(&name, &value)?;
    }
    Ok(parsed.as_str().to_owned())
}

#[uniffi::export]
pub fn uri_parts(uri: &str) -> Result<UriParts, Failure> {
    let uri = SipUri::parse(uri)?;
    Ok(UriParts {
        scheme: uri.scheme_spelled().to_owned(),
        user: uri.user().map(str::to_owned),
        password: uri.password().map(str::to_owned),
        host: uri.host().to_owned(),
        port: uri.port().map(i64::from),
        params: uri
            .params()
            .map(|(name, value)| Param { name: name.to_owned(), value: value.map(str::to_owned) })
            .collect(),
        headers: uri.headers().map(|(name, value)| Pair::new(name, value)).collect(),
    })
}

/// A URI out of decoded parts.
#[uniffi::export]
pub fn uri_build(parts: UriParts) -> Result<String, Failure> {
    let mut builder = SipUri::builder(&parts.host);
    if parts.scheme.eq_ignore_ascii_case("sips") {
        builder = builder.sips();
    }
    if let Some(user) = &parts.user {
        builder = builder.user(user);
    }
    if let Some(password) = &parts.password {
        builder = builder.password(password);
    }
    if let Some(port) = parts.port {
        builder = builder.port(port);
    }
    for Param { name, value } in &parts.params {
        builder = builder.param(name, value.as_deref());
    }
    for Pair { name, value } in &parts.headers {
        builder = builder.header(name, value);
    }
    Ok(builder.build()?.as_str().to_owned())
}

#[uniffi::export]
pub fn uri_check(uri: &str) -> Result<Vec<Finding>, Failure> {
    Ok(findings(&SipUri::parse(uri)?.check()))
}

#[uniffi::export]
pub fn uri_equivalent(one: &str, other: &str) -> Result<bool, Failure> {
    Ok(SipUri::parse(one)?.equivalent(&SipUri::parse(other)?))
}

#[uniffi::export]
pub fn uri_refer_to(uri: &str) -> Result<String, Failure> {
    Ok(SipUri::parse(uri)?.to_refer_to())
}

#[uniffi::export]
pub fn refer_target(text: &str) -> Target {
    let (kind, text) = match ReferTarget::parse(text) {
        ReferTarget::Sip(uri) => ("sip", uri.as_str().to_owned()),
        ReferTarget::Tel(text) => ("tel", text),
        other => ("other", other.to_string()),
    };
    Target { kind: kind.to_owned(), text }
}

/// Takes the first User-to-User of a URI apart; `None` if there is none.
#[uniffi::export]
pub fn uri_user_to_user(uri: &str) -> Result<Option<UserToUserParts>, Failure> {
    Ok(SipUri::parse(uri)?.user_to_user().transpose()?.as_ref().map(parts))
}

/// Takes every User-to-User value of a URI apart, in order.
#[uniffi::export]
pub fn uri_user_to_users(uri: &str) -> Result<Vec<UserToUserParts>, Failure> {
    let values = SipUri::parse(uri)?.user_to_users();
    Ok(values
        .into_iter()
        .map(|value| value.as_ref().map(parts).map_err(Error::clone))
        .collect::<Result<_, _>>()?)
}

#[uniffi::export]
pub fn user_to_user_parse(text: &str) -> Result<UserToUserParts, Failure> {
    Ok(parts(&UserToUser::parse(text)?))
}

/// The value as it stands in a header.
#[uniffi::export]
pub fn user_to_user_build(parts: UserToUserParts) -> Result<String, Failure> {
    let UserToUserParts { data, encoding, purpose, content } = parts;
    let mut value = UserToUser::new(&data)?;
    if let Some(encoding) = encoding {
        value = value.with_encoding(&encoding)?;
    }
    if let Some(purpose) = purpose {
        value = value.with_purpose(&purpose)?;
    }
    if let Some(content) = content {
        value = value.with_content(&content)?;
    }
    Ok(value.to_string())
}

#[uniffi::export]
pub fn user_to_user_from_bytes(bytes: Vec<u8>) -> Result<UserToUserParts, Failure> {
    Ok(parts(&UserToUser::from_bytes(&bytes)?))
}

/// The bytes of hexadecimal data.
#[uniffi::export]
pub fn user_to_user_bytes(text: &str) -> Result<Option<Vec<u8>>, Failure> {
    Ok(UserToUser::parse(text)?.to_bytes())
}

fn parts(value: &UserToUser) -> UserToUserParts {
    UserToUserParts {
        data: value.data().to_owned(),
        encoding: value.encoding().map(str::to_owned),
        purpose: value.purpose().map(str::to_owned),
        content: value.content().map(str::to_owned),
    }
}
