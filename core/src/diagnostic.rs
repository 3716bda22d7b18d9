//! What is worth knowing about valid input: [`Diagnostic`], and the table of its codes. The rules are
//! where the input is read: in `twiml`, `sip`, `webhook` and `transfer`.

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
    /// Twilio will refuse it, a transfer never happens, or the app is not secure.
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

display_as_str!(Severity);

/// What is worth knowing about a document ([`VoiceResponse::check`](crate::VoiceResponse::check)), a
/// SIP URI ([`SipUri::check`](crate::SipUri::check)), a parameter of a request
/// ([`VoiceRequest::diagnostics`](crate::VoiceRequest::diagnostics)) or an event of a transfer
/// ([`Output::Diagnostic`](crate::transfer::Output::Diagnostic)): what follows from it, and where it is.
///
/// ```
/// use twiml_refer::{VoiceResponse, diagnostic::Severity};
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
    severity: Severity,
    path: Box<str>,
    arguments: Vec<Box<str>>,
    line_column: Option<(usize, usize)>,
    error: Option<Error>,
    subject: Option<Box<str>>,
    parameter: Option<&'static str>,
}

impl Diagnostic {
    pub(crate) fn new(code: DiagnosticCode) -> Self {
        Self {
            code,
            severity: code.severity(),
            path: "".into(),
            arguments: Vec::new(),
            line_column: None,
            error: None,
            subject: None,
            parameter: None,
        }
    }

    /// Sets another severity than the usual one of its code.
    pub(crate) fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Fills the next placeholder of the code's message. Control characters are shown, long text is cut.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(message::quote(argument));
        self
    }

    pub(crate) fn at_path(mut self, path: Box<str>) -> Self {
        self.path = path;
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

    /// The parameter of the request that it is about.
    pub(crate) fn parameter_named(mut self, parameter: &'static str) -> Self {
        self.parameter = Some(parameter);
        self
    }

    /// The code, for programs.
    #[must_use]
    pub fn code(&self) -> DiagnosticCode {
        self.code
    }

    /// How much it matters. With two codes that depends on the place: `unreachable` is an error at a
    /// `<Refer>`, and `action-suspicious` a note for a host that may be there.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where in the document, as `Response/Refer[0]/Sip`; empty outside a document. Of a path longer than
    /// 240 bytes the beginning is left out: `…/Dial/Refer[0]`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name of the request's parameter that it is about.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.parameter
    }

    /// Twilio's own number for it, if it has one.
    #[must_use]
    pub fn twilio_number(&self) -> Option<u16> {
        self.code.twilio_number()
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

    /// The error behind it: why a target is not a SIP URI.
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

    /// What follows from it, for people; `Display` puts severity, code, and path or parameter before it.
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
        if let Some(parameter) = self.parameter {
            write!(f, " {parameter}")?;
        }
        write!(f, ": {}", self.message())
    }
}

/// An object with the keys of the command's JSON; what does not apply is null.
impl serde::Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut fields = serializer.serialize_struct("Diagnostic", 9)?;
        fields.serialize_field("code", self.code().as_str())?;
        fields.serialize_field("severity", self.severity().as_str())?;
        fields.serialize_field("path", self.path())?;
        fields.serialize_field("message", &self.message())?;
        fields.serialize_field("number", &self.twilio_number())?;
        fields.serialize_field("line", &self.line())?;
        fields.serialize_field("column", &self.column())?;
        fields.serialize_field("parameter", &self.parameter())?;
        fields.serialize_field("error", &self.error())?;
        fields.end()
    }
}

