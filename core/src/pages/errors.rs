//! `docs/errors.md`: every kind with calls that are refused with it.

use std::fmt::Write;
use std::time::Duration;

use super::{in_sentence, in_table, is_fresh, one_line};
use crate::error::ErrorKind;
use crate::http::Method;
use crate::sip::{SipStatus, UserToUser};
use crate::transfer::{Notify, Start, TransferSettings};
use crate::twiml::{CallCreate, CallUpdate, Comment, Element, Text};
use crate::webhook::{HttpVerifier, Leg, Origin};
use crate::{
    Error, Refer, RequestValidator, SipUri, Transfer, VoiceRequest, VoiceResponse, numbers,
};

const OPENING: &str = "\
<!-- Made from the tables of core: TWIML_REFER_WRITE_PAGES=1 cargo test -p twiml-refer pages -->
# Errors

What the library refuses, and how it says so. Every language has the same kinds and messages; the number
is the `kind` of `twr_error` in C. A message says what is wrong and, most often after a colon,
what to do; it may say the byte, or the line and column, after its first words (`invalid SIP URI at
byte 27: …`), and holds at most 240 bytes. Your text is shown at `…`, never a token, a signature or
`CallToken`. Twilio's number is that of its own error. What could be read, but will not work as
meant, is a [diagnostic](diagnostics.md).

The examples are calls of the Rust crate, with what they said. Other languages spell the calls in their
way; other calls that take such an input refuse it with the same kind. In the examples `alice` is the URI
`sip:alice@example.com`, `account` and `call` are well-formed SIDs, `validator` holds the auth token,
`transfer` is a new `Transfer` to `alice`, `saved` what it saves; `started` was fed a start, and
`unpolled` was fed NOTIFYs without being polled.
";

fn alice() -> SipUri {
    SipUri::parse("sip:alice@example.com").unwrap()
}

fn account() -> String {
    "AC".to_owned() + &"0".repeat(32)
}

fn call() -> String {
    "CA".to_owned() + &"0".repeat(32)
}

fn transfer() -> Transfer {
    Transfer::new(alice())
}

fn started() -> Transfer {
    let mut transfer = transfer();
    transfer.handle(Start::new(1), 0).unwrap();
    transfer
}

fn unpolled() -> Transfer {
    let mut transfer = started();
    let notify = Notify::new(1, "refer", "").with_subscription_state("active");
    while transfer.handle(notify, 0).is_ok() {}
    transfer
}

fn saved() -> Vec<u8> {
    transfer().save()
}

fn validator() -> RequestValidator {
    RequestValidator::new("12345").unwrap()
}

struct Example {
    kind: ErrorKind,
    call: &'static str,
    run: fn() -> Option<Error>,
}

/// A call as the page shows it: what this file has as functions are values there.
fn shown(call: &str) -> String {
    let values =
        ["alice", "account", "call", "saved", "started", "transfer", "unpolled", "validator"];
    values.iter().fold(one_line(call), |text, name| text.replace(&format!("{name}()"), name))
}

macro_rules! examples {
    ($( $kind:ident $( $call:expr ),+; )*) => {
        &[$($( Example {
            kind: ErrorKind::$kind,
            call: stringify!($call),
            run: || $call.err().map(Error::from),
        }, )+)*]
    };
}

