//! The one error type of this crate and the table of its kinds. What is merely worth knowing about
//! valid input is a [`Diagnostic`](crate::diagnostic::Diagnostic), not an error.

use std::fmt;

use crate::message;

/// Where and why some input was refused.
///
/// The [kind](Error::kind) is for programs, the text (`Display`) for people: at most
/// [`MAX_MESSAGE_BYTES`](crate::limits::MAX_MESSAGE_BYTES) bytes, and it says what to do.
/// No error ever quotes a token, a signature or the value of `CallToken`.
///
/// ```
/// use twiml_refer::{SipUri, error::ErrorKind};
///
/// let error = SipUri::parse("sip:alice@example.com?X-A=a b").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UriWhiteSpace);
/// assert_eq!(error.offset(), Some(27));
/// assert_eq!(
///     error.to_string(),
///     "invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20",
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.message())]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Inner {
    kind: ErrorKind,
    offset: Option<usize>,
    line_column: Option<(usize, usize)>,
    parameter: Option<Box<str>>,
    arguments: Vec<Box<str>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            offset: None,
            line_column: None,
            parameter: None,
            arguments: Vec::new(),
        }))
    }

    /// Fills the next placeholder of the kind's message. Control characters are shown, long text is cut.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.0.arguments.push(message::quote(argument));
        self
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// For an offset that would point into text that the caller never saw.
    pub(crate) fn without_offset(mut self) -> Self {
        self.0.offset = None;
        self
    }

    pub(crate) fn at_line(mut self, line: usize, column: usize) -> Self {
        self.0.line_column = Some((line, column));
        self
    }

    pub(crate) fn parameter_named(mut self, name: &str) -> Self {
        self.0.parameter = Some(message::quote(name));
        self
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The part of the library that refused it.
    #[must_use]
    pub fn group(&self) -> ErrorGroup {
        self.0.kind.group()
    }

    /// The byte of the input, counted from 0, at which it went wrong.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The line of the document, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.0.line_column.map(|(line, _)| line)
    }

    /// The column of that line, counted from 1 in characters.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.0.line_column.map(|(_, column)| column)
    }

    /// The name of the invalid parameter, attribute or header.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.0.parameter.as_deref()
    }

    /// Twilio's own number for this error, if it has one (for example 11750).
    #[must_use]
    pub fn twilio_number(&self) -> Option<u16> {
        self.0.kind.twilio_number()
    }

    /// The text for people, as `Display` prints it.
    #[must_use]
    pub fn message(&self) -> String {
        let Inner { kind, offset, line_column, arguments, .. } = &*self.0;
        let place = match (line_column, offset) {
            (Some((line, column)), _) => format!(" at line {line}, column {column}"),
            (None, Some(offset)) => format!(" at byte {offset}"),
            (None, None) => String::new(),
        };
        let template = format!("{}{place}: {}", kind.subject(), kind.template());
        message::cut(message::fill(&template, arguments))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

/// As the command's JSON shows an error; what does not apply is null.
impl serde::Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut fields = serializer.serialize_struct("Error", 7)?;
        fields.serialize_field("kind", self.kind().as_str())?;
        fields.serialize_field("message", &self.message())?;
        fields.serialize_field("offset", &self.offset())?;
        fields.serialize_field("line", &self.line())?;
        fields.serialize_field("column", &self.column())?;
        fields.serialize_field("parameter", &self.parameter())?;
        fields.serialize_field("number", &self.twilio_number())?;
        fields.end()
    }
}

/// What an [`ErrorKind`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorGroup {
    /// A SIP URI cannot be read or built.
    SipUri,
    /// A SIP header, or the value of User-to-User, cannot be written or read.
    Header,
    /// A verb, an attribute or a text cannot be written.
    Twiml,
    /// A document cannot be read.
    Document,
    /// A REST request cannot be made.
    Rest,
    /// A request from Twilio cannot be read.
    Request,
    /// A request is not proved to be signed, or a validator cannot be made.
    Signature,
    /// A transfer was used wrongly, or cannot be restored.
    Transfer,
    /// Text or numbers of another language cannot be passed.
    Text,
}

