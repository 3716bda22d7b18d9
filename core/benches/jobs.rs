//! The jobs that every call makes, each at one and at ten times its input, for `core/benches/run`: a line
//! of JSON names a job and how often it runs, and is answered with nanoseconds per call.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // the inputs are constants

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::BufRead as _;
use std::time::Instant;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use twiml_refer::{
    Refer, ReferOutcome, RequestValidator, SipUri, Transfer, VoiceResponse,
    http::Method,
    transfer::{Event, Notify, Response, Start},
};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://voice.example.com/handleRefer?x=1";

type Job = Box<dyn FnMut()>;

fn main() {
    let mut jobs = jobs();
    for line in std::io::stdin().lock().lines() {
        let request: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let calls = request["calls"].as_u64().unwrap_or(1);
        let taken = jobs.get_mut(request["time"].as_str().unwrap_or_default()).map(|job| {
            let started = Instant::now();
            (0..calls).for_each(|_| job());
            started.elapsed().as_secs_f64() * 1e9 / calls as f64
        });
        println!("{}", serde_json::json!(taken));
    }
}

fn jobs() -> BTreeMap<String, Job> {
    let mut jobs = BTreeMap::new();
    // Verbs, headers, characters of a header's value.
    let sizes = [
        ("", 1, 2, 10),
        ("_10_verbs", 10, 2, 10),
        ("_20_headers", 1, 20, 10),
        ("_long", 1, 2, 100),
    ];
    for (name, verbs, headers, length) in sizes {
        let target = target(headers, length);
        let xml = document(&target, verbs);
        let uri = target.clone();
        add(&mut jobs, &format!("document{name}"), move || document(black_box(&target), verbs));
        add(&mut jobs, &format!("read{name}"), move || {
            VoiceResponse::parse(black_box(&xml)).unwrap().check()
        });
        add(&mut jobs, &format!("uri{name}"), move || {
            SipUri::parse(black_box(&uri)).unwrap().check()
        });
    }
    for (name, count, longer) in [("", 20, 1), ("_200", 200, 1), ("_long", 20, 10)] {
        let pairs = pairs(count, longer);
        let validator = RequestValidator::new(TOKEN).unwrap();
        let signature = validator.sign(URL, pairs.iter().map(|(name, value)| (name, value)));
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(&pairs).finish();
        add(&mut jobs, &format!("verify{name}"), move || {
            let body = black_box(&body);
            let request = validator.verify(Method::Post, URL, body, Some(&signature)).unwrap();
            assert_eq!(request.outcome(), Some(ReferOutcome::Transferred));
            request
        });
        let signed = pairs.into_iter().flat_map(|(name, value)| [name, value]);
        let signed: String = std::iter::once(URL.to_owned()).chain(signed).collect();
        add(&mut jobs, &format!("hmac{name}"), move || {
            let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
            mac.update(black_box(&signed).as_bytes());
            mac.finalize()
        });
    }
    let new = || Transfer::new(SipUri::parse("sip:alice@example.com").unwrap());
    let mut subscribed = new();
    handle(&mut subscribed, Start::new(1), 0);
    handle(&mut subscribed, Response::new(202), 50);
    let (mut live, saved, mut cseq) = (subscribed.clone(), subscribed.save(), 0);
    add(&mut jobs, "notify", move || {
        cseq += 1;
        handle(&mut live, notify(cseq, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 100);
    });
    add(&mut jobs, "transfer", move || answered(&mut new()));
    // Both are more than the nearest cache holds.
    for count in [100, 1_000] {
        add(&mut jobs, &format!("transfers_{count}"), move || {
            let mut all: Vec<_> = (0..count).map(|_| new()).collect();
            all.iter_mut().for_each(answered);
            all
        });
    }
    add(&mut jobs, "save", move || black_box(&subscribed).save());
    add(&mut jobs, "restore", move || Transfer::restore(black_box(&saved)).unwrap());
    jobs
}

fn add<T>(jobs: &mut BTreeMap<String, Job>, name: &str, mut job: impl FnMut() -> T + 'static) {
    jobs.insert(name.to_owned(), Box::new(move || drop(black_box(job()))));
}

fn target(headers: usize, length: usize) -> String {
    let value = "billing-12".repeat(length / 10);
    let headers: Vec<_> = (0..headers).map(|n| format!("X-Reason{n:02}={value}")).collect();
    format!("sip:alice@example.com?{}", headers.join("&"))
}

fn document(target: &str, verbs: usize) -> String {
    let response = (0..verbs).fold(VoiceResponse::new(), |response, _| {
        let refer = Refer::to(SipUri::parse(target).unwrap());
        response.refer(refer.with_action("/handleRefer").unwrap().with_method(Method::Post))
    });
    response.to_xml()
}

/// The parameters of an action request, and as many SIP headers as it takes, in byte order.
fn pairs(count: usize, longer: usize) -> Vec<(String, String)> {
    let known = [
        ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
        ("CallSid", "CA0123456789abcdef0123456789abcdef"),
        ("CallStatus", "in-progress"),
        ("Direction", "inbound"),
        ("From", "sip:bob@example.com"),
        ("NotifySipResponseCode", "200"),
        ("ReferCallStatus", "in-progress"),
        ("ReferSipResponseCode", "202"),
    ];
    let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers = (known.len()..count)
        .map(|n| (format!("SipHeader_X-Id{n:03}"), n.to_string().repeat(longer)));
    known.into_iter().chain(headers).collect()
}

fn notify(cseq: u32, state: &'static str, body: &'static str) -> Notify<'static> {
    Notify::new(cseq, "refer;id=1", body).with_subscription_state(state)
}

fn handle<'a>(transfer: &mut Transfer, event: impl Into<Event<'a>>, now: u64) {
    transfer.handle(black_box(event.into()), now).unwrap();
    while let Some(output) = transfer.poll() {
        black_box(output);
    }
}

/// Twilio's first scenario.
fn answered(transfer: &mut Transfer) {
    handle(transfer, Start::new(1), 0);
    handle(transfer, Response::new(202), 50);
    handle(transfer, notify(1, "active;expires=60", "SIP/2.0 100 Trying\r\n"), 100);
    handle(transfer, notify(2, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 2_000);
    handle(transfer, notify(3, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), 9_500);
}
