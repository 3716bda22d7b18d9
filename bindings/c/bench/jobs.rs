//! The three main jobs in Rust, the same as in `jobs.c`: each with its nanoseconds.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use twiml_refer::{
    Refer, RequestValidator, SipUri, Transfer, VoiceRequest, VoiceResponse,
    http::Method,
    transfer::{Notify, Response, Start},
};

const URL: &str = "https://voice.example.com/handleRefer?x=1";
const BODY: &[u8] = b"CallSid=CA00000000000000000000000000000000&AccountSid=AC00000000000000000000000000000000&From=sip%3Acaller%40example.com&To=sip%3Aapp%40example.com&CallStatus=in-progress&ApiVersion=2010-04-01&Direction=inbound&ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486&P0=value+0&P1=value+1&P2=value+2&P3=value+3&P4=value+4&P5=value+5&P6=value+6&P7=value+7&P8=value+8&P9=value+9";
const TARGET: &str =
    "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question";

fn document() -> usize {
    let target = SipUri::parse(black_box(TARGET)).unwrap();
    let refer = Refer::to(target).with_action("/handleRefer").unwrap().with_method(Method::Post);
    VoiceResponse::new().refer(refer).to_xml().len()
}

fn verify(validator: &RequestValidator, signature: &str) -> usize {
    let request =
        validator.verify(Method::Post, black_box(URL), black_box(BODY), Some(signature)).unwrap();
    request.outcome().and_then(|outcome| outcome.code()).unwrap().as_u16().into()
}

fn polled(transfer: &mut Transfer) -> usize {
    std::iter::from_fn(|| transfer.poll()).map(black_box).count()
}

fn transfer() -> usize {
    let target = SipUri::parse(black_box("sip:alice@example.com")).unwrap();
    let mut transfer = Transfer::new(target);
    transfer.handle(Start::new(1), 0).unwrap();
    let mut outputs = polled(&mut transfer);
    transfer.handle(Response::new(202), 50).unwrap();
    let trying = Notify::new(2, "refer", "SIP/2.0 100 Trying\r\n")
        .with_subscription_state("active;expires=60");
    transfer.handle(trying, 60).unwrap();
    outputs += polled(&mut transfer);
    let answered = Notify::new(3, "refer", "SIP/2.0 200 OK\r\n")
        .with_subscription_state("terminated;reason=noresource");
    transfer.handle(answered, 900).unwrap();
    outputs + polled(&mut transfer)
}

fn measure(name: &str, expected: usize, job: impl Fn() -> usize) {
    const CALLS: u32 = 100_000;
    assert_eq!(job(), expected, "{name}");
    let begin = Instant::now();
    for _ in 0..CALLS {
        assert_eq!(job(), expected);
    }
    println!("{name} {:.1}", begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
}

fn main() {
    let validator = RequestValidator::new("12345").unwrap();
    let request = VoiceRequest::from_form(BODY, None).unwrap();
    let signature = validator.sign(URL, request.params());
    measure("document", 202, document);
    measure("verify", 486, || verify(&validator, &signature));
    measure("transfer", 4, transfer);
}
