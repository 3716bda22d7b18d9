//! The diagnostics of a valid [`SipUri`]. Their texts and severities are in `diagnostic`.

use std::borrow::Cow;

use super::escape;
use super::headers::USER_TO_USER;
use super::parse::{is_known_param, is_scheme};
use super::uri::SipUri;
use super::user_to_user::UserToUser;
use crate::diagnostic::{Diagnostic, DiagnosticCode as Code};
use crate::limits::{DIAL_HEADERS_CHARS, DIAL_URI_CHARS};

/// What an endpoint that follows RFC 3261 §19.1.5 drops, compact forms included.
const NOT_FOR_URI: [&str; 24] = [
    "From",
    "f",
    "To",
    "t",
    "Call-ID",
    "i",
    "CSeq",
    "Via",
    "v",
    "Route",
    "Record-Route",
    "Contact",
    "m",
    "Max-Forwards",
    "Content-Length",
    "l",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Allow",
    "Organization",
    "Supported",
    "k",
    "User-Agent",
];

/// What `<Dial><Sip>` passes besides `X-*`.
const PASSED: [&str; 5] =
    [USER_TO_USER, "Remote-Party-ID", "P-Preferred-Identity", "P-Called-Party-ID", "Replaces"];

/// What `<Dial><Sip>` takes for `transport=`.
const TRANSPORTS: [&str; 3] = ["udp", "tcp", "tls"];

impl SipUri {
    /// Returns what an app should know of this URI before it is sent: headers that will be dropped or
    /// misread, a password, and so on. The paths are empty.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:alice@example.com?X-Twilio-Id=1")?;
    /// assert_eq!(uri.check()[0].code().as_str(), "header-reserved");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        check_uri(self, &mut diagnostics);
        for (name, value) in self.header_pairs() {
            Header::new(name, value).check(&mut diagnostics);
        }
        diagnostics
    }
}

fn check_uri(uri: &SipUri, diagnostics: &mut Vec<Diagnostic>) {
    let text = uri.as_str();
    let headers = uri.headers_spelled();
    let before = headers.map_or(text.len(), |headers| text.len() - headers.len() - 1);
    if before >= DIAL_URI_CHARS {
        diagnostics.push(too_long(Code::UriTooLong, before, DIAL_URI_CHARS));
    }
    let after = headers.map_or(0, str::len);
    if after >= DIAL_HEADERS_CHARS {
        diagnostics.push(too_long(Code::HeadersTooLong, after, DIAL_HEADERS_CHARS));
    }
    match (uri.user(), uri.password()) {
        (Some(user), Some(_)) if is_scheme(user) => {
            diagnostics.push(Diagnostic::new(Code::SchemeDoubled).arg(&format!("{user}:")));
        }
        (_, Some(_)) => diagnostics.push(Diagnostic::new(Code::PasswordInUri)),
        (_, None) => {}
    }
    if let Some(rest) = uri.user().and_then(|user| user.strip_prefix("//")) {
        let meant = format!("{}:{rest}@{}", uri.scheme_spelled(), uri.host());
        diagnostics.push(Diagnostic::new(Code::DoubleSlash).arg(&meant));
    }
    if let Some(Some(transport)) = uri.param("transport") {
        let transport = escape::decode(transport);
        if !is_one_of(&transport, &TRANSPORTS) {
            diagnostics.push(Diagnostic::new(Code::TransportUnsupported).arg(&transport));
        }
    }
}

fn too_long(code: Code, is: usize, limit: usize) -> Diagnostic {
    Diagnostic::new(code).arg(&is.to_string()).arg(&limit.to_string())
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

struct Header<'a> {
    name_bytes: Cow<'a, [u8]>,
    value_bytes: Cow<'a, [u8]>,
    /// For the message, and for comparing with ASCII names.
    name: Cow<'a, str>,
    spelled_value: &'a str,
}

impl<'a> Header<'a> {
    fn new(name: &'a str, spelled_value: &'a str) -> Self {
        Self {
            name_bytes: escape::decode_bytes(name),
            value_bytes: escape::decode_bytes(spelled_value),
            name: escape::decode(name),
            spelled_value,
        }
    }

    fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        let is_token = escape::is_token(&self.name_bytes);
        let codes = [
            (Code::HeaderReserved, self.is_reserved()),
            (Code::HeaderNotForUri, self.is_not_for_uri()),
            (Code::HeaderIsParameter, is_known_param(&self.name)),
            (Code::HeaderMayBeDropped, is_token && self.may_be_dropped()),
            (Code::HeaderNameInvalid, !is_token),
            (Code::HeaderInjection, self.injects()),
            (Code::HeaderNotUtf8, self.is_not_utf8()),
        ];
        let raised = codes.iter().filter(|(_, is_raised)| *is_raised);
        diagnostics.extend(raised.map(|&(code, _)| self.diagnostic(code)));
        if self.name.eq_ignore_ascii_case(USER_TO_USER) {
            self.check_user_to_user(diagnostics);
        }
        if self.spelled_value.contains('+') {
            diagnostics.push(self.diagnostic(Code::PlusInValue));
        }
    }

    fn diagnostic(&self, code: Code) -> Diagnostic {
        let diagnostic = Diagnostic::new(code).arg(&self.name);
        match (code, self.spelled_value) {
            (Code::HeaderIsParameter, "") => diagnostic.arg(&format!(";{}", self.name)),
            (Code::HeaderIsParameter, value) => diagnostic.arg(&format!(";{}={value}", self.name)),
            _ => diagnostic,
        }
    }

    fn is_reserved(&self) -> bool {
        has_prefix(&self.name, "X-Twilio")
    }

    fn is_not_for_uri(&self) -> bool {
        is_one_of(&self.name, &NOT_FOR_URI)
    }

    fn may_be_dropped(&self) -> bool {
        !has_prefix(&self.name, "X-")
            && !self.is_not_for_uri()
            && !is_known_param(&self.name)
            && !is_one_of(&self.name, &PASSED)
    }

    fn injects(&self) -> bool {
        let mut bytes = self.name_bytes.iter().chain(self.value_bytes.iter());
        bytes.any(|byte| matches!(byte, b'\r' | b'\n' | 0))
    }

    fn is_not_utf8(&self) -> bool {
        std::str::from_utf8(&self.name_bytes).is_err()
            || std::str::from_utf8(&self.value_bytes).is_err()
    }

    /// Each kind once for a header, however many values it holds.
    fn check_user_to_user(&self, diagnostics: &mut Vec<Diagnostic>) {
        let text = escape::decode(self.spelled_value);
        let (values, errors): (Vec<_>, Vec<_>) =
            UserToUser::parse_list(&text).partition(Result::is_ok);
        if let Some(error) = errors.into_iter().find_map(Result::err) {
            diagnostics.push(Diagnostic::new(Code::UserToUserInvalid).caused_by(error, &text));
        }
        let mut hex = values.iter().flatten().filter(|value| value.is_hex());
        if let Some(problem) = hex.find_map(UserToUser::hex_error) {
            diagnostics.push(Diagnostic::new(Code::UserToUserOddHex).arg(&problem));
        }
    }
}
