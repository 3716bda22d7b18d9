//! The C ABI of the library. Every function is one call of it between views, handles and buffers. The header
//! begins with the conventions (`conventions.txt`); rules of TwiML and SIP are only in the core crate.
#![allow(non_camel_case_types)] // the names are C's

pub mod diagnostics;
pub mod document;
pub mod error;
pub mod guard;
pub mod http;
pub mod request;
pub mod rest;
pub mod text;
pub mod transfer;
pub mod uri;
pub mod user_to_user;
pub mod validator;

/// Returns the version of the library that is loaded, to compare with TWR_VERSION: if they differ, the program
/// was built against the header of another version. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_version() -> u32 {
    let part = |text: &str| text.parse::<u32>().unwrap_or(0);
    part(env!("CARGO_PKG_VERSION_MAJOR")) * 10_000
        + part(env!("CARGO_PKG_VERSION_MINOR")) * 100
        + part(env!("CARGO_PKG_VERSION_PATCH"))
}