impl ErrorGroup {
    /// `sip-uri`, `header`, `twiml`, `document`, `rest`, `request`, `signature`, `transfer` or
    /// `text`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SipUri => "sip-uri",
            Self::Header => "header",
            Self::Twiml => "twiml",
            Self::Document => "document",
            Self::Rest => "rest",
            Self::Request => "request",
            Self::Signature => "signature",
            Self::Transfer => "transfer",
            Self::Text => "text",
        }
    }
}

display_as_str!(ErrorGroup);

macro_rules! error_kinds {
    ($(
        $subject:literal $group:ident {
            $( $name:ident = $number:literal $code:literal $(($platform:literal))? $template:literal; )*
        }
    )*) => {
        /// What went wrong, for programs. Kinds and their numbers are only ever added.
        ///
        /// Each is listed with its name in every language, and its message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum ErrorKind {
            $($(
                #[doc = concat!("`", $code, "`\n```text\n", $subject, ": ", $template, "\n```")]
                $name = $number,
            )*)*
        }

        impl ErrorKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$($( Self::$name, )*)*];

            /// The name by which every language and the command's JSON know this kind.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($( Self::$name => $code, )*)* }
            }

            /// Twilio's own number for this error, if it has one.
            #[must_use]
            pub const fn twilio_number(self) -> Option<u16> {
                match self {
                    $($( $( Self::$name => Some($platform), )? )*)*
                    _ => None,
                }
            }

            /// The part of the library that refuses with this kind. Languages choose their error class by
            /// it; one class may serve several groups.
            #[must_use]
            pub const fn group(self) -> ErrorGroup {
                match self { $($( Self::$name => ErrorGroup::$group, )*)* }
            }

            pub(crate) const fn subject(self) -> &'static str {
                match self { $($( Self::$name => $subject, )*)* }
            }

            pub(crate) const fn template(self) -> &'static str {
                match self { $($( Self::$name => $template, )*)* }
            }
        }
    };
}