const EXAMPLES: &[Example] = examples! {
    UriEmpty SipUri::parse("");
    UriOverLimit SipUri::parse(&"a".repeat(70_000)),
        alice().with_header("X-A", &"a".repeat(70_000));
    UriSchemeMissing SipUri::parse("alice@example.com");
    UriSchemeUnsupported SipUri::parse("tel:+15551234567");
    UriAngleBrackets SipUri::parse("<sip:alice@example.com>"),
        SipUri::parse("Alice <sip:alice@example.com>");
    UriWhiteSpace SipUri::parse("sip:alice@example.com?X-A=a b"),
        SipUri::parse(" sip:alice@example.com");
    UriControlCharacter SipUri::parse("sip:alice@example.com?X-A=\u{7}");
    UriCharacter SipUri::parse("sip:ali\"ce@example.com"),
        SipUri::parse("sip:alice@example.com?X-A=é"),
        SipUri::parse("sip:alice@example.com#x"),
        SipUri::parse("sip:alice@example.com&X-A=1"),
        SipUri::parse("sip:alice@example.com?X-A=1%26X-B=2");
    UriEscapeInvalid SipUri::parse("sip:alice@example.com?X-A=100%");
    UriUserEmpty SipUri::parse("sip:@example.com"),
        SipUri::builder("example.com").password("secret").build();
    UriHostEmpty SipUri::parse("sip:alice@"), SipUri::builder("").build();
    UriHostInvalid SipUri::parse("sip:alice@-example.com"), SipUri::builder("a_b").build();
    UriIpv4Invalid SipUri::parse("sip:alice@192.0.2.256");
    UriIpv6Invalid SipUri::parse("sip:alice@[2001:db8]");
    UriPortInvalid SipUri::parse("sip:alice@example.com:0"),
        SipUri::parse("sip:tel:+15551234567"),
        SipUri::builder("example.com").port(70_000).build();
    UriParameterNameEmpty SipUri::parse("sip:alice@example.com;");
    UriParameterValueEmpty SipUri::parse("sip:alice@example.com;transport=");
    UriParameterRepeated SipUri::parse("sip:alice@example.com;lr;LR");
    UriHeaderMissing SipUri::parse("sip:alice@example.com?"),
        SipUri::parse("sip:alice@example.com?X-A=1&");
    UriHeaderValueMissing SipUri::parse("sip:alice@example.com?X-A"),
        SipUri::parse("sip:alice@example.com?lr");
    UriHeaderNameEmpty SipUri::parse("sip:alice@example.com?=1");
    UriXmlLeftOver SipUri::parse("sip:alice@example.com?X-A=1&amp;X-B=2"),
        SipUri::parse("sip:alice@example.com?User-to-User=12;encoding=hex"),
        SipUri::parse("sip:alice@example.com?X-A=1;transport=udp");
    HeaderNameInvalid alice().with_header("X A", "1"),
        SipUri::builder("example.com").header("", "1").build();
    HeaderValueInvalid alice().with_header("X-A", "1\r\nX-B: 2");
    UserToUserDataEmpty UserToUser::new(""), UserToUser::from_bytes(b""),
        UserToUser::parse(";encoding=hex");
    UserToUserDataInvalid UserToUser::new("a\nb");
    UserToUserParameterInvalid UserToUser::new("a").and_then(|value| value.with_purpose("a b"));
    UserToUserSyntax UserToUser::parse("12 34");
    UserToUserParameterRepeated UserToUser::parse("12;encoding=hex;encoding=hex");
    XmlCharacterForbidden Text::new("\u{7}"), VoiceResponse::new().say("a\u{0}b"),
        VoiceResponse::parse("<Response>&#0;</Response>");
    XmlNameInvalid Element::new("1st"), VoiceResponse::parse("<Response><-a/></Response>");
    AttributeRepeated VoiceResponse::parse("<Response a='1' a='2'/>"),
        Element::new("Dial").and_then(|dial| dial.with_attribute("a", 1)?.with_attribute("a", 2));
    MethodInvalid "post".parse::<Method>();
    ActionInvalid Refer::to(alice()).with_action("ftp://example.com/");
    DepthExceeded VoiceResponse::parse(&"<Response>".repeat(65));
    ElementsExceeded VoiceResponse::parse(&("<Response>".to_owned() + &"<a/>".repeat(10_000)));
    CommentInvalid Comment::new("a -- b");
    ReferMismatch Refer::try_from(&Element::hangup());
    DocumentTooLarge VoiceResponse::parse(&" ".repeat(65_537));
    DocumentEmpty VoiceResponse::parse("");
    DocumentEncoding VoiceResponse::parse("<?xml version='1.0' encoding='latin1'?><Response/>");
    DocumentNotUtf8 VoiceResponse::parse_bytes(b"<Response>\xFF</Response>");
    DocumentRootInvalid VoiceResponse::parse("<Reponse/>");
    DocumentDtd VoiceResponse::parse("<!DOCTYPE Response><Response/>");
    DocumentEntityUnknown VoiceResponse::parse("<Response>&nbsp;</Response>");
    DocumentEndTag VoiceResponse::parse("<Response><Say>Hello</say></Response>");
    DocumentUnclosed VoiceResponse::parse("<Response><Say>Hello");
    DocumentOutsideRoot VoiceResponse::parse("<Response/>Hello");
    DocumentSyntax VoiceResponse::parse("<Response>you & me</Response>"),
        VoiceResponse::parse("<Response><Say");
    DocumentAttributeSyntax VoiceResponse::parse("<Response><Refer action=/a/></Response>");
    SidInvalid CallUpdate::from_url("AC12", &call(), "https://voice.example.com/voice");
    RestTwimlTooLong CallUpdate::from_twiml(
        &account(), &call(), &VoiceResponse::new().say(&"a".repeat(4000)).unwrap()
    );
    RestUrlInvalid CallUpdate::from_url(&account(), &call(), "/voice");
    RestBaseInvalid CallUpdate::from_url(&account(), &call(), "https://voice.example.com/voice")
        .and_then(|update| update.with_base("api.twilio.com"));
    RestFromEmpty CallCreate::from_url(&account(), &alice(), "", "https://voice.example.com/voice");
    RequestTooLarge VoiceRequest::from_form("a".repeat(65_537), None),
        VoiceRequest::from_form("ReferCallStatus=busy", 10);
    RequestNotUtf8 VoiceRequest::from_form("ReferCallStatus=%FF", None);
    RequestLimitInvalid numbers::body_bytes(-1);
    SignatureMismatch validator().verify(Method::Post, "https://voice.example.com/a", "", Some("c2lnbmF0dXJl"));
    PublicBaseInvalid validator().with_public_base("voice.example.com");
    SignatureMissing validator().verify(Method::Post, "https://voice.example.com/a", "", None);
    AuthTokenEmpty RequestValidator::new("");
    PublicBaseMissing HttpVerifier::new(validator(), Origin::PublicBase);
    ReferNotSupported transfer().handle(Start::new(1).with_leg(Leg::Pstn), 0);
    TransferEventUnexpected started().handle(Start::new(2), 0);
    SettingInvalid TransferSettings::new().with_notify_timeout(Duration::ZERO);
    TransferOutputsPending unpolled().handle_timeout(0);
    CseqInvalid numbers::cseq(-1);
    SipStatusInvalid SipStatus::new(99), "48x".parse::<SipStatus>();
    StateTruncated Transfer::restore(&saved()[..20]);
    StateVersion Transfer::restore(b"TWR\x09");
    StateAltered Transfer::restore(b"other bytes");
    TextNotUtf8 numbers::text(b"a\xFF");
    TextOverLimit numbers::text_length(2_147_483_648);
};

