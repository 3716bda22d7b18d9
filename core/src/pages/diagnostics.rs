//! `docs/diagnostics.md`: every code with the smallest input that gives it, and nothing else.

use std::fmt::Write;

use super::{in_sentence, in_table, is_fresh, one_line, plain};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::DiagnosticCode::{self, *};
use crate::transfer::{Output, Response};
use crate::twiml::Element;
use crate::{SipUri, Transfer, VoiceRequest, VoiceResponse};

const OPENING: &str = "\
<!-- Made from the tables of core: TWIML_REFER_WRITE_PAGES=1 cargo test -p twiml-refer pages -->
# Diagnostics

What is worth knowing about valid input: about a document or a SIP URI, by `check` in every language and
by `twiml-refer check` and `twiml-refer uri` in the shell; about a request from Twilio, by its
`diagnostics`; about an event of a `Transfer`, among its outputs. Input that cannot be read is an
[error](errors.md). A check of a document also checks the URI of each `<Refer>`.

An **error** means that Twilio will refuse it, that a transfer never happens, or that the app is not
secure; a **warning**, that something is dropped or never runs; a **note** is good to know. Twilio's number
is that of its own error or warning, as its debugger shows it. What `<Dial><Sip>` refuses or drops is
documented only for that: for `<Refer>` the endpoint that gets the REFER decides.
";

/// The diagnostics of a transfer that has not started.
fn odd(response: Response) -> Vec<Diagnostic> {
    let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com").unwrap());
    transfer.handle(response, 0).unwrap();
    let outputs = std::iter::from_fn(|| transfer.poll());
    let diagnostics = outputs.filter_map(|output| match output {
        Output::Diagnostic(found) => Some(found),
        _ => None,
    });
    diagnostics.collect()
}

