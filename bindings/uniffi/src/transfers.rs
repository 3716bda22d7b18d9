//! Transfers as their saved bytes.

use std::time::Duration;

use twiml_refer::{
    Error, Transfer, numbers,
    transfer::{self, Event, Notify, Output, RejectedStatus, Response, Start},
    webhook::ReferCallStatus,
};

use crate::entry::{List, Wire};
use crate::records::{
    ReferReport, StatusMapping, TransferInput, TransferOutput, TransferSettings, TransferStep, wide,
};
use crate::requests::{self, leg};

/// Feeds an input at this time. A time before the epoch counts as the epoch: the clock never goes
/// back.
pub(crate) fn feed(
    transfer: &mut Transfer,
    input: &TransferInput,
    now_ms: i64,
) -> Result<(), Error> {
    let event: Event<'_> = match input {
        TransferInput::Start { leg: name, cseq, first_in_dialog } => {
            let start = match cseq {
                Some(cseq) => Start::new(numbers::cseq(*cseq)?),
                None => Start::without_cseq(),
            };
            start.with_leg(leg(name)).with_first_in_dialog(*first_in_dialog).into()
        }
        TransferInput::Cseq { cseq } => Event::Cseq(numbers::cseq(*cseq)?),
        TransferInput::Response { code, refer_sub, retry_cseq } => {
            let response = Response::new(*code).with_refer_sub(*refer_sub);
            match retry_cseq {
                Some(cseq) => response.with_retry(numbers::cseq(*cseq)?),
                None => response,
            }
            .into()
        }
        TransferInput::Notify { notify } => {
            let cseq = numbers::received_cseq(notify.cseq);
            Notify::new(cseq, notify.event.lossy(), &notify.body.0)
                .with_subscription_state(notify.subscription_state.as_ref().map(Wire::lossy))
                .with_in_dialog(notify.in_dialog)
                .into()
        }
        TransferInput::Status { code, is_final } => Event::status(*code, *is_final),
        TransferInput::HangUp => Event::HangUp,
        TransferInput::TransportError => Event::TransportError,
        TransferInput::Time => Event::Time,
    };
    transfer.handle(event, u64::try_from(now_ms).unwrap_or_default())
}

/// Takes the outputs and saves what is left.
pub(crate) fn step(mut transfer: Transfer) -> TransferStep {
    let output = |output| match output {
        Output::SendRefer => Some(TransferOutput::SendRefer),
        Output::Reply(code) => Some(TransferOutput::Reply { code: requests::code(code) }),
        Output::EndDialog => Some(TransferOutput::EndDialog),
        Output::Completed(report) => Some(TransferOutput::Completed { report: (&report).into() }),
        Output::Diagnostic(found) => {
            Some(TransferOutput::Diagnostic { diagnostic: (&found).into() })
        }
        _ => None,
    };
    let outputs = std::iter::from_fn(|| transfer.poll()).filter_map(output).collect();
    TransferStep {
        saved: transfer.save(),
        state: transfer.state().as_str().to_owned(),
        deadline_ms: transfer.deadline_ms().map(wide),
        outputs,
        report: transfer.report().map(ReferReport::from),
    }
}

pub(crate) fn settings(settings: TransferSettings) -> Result<transfer::TransferSettings, Error> {
    let mut made = transfer::TransferSettings::new();
    if let Some(time) = settings.response_timeout_ns {
        made = made.with_response_timeout(duration(time)?)?;
    }
    if let Some(time) = settings.notify_timeout_ns {
        made = made.with_notify_timeout(duration(time)?)?;
    }
    if let Some(time) = settings.subscription_ns {
        made = made.with_subscription(duration(time)?)?;
    }
    if let Some(time) = settings.max_duration_ns {
        made = made.with_max_duration(duration(time)?)?;
    }
    if let Some(time) = settings.hang_up_grace_ns {
        made = made.with_hang_up_grace(duration(time)?)?;
    }
    if settings.rejected_status_omitted {
        made = made.with_rejected_status(RejectedStatus::Omitted);
    }
    for StatusMapping { code, status } in settings.statuses {
        made = made.with_status(code, ReferCallStatus::from(status.as_str()))?;
    }
    Ok(made)
}

fn duration(nanoseconds: i64) -> Result<Duration, Error> {
    match u64::try_from(nanoseconds) {
        Ok(nanoseconds) => Ok(Duration::from_nanos(nanoseconds)),
        Err(_) => numbers::milliseconds(nanoseconds.div_euclid(1_000_000)),
    }
}

impl From<&transfer::TransferSettings> for TransferSettings {
    fn from(settings: &transfer::TransferSettings) -> Self {
        let nanoseconds = |time: Duration| Some(wide(time.as_nanos()));
        Self {
            response_timeout_ns: nanoseconds(settings.response_timeout()),
            notify_timeout_ns: nanoseconds(settings.notify_timeout()),
            subscription_ns: nanoseconds(settings.subscription()),
            max_duration_ns: nanoseconds(settings.max_duration()),
            hang_up_grace_ns: nanoseconds(settings.hang_up_grace()),
            rejected_status_omitted: settings.rejected_status() == RejectedStatus::Omitted,
            statuses: settings
                .statuses()
                .map(|(code, status)| StatusMapping {
                    code: requests::code(code),
                    status: status.to_string(),
                })
                .collect::<List<_>>(),
        }
    }
}
