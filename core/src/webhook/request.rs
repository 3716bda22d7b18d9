//! Any request from Twilio: decoded as the bytes that a signature covers ([`RawParams`]), then as text
//! ([`VoiceRequest`]).
//!
//! Forms are decoded as `url::form_urlencoded::parse` does (a property test compares them), which
//! replaces what is not UTF-8: here that is an error, and the signature covers the bytes as sent.

use std::collections::HashMap;
use std::fmt;
use std::iter::once;
use std::mem::replace;

use memchr::{memchr, memchr_iter, memchr2};
use url::form_urlencoded::Serializer;

use super::parameter::Parameter;
use super::report::{ReferCallStatus, ReferOutcome, ReferReport, has_ended};
use crate::Error;
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::error::ErrorKind;
use crate::limits::DEFAULT_MAX_BODY_BYTES;
use crate::redact::{REDACTED, is_secret};
use crate::sip::SipStatus;

/// Any request from Twilio to the app: the first `/voice` webhook, an action, a status callback.
///
/// The action request of a `<Refer>` also has a [report](Self::refer) of how the transfer ended. Every
/// pair stays readable in arrival order, known or not: Twilio may add parameters without notice. The
/// value of `CallToken` is a secret; `Debug` shows it as `***`, and JSON leaves it out.
///
/// ```
/// use twiml_refer::{ReferOutcome, VoiceRequest, webhook::Leg};
///
/// let request = VoiceRequest::from_form(
///     b"CallSid=CA1234567890ABCDE&Direction=inbound&From=sip%3Aalice%40example.com&SipHeader_X-Id=7",
///     None,
/// )?;
/// assert_eq!(request.call_sid(), Some("CA1234567890ABCDE"));
/// assert_eq!(request.from(), Some("sip:alice@example.com"));
/// assert_eq!(request.sip_headers().collect::<Vec<_>>(), [("X-Id", "7")]);
/// assert_eq!(request.leg(), Leg::Sip);
/// assert_eq!(request.refer(), None);
///
/// let action = VoiceRequest::from_form(b"CallSid=CA1&ReferCallStatus=in-progress", None)?;
/// assert_eq!(action.outcome(), Some(ReferOutcome::Transferred));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VoiceRequest {
    text: String,
    pairs: Vec<Pair>,
    refer: Option<ReferReport>,
    diagnostics: Vec<Diagnostic>,
}