enum Input {
    Xml(&'static str),
    Uri(&'static str),
    Form(&'static str),
    /// What is too long to be printed: as one would write it, and what it makes.
    Made(&'static str, fn() -> Vec<Diagnostic>),
}

impl Input {
    fn check(&self) -> Vec<Diagnostic> {
        match self {
            Self::Xml(text) => VoiceResponse::parse(text).unwrap().check(),
            Self::Uri(text) => SipUri::parse(text).unwrap().check(),
            Self::Form(text) => VoiceRequest::from_form(text, None).unwrap().diagnostics().to_vec(),
            Self::Made(_, check) => check(),
        }
    }

    fn fenced(&self) -> (&'static str, String) {
        match self {
            Self::Xml(text) => ("xml", (*text).to_owned()),
            Self::Uri(text) | Self::Form(text) => ("text", (*text).to_owned()),
            Self::Made(text, _) => ("rust", one_line(text)),
        }
    }
}

macro_rules! made {
    ($check:expr) => {
        Input::Made(stringify!($check), || $check)
    };
}

const EXAMPLES: &[(DiagnosticCode, Input)] = &[
    (TargetMissing, Input::Xml("<Response><Refer action='/a'/></Response>")),
    (
        TargetRepeated,
        Input::Xml(
            "<Response><Refer action='/a'><Sip>sip:a@b.example</Sip><Sip>sip:c@d.example</Sip></Refer></Response>",
        ),
    ),
    (
        TargetInvalid,
        Input::Xml("<Response><Refer action='/a'><Sip>alice@example.com</Sip></Refer></Response>"),
    ),
    (
        MethodInvalid,
        Input::Xml(
            "<Response><Refer action='/a' method='post'><Sip>sip:alice@example.com</Sip></Refer></Response>",
        ),
    ),
    (
        ActionInvalid,
        Input::Xml(
            "<Response><Refer action='ftp://example.com/a'><Sip>sip:alice@example.com</Sip></Refer></Response>",
        ),
    ),
    (
        ActionSuspicious,
        Input::Xml(
            "<Response><Refer action='ivr.example.org/done'><Sip>sip:alice@example.com</Sip></Refer></Response>",
        ),
    ),
    (
        ReferMisplaced,
        Input::Xml(
            "<Response><Gather><Refer action='/a'><Sip>sip:alice@example.com</Sip></Refer></Gather></Response>",
        ),
    ),
    (VerbUnknown, Input::Xml("<Response><refer/></Response>")),
    (
        AttributeUnknown,
        Input::Xml(
            "<Response><Refer action='/a' timeout='5'><Sip>sip:alice@example.com</Sip></Refer></Response>",
        ),
    ),
    (
        ChildUnknown,
        Input::Xml(
            "<Response><Refer action='/a'><Sip>sip:alice@example.com</Sip><Number/></Refer></Response>",
        ),
    ),
    (TextIgnored, Input::Xml("<Response>Connecting you.</Response>")),
    (
        Unreachable,
        Input::Xml(
            "<Response><Refer action='/a'><Sip>sip:alice@example.com</Sip></Refer><Hangup/></Response>",
        ),
    ),
    (NoAction, Input::Xml("<Response><Refer><Sip>sip:alice@example.com</Sip></Refer></Response>")),
    (DocumentTooLarge, made!(VoiceResponse::new().say(&"a".repeat(65_536)).unwrap().check())),
    (
        DocumentTooDeep,
        made!(
            VoiceResponse::new()
                .append(
                    (1..64).fold(Element::gather(), |inner, _| Element::gather().with_child(inner))
                )
                .check()
        ),
    ),
    (
        DocumentTooManyElements,
        made!(
            (0..10_000)
                .fold(VoiceResponse::new(), |all, _| all.append(Element::say("").unwrap()))
                .check()
        ),
    ),
    (
        UriTooLong,
        made!(SipUri::builder("example.com").user(&"a".repeat(239)).build().unwrap().check()),
    ),
    (
        HeadersTooLong,
        made!(
            SipUri::builder("example.com")
                .header("X-A", &"a".repeat(1020))
                .build()
                .unwrap()
                .check()
        ),
    ),
    (HeaderReserved, Input::Uri("sip:alice@example.com?X-Twilio-Id=1")),
    (HeaderNotForUri, Input::Uri("sip:alice@example.com?From=bob")),
    (HeaderIsParameter, Input::Uri("sip:alice@example.com?transport=udp")),
    (HeaderMayBeDropped, Input::Uri("sip:alice@example.com?Subject=billing")),
    (HeaderNameInvalid, Input::Uri("sip:alice@example.com?X-%20A=1")),
    (HeaderInjection, Input::Uri("sip:alice@example.com?X-A=1%0D%0AX-B:2")),
    (HeaderNotUtf8, Input::Uri("sip:alice@example.com?X-A=%FF")),
    (UserToUserInvalid, Input::Uri("sip:alice@example.com?User-to-User=%3Bencoding%3Dhex")),
    (UserToUserOddHex, Input::Uri("sip:alice@example.com?User-to-User=123%3Bencoding%3Dhex")),
    (PlusInValue, Input::Uri("sip:alice@example.com?X-Reason=billing+question")),
    (SchemeDoubled, Input::Uri("sip:sip:alice@example.com")),
    (PasswordInUri, Input::Uri("sip:alice:secret@example.com")),
    (DoubleSlash, Input::Uri("sip://alice@example.com")),
    (TransportUnsupported, Input::Uri("sip:alice@example.com;transport=sctp")),
    (ParameterRepeated, Input::Form("CallSid=CA1&CallSid=CA2")),
    (ParameterInvalid, Input::Form("ReferCallStatus=failed&ReferSipResponseCode=4o5")),
    (EventUnexpected, made!(odd(Response::new(202)))),
    (ResponseCodeInvalid, made!(odd(Response::new(99)))),
];

#[test]
fn every_code_has_its_example_and_the_page_is_fresh() {
    let codes: Vec<_> = EXAMPLES.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, DiagnosticCode::ALL);
    let mut page =
        format!("{OPENING}\n| code | severity | Twilio's number |\n| --- | --- | --- |\n");
    for code in codes {
        let number = in_table(code.twilio_number());
        writeln!(page, "| [`{code}`](#{code}) | {} | {number} |", code.severity()).unwrap();
    }
    for (code, input) in EXAMPLES {
        page.push_str(&section(*code, input));
    }
    is_fresh("diagnostics.md", &page);
}

fn section(code: DiagnosticCode, input: &Input) -> String {
    let (language, text) = input.fenced();
    let found = input.check();
    assert_eq!(found.iter().map(Diagnostic::code).collect::<Vec<_>>(), [code], "{text}");
    let found: String = found.iter().map(Diagnostic::to_string).collect();
    format!(
        "\n## {code}\n\n\
         **{}**{}\n\n\
         * On the wire: {}\n\
         * To correct it: {}\n\n\
         ```{language}\n{text}\n```\n\
         ```text\n{found}\n```\n",
        code.severity(),
        in_sentence(code.twilio_number()),
        plain(code.explanation()),
        plain(code.remedy()),
    )
}
