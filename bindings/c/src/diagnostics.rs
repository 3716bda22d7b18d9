//! Diagnostics: of a URI, a document, a request, and of what a transfer received.

use twiml_refer::diagnostic::{Diagnostic, DiagnosticCode, Severity};

use crate::error::{twr_error, twr_status};
use crate::guard::{calm, count, entry, take};
use crate::text::twr_str;

/// The diagnostics of a check; they do not change, and any thread may read them.
pub struct twr_diagnostics(Listed);

/// A diagnostic; views of the object that it was asked of.
#[repr(C)]
pub struct twr_diagnostic {
    /// A TWR_CODE_… number; 0 for one that has none yet.
    pub code: i32,
    /// A TWR_SEVERITY_… number.
    pub severity: i32,
    /// Twilio's own error number, or 0.
    pub number: i32,
    /// The name of the code, the same in every language.
    pub name: twr_str,
    /// Where in the document, as `Response/Refer[0]/Sip`; empty for anything else.
    pub path: twr_str,
    /// What will happen, or what is unexpected or invalid.
    pub message: twr_str,
    /// The parameter of a request; else absent.
    pub parameter: twr_str,
    /// The line of a document that was read, from 1; 0 if it is not known.
    pub line: usize,
    /// The column of that line, from 1; 0 if it is not known.
    pub column: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Good to know; nothing is lost.
pub const TWR_SEVERITY_NOTE: i32 = 1;
/// Something is dropped or never runs.
pub const TWR_SEVERITY_WARNING: i32 = 2;
/// Twilio will refuse it, a transfer never happens, or the app is not secure.
pub const TWR_SEVERITY_ERROR: i32 = 3;

/// Every code; its number in C is its place here, from 1. New ones are appended, so that none changes.
const CODES: [DiagnosticCode; 36] = [
    DiagnosticCode::TargetMissing,
    DiagnosticCode::TargetRepeated,
    DiagnosticCode::TargetInvalid,
    DiagnosticCode::MethodInvalid,
    DiagnosticCode::ActionInvalid,
    DiagnosticCode::ReferMisplaced,
    DiagnosticCode::VerbUnknown,
    DiagnosticCode::AttributeUnknown,
    DiagnosticCode::ChildUnknown,
    DiagnosticCode::TextIgnored,
    DiagnosticCode::Unreachable,
    DiagnosticCode::NoAction,
    DiagnosticCode::DocumentTooLarge,
    DiagnosticCode::UriTooLong,
    DiagnosticCode::HeadersTooLong,
    DiagnosticCode::HeaderReserved,
    DiagnosticCode::HeaderNotForUri,
    DiagnosticCode::HeaderMayBeDropped,
    DiagnosticCode::HeaderNameInvalid,
    DiagnosticCode::HeaderInjection,
    DiagnosticCode::HeaderNotUtf8,
    DiagnosticCode::UserToUserInvalid,
    DiagnosticCode::UserToUserOddHex,
    DiagnosticCode::PlusInValue,
    DiagnosticCode::PasswordInUri,
    DiagnosticCode::DoubleSlash,
    DiagnosticCode::TransportUnsupported,
    DiagnosticCode::EventUnexpected,
    DiagnosticCode::ResponseCodeInvalid,
    DiagnosticCode::DocumentTooDeep,
    DiagnosticCode::DocumentTooManyElements,
    DiagnosticCode::ParameterRepeated,
    DiagnosticCode::ParameterInvalid,
    DiagnosticCode::ActionSuspicious,
    DiagnosticCode::HeaderIsParameter,
    DiagnosticCode::SchemeDoubled,
];

/// Every code with its TWR_CODE_… number.
pub fn numbered_codes() -> impl Iterator<Item = (i32, DiagnosticCode)> {
    (1..).zip(CODES)
}

/// Diagnostics, each with its message, which is made once.
pub(crate) struct Listed(Vec<(Diagnostic, String)>);

impl Listed {
    pub(crate) fn new(diagnostics: impl IntoIterator<Item = Diagnostic>) -> Self {
        let with_message = |one: Diagnostic| {
            let message = one.message();
            (one, message)
        };
        Self(diagnostics.into_iter().map(with_message).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn at(&self, index: usize) -> Option<twr_diagnostic> {
        let (one, message) = self.0.get(index)?;
        let severity = match one.severity() {
            Severity::Error => TWR_SEVERITY_ERROR,
            Severity::Warning => TWR_SEVERITY_WARNING,
            _ => TWR_SEVERITY_NOTE,
        };
        let number = numbered_codes().find(|(_, code)| *code == one.code());
        Some(twr_diagnostic {
            code: number.map_or(0, |(number, _)| number),
            severity,
            number: one.twilio_number().map_or(0, i32::from),
            name: twr_str::of(one.code().as_str()),
            path: twr_str::of(one.path()),
            message: twr_str::of(message),
            parameter: twr_str::maybe(one.parameter()),
            line: one.line().unwrap_or(0),
            column: one.column().unwrap_or(0),
            reserved: [0; 2],
        })
    }
}

impl twr_diagnostic {
    pub(crate) const NONE: Self = Self {
        code: 0,
        severity: 0,
        number: 0,
        name: twr_str::ABSENT,
        path: twr_str::ABSENT,
        message: twr_str::ABSENT,
        parameter: twr_str::ABSENT,
        line: 0,
        column: 0,
        reserved: [0; 2],
    };
}

impl twr_diagnostics {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self(Listed::new(diagnostics))
    }
}

/// Returns the number of diagnostics; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_diagnostics_count(diagnostics: *const twr_diagnostics) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(diagnostics, |held| held.0.len()) }
}

/// Writes the diagnostic at an index from 0. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_diagnostics_at(
    diagnostics: *const twr_diagnostics,
    index: usize,
    diagnostic: *mut twr_diagnostic,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(diagnostics, diagnostic, error, |held| held.0.at(index)) }
}

/// Frees diagnostics and writes NULL in their place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_diagnostics_free(diagnostics: *mut *mut twr_diagnostics) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(diagnostics) }));
}

/// Returns the name of a TWR_CODE_… number (`target-missing`); absent for another number. The view lives as
/// long as the process. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_code_name(code: i32) -> twr_str {
    let found = numbered_codes().find(|(number, _)| *number == code);
    twr_str::maybe(found.map(|(_, code)| code.as_str()))
}

/// Returns the name of a TWR_SEVERITY_… number (`warning`); absent for another number. As twr_code_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_severity_name(severity: i32) -> twr_str {
    twr_str::maybe(match severity {
        TWR_SEVERITY_NOTE => Some(Severity::Note.as_str()),
        TWR_SEVERITY_WARNING => Some(Severity::Warning.as_str()),
        TWR_SEVERITY_ERROR => Some(Severity::Error.as_str()),
        _ => None,
    })
}
