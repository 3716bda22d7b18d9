//! SIP URIs.

use crate::{Diagnostic, Error, ErrorKind};

/// A SIP URI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SipUri(String);

impl SipUri {
    /// Parses.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.starts_with("sip:") || text.starts_with("sips:") {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::new(ErrorKind::UriSchemeMissing).at(0))
        }
    }
    /// Text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Diagnostics.
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        Vec::new()
    }
}
