//! One NOTIFY with any headers and any body, against a second implementation.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{
    SipUri, Transfer,
    sip::SipStatus,
    transfer::{self, Output, Response, Start},
};
use twiml_refer_fuzz::events::drain;
use twiml_refer_fuzz::sip::status_code;

#[derive(Debug, arbitrary::Arbitrary)]
struct Notify {
    event: String,
    state: Option<String>,
    body: Vec<u8>,
    in_dialog: bool,
}

fuzz_target!(|notify: Notify| {
    let target = SipUri::parse("sip:alice@example.com").expect("a URI");
    let mut transfer = Transfer::new(target);
    transfer.handle(Start::new(7), 0).expect("idle");
    transfer.handle(Response::new(202), 1).expect("referring");
    drain(&mut transfer);
    let event = transfer::Notify::new(1, &notify.event, &notify.body)
        .with_subscription_state(notify.state.as_deref())
        .with_in_dialog(notify.in_dialog);
    transfer.handle(event, 2).expect("a NOTIFY may always come");
    let outputs = drain(&mut transfer);
    let reply = expected_reply(&notify);
    let status = SipStatus::new(reply).expect("a status");
    assert_eq!(outputs.first(), Some(&Output::Reply(status)), "{notify:?}");
    let code = status_code(&notify.body);
    let is_terminated = notify.state.as_deref().is_some_and(|state| {
        state.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("terminated"))
    });
    let is_over = reply == 200 && (is_terminated || code.is_some_and(|code| code >= 200));
    match outputs.get(1) {
        None => assert!(!is_over, "{notify:?}"),
        Some(Output::Completed(report)) => {
            assert!(is_over, "{notify:?}");
            assert_eq!(report.notify_sip_response_code().map(SipStatus::as_u16), code);
            let is_transferred = report.outcome().kind() == "transferred";
            assert_eq!(is_transferred, code.is_some_and(|code| (200..300).contains(&code)));
        }
        other => panic!("{other:?}"),
    }
    assert!(outputs.len() <= 2);
});

fn expected_reply(notify: &Notify) -> u16 {
    let mut parts = notify.event.split(';').map(str::trim);
    if parts.next().map(str::to_ascii_lowercase).as_deref() != Some("refer") {
        return 489;
    }
    let id =
        parts.map(|part| part.split_once('=').unwrap_or((part, ""))).find_map(|(name, value)| {
            name.trim()
                .eq_ignore_ascii_case("id")
                .then(|| value.trim().trim_start_matches('0').to_owned())
        });
    if !notify.in_dialog || id.is_some_and(|id| id != "7") {
        return 481;
    }
    let state = notify.state.as_deref().unwrap_or_default();
    if state.split(';').next().unwrap_or_default().trim().is_empty() { 400 } else { 200 }
}
