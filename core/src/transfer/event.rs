//! [`Event`]: what a SIP stack tells a transfer. What the transfer answers is in `output`.

use crate::Leg;

/// Something that happened on the SIP side, as [`Transfer::handle`](crate::Transfer::handle) takes
/// it. Header values are passed as they stand on the wire: the transfer reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The verb begins; the answer is [`Output::SendRefer`](crate::Output::SendRefer).
    Start {
        /// What is at the far end of the call: anything but [`Leg::Sip`] is refused.
        leg: Leg,
        /// The CSeq number that the stack gives the REFER.
        cseq: u32,
        /// Whether this is the first REFER of its dialog: only then do NOTIFYs without `id` belong
        /// to it (RFC 3515 §2.4.6).
        first_in_dialog: bool,
    },
    /// A response to the REFER, provisional or final.
    Response {
        /// Its status code, 100 to 699.
        code: u16,
        /// What its Refer-Sub header says (RFC 4488); true where there is none.
        refer_sub: bool,
        /// After a 401 or 407: the CSeq number of the REFER that the stack has sent again with
        /// credentials (RFC 3261 §22). `None`: it has not.
        retry: Option<u32>,
    },
    /// A NOTIFY request; the answer is one [`Output::Reply`](crate::Output::Reply).
    Notify {
        /// Its Event header, as `refer;id=2`; empty where there is none.
        event: &'a str,
        /// Its CSeq number.
        cseq: u32,
        /// Its Subscription-State header, as `active;expires=60`.
        subscription_state: Option<&'a str>,
        /// Its body: `message/sipfrag` that begins with a status line (RFC 3420).
        body: &'a [u8],
        /// Whether it belongs to the dialog of the REFER (Call-ID and both tags).
        in_dialog: bool,
    },
    /// Either side ended the call.
    HangUp,
    /// The REFER could not be sent, or its connection broke.
    TransportError,
    /// Nothing happened but time: the one event to feed when the
    /// [deadline](crate::Transfer::deadline) has come.
    Time,
}

impl Event<'_> {
    /// A final or provisional response to the REFER with nothing special in it.
    #[must_use]
    pub const fn response(code: u16) -> Self {
        Self::Response { code, refer_sub: true, retry: None }
    }

    /// The start of the first REFER of a SIP call's dialog.
    #[must_use]
    pub const fn start(cseq: u32) -> Self {
        Self::Start { leg: Leg::Sip, cseq, first_in_dialog: true }
    }
}

/// What a diagnostic calls an event that came from the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Response,
    Notify,
    HangUp,
    TransportError,
}

impl EventKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Response => "a response",
            Self::Notify => "a NOTIFY",
            Self::HangUp => "a hang-up",
            Self::TransportError => "a transport error",
        }
    }
}
