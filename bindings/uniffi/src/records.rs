//! The values that cross: plain data. Integers are wide, so that the library refuses those out of
//! range with the kind of their place.

use std::fmt;

use twiml_refer::{
    Error, diagnostic, testing, twiml,
    webhook::{self, HttpRejection, VerifyError},
};

use crate::entry::{List, Wire, WirePair};

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

impl Pair {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Makes the pairs of names and values.
pub(crate) fn pairs<N: Into<String>, V: Into<String>>(
    pairs: impl IntoIterator<Item = (N, V)>,
) -> List<Pair> {
    pairs.into_iter().map(|(name, value)| Pair::new(name, value)).collect()
}

/// Takes pairs apart.
pub(crate) fn tuples(pairs: List<Pair>) -> impl Iterator<Item = (String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value))
}

/// Why something was refused. A package chooses its class by kind and group: see `error_classes`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorDetails {
    pub kind: String,
    pub group: String,
    pub message: String,
    pub offset: Option<i64>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub parameter: Option<String>,
    pub number: Option<i64>,
}

/// What every function that can fail throws.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum BridgeError {
    #[error("{}", details.message)]
    Failed { details: ErrorDetails },
}

/// The result of a function that can fail.
pub type Result<T> = std::result::Result<T, BridgeError>;

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Diagnostic {
    pub code: String,
    pub severity: String,
    pub message: String,
    /// Where in the document; empty outside of one.
    pub path: String,
    pub parameter: Option<String>,
    pub number: Option<i64>,
    pub line: Option<i64>,
    pub column: Option<i64>,
    pub error: Option<ErrorDetails>,
}

/// A URI taken apart: scheme, user, password, host and parameters as spelled, headers decoded.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SipUriParts {
    pub scheme: String,
    pub user: Option<String>,
    pub user_decoded: Option<String>,
    pub password: Option<String>,
    pub host: String,
    pub port: Option<i64>,
    pub params: List<UriParameter>,
    pub headers: List<Pair>,
    /// The value of a Refer-To header.
    pub refer_to: String,
}

/// A URI parameter; a flag has no value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UriParameter {
    pub name: String,
    pub value: Option<String>,
}

/// A User-to-User value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UserToUser {
    /// The decoded value of the header.
    pub text: String,
    pub data: String,
    pub encoding: Option<String>,
    pub purpose: Option<String>,
    pub content: Option<String>,
    /// The bytes of hexadecimal data.
    pub bytes: Option<Vec<u8>>,
}

/// A User-to-User value to be added to a URI: its text, or bytes to be sent as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum UserToUserSource {
    Text { text: String },
    Bytes { bytes: List<u8> },
}

/// What a Refer-To value names: `sip`, `tel` or `other`, and its text.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReferTarget {
    pub kind: String,
    pub text: String,
}

/// A document; the attributes are those of `<Response>`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Document {
    pub attributes: List<Pair>,
    pub pieces: List<Piece>,
}

/// A node of a document. An element is followed by the nodes inside it, as many as it says.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Piece {
    Element {
        name: String,
        attributes: List<Pair>,
        /// Text before the nodes that follow; where text is all there is, no node follows.
        text: Option<String>,
        nodes: i64,
    },
    Text {
        text: String,
    },
    Comment {
        text: String,
    },
}

/// A `<Refer>` that fits its type.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Refer {
    pub target: String,
    pub action: Option<String>,
    pub method: Option<String>,
}

/// What a call shall run: the URL of a document (and the method to request it with), or a document.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CallSource {
    Url { url: String, method: Option<String> },
    Twiml { document: Document },
}

/// A request to make to the REST API.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RestRequest {
    pub method: String,
    pub url: String,
    pub body: String,
}

/// A request from Twilio.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct VoiceRequest {
    pub params: List<Pair>,
    /// The places in `params` of those whose value must never be shown.
    pub secrets: List<i64>,
    pub sip_headers: List<Pair>,
    pub leg: String,
    /// Absent if none of the parameters of `<Refer>` is there.
    pub refer: Option<ReferReport>,
    pub may_resume: bool,
    pub diagnostics: List<Diagnostic>,
}

impl fmt::Debug for VoiceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceRequest").field("leg", &self.leg).finish_non_exhaustive()
    }
}

/// How a `<Refer>` ended: its three parameters, and what they mean.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReferReport {
    pub call_status: Option<String>,
    pub refer_sip_response_code: Option<i64>,
    pub notify_sip_response_code: Option<i64>,
    pub outcome: ReferOutcome,
}