impl ErrorKind {
    /// The stable number by which the C ABI knows this kind.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

display_as_str!(ErrorKind);

error_kinds! {
    "invalid SIP URI" SipUri {
        UriEmpty = 101 "uri-empty" "empty: write sip:user@host";
        UriOverLimit = 102 "uri-over-limit" "more than {} bytes: shorten it";
        UriSchemeMissing = 103 "uri-scheme-missing" "missing scheme: begin with sip: or sips:";
        UriSchemeUnsupported = 104 "uri-scheme-unsupported"
            "unsupported scheme `{}`: a REFER goes to a sip: or sips: URI";
        UriAngleBrackets = 105 "uri-angle-brackets"
            "angle brackets are not part of the URI: leave {} out";
        UriWhiteSpace = 106 "uri-white-space" "{} is not allowed in {}: {}";
        UriControlCharacter = 107 "uri-control-character" "{} is not allowed in {}: {}";
        UriCharacter = 108 "uri-character" "{} is not allowed in {}: {}";
        UriEscapeInvalid = 109 "uri-escape-invalid"
            "invalid escape {}: write % and two hexadecimal digits, or %25 for a percent sign";
        UriUserEmpty = 110 "uri-user-empty"
            "empty user before @: write one, or leave @ out";
        UriHostEmpty = 111 "uri-host-empty" "missing host: write sip:user@host";
        UriHostInvalid = 112 "uri-host-invalid"
            "invalid host {}: use letters, digits, hyphens and dots; the last label begins with a letter";
        UriIpv4Invalid = 113 "uri-ipv4-invalid"
            "invalid IPv4 address {}: write four numbers from 0 to 255";
        UriIpv6Invalid = 114 "uri-ipv6-invalid"
            "invalid IPv6 address {}: write it in brackets, as [2001:db8::1]";
        UriPortInvalid = 115 "uri-port-invalid" "invalid port {}: {}";
        UriParameterNameEmpty = 116 "uri-parameter-name-empty"
            "parameter without a name: write ;name or ;name=value";
        UriParameterValueEmpty = 117 "uri-parameter-value-empty"
            "parameter {} has = but no value: write one, or leave = out";
        UriParameterRepeated = 118 "uri-parameter-repeated"
            "duplicate parameter {}: keep one";
        UriHeaderMissing = 119 "uri-header-missing"
            "no header after {}: write name=value, or leave it out";
        UriHeaderValueMissing = 120 "uri-header-value-missing"
            "header {} has no =: write {}";
        UriHeaderNameEmpty = 121 "uri-header-name-empty"
            "header without a name: write name=value";
        UriXmlLeftOver = 122 "uri-xml-left-over"
            "{} in the headers (left over from XML?): {}";
    }
    "invalid SIP header" Header {
        HeaderNameInvalid = 201 "header-name-invalid"
            "invalid header name {}: use letters, digits and -.!%*_+`'~";
        HeaderValueInvalid = 202 "header-value-invalid"
            "{} is not allowed in a header value: remove it";
    }
    "invalid User-to-User" Header {
        UserToUserDataEmpty = 211 "uui-data-empty" "no data: RFC 7433 requires some";
        UserToUserDataInvalid = 212 "uui-data-invalid"
            "{} is not allowed in the data: send the bytes hex-encoded";
        UserToUserParameterInvalid = 213 "uui-parameter-invalid"
            "{} is not a token: use letters, digits and -.!%*_+`'~";
        UserToUserSyntax = 214 "uui-syntax" "unexpected {}: write data;encoding=hex";
        UserToUserParameterRepeated = 215 "uui-parameter-repeated"
            "duplicate parameter {}: keep one";
    }
    "invalid TwiML" Twiml {
        XmlCharacterForbidden = 301 "xml-character-forbidden"
            "{} is not allowed in an XML document: remove it";
        XmlNameInvalid = 302 "xml-name-invalid"
            "invalid XML name {}: begin with a letter, then letters, digits, hyphens, dots";
        AttributeRepeated = 303 "attribute-repeated" "duplicate attribute {}: keep one";
        MethodInvalid = 304 "method-invalid" "invalid method `{}`: use GET or POST (upper case)";
        ActionInvalid = 305 "action-invalid"
            "invalid URL {}: write https://…, http://… or a path such as /handleRefer";
        DepthExceeded = 306 "depth-exceeded"
            "elements are nested more than {} levels deep: flatten the document";
        ElementsExceeded = 307 "elements-exceeded"
            "more than {} elements: make the document smaller";
        CommentInvalid = 308 "comment-invalid"
            "a comment must not contain -- or end with -: reword it";
        ReferMismatch = 309 "refer-mismatch"
            "expected <Refer> with one <Sip> alone, and no attributes but action and method: read it \
             as an element";
    }
    "invalid document" Document {
        DocumentTooLarge = 401 "document-too-large" (11750)
            "more than {} bytes, which Twilio refuses: make it smaller";
        DocumentEmpty = 402 "document-empty"
            "no element: write <Response>…</Response>";
        DocumentEncoding = 403 "document-encoding"
            "unsupported encoding {}: save it as UTF-8";
        DocumentNotUtf8 = 404 "document-not-utf8" "not UTF-8: save it as UTF-8";
        DocumentRootInvalid = 405 "document-root-invalid"
            "the root element is <{}>: expected <Response>{}";
        DocumentDtd = 406 "document-dtd"
            "document types and entity definitions are refused: remove <!DOCTYPE";
        DocumentEntityUnknown = 407 "document-entity-unknown"
            "undefined entity &{};: write the character itself, or &amp; for an ampersand";
        DocumentEndTag = 408 "document-end-tag" "found </{}>: expected {}";
        DocumentUnclosed = 409 "document-unclosed"
            "<{}> is never closed: expected </{}> before the end";
        DocumentOutsideRoot = 410 "document-outside-root"
            "{} outside <Response>: remove it";
        DocumentSyntax = 411 "document-syntax" "{}";
        DocumentAttributeSyntax = 412 "document-attribute-syntax"
            "malformed attribute: expected name=\"value\"";
    }
    "invalid REST request" Rest {
        SidInvalid = 501 "sid-invalid" "invalid {} {}: expected {} and 32 hexadecimal digits";
        RestTwimlTooLong = 502 "rest-twiml-too-long" (32018)
            "the document has {} characters, the REST API takes {}: serve it and give its URL";
        RestUrlInvalid = 503 "rest-url-invalid"
            "invalid URL {}: write it whole, as https://voice.example.com/voice";
        RestBaseInvalid = 504 "rest-base-invalid"
            "invalid base {}: write https://api.twilio.com or the like, without a path";
        RestFromEmpty = 505 "rest-from-empty" "empty From: write the caller's number or SIP URI";
    }
    "invalid request" Request {
        RequestTooLarge = 601 "request-too-large"
            "more than {} bytes: answer 413, or raise the limit";
        RequestNotUtf8 = 602 "request-not-utf8"
            "a parameter is not UTF-8 once decoded: answer 400";
        RequestLimitInvalid = 603 "request-limit-invalid"
            "the limit must be 0 to 2147483647 bytes, got {}";
    }
    "signature check failed" Signature {
        SignatureMismatch = 611 "signature-mismatch"
            "no signature matches: check the auth token, and behind a proxy set the public base";
    }
    "invalid public base" Signature {
        PublicBaseInvalid = 612 "public-base-invalid"
            "expected scheme, host, and optionally port and path prefix, for example https://voice.example.com";
    }
    "signature check failed" Signature {
        SignatureMissing = 613 "signature-missing"
            "the request has no X-Twilio-Signature: answer 403";
    }
    "invalid auth token" Signature {
        AuthTokenEmpty = 614 "auth-token-empty"
            "it is empty: set it, for example from the environment variable TWILIO_AUTH_TOKEN";
    }
    "missing public base" Signature {
        PublicBaseMissing = 615 "public-base-missing"
            "set the URL by which Twilio reaches the app, for example https://voice.example.com";
    }
    "invalid transfer" Transfer {
        ReferNotSupported = 701 "refer-not-supported" (13801)
            "the leg is not SIP: <Refer> works on SIP call legs only";
        TransferEventUnexpected = 702 "transfer-event-unexpected"
            "unexpected {} in state {}: feed events in the order they happen";
        SettingInvalid = 704 "setting-invalid" "{} must be {}, got {}";
        TransferOutputsPending = 705 "transfer-outputs-pending"
            "{} outputs are pending: poll until there is none, then feed the event again";
        CseqInvalid = 706 "cseq-invalid" "invalid CSeq {}: must be 0 to 4294967295";
    }
    "invalid SIP status code {}" Transfer {
        SipStatusInvalid = 707 "sip-status-invalid" "must be 100 to 699";
    }
    "invalid saved transfer" Transfer {
        StateTruncated = 711 "state-truncated" "bytes are missing: restore all that save returned";
        StateVersion = 712 "state-version"
            "saved in version {}, this library reads up to {}: update it";
        StateAltered = 713 "state-altered"
            "the bytes were changed since they were saved: restore what save returned";
    }
    "invalid text" Text {
        TextNotUtf8 = 801 "text-not-utf8"
            "not UTF-8; in UTF-16, a lone surrogate is not a character";
        TextOverLimit = 802 "text-over-limit"
            "more than 2147483647 bytes: pass less in one call";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::limits::MAX_MESSAGE_BYTES;

    #[test]
    fn names_and_numbers_are_unique_and_ordered() {
        let names: HashSet<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        assert!(ErrorKind::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn every_message_fits_with_ordinary_arguments() {
        for &kind in ErrorKind::ALL {
            let placeholders =
                format!("{}{}", kind.subject(), kind.template()).matches("{}").count();
            let error =
                (0..placeholders).fold(Error::new(kind).at(65_536), |error, _| error.arg("a tab"));
            let text = error.to_string();
            assert!(text.len() < MAX_MESSAGE_BYTES && !text.contains("{}"), "{text}");
        }
    }

    #[test]
    fn long_foreign_text_is_cut_and_control_characters_are_shown() {
        let error = Error::new(ErrorKind::UriParameterRepeated).arg(&"é\n".repeat(1000));
        let text = error.to_string();
        assert!(text.len() <= MAX_MESSAGE_BYTES && text.contains("é\\né\\n"), "{text}");
    }

    /// What a terminal would act on, or show as nothing, is escaped wherever foreign text is quoted.
    #[test]
    fn invisible_characters_are_shown() {
        let ranges =
            ['\0'..='\u{1f}', '\u{7f}'..='\u{9f}', '\u{61c}'..='\u{61c}', '\u{200b}'..='\u{200f}']
                .into_iter()
                .chain(['\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{feff}'..='\u{feff}']);
        for c in ranges.flatten() {
            let text = Error::new(ErrorKind::UriParameterRepeated).arg(&c.to_string()).to_string();
            assert!(!text.contains(c), "{c:?}");
        }
    }
}
