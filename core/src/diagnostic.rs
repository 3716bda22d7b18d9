//! What is worth knowing about a document or a URI that could be read: [`Diagnostic`] and the one
//! table of its codes. The rules that raise them live in `twiml::check` and `sip_uri::check`.

use std::fmt;

use crate::{Error, message};

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know; nothing is lost.
    Note,
    /// Something is dropped or never runs.
    Warning,
    /// The platform will refuse it, or the app has a security hole.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`, as every language and the command's JSON spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding of [`VoiceResponse::check`](crate::VoiceResponse::check) or
/// [`SipUri::check`](crate::SipUri::check): what will happen on the wire, and where.
///
/// ```
/// use twiml_refer::{Severity, VoiceResponse};
///
/// let response = VoiceResponse::parse("<Response><Refer action='/done'><Sip/></Refer></Response>")?;
/// let found = &response.check()[0];
/// assert_eq!(found.code().as_str(), "target-missing");
/// assert_eq!(found.severity(), Severity::Error);
/// assert_eq!(found.path(), "Response/Refer[0]/Sip");
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    code: DiagnosticCode,
    path: Box<str>,
    arguments: Vec<Box<str>>,
    line_column: Option<(usize, usize)>,
    error: Option<Error>,
    subject: Option<Box<str>>,
}

impl Diagnostic {
    pub(crate) fn new(code: DiagnosticCode) -> Self {
        let (arguments, line_column) = (Vec::new(), None);
        Self { code, path: "".into(), arguments, line_column, error: None, subject: None }
    }

    /// Fills the next hole of the code's message. Control characters are shown, long text is cut.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(message::quote(argument));
        self
    }

    pub(crate) fn at_path(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    pub(crate) fn at_line(mut self, place: Option<(usize, usize)>) -> Self {
        self.line_column = place;
        self
    }

    /// The error behind it, and the text that the error's offset counts in.
    pub(crate) fn caused_by(mut self, error: Error, subject: &str) -> Self {
        self.error = Some(error);
        self.subject = Some(subject.into());
        self
    }

    /// What was found, for programs.
    #[must_use]
    pub fn code(&self) -> DiagnosticCode {
        self.code
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Where in the document, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The platform's own number for it, where it has one.
    #[must_use]
    pub fn platform_number(&self) -> Option<u16> {
        self.code.platform_number()
    }

    /// The line of the document that was read, counted from 1; absent in one that was built.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line_column.map(|(line, _)| line)
    }

    /// The column of that line, counted from 1 in characters.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.line_column.map(|(_, column)| column)
    }

    /// The error behind it: why a target is no SIP URI.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The text into which the offset of [`error`](Self::error) points: the target as the document
    /// has it, without the white space around it.
    ///
    /// ```
    /// use twiml_refer::VoiceResponse;
    ///
    /// let document = "<Response><Refer action='/a'><Sip> sip: </Sip></Refer></Response>";
    /// let found = &VoiceResponse::parse(document)?.check()[0];
    /// assert_eq!(found.error().and_then(|error| error.offset()), Some(4));
    /// assert_eq!(found.subject(), Some("sip:"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What will happen on the wire, for people; `Display` puts severity, code and path before it.
    #[must_use]
    pub fn message(&self) -> String {
        message::cut(message::fill(self.code.template(), &self.arguments))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity(), self.code)?;
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        write!(f, ": {}", self.message())
    }
}

/// As the command's JSON shows a finding; what does not apply is null.
#[cfg(feature = "serde")]
impl serde::Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut fields = serializer.serialize_struct("Diagnostic", 8)?;
        fields.serialize_field("code", self.code().as_str())?;
        fields.serialize_field("severity", self.severity().as_str())?;
        fields.serialize_field("path", self.path())?;
        fields.serialize_field("message", &self.message())?;
        fields.serialize_field("number", &self.platform_number())?;
        fields.serialize_field("line", &self.line())?;
        fields.serialize_field("column", &self.column())?;
        fields.serialize_field("error", &self.error())?;
        fields.end()
    }
}

macro_rules! diagnostic_codes {
    ($( $name:ident = $number:literal $code:literal $severity:ident $(($platform:literal))? $template:literal; )*) => {
        /// What was found, for programs. Codes are only ever added.
        ///
        /// Each is listed with its name in every language, and its message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum DiagnosticCode {
            $(
                #[doc = concat!("`", $code, "`, ", stringify!($severity), "\n```text\n", $template, "\n```")]
                $name = $number,
            )*
        }

        impl DiagnosticCode {
            /// Every code there is, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// The name by which every language and the command's JSON know this code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// How much a finding of this code matters.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $( Self::$name => Severity::$severity, )* }
            }

            /// The platform's own number for it, where it has one.
            #[must_use]
            pub const fn platform_number(self) -> Option<u16> {
                match self {
                    $( $( Self::$name => Some($platform), )? )*
                    _ => None,
                }
            }

            const fn template(self) -> &'static str {
                match self { $( Self::$name => $template, )* }
            }
        }
    };
}