impl VoiceRequest {
    /// Reads a form body (`application/x-www-form-urlencoded`) of at most `max_bytes`; `None` means
    /// [`DEFAULT_MAX_BODY_BYTES`].
    ///
    /// # Errors
    ///
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) over the limit;
    /// [`RequestNotUtf8`](crate::error::ErrorKind::RequestNotUtf8), with the byte and the parameter, if
    /// a name or value is not UTF-8 once decoded. An odd value is not an error but a
    /// [diagnostic](Self::diagnostics).
    ///
    /// ```
    /// use twiml_refer::{VoiceRequest, error::ErrorKind};
    ///
    /// let error = VoiceRequest::from_form(b"From=%2B14158675309", 10).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    /// ```
    pub fn from_form(
        body: impl AsRef<[u8]>,
        max_bytes: impl Into<Option<usize>>,
    ) -> Result<Self, Error> {
        let (form, max_bytes) = (body.as_ref(), max_bytes.into());
        let raw = RawParams::from_form(form, max_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES))?;
        Self::from_raw(raw, form)
    }

    /// Reads a URL's query, without its `?`: it holds the parameters if the method is GET.
    ///
    /// # Errors
    ///
    /// Like [`from_form`](Self::from_form).
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let request = VoiceRequest::from_query("To=sip%3Abob%40example.com&CallStatus=ringing", None)?;
    /// assert_eq!(request.to(), Some("sip:bob@example.com"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn from_query(query: &str, max_bytes: impl Into<Option<usize>>) -> Result<Self, Error> {
        Self::from_form(query, max_bytes)
    }

    /// Takes the pairs that a web framework has already decoded, in their order.
    ///
    /// # Errors
    ///
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) if no form of at most `max_bytes`
    /// could hold them.
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let request = VoiceRequest::from_pairs([("CallSid", "CA1"), ("New", "a b")], None)?;
    /// assert_eq!(request.param("New"), Some("a b"));
    /// assert_eq!(request.to_form(), "CallSid=CA1&New=a+b");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: impl Into<Option<usize>>,
    ) -> Result<Self, Error> {
        let max_bytes = max_bytes.into().unwrap_or(DEFAULT_MAX_BODY_BYTES);
        Self::from_raw(RawParams::from_pairs(pairs, max_bytes)?, b"")
    }

    /// Makes the request of decoded parameters. `form` is what they were decoded from: an error points
    /// into it.
    pub(super) fn from_raw(raw: RawParams, form: &[u8]) -> Result<Self, Error> {
        let (text, pairs) = raw.into_text(form)?;
        let mut request = Self { text, pairs, refer: None, diagnostics: Vec::new() };
        (request.refer, request.diagnostics) = request.typed();
        Ok(request)
    }

    /// Reads the report of a `<Refer>`, and checks the parameters with a typed view, in one pass.
    fn typed(&self) -> (Option<ReferReport>, Vec<Diagnostic>) {
        let mut first = [None; Parameter::COUNT];
        let mut repeated = [false; Parameter::COUNT];
        for (name, value) in self.params() {
            let Some(index) = Parameter::named(name).map(|it| it as usize) else { continue };
            match (first.get_mut(index), repeated.get_mut(index)) {
                (Some(first @ None), _) => *first = Some(value),
                (_, Some(repeated)) => *repeated = true,
                _ => {}
            }
        }
        let mut diagnostics = Vec::new();
        for (parameter, _) in Parameter::ALL.iter().zip(repeated).filter(|(_, repeated)| *repeated)
        {
            let diagnostic = Diagnostic::new(DiagnosticCode::ParameterRepeated);
            diagnostics.push(diagnostic.parameter_named(parameter.name()));
        }
        let values = Parameter::REFER.map(|it| first.get(it as usize).copied().flatten());
        if values.iter().all(Option::is_none) {
            return (None, diagnostics);
        }
        let [status, refer, notify] = values.map(|value| value.filter(|text| !text.is_empty()));
        let mut code = |parameter: Parameter, text: Option<&str>| {
            let code = text?.parse::<SipStatus>();
            if code.is_err() {
                let diagnostic = Diagnostic::new(DiagnosticCode::ParameterInvalid);
                diagnostics.push(diagnostic.arg(text?).parameter_named(parameter.name()));
            }
            code.ok()
        };
        let refer = code(Parameter::ReferSipResponseCode, refer);
        let notify = code(Parameter::NotifySipResponseCode, notify);
        let report = ReferReport::new(status.map(ReferCallStatus::from), refer, notify);
        (Some(report), diagnostics)
    }

    /// The report of a `<Refer>`; `None` if none of its
    /// [three parameters](ReferReport::PARAMETER_NAMES) is there.
    #[must_use]
    pub fn refer(&self) -> Option<&ReferReport> {
        self.refer.as_ref()
    }

    /// How the transfer ended, if the request reports one: short for the [report](Self::refer)'s
    /// [outcome](ReferReport::outcome).
    #[must_use]
    pub fn outcome(&self) -> Option<ReferOutcome> {
        self.refer().map(ReferReport::outcome)
    }

    /// Whether the original call is still there for the app to talk to: the caller is neither
    /// transferred nor gone, and `CallStatus` does not say that the call has ended. Without a
    /// `CallStatus`, a REFER that got 408 or 481 says that the dialog is gone.
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let may_resume = |form| VoiceRequest::from_form(form, None).map(|request| request.may_resume());
    /// assert!(may_resume("CallStatus=in-progress&ReferCallStatus=busy")?);
    /// assert!(!may_resume("CallStatus=completed&ReferCallStatus=busy")?);
    /// assert!(!may_resume("ReferCallStatus=in-progress")?);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn may_resume(&self) -> bool {
        let call_status = self.first(Parameter::CallStatus).filter(|status| !status.is_empty());
        match self.outcome() {
            Some(outcome) => outcome.may_resume(call_status),
            None => !call_status.is_some_and(has_ended),
        }
    }

    /// Warnings about the parameters with a typed view: one that is repeated, a code that is invalid.
    ///
    /// ```
    /// use twiml_refer::{VoiceRequest, diagnostic::DiagnosticCode};
    ///
    /// let form = b"ReferCallStatus=busy&NotifySipResponseCode=48x";
    /// let request = VoiceRequest::from_form(form, None)?;
    /// let diagnostic = &request.diagnostics()[0];
    /// assert_eq!(diagnostic.code(), DiagnosticCode::ParameterInvalid);
    /// assert_eq!(diagnostic.parameter(), Some("NotifySipResponseCode"));
    /// assert_eq!(
    ///     diagnostic.message(),
    ///     "48x is not a SIP status code (three digits, 100 to 699): it counts as absent",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Every pair in arrival order, including those that have a getter.
    #[must_use]
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        self.pairs.iter().map(move |pair| (part(pair.name, pair.value), part(pair.value, pair.end)))
    }

    /// The first value of the parameter of this name, compared with case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params().find(|&(known, _)| known == name).map(|(_, value)| value)
    }

    /// Writes every pair as a form body or query. Reading it gives an equal request.
    #[must_use]
    pub fn to_form(&self) -> String {
        Serializer::new(String::new()).extend_pairs(self.params()).finish()
    }

    pub(super) fn first(&self, parameter: Parameter) -> Option<&str> {
        self.param(parameter.name())
    }
}

