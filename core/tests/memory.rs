//! Peak memory: a parse takes at most eight times its input, plus a constant that the documented
//! limits bound. One test, because the heap is counted for the whole process.

use twiml_refer::limits::{MAX_DOCUMENT_BYTES, MAX_ELEMENTS};
use twiml_refer::{Method, RequestValidator, SipUri, VoiceRequest, VoiceResponse};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What no input can exceed: the tree of the most elements that a document may have.
const CONSTANT: usize = MAX_ELEMENTS * 256;

/// What the jobs that take any amount of input are held to.
const SMALL_CONSTANT: usize = 64 * 1024;

fn peak<T>(job: impl FnOnce() -> T) -> usize {
    let before = dhat::HeapStats::get().curr_bytes;
    // The peak is that of the whole run: make sure that it is this job's.
    let ballast = Vec::<u8>::with_capacity(dhat::HeapStats::get().max_bytes - before);
    let base = dhat::HeapStats::get().curr_bytes;
    let result = job();
    let peak = dhat::HeapStats::get().max_bytes;
    drop((result, ballast));
    peak - base
}

#[test]
fn a_parse_takes_at_most_eight_times_its_input() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let documents = [
        format!("<Response>{}</Response>", "<a/>".repeat(MAX_ELEMENTS - 1)),
        format!("<Response>{}</Response>", "<a>x</a>".repeat(8_000)),
        format!("<Response><Say>{}</Say></Response>", "&lt;".repeat(16_000)),
        format!("<Response><Say>{}</Say></Response>", "x".repeat(MAX_DOCUMENT_BYTES - 40)),
        format!("<Response>{}", "<a>".repeat(60)),
    ];
    for xml in &documents {
        let taken = peak(|| VoiceResponse::parse(xml));
        assert!(taken <= 8 * xml.len() + CONSTANT, "{taken} for {} bytes", xml.len());
    }
    let uris = [
        format!("sip:a@b?{}X=", "X=1&".repeat(16_000)),
        format!("sip:b{}", (0..9_000).map(|n| format!(";p{n}")).collect::<String>()),
        format!("sip:{}@b", "%41".repeat(20_000)),
    ];
    for uri in &uris {
        let taken = peak(|| SipUri::parse(uri));
        assert!(taken <= 8 * uri.len() + SMALL_CONSTANT, "{taken} for {} bytes", uri.len());
    }
    let validator = RequestValidator::new("12345").unwrap().with_max_body_bytes(usize::MAX);
    let bodies = ["a&", "&", "a=%41&", "To&", "SipHeader_X=1&", "From=sip%3Aalice%40example.com&"];
    for body in bodies.map(|piece| piece.repeat(1_000_000 / piece.len()).into_bytes()) {
        let taken = peak(|| VoiceRequest::from_form_with_limit(&body, usize::MAX));
        assert!(taken <= 8 * body.len() + SMALL_CONSTANT, "{taken} for {} bytes", body.len());
        let taken = peak(|| {
            validator.verify(Method::Post, "https://example.com/", &body, Some("AAAA")).is_ok()
        });
        assert!(taken <= 8 * body.len() + SMALL_CONSTANT, "{taken} for {} bytes", body.len());
    }
}
