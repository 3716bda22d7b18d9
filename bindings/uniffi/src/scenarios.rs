//! What an endpoint does in each scenario, and the signed request that comes of it.

use twiml_refer::{
    RequestValidator, SipUri, Transfer, VoiceRequest,
    http::Method,
    transfer::{Event, Notify, Output, Response, Start},
    webhook,
};

use crate::records::{Pair, Result, Scenario, SignedRequest};

/// Runs the verb against an endpoint that behaves so.
pub(crate) fn report(scenario: Scenario) -> Result<Option<webhook::ReferReport>> {
    let notifies: &[(u16, &str)] = match scenario {
        Scenario::Transferred => &[(100, "active"), (180, "active"), (200, "terminated")],
        Scenario::TargetFailed => &[(100, "active"), (486, "terminated")],
        Scenario::Canceled => &[(100, "active"), (180, "active")],
        Scenario::Rejected | Scenario::Unconfirmed => &[],
    };
    let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
    let mut heard = |event: Event<'_>, now_ms| {
        transfer.handle(event, now_ms)?;
        let completed = |output| match output {
            Output::Completed(report) => Some(report),
            _ => None,
        };
        let report = std::iter::from_fn(|| transfer.poll()).filter_map(completed).last();
        Ok::<_, twiml_refer::Error>((report, transfer.deadline_ms()))
    };
    heard(Start::new(1).into(), 0)?;
    let code = if scenario == Scenario::Rejected { 405 } else { 202 };
    let mut last = heard(Response::new(code).into(), 0)?;
    for (cseq, (code, state)) in (1..).zip(notifies) {
        let body = format!("SIP/2.0 {code} \r\n").into_bytes();
        let notify = Notify::new(cseq, "refer", &body).with_subscription_state(*state);
        last = heard(notify.into(), 0)?;
    }
    if scenario == Scenario::Canceled {
        last = heard(Event::HangUp, 0)?;
    }
    if let (None, Some(deadline_ms)) = last {
        last = heard(Event::Time, deadline_ms)?;
    }
    Ok(last.0)
}

/// Makes the request to the action URL; `params` are added to the usual ones, or replace them.
pub(crate) fn signed(
    validator: &RequestValidator,
    method: Method,
    url: &str,
    scenario: Scenario,
    params: impl Iterator<Item = (String, String)>,
) -> Result<SignedRequest> {
    let call_status = if scenario == Scenario::Canceled { "completed" } else { "in-progress" };
    let mut form: Vec<(String, String)> = [
        ("CallSid", "CA00000000000000000000000000000000"),
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("From", "sip:caller@example.com"),
        ("To", "sip:app@example.com"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
        ("CallStatus", call_status),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in report(scenario)?.iter().flat_map(webhook::ReferReport::params) {
        form.push((name.to_owned(), value));
    }
    for (name, value) in params {
        match form.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => form.push((name, value)),
        }
    }
    let body = VoiceRequest::from_pairs(form, usize::MAX)?.to_form();
    let (url, body) = match method {
        Method::Get => {
            let mark = if url.contains('?') { '&' } else { '?' };
            (format!("{url}{mark}{body}"), String::new())
        }
        Method::Post => (url.to_owned(), body),
    };
    let mut headers = vec![Pair::new("X-Twilio-Signature", validator.sign_form(&url, &body))];
    if method == Method::Post {
        headers.push(Pair::new("Content-Type", "application/x-www-form-urlencoded"));
    }
    Ok(SignedRequest {
        method: method.to_string(),
        url,
        body,
        headers: headers.into_iter().collect(),
    })
}
