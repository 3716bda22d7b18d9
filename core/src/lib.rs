//! Call transfer with TwiML Voice `<Refer>`: build the document, read and check it, verify and
//! understand the webhook that follows, and run the verb itself. No I/O, no clock, no unsafe code.
//!
//! An app answers a call with `<Refer>`, Twilio sends REFER to the caller's SIP endpoint, the endpoint
//! calls the target, and Twilio reports to the app how that went. The whole job:
//!
//! ```
//! use twiml_refer::{Refer, ReferOutcome, RequestValidator, SipUri, VoiceResponse, http::Method};
//!
//! // The document: valid by construction; `check` says what would be lost on the wire.
//! let target = SipUri::parse("sip:alice@example.com")?.with_header("X-AcctNumber", "123456")?;
//! let response = VoiceResponse::new()
//!     .say("Connecting you.")?
//!     .refer(Refer::to(target).with_action("/handleRefer")?);
//! assert!(response.check().is_empty());
//! println!("{response}");
//!
//! // The request to the action: verified, then understood.
//! let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
//! let body = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486";
//! # let signature = validator.sign_form("/handleRefer", body);
//! # let signature = Some(signature.as_str());
//! let request = validator.verify(Method::Post, "/handleRefer", body, signature)?;
//! match request.outcome() {
//!     Some(ReferOutcome::Transferred) => println!("done"),
//!     Some(ReferOutcome::TargetFailed { status, .. }) => println!("{status}: talk to the caller"),
//!     Some(other) => println!("{}", other.explanation()),
//!     None => println!("not the action request of a <Refer>"),
//! }
//! # Ok::<(), twiml_refer::Error>(())
//! ```
//!
//! A SIP server can run `<Refer>` itself: pass what the SIP stack receives to a [`Transfer`], carry out
//! its outputs, and call it again at its deadline.
//!
//! ```
//! use twiml_refer::{SipUri, Transfer, transfer::{Event, Output, Response, Start}};
//!
//! # let mut now = 0;
//! # let mut received = vec![Event::from(Response::new(202)), Start::new(1).into()];
//! # let mut next_event = |_deadline: Option<u64>| received.pop();
//! let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
//! while let Some(event) = next_event(transfer.deadline_ms()) {
//!     transfer.handle(event, now)?;
//!     while let Some(output) = transfer.poll() {
//!         match output {
//!             Output::SendRefer => println!("REFER, Refer-To: {}", transfer.refer_to()),
//!             Output::Reply(status) => println!("{status} to the NOTIFY"),
//!             Output::EndDialog => println!("BYE"),
//!             Output::Completed(report) => println!("{}", report.outcome().explanation()),
//!             other => println!("{other:?}"),
//!         }
//!     }
//! #   now += 50;
//! }
//! # Ok::<(), twiml_refer::Error>(())
//! ```
//!
//! Where to go next:
//!
//! * [`sip`]: SIP URIs, their headers, User-to-User, Refer-To values.
//! * [`twiml`]: documents, their diagnostics, and the REST requests that carry them.
//! * [`webhook`]: Twilio's requests, their signatures, the outcome of a transfer.
//! * [`transfer`]: the verb as a state machine, with its settings; saving and restoring.
//! * [`testing`]: signed requests for the tests of an app.
//! * [`error`], [`diagnostic`], [`limits`]: one table each of what is refused, what is worth knowing about
//!   valid input, and every bound.
//! * [`http`], [`numbers`]: the methods GET and POST; checks of numbers and text that packages in other
//!   languages pass.

/// Displays a type as its `as_str`.
macro_rules! display_as_str {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub mod diagnostic;
pub mod error;
pub mod http;
pub mod limits;
mod message;
pub mod numbers;
#[cfg(test)]
mod pages;
mod redact;
pub mod sip;
pub mod testing;
pub mod transfer;
pub mod twiml;
pub mod webhook;

pub use error::Error;
pub use sip::SipUri;
pub use transfer::Transfer;
pub use twiml::{Refer, VoiceResponse};
pub use webhook::{ReferOutcome, RequestValidator, VoiceRequest};

/// Runs the examples of README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
