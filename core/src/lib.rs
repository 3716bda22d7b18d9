//! Call transfer with TwiML Voice `<Refer>`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod diagnostic;
mod error;
pub mod limits;
mod message;
mod sip_uri;
mod twiml;
mod webhook;

pub use diagnostic::{Diagnostic, DiagnosticCode, Severity};
pub use error::{Error, ErrorKind};
pub use sip_uri::*;
pub use twiml::*;
pub use webhook::*;