/// An outcome: its kind (see `names`), and the values that this kind has.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReferOutcome {
    pub kind: String,
    pub status: Option<String>,
    pub code: Option<i64>,
}

/// What a validator is made of; it crosses with each call.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Secrets {
    pub auth_tokens: List<String>,
    pub public_base: Option<String>,
    pub sha256: bool,
    pub encoded_spellings: bool,
    pub max_body_bytes: Option<i64>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("public_base", &self.public_base).finish_non_exhaustive()
    }
}

/// How the URL that Twilio requested is known: from the public base, from the headers of a proxy
/// (`X-Forwarded-Proto` and `X-Forwarded-Host`), or from `Host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Origin {
    PublicBase,
    Forwarded,
    HostHttps,
    HostHttp,
}

/// The methods that middleware accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AllowedMethods {
    Post,
    Get,
    GetAndPost,
}

/// What middleware accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct HttpOptions {
    pub origin: Origin,
    pub allowed_methods: AllowedMethods,
    /// Whether the server interface cannot tell `/refer?` from `/refer`.
    pub lost_question_mark: bool,
}

/// What a server has read of the body of a request.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum HttpBody {
    /// All of it, or a byte more than the limit.
    Received { bytes: List<u8> },
    /// It could not be read to its end.
    Incomplete,
    /// The parameters of a POST whose form a servlet container has parsed.
    ServletParams { params: List<WirePair> },
}

/// The status to answer; 200 if the request may reach the app, which `http_verify` then returns.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpAnswer {
    pub status: i64,
    /// The header `Allow` of an answer 405.
    pub allow: Option<String>,
    pub request: Option<VoiceRequest>,
}

/// A URL that was tried, and what was hashed for it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UrlCandidate {
    pub url: String,
    pub hashed: String,
}

/// Why a request is refused: what to change.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Hint {
    pub kind: String,
    pub message: String,
}

/// How a transfer ends in a test of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Scenario {
    Transferred,
    Rejected,
    TargetFailed,
    Canceled,
    Unconfirmed,
}

/// A request to make to the app, signed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SignedRequest {
    pub method: String,
    pub url: String,
    pub body: String,
    /// The headers to send: the signature, and the type of a body.
    pub headers: List<Pair>,
}

/// Settings of a transfer; what is absent is the default. Times are nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TransferSettings {
    pub response_timeout_ns: Option<i64>,
    pub notify_timeout_ns: Option<i64>,
    pub subscription_ns: Option<i64>,
    pub max_duration_ns: Option<i64>,
    pub hang_up_grace_ns: Option<i64>,
    pub rejected_status_omitted: bool,
    pub statuses: List<StatusMapping>,
}

/// The status to report for a final code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StatusMapping {
    pub code: i64,
    pub status: String,
}

/// What happened on the SIP side.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum TransferInput {
    /// Without `cseq`, the number of the REFER is not known yet.
    Start {
        leg: String,
        cseq: Option<i64>,
        first_in_dialog: bool,
    },
    /// The number that the stack has given the REFER.
    Cseq {
        cseq: i64,
    },
    Response {
        code: i64,
        refer_sub: bool,
        retry_cseq: Option<i64>,
    },
    Notify {
        notify: Notify,
    },
    /// What a stack reports that reads NOTIFYs itself.
    Status {
        code: i64,
        is_final: bool,
    },
    HangUp,
    TransportError,
    Time,
}

/// A NOTIFY request: its headers as they are on the wire.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Notify {
    pub cseq: i64,
    pub event: Wire,
    pub subscription_state: Option<Wire>,
    pub body: List<u8>,
    pub in_dialog: bool,
}

/// A transfer after an input. `saved` is all of it: keep these bytes for the next step.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TransferStep {
    pub saved: Vec<u8>,
    pub state: String,
    pub deadline_ms: Option<i64>,
    pub outputs: Vec<TransferOutput>,
    pub report: Option<ReferReport>,
}

/// What the SIP stack is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
#[allow(clippy::large_enum_variant)] // UniFFI cannot box it, and few exist at a time
pub enum TransferOutput {
    SendRefer,
    Reply { code: i64 },
    EndDialog,
    Completed { report: ReferReport },
    Diagnostic { diagnostic: Diagnostic },
}

/// What does not change during a transfer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TransferDetails {
    pub target: String,
    pub refer_to: String,
    pub settings: TransferSettings,
}