#[test]
fn every_kind_has_its_example_and_the_page_is_fresh() {
    let mut kinds: Vec<_> = EXAMPLES.iter().map(|example| example.kind).collect();
    kinds.dedup();
    assert_eq!(kinds, ErrorKind::ALL);
    let mut page = format!("{OPENING}\n| number | kind | Twilio's number |\n| --- | --- | --- |\n");
    for kind in &kinds {
        let number = in_table(kind.twilio_number());
        writeln!(page, "| {} | [`{kind}`](#{kind}) | {number} |", kind.number()).unwrap();
    }
    for kind in kinds {
        page.push_str(&section(kind));
    }
    is_fresh("errors.md", &page);
}

fn section(kind: ErrorKind) -> String {
    let examples: String = EXAMPLES
        .iter()
        .filter(|example| example.kind == kind)
        .map(|Example { call, run, .. }| {
            let error = run().unwrap();
            assert_eq!(error.kind(), kind, "{call}: {error}");
            format!("{}\n// {error}\n", shown(call))
        })
        .collect();
    format!(
        "\n## {kind}\n\nNumber **{}**{}\n\n```text\n{}: {}\n```\n```rust\n{examples}```\n",
        kind.number(),
        in_sentence(kind.twilio_number()),
        kind.subject().replace("{}", "…"),
        kind.template().replace("{}", "…"),
    )
}
