//! [`ReferReport`]: how the verb ended, as the parameters that Twilio sends to the action URL.
//! Reading them is [`ReferCallback`].

use crate::{ReferCallStatus, ReferCallback, ReferOutcome};

/// The parameters of `<Refer>` in the request to the action URL; absent ones are left out.
///
/// ```
/// use twiml_refer::{Event, Output, ReferOutcome, SipUri, Transfer};
///
/// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
/// transfer.handle(Event::start(1), 0)?;
/// assert_eq!(transfer.poll(), Some(Output::SendRefer));
/// transfer.handle(Event::response(405), 50)?;
///
/// let Some(Output::Completed(report)) = transfer.poll() else { unreachable!() };
/// let params: Vec<_> = report.params().collect();
/// assert_eq!(params[0], ("ReferCallStatus", "failed".to_owned()));
/// assert_eq!(params[1], ("ReferSipResponseCode", "405".to_owned()));
/// assert_eq!(report.outcome(), ReferOutcome::Rejected { code: 405 });
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReferReport {
    pub(super) status: Option<ReferCallStatus>,
    pub(super) refer_code: Option<u16>,
    pub(super) notify_code: Option<u16>,
}

impl ReferReport {
    /// `ReferCallStatus`: how the call to the target stands.
    #[must_use]
    pub fn refer_call_status(&self) -> Option<&ReferCallStatus> {
        self.status.as_ref()
    }

    /// `ReferSipResponseCode`: the endpoint's answer to the REFER.
    #[must_use]
    pub fn refer_sip_response_code(&self) -> Option<u16> {
        self.refer_code
    }

    /// `NotifySipResponseCode`: the last code of the call to the target.
    #[must_use]
    pub fn notify_sip_response_code(&self) -> Option<u16> {
        self.notify_code
    }

    /// Names and values in the order of Twilio's documentation, ready to be joined with the
    /// standard voice parameters.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, String)> {
        let values = [
            self.status.as_ref().map(ReferCallStatus::to_string),
            self.refer_code.map(|code| code.to_string()),
            self.notify_code.map(|code| code.to_string()),
        ];
        ReferCallback::PARAMETER_NAMES
            .into_iter()
            .zip(values)
            .filter_map(|(name, value)| value.map(|value| (name, value)))
    }

    /// What the app that receives them will read.
    #[must_use]
    pub fn outcome(&self) -> ReferOutcome {
        ReferOutcome::classify(self.status.clone(), self.refer_code, self.notify_code)
    }
}