impl fmt::Debug for VoiceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value)| (name, if is_secret(name) { REDACTED } else { value });
        f.debug_struct("VoiceRequest")
            .field("params", &self.params().map(shown).collect::<Vec<_>>())
            .field("refer", &self.refer)
            .field("diagnostics", &self.diagnostics)
            .finish()
    }
}

/// The offsets of a pair in the text of all pairs: where its name begins, its value begins and ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Pair {
    name: usize,
    value: usize,
    end: usize,
}

/// Names and values, decoded, in arrival order. All in one buffer: an allocation for each would take
/// longer than the signature.
#[derive(Default)]
pub(super) struct RawParams {
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
}

impl RawParams {
    /// Decodes a form body or a query of at most `max_bytes`.
    pub(super) fn from_form(form: &[u8], max_bytes: usize) -> Result<Self, Error> {
        if form.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        let mut raw = Self::with_capacity(form.len());
        for (name, value) in spelled_pairs(form) {
            raw.push(|bytes| decode(name, bytes), |bytes| decode(value, bytes));
        }
        Ok(raw)
    }

    /// Takes pairs that are decoded already. Fails as soon as no form of `max_bytes` could hold them.
    pub(super) fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Result<Self, Error> {
        let mut raw = Self::default();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref().as_bytes(), value.as_ref().as_bytes());
            if raw.form_bytes().saturating_add(name.len()).saturating_add(value.len()) > max_bytes {
                return Err(too_large(max_bytes));
            }
            raw.push(|bytes| bytes.extend(name), |bytes| bytes.extend(value));
        }
        Ok(raw)
    }

    /// Takes the pairs of a servlet, which has those of the query among them, and leaves those of the form, of
    /// at most `max_bytes`.
    pub(super) fn from_servlet_params<N: AsRef<str>, V: AsRef<str>>(
        query: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Result<Self, Error> {
        let query = Self::from_form(query.as_bytes(), query.len())?;
        let mut raw = Self::from_pairs(pairs, max_bytes.saturating_add(query.form_bytes()))?;
        raw.remove_query(&query);
        if raw.form_bytes().saturating_sub(1) > max_bytes {
            return Err(too_large(max_bytes));
        }
        Ok(raw)
    }

    /// The size of the shortest form that holds these pairs and one more, which is empty: a pair without a
    /// value is `n`, and `&` is between pairs.
    pub(super) fn form_bytes(&self) -> usize {
        self.bytes.len().saturating_add(self.pairs.len())
    }

    fn with_capacity(bytes: usize) -> Self {
        // Twilio sends 20 to 30 parameters.
        Self { bytes: Vec::with_capacity(bytes), pairs: Vec::with_capacity(32) }
    }

    fn push(&mut self, name: impl FnOnce(&mut Vec<u8>), value: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        name(&mut self.bytes);
        let middle = self.bytes.len();
        value(&mut self.bytes);
        self.pairs.push(Pair { name: start, value: middle, end: self.bytes.len() });
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let part = |from, to| self.bytes.get(from..to).unwrap_or_default();
        self.pairs.iter().map(move |pair| (part(pair.name, pair.value), part(pair.value, pair.end)))
    }

    /// Removes one occurrence of each pair of a query.
    pub(super) fn remove_query(&mut self, query: &Self) {
        let mut counts = HashMap::new();
        for pair in query.iter() {
            *counts.entry(pair).or_insert(0_usize) += 1;
        }
        let mut kept = Self::default();
        for (name, value) in self.iter() {
            match counts.get_mut(&(name, value)).filter(|count| **count > 0) {
                Some(count) => *count = count.saturating_sub(1),
                None => kept.push(|bytes| bytes.extend(name), |bytes| bytes.extend(value)),
            }
        }
        *self = kept;
    }

    /// The text that is signed after the URL: names and values by name, then value, in byte order, a
    /// repeated pair only once.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut signed = Vec::with_capacity(self.bytes.len());
        for (name, value) in sorted {
            signed.extend_from_slice(name);
            signed.extend_from_slice(value);
        }
        signed
    }

    /// The same with the value of a secret replaced.
    pub(super) fn redacted(&self) -> Self {
        let mut shown = Self::with_capacity(self.bytes.len());
        for (name, value) in self.iter() {
            let secret = std::str::from_utf8(name).is_ok_and(is_secret);
            let value = if secret { REDACTED.as_bytes() } else { value };
            shown.push(|bytes| bytes.extend(name), |bytes| bytes.extend(value));
        }
        shown
    }

    /// Checks that each name and each value is UTF-8. `form` is what the parameters were decoded from, if
    /// anything; an error points into it.
    fn into_text(self, form: &[u8]) -> Result<(String, Vec<Pair>), Error> {
        let Self { bytes, pairs } = self;
        let bytes = match String::from_utf8(bytes) {
            // A character must not begin in one half and end in the next.
            Ok(text)
                if pairs.iter().all(|pair| {
                    text.is_char_boundary(pair.value) && text.is_char_boundary(pair.end)
                }) =>
            {
                return Ok((text, pairs));
            }
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        Err(Self { bytes, pairs }.not_utf8(form))
    }

    fn not_utf8(&self, form: &[u8]) -> Error {
        let error = Error::new(ErrorKind::RequestNotUtf8);
        // Decoded pairs of a framework have no form.
        let spelled = spelled_pairs(form).map(Some).chain(std::iter::repeat(None));
        for ((name, value), spelled) in self.iter().zip(spelled) {
            let (half, valid, error) = match (std::str::from_utf8(name), std::str::from_utf8(value))
            {
                (Err(bad), _) => (spelled.map(|(name, _)| name), bad.valid_up_to(), error),
                (Ok(name), Err(bad)) => (
                    spelled.map(|(_, value)| value),
                    bad.valid_up_to(),
                    error.parameter_named(name),
                ),
                (Ok(_), Ok(_)) => continue,
            };
            let Some(half) = half else { return error };
            let before = half.as_ptr().addr().saturating_sub(form.as_ptr().addr());
            return error.at(before.saturating_add(spelled_length(half, valid)));
        }
        error
    }
}

