//! [`Fed`]: an event as it was fed to the transfer, with every value on it.

use twiml_refer::{
    transfer::{Event, TransferSettings},
    webhook::Leg,
};

use super::{Party, parse};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fed {
    Start { leg: Leg, cseq: u32, first_in_dialog: bool, settings: TransferSettings },
    Response { code: u16, refer_sub: bool, retry: Option<u32> },
    Notify(FedNotify),
    HangUp { by: Party, method: &'static str },
    TransportError,
    Time,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FedNotify {
    pub(crate) cseq: u32,
    pub(crate) event_header: String,
    pub(crate) subscription_state: Option<String>,
    pub(crate) in_dialog: bool,
    pub(crate) body: String,
}

/// The numbers of the two directions of the dialog, as they go up.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    refer: u32,
    notify: u32,
}

impl Numbers {
    /// The event with every number on it.
    pub(super) fn complete(&mut self, event: &parse::Event, settings: &TransferSettings) -> Fed {
        match event {
            &parse::Event::Start { leg, cseq, first_in_dialog } => {
                self.refer = cseq;
                Fed::Start { leg, cseq, first_in_dialog, settings: settings.clone() }
            }
            &parse::Event::Response { code, refer_sub, retry } => {
                self.refer = self.refer.saturating_add(u32::from(retry));
                Fed::Response { code, refer_sub, retry: retry.then_some(self.refer) }
            }
            parse::Event::Notify(notify) => {
                let cseq = notify.cseq.unwrap_or(self.notify.saturating_add(1));
                self.notify = self.notify.max(cseq);
                Fed::Notify(FedNotify {
                    cseq,
                    event_header: notify.event_header.clone(),
                    subscription_state: notify.subscription_state.clone(),
                    in_dialog: notify.in_dialog,
                    // A reason phrase may be empty (RFC 3261 §25.1), and no rule looks at it.
                    body: notify
                        .code
                        .map_or_else(String::new, |code| format!("SIP/2.0 {code} \r\n")),
                })
            }
            &parse::Event::HangUp { by } => Fed::HangUp { by, method: "BYE" },
            parse::Event::TransportError => Fed::TransportError,
            parse::Event::Time => Fed::Time,
        }
    }
}

impl FedNotify {
    /// What the status line of its body says behind the version, as it stands there.
    pub(crate) fn says(&self) -> Option<&str> {
        let line = self.body.split(['\r', '\n']).next().unwrap_or_default();
        line.strip_prefix("SIP/2.0 ").map(str::trim_end)
    }
}

impl Fed {
    /// What the transfer is told.
    pub(crate) fn event(&self) -> Event<'_> {
        match self {
            &Self::Start { leg, cseq, first_in_dialog, .. } => {
                Event::Start { leg, cseq, first_in_dialog }
            }
            &Self::Response { code, refer_sub, retry } => {
                Event::Response { code, refer_sub, retry }
            }
            Self::Notify(notify) => Event::Notify {
                event: &notify.event_header,
                cseq: notify.cseq,
                subscription_state: notify.subscription_state.as_deref(),
                body: notify.body.as_bytes(),
                in_dialog: notify.in_dialog,
            },
            Self::HangUp { .. } => Event::HangUp,
            Self::TransportError => Event::TransportError,
            Self::Time => Event::Time,
        }
    }
}