macro_rules! diagnostic_codes {
    ($(
        $name:ident $code:literal $severity:ident $(($platform:literal))?
            $template:literal $explanation:literal $remedy:literal;
    )*) => {
        /// The code of a [`Diagnostic`], for programs. Codes are only ever added.
        ///
        /// Each is listed with its name in every language, and its message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum DiagnosticCode {
            $(
                #[doc = concat!("`", $code, "`, ", stringify!($severity), "\n```text\n", $template, "\n```")]
                $name,
            )*
        }

        impl DiagnosticCode {
            /// Every code, in the order in which diagnostics about one place are reported.
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// The name by which every language and the command's JSON know this code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// How much a diagnostic of this code usually matters.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $( Self::$name => Severity::$severity, )* }
            }

            /// Twilio's own number for it, if it has one.
            #[must_use]
            pub const fn twilio_number(self) -> Option<u16> {
                match self {
                    $( $( Self::$name => Some($platform), )? )*
                    _ => None,
                }
            }

            /// What happens on the wire, in a sentence for people who ask for more than the
            /// [message](Diagnostic::message).
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $( Self::$name => $explanation, )* }
            }

            /// How to correct it, for people.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $( Self::$name => $remedy, )* }
            }

            const fn template(self) -> &'static str {
                match self { $( Self::$name => $template, )* }
            }
        }
    };
}

display_as_str!(DiagnosticCode);

