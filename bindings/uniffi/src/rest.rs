//! The REST request that invokes the verb.

use twiml_refer::{
    Error, SipUri, VoiceResponse,
    http::Method,
    twiml::{CallCreate, CallUpdate, RestRequest},
};

use crate::failure::Failure;

/// A request to make, as plain data.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RestCall {
    pub method: String,
    pub url: String,
    pub body: String,
}

/// What the call shall run: the URL of a document (and the method to ask for it by), or the
/// document.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RestSource {
    Url { url: String, method: Option<String> },
    Twiml { xml: String },
}

#[uniffi::export]
pub fn call_update(
    account_sid: &str,
    call_sid: &str,
    source: RestSource,
    base: Option<String>,
) -> Result<RestCall, Failure> {
    let mut update = match &source {
        RestSource::Url { url, .. } => CallUpdate::with_url(account_sid, call_sid, url)?,
        RestSource::Twiml { xml } => {
            CallUpdate::with_twiml(account_sid, call_sid, &VoiceResponse::parse(xml)?)?
        }
    };
    if let Some(method) = method(&source)? {
        update = update.url_method(method);
    }
    if let Some(base) = base {
        update = update.base(&base)?;
    }
    Ok(plain(&update.request()))
}

#[uniffi::export]
pub fn call_create(
    account_sid: &str,
    to: &str,
    from: &str,
    source: RestSource,
    base: Option<String>,
) -> Result<RestCall, Failure> {
    let to = SipUri::parse(to)?;
    let mut create = match &source {
        RestSource::Url { url, .. } => CallCreate::with_url(account_sid, &to, from, url)?,
        RestSource::Twiml { xml } => {
            CallCreate::with_twiml(account_sid, &to, from, &VoiceResponse::parse(xml)?)?
        }
    };
    if let Some(method) = method(&source)? {
        create = create.url_method(method);
    }
    if let Some(base) = base {
        create = create.base(&base)?;
    }
    Ok(plain(&create.request()))
}

fn method(source: &RestSource) -> Result<Option<Method>, Error> {
    match source {
        RestSource::Url { method: Some(method), .. } => method.parse().map(Some),
        _ => Ok(None),
    }
}

fn plain(request: &RestRequest) -> RestCall {
    RestCall {
        method: request.method().as_str().to_owned(),
        url: request.url().to_owned(),
        body: request.body().to_owned(),
    }
}
