//! Transfers as their saved bytes.

use std::time::Duration;

use twiml_refer::{
    Error, Transfer, numbers,
    transfer::{self, Event, Output, RejectedStatus},
    webhook::ReferCallStatus,
};

use crate::entry::List;
use crate::records::{
    ReferReport, StatusMapping, TransferInput, TransferOutput, TransferSettings, TransferStep, wide,
};
use crate::requests::leg;

/// Feeds an input at this time. A time before the epoch counts as the epoch: the clock never goes
/// back.
pub(crate) fn feed(
    transfer: &mut Transfer,
    input: &TransferInput,
    now_ms: i64,
) -> Result<(), Error> {
    let event = match input {
        TransferInput::Start { leg: name, cseq, first_in_dialog } => Event::Start {
            leg: leg(name),
            cseq: numbers::cseq(cseq.unwrap_or_default())?,
            first_in_dialog: *first_in_dialog,
        },
        TransferInput::Response { code, refer_sub, retry_cseq } => Event::Response {
            code: u16::try_from(*code).unwrap_or_default(),
            refer_sub: *refer_sub,
            retry: retry_cseq.map(numbers::cseq).transpose()?,
        },
        TransferInput::Notify { notify } => Event::Notify {
            event: &notify.event,
            cseq: numbers::received_cseq(notify.cseq),
            subscription_state: notify.subscription_state.as_deref(),
            body: &notify.body.0,
            in_dialog: notify.in_dialog,
        },
        TransferInput::HangUp => Event::HangUp,
        TransferInput::TransportError => Event::TransportError,
        TransferInput::Time | TransferInput::Sent { .. } | TransferInput::Status { .. } => {
            Event::Time
        }
    };
    transfer.handle(event, u64::try_from(now_ms).unwrap_or_default())
}

/// Takes the outputs and saves what is left.
pub(crate) fn step(mut transfer: Transfer) -> TransferStep {
    let output = |output| match output {
        Output::SendRefer => Some(TransferOutput::SendRefer),
        Output::Reply(code) => Some(TransferOutput::Reply { code: code.into() }),
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
        deadline_ms: transfer.deadline().map(wide),
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
                    code: code.into(),
                    status: status.to_string(),
                })
                .collect::<List<_>>(),
        }
    }
}