impl DiagnosticCode {
    /// The stable number by which the C ABI knows this code.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for DiagnosticCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

diagnostic_codes! {
    TargetMissing = 1 "target-missing" Error
        "<Refer> has no <Sip> with a SIP URI: the platform has no one to refer the caller to";
    TargetRepeated = 2 "target-repeated" Error (12200)
        "<Refer> has more than one <Sip>: the platform refuses the document; keep one";
    TargetInvalid = 3 "target-invalid" Error (32110)
        "the text of <Sip> is no SIP URI: the platform refuses the transfer";
    MethodInvalid = 4 "method-invalid" Error (12200)
        "method is {}: the platform knows GET and POST only, in capitals";
    ActionInvalid = 5 "action-invalid" Error
        "action is {}: neither an absolute http(s) URL nor a relative reference, so it is never called";
    ReferMisplaced = 6 "refer-misplaced" Error (12200)
        "<Refer> stands inside <{}>: the platform takes it in <Response> only";
    VerbUnknown = 7 "verb-unknown" Warning (12200)
        "<{}> is no verb of TwiML Voice and is ignored{}";
    AttributeUnknown = 8 "attribute-unknown" Warning (12200)
        "the attribute {} of <{}> is not known and is ignored";
    ChildUnknown = 9 "child-unknown" Warning (12200)
        "<{}> is not known inside <{}> and is ignored";
    TextIgnored = 10 "text-ignored" Warning (12200)
        "text directly in <{}> is ignored";
    Unreachable = 11 "unreachable" Warning
        "this and all after it never run: the document that the action of <Refer> returns takes over";
    NoAction = 12 "no-action" Note
        "<Refer> has no action: the app will never hear how the transfer ended";
    DocumentTooLarge = 13 "document-too-large" Error (11750)
        "the document has {} bytes: the platform refuses more than {}";

    UriTooLong = 21 "uri-too-long" Note
        "{} characters before the headers: <Dial><Sip> takes fewer than {}; for <Refer> the endpoint decides";
    HeadersTooLong = 22 "headers-too-long" Note (21227)
        "{} characters of headers: <Dial><Sip> takes fewer than {}; for <Refer> the endpoint decides";
    HeaderReserved = 23 "header-reserved" Warning (32113)
        "header {}: names that begin with X-Twilio are the platform's own; it will be dropped";
    HeaderNotForUri = 24 "header-not-for-uri" Warning (32113)
        "header {}: no user agent should honour it in a URI (RFC 3261 section 19.1.5); it will be dropped";
    HeaderMayBeDropped = 25 "header-may-be-dropped" Note (32113)
        "header {}: <Dial><Sip> drops it; for <Refer> the endpoint decides, names with X- are the safe ones";
    HeaderNameInvalid = 26 "header-name-invalid" Warning (21228)
        "{} is no header name: the endpoint will drop it";
    HeaderInjection = 27 "header-injection" Error (21229)
        "header {}: a line break or NUL in it could add a header of someone else's choice to the INVITE";
    HeaderNotUtf8 = 28 "header-not-utf8" Warning
        "header {}: its bytes are not UTF-8; they go out as they are, and are shown with U+FFFD";
    UserToUserOddHex = 29 "uui-odd-hex" Warning
        "the User-to-User says encoding=hex, but {}: a strict receiver will drop it";
    PlusInValue = 30 "plus-in-value" Note
        "header {}: + is a plus in a SIP URI; for a space write %20";
    PasswordInUri = 31 "password-in-uri" Warning
        "the URI carries a password: it will stand in logs of every hop";
    DoubleSlash = 32 "double-slash" Warning
        "// after the scheme becomes part of the user or host: surely {} was meant";
    TransportUnsupported = 33 "transport-unsupported" Note (32114)
        "transport={}: <Dial><Sip> knows udp, tcp and tls; for <Refer> the endpoint decides";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::limits::MAX_MESSAGE_BYTES;

    #[test]
    fn codes_are_unique_and_messages_fit() {
        let names: HashSet<_> = DiagnosticCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), DiagnosticCode::ALL.len());
        for &code in DiagnosticCode::ALL {
            let found = Diagnostic::new(code).arg(&"x".repeat(500)).arg(&"y".repeat(500));
            assert!(found.message().len() <= MAX_MESSAGE_BYTES, "{}", found.message());
        }
    }
}