/// The error for more than `max_bytes`.
pub(super) fn too_large(max_bytes: usize) -> Error {
    Error::new(ErrorKind::RequestTooLarge).arg(&max_bytes.to_string())
}

/// Names and values as they are spelled; empty pairs are skipped.
fn spelled_pairs(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let ends = memchr_iter(b'&', form).chain(once(form.len()));
    let pairs = ends.scan(0, |start, end| form.get(replace(start, end.saturating_add(1))..end));
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let equals = memchr(b'=', pair).and_then(|at| pair.split_at_checked(at));
        let (name, value) = equals.unwrap_or((pair, b""));
        (name, value.strip_prefix(b"=").unwrap_or_default())
    })
}

/// Appends a name or a value, decoded.
fn decode(spelled: &[u8], out: &mut Vec<u8>) {
    let mut rest = spelled;
    while let Some(at) = memchr2(b'+', b'%', rest) {
        let Some((plain, found)) = rest.split_at_checked(at) else { break };
        out.extend_from_slice(plain);
        let Some((byte, after)) = first_byte(found) else { break };
        out.push(byte);
        rest = after;
    }
    out.extend_from_slice(rest);
}

/// The first decoded byte, and what follows it.
fn first_byte(spelled: &[u8]) -> Option<(u8, &[u8])> {
    if let [b'%', high, low, after @ ..] = spelled {
        let digit =
            |&byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if let (Some(high), Some(low)) = (digit(high), digit(low)) {
            return Some((high << 4 | low, after));
        }
    }
    let (&byte, after) = spelled.split_first()?;
    // An escaped + is a plus.
    Some((if byte == b'+' { b' ' } else { byte }, after))
}

/// How many bytes spell the first `decoded` ones.
fn spelled_length(half: &[u8], decoded: usize) -> usize {
    let after =
        (0..decoded).fold(half, |rest, _| first_byte(rest).map_or(rest, |(_, after)| after));
    half.len().saturating_sub(after.len())
}
