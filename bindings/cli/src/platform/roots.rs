//! Whose certificates are trusted: the system's, those of `SSL_CERT_FILE` and `SSL_CERT_DIR` in their place, or
//! where a system has none, Mozilla's, which are built in.

use std::env;
use std::sync::Arc;

use ureq::tls::{Certificate, RootCerts};

use crate::exit::Failure;

pub(crate) fn roots() -> Result<RootCerts, Failure> {
    let found = rustls_native_certs::load_native_certs();
    if !found.certs.is_empty() {
        let certificate = |der: &[u8]| Certificate::from_der(der).to_owned();
        let certificates = found.certs.iter().map(|it| certificate(it)).collect::<Vec<_>>();
        return Ok(RootCerts::Specific(Arc::new(certificates)));
    }
    let named =
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().find(|name| env::var_os(name).is_some());
    let Some(named) = named else { return Ok(RootCerts::WebPki) };
    let why = found.errors.first().map_or_else(|| "it is empty".to_owned(), ToString::to_string);
    Err(Failure::usage(&format!("no certificate can be read from {named}: {why}")))
}
