//! Every limit of this crate, as a documented constant. What is over a limit is refused with an
//! [`ErrorKind`](crate::error::ErrorKind) or reported with a
//! [`DiagnosticCode`](crate::diagnostic::DiagnosticCode).

/// Bytes of a TwiML document that Twilio accepts (its error 11750), and that is read here.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

/// Levels of elements in a document that is read; `<Response>` is the first. In one that was built, `check`
/// reports more.
pub const MAX_DEPTH: usize = 64;

/// Elements in a document that is read, `<Response>` among them. In one that was built, `check` reports
/// more.
pub const MAX_ELEMENTS: usize = 10_000;

/// Bytes of a SIP URI: no document could carry a longer one.
pub const MAX_URI_BYTES: usize = MAX_DOCUMENT_BYTES;

/// Bytes of a request's body or query, unless the caller sets another limit.
pub const DEFAULT_MAX_BODY_BYTES: usize = 64 * 1024;

/// Characters of the REST API's `Twiml` parameter (Twilio's error 32018).
pub const MAX_REST_TWIML_CHARS: usize = 4000;

/// Characters of a SIP URI without its headers from which `<Dial><Sip>` refuses it.
pub const DIAL_URI_CHARS: usize = 255;

/// Characters after `?` from which `<Dial><Sip>` refuses the headers (Twilio's error 21227).
pub const DIAL_HEADERS_CHARS: usize = 1024;

/// Milliseconds to wait for an answer to the REFER, unless set otherwise: timer F, 64 x T1
/// (RFC 3261 §17.1.2.2).
pub const TIMER_F_MS: u32 = 32_000;

/// Milliseconds to wait for the first NOTIFY, unless set otherwise: timer N, 64 x T1
/// (RFC 6665 §4.1.2.4).
pub const TIMER_N_MS: u32 = 32_000;

/// Milliseconds that a subscription lives after a NOTIFY without `expires`, unless set otherwise:
/// the least timer C of RFC 3261 §16.6, during which the call to the target may ring.
pub const DEFAULT_SUBSCRIPTION_MS: u32 = 180_000;

/// Milliseconds that a transfer may last once the REFER was accepted, unless set otherwise: ten
/// minutes, whatever `expires` says. An endpoint that dies must not keep the caller.
pub const DEFAULT_MAX_DURATION_MS: u32 = 600_000;

/// Milliseconds of the longest time that [`TransferSettings`](crate::transfer::TransferSettings) accepts: a
/// day.
pub const MAX_TRANSFER_TIMEOUT_MS: u32 = 24 * 60 * 60 * 1000;

/// Bytes of a status that [`TransferSettings`](crate::transfer::TransferSettings) may map a code to.
pub const MAX_STATUS_BYTES: usize = 64;

/// Bytes of an error's or a diagnostic's message: it fits the C ABI's fixed buffer.
pub const MAX_MESSAGE_BYTES: usize = 240;

/// Bytes of the caller's text that a message quotes before it is cut.
pub(crate) const MAX_QUOTE_BYTES: usize = 60;

/// Bytes of a diagnostic's path before its beginning is left out.
pub(crate) const MAX_PATH_BYTES: usize = 240;