diagnostic_codes! {
    TargetMissing "target-missing" Error
        "<Refer> has no <Sip> with a SIP URI: Twilio has no one to refer the caller to"
        "No REFER is sent: it would have no Refer-To."
        "Put one <Sip> with the SIP URI of the target into <Refer>.";
    TargetRepeated "target-repeated" Error (12200)
        "<Refer> has more than one <Sip>: Twilio refuses the document; keep one"
        "No REFER is sent: it has room for one Refer-To, and the document is refused as invalid."
        "Keep one <Sip>. To try another target when the first has failed, return a second <Refer> \
         from the action.";
    TargetInvalid "target-invalid" Error (32110)
        "the text of <Sip> is not a SIP URI: Twilio refuses the transfer"
        "No REFER is sent: its Refer-To would not be a SIP URI."
        "Write sip:user@host; its error says at which byte it went wrong. A phone \
         number needs a host that routes it, as in sip:+15551234567@example.com.";
    MethodInvalid "method-invalid" Error (12200)
        "invalid method `{}`: Twilio knows GET and POST only, in upper case"
        "No REFER is sent: the document is refused as invalid."
        "Write GET or POST, or leave the attribute out: POST is the default.";
    ActionInvalid "action-invalid" Error
        "action is {}: neither an absolute http(s) URL nor a relative reference, so it is never called"
        "No action request comes, whatever the endpoint answers to the REFER."
        "Write https://…, http://… or a path such as /handleRefer.";
    ActionSuspicious "action-suspicious" Warning
        "suspicious action {}: {}"
        "Twilio resolves the action against the URL of the document and calls what comes of it, which \
         is surely not the app. A host that may be private is a note."
        "Write the path of the action as the app serves it, or the whole URL by which Twilio reaches \
         it.";
    ReferMisplaced "refer-misplaced" Error (12200)
        "<Refer> inside <{}>: Twilio takes it in <Response> only"
        "No REFER is sent: the verb never runs there."
        "Move <Refer> into <Response>. To transfer after a <Gather>, return it from the action of \
         <Gather>.";
    VerbUnknown "verb-unknown" Warning (12200)
        "<{}> is not a verb of TwiML Voice and is ignored{}"
        "Nothing is sent for it: the verb after it runs next."
        "Spell the verb as TwiML Voice does; capitals matter.";
    AttributeUnknown "attribute-unknown" Warning (12200)
        "unknown attribute {} of <{}>: it is ignored{}"
        "The REFER goes out as if the attribute were not there."
        "Take it out: <Refer> has action and method, and its <Sip> has no attributes.";
    ChildUnknown "child-unknown" Warning (12200)
        "unknown element <{}> in <{}>: it is ignored{}"
        "The REFER goes out as if the element and all in it were not there."
        "Take it out: <Refer> holds one <Sip>, and <Sip> holds text.";
    TextIgnored "text-ignored" Warning (12200)
        "text directly in <{}> is ignored"
        "The text is neither spoken nor sent."
        "Put what is to be spoken into <Say>, and the target into <Sip>.";
    Unreachable "unreachable" Warning
        "this and all after it never run: {}"
        "Twilio never comes to these verbs: it runs the document that the action of <Refer> returns, or \
         has ended or left the document before. A <Refer> among them is an error: no REFER is sent."
        "After a <Refer> with an action, move them into the document that the action returns; else \
         move them before the verb that ends the document, or remove them.";
    NoAction "no-action" Note
        "<Refer> has no action: the app will never hear how the transfer ended"
        "The REFER goes out as usual, but no action request follows: the next verb runs, or the call \
         ends if there is none."
        "Set action to the URL that is to get the action request.";
    DocumentTooLarge "document-too-large" Error (11750)
        "the document has {} bytes: Twilio refuses more than {}"
        "Nothing is sent: no verb of the document runs."
        "Make the document smaller, or serve its later part from the URL of a <Redirect>.";
    DocumentTooDeep "document-too-deep" Error
        "elements are nested {} levels deep: the limit is {}"
        "The document is sent as it is, but this library does not read it back, and Twilio may refuse \
         it as well."
        "Flatten the document, or serve a part of it from the URL of a <Redirect>.";
    DocumentTooManyElements "document-too-many-elements" Error
        "the document has {} elements: the limit is {}"
        "The document is sent as it is, but this library does not read it back, and Twilio may refuse \
         it as well."
        "Make the document smaller, or serve its later part from the URL of a <Redirect>.";

    UriTooLong "uri-too-long" Note
        "{} characters before the headers: <Dial><Sip> takes fewer than {}; for <Refer> the endpoint decides"
        "The Refer-To carries the URI as it is; an endpoint with a bound of its own refuses the \
         REFER."
        "Shorten user and parameters, or try it with your endpoint.";
    HeadersTooLong "headers-too-long" Note (21227)
        "{} characters of headers: <Dial><Sip> takes fewer than {}; for <Refer> the endpoint decides"
        "The Refer-To carries the headers as they are; an endpoint with a bound of its own refuses \
         the REFER or drops some."
        "Send a short key in one header and keep the rest where the target can look it up, or try \
         it with your endpoint.";
    HeaderReserved "header-reserved" Warning (32113)
        "header {}: names that begin with X-Twilio are Twilio's own; it will be dropped"
        "The INVITE to the target comes without the header."
        "Choose another name that begins with X-.";
    HeaderNotForUri "header-not-for-uri" Warning (32113)
        "header {}: no user agent should honour it in a URI (RFC 3261 section 19.1.5); it will be dropped"
        "The endpoint sets this header of the INVITE itself, or leaves it out; what the URI says \
         is dropped."
        "Leave it out, or carry the value in a header that begins with X-.";
    HeaderIsParameter "header-is-parameter" Warning
        "header {}: it is a parameter of the URI; write {} before the ?"
        "The REFER asks for a header of this name, which the endpoint drops; the parameter is not set."
        "Write parameters after the host, as sip:user@host;transport=tls?X-Name=value.";
    HeaderMayBeDropped "header-may-be-dropped" Note (32113)
        "header {}: <Dial><Sip> drops it; for <Refer> the endpoint decides, names with X- are the safe ones"
        "The Refer-To carries the header; whether the INVITE to the target does is up to the \
         endpoint."
        "Carry the value in a header that begins with X- or in User-to-User, or try it with your \
         endpoint.";
    HeaderNameInvalid "header-name-invalid" Warning (21228)
        "invalid header name {}: the endpoint will drop the header"
        "The INVITE to the target comes without the header: no SIP message can have one of that \
         name."
        "Use letters, digits and hyphens; a URI that this library builds has no other names.";
    HeaderInjection "header-injection" Error (21229)
        "header {}: a line break or NUL in it could add a header of someone else's choice to the INVITE"
        "An endpoint that unescapes it without care writes what follows the line break as a header \
         of its own into the INVITE."
        "Refuse such a value where it comes in. A URI that this library builds has none: it \
         refuses CR, LF and NUL.";
    HeaderNotUtf8 "header-not-utf8" Warning
        "header {}: its bytes are not UTF-8; they go out as they are, and are shown with U+FFFD"
        "The INVITE carries the bytes as they are; a receiver that expects UTF-8 shows other \
         characters or drops the header."
        "Escape text as UTF-8, and send bytes hex-encoded in User-to-User.";
    UserToUserInvalid "uui-invalid" Warning
        "the User-to-User cannot be read by RFC 7433: a strict receiver will drop it"
        "The INVITE carries the header, but a strict receiver finds no data in it and drops it."
        "Write data;encoding=hex, or build the value with UserToUser; its error says \
         at which byte it went wrong.";
    UserToUserOddHex "uui-odd-hex" Warning
        "the User-to-User says encoding=hex, but {}: a strict receiver will drop it"
        "The INVITE carries the header, but its bytes cannot be decoded, and a strict receiver \
         drops it."
        "Write two hexadecimal digits for each byte; a value that this library makes from bytes \
         has them.";
    PlusInValue "plus-in-value" Note
        "header {}: + is a plus in a SIP URI; for a space write %20"
        "The INVITE carries a plus sign: only in web forms does it mean a space."
        "Write %20 for a space. If a plus is meant, leave it, or write %2B and the note is gone.";
    SchemeDoubled "scheme-doubled" Warning
        "{} after the scheme reads as the user, and what follows as a password: keep one scheme"
        "The REFER asks for a user of this name, with a password that every hop logs, and the target \
         answers that there is none."
        "Write the scheme once, as sip:user@host; a phone number needs a host that routes it, as in \
         sip:+15551234567@example.com.";
    PasswordInUri "password-in-uri" Warning
        "the URI carries a password: every hop will log it"
        "The Refer-To carries the password in clear text, to the endpoint and on to the target."
        "Leave it out: who has to prove an identity in SIP is challenged and answers with a \
         digest.";
    DoubleSlash "double-slash" Warning
        "// after the scheme becomes part of the user: write {}"
        "The REFER asks for a user whose name begins with //, and the target answers that there is \
         none."
        "Write the URI without //, as sip:user@host.";
    TransportUnsupported "transport-unsupported" Note (32114)
        "transport={}: <Dial><Sip> knows udp, tcp and tls; for <Refer> the endpoint decides"
        "The Refer-To asks the endpoint for a transport that it may not have; then the new call \
         fails."
        "Write udp, tcp or tls, or leave transport out: the endpoint then finds one by DNS (RFC \
         3263).";

    ParameterRepeated "parameter-repeated" Warning
        "duplicate parameter: the first value counts"
        "The typed view of the request has the first value; every value is among its parameters."
        "Check what sends or rewrites the request: Twilio sends each parameter once.";
    ParameterInvalid "parameter-invalid" Warning
        "{} is not a SIP status code (three digits, 100 to 699): it counts as absent"
        "The typed view of the request has no such code, and the outcome is classified without it."
        "Check what sends or rewrites the request: Twilio sends the code as it is in SIP.";

    EventUnexpected "event-unexpected" Warning
        "unexpected {} in state {}: it changes nothing"
        "A NOTIFY is answered with 481; anything else is ignored."
        "Feed events in the order in which they happen, each to the transfer of its dialog.";
    ResponseCodeInvalid "response-code-invalid" Warning
        "invalid response code {}: SIP has 100 to 699; it is ignored"
        "The transfer waits on for a response to the REFER."
        "Feed the status code of the response as it is on the wire.";
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
