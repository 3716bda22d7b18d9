//! A million transfers, all alive at once, through Twilio's first scenario:
//! `cargo run --release -p twiml-refer --example million`. Prints the time and the memory it took.

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use twiml_refer::{
    ReferOutcome, SipUri, Transfer,
    transfer::{Event, Notify, Output, Response, Start, TransferSettings},
};

const TRANSFERS: usize = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let target = SipUri::parse("sip:alice@example.com?X-AcctNumber=123456")?;
    let settings = Arc::new(TransferSettings::new());
    let mut transfers: Vec<Transfer> = (0..TRANSFERS)
        .map(|_| Transfer::with_settings(target.clone(), Arc::clone(&settings)))
        .collect();

    let story = [
        (0, Event::from(Start::new(1))),
        (50, Response::new(202).into()),
        (100, notify(1, "active;expires=60", b"SIP/2.0 100 Trying\r\n").into()),
        (2_000, notify(2, "active;expires=60", b"SIP/2.0 180 Ringing\r\n").into()),
        (9_500, notify(3, "terminated;reason=noresource", b"SIP/2.0 200 OK\r\n").into()),
    ];
    let mut transferred = 0;
    for (now, event) in story {
        for transfer in &mut transfers {
            transfer.handle(event, now)?;
            while let Some(output) = transfer.poll() {
                if let Output::Completed(report) = output {
                    transferred += usize::from(report.outcome() == ReferOutcome::Transferred);
                }
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();

    println!("{transferred} of {TRANSFERS} transferred in {seconds:.2} s (goal: 2 s)");
    match peak_kilobytes() {
        Some(kilobytes) => println!(
            "{:.3} GB at most (goal: 0.6 GB), {} bytes each",
            f64::from(kilobytes) * 1024.0 / 1e9,
            u64::from(kilobytes) * 1024 / TRANSFERS as u64,
        ),
        None => println!("this system does not tell the peak memory of a process"),
    }
    Ok(())
}

fn notify(cseq: u32, state: &'static str, body: &'static [u8]) -> Notify<'static> {
    Notify::new(cseq, "refer;id=1", body).with_subscription_state(state)
}

/// Linux tells.
fn peak_kilobytes() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