/// The names that the library uses, each list in its order.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Names {
    pub outcome_kinds: Vec<String>,
    pub refer_call_statuses: Vec<String>,
    pub legs: Vec<String>,
    pub transfer_states: Vec<String>,
    pub follows: Vec<String>,
    pub severities: Vec<String>,
    pub diagnostic_codes: Vec<String>,
    pub error_kinds: Vec<String>,
    pub methods: Vec<String>,
    pub hint_kinds: Vec<String>,
    pub scenarios: Vec<String>,
}

/// The class of an error: that of its kind if there is one, else that of its group.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorClass {
    pub group: String,
    pub kind: Option<String>,
    /// As `SipUri`, to which a language adds its `Error` or `Exception`; empty for the base class.
    pub class_name: String,
}

/// A parameter of a request that has a getter.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TypedParameter {
    pub getter: String,
    pub name: String,
}

/// A verb that has a constructor, and its attributes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Verb {
    pub name: String,
    pub attributes: Vec<String>,
}

/// The limits and defaults of the library; times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Limits {
    pub max_document_bytes: i64,
    pub max_depth: i64,
    pub max_elements: i64,
    pub max_uri_bytes: i64,
    pub default_max_body_bytes: i64,
    pub max_rest_twiml_chars: i64,
    pub max_message_bytes: i64,
    pub max_status_bytes: i64,
    pub max_transfer_timeout_ms: i64,
    pub default_response_timeout_ms: i64,
    pub default_notify_timeout_ms: i64,
    pub default_subscription_ms: i64,
    pub default_max_duration_ms: i64,
}

/// Sizes and times of the library are far below the bounds of this type.
pub(crate) fn wide(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

impl From<&Error> for ErrorDetails {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().as_str().to_owned(),
            group: error.group().as_str().to_owned(),
            message: error.message(),
            offset: error.offset().map(wide),
            line: error.line().map(wide),
            column: error.column().map(wide),
            parameter: error.parameter().map(str::to_owned),
            number: error.twilio_number().map(i64::from),
        }
    }
}

impl From<Error> for BridgeError {
    fn from(error: Error) -> Self {
        Self::Failed { details: ErrorDetails::from(&error) }
    }
}

impl From<VerifyError> for BridgeError {
    fn from(error: VerifyError) -> Self {
        Error::from(error).into()
    }
}

impl From<Origin> for webhook::Origin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::PublicBase => Self::PublicBase,
            Origin::Forwarded => Self::Forwarded,
            Origin::HostHttps => Self::Host { https: true },
            Origin::HostHttp => Self::Host { https: false },
        }
    }
}

impl From<std::result::Result<Option<VoiceRequest>, HttpRejection>> for HttpAnswer {
    fn from(result: std::result::Result<Option<VoiceRequest>, HttpRejection>) -> Self {
        match result {
            Ok(request) => Self { status: 200, allow: None, request },
            Err(rejection) => Self {
                status: rejection.status().into(),
                allow: rejection.allow().map(str::to_owned),
                request: None,
            },
        }
    }
}

impl From<&diagnostic::Diagnostic> for Diagnostic {
    fn from(found: &diagnostic::Diagnostic) -> Self {
        Self {
            code: found.code().as_str().to_owned(),
            severity: found.severity().as_str().to_owned(),
            message: found.message(),
            path: found.path().to_owned(),
            parameter: found.parameter().map(str::to_owned),
            number: found.twilio_number().map(i64::from),
            line: found.line().map(wide),
            column: found.column().map(wide),
            error: found.error().map(ErrorDetails::from),
        }
    }
}

impl From<&twiml::RestRequest> for RestRequest {
    fn from(request: &twiml::RestRequest) -> Self {
        Self {
            method: request.method().to_string(),
            url: request.url().to_owned(),
            body: request.body().to_owned(),
        }
    }
}

impl From<Scenario> for testing::Scenario {
    fn from(scenario: Scenario) -> Self {
        match scenario {
            Scenario::Transferred => Self::Transferred,
            Scenario::Rejected => Self::Rejected,
            Scenario::TargetFailed => Self::TargetFailed,
            Scenario::Canceled => Self::Canceled,
            Scenario::Unconfirmed => Self::Unconfirmed,
        }
    }
}

impl From<&testing::SignedRequest> for SignedRequest {
    fn from(made: &testing::SignedRequest) -> Self {
        Self {
            method: made.method().to_string(),
            url: made.url().to_owned(),
            body: made.body().to_owned(),
            headers: pairs(made.headers()),
        }
    }
}

/// Makes the diagnostics of a check.
pub(crate) fn diagnostics(found: &[diagnostic::Diagnostic]) -> List<Diagnostic> {
    found.iter().map(Diagnostic::from).collect()
}
