//! What a check of a URI or of a document finds.

use twiml_refer::diagnostic::{Diagnostic, Severity};

use crate::error::{Fault, twr_error, twr_status};
use crate::guard::{calm, get, guard, put, take};
use crate::text::twr_str;

/// What a check found; it does not change, and any thread may read it.
pub struct twr_findings(Vec<(Diagnostic, String)>);

/// A finding; views of the findings it is of.
#[repr(C)]
pub struct twr_finding {
    /// The stable name, the same in every language.
    pub code: twr_str,
    /// A TWR_SEVERITY_… number.
    pub severity: i32,
    /// Twilio's own number, or 0.
    pub number: u16,
    /// Where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
    pub path: twr_str,
    /// What will happen.
    pub message: twr_str,
    /// The line of a document that was read, from 1; 0 if it is not known.
    pub line: usize,
    /// The column of that line, from 1.
    pub column: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Worth knowing.
pub const TWR_SEVERITY_NOTE: i32 = 1;
/// Something is dropped, or never runs.
pub const TWR_SEVERITY_WARNING: i32 = 2;
/// Twilio will refuse it.
pub const TWR_SEVERITY_ERROR: i32 = 3;

impl twr_finding {
    pub(crate) const NONE: Self = Self {
        code: twr_str::ABSENT,
        severity: 0,
        number: 0,
        path: twr_str::ABSENT,
        message: twr_str::ABSENT,
        line: 0,
        column: 0,
        reserved: [0; 2],
    };

    pub(crate) fn of(found: &Diagnostic, message: &str) -> Self {
        let severity = match found.severity() {
            Severity::Error => TWR_SEVERITY_ERROR,
            Severity::Warning => TWR_SEVERITY_WARNING,
            _ => TWR_SEVERITY_NOTE,
        };
        Self {
            code: twr_str::of(found.code().as_str()),
            severity,
            number: found.platform_number().unwrap_or(0),
            path: twr_str::of(found.path()),
            message: twr_str::of(message),
            line: found.line().unwrap_or(0),
            column: found.column().unwrap_or(0),
            reserved: [0; 2],
        }
    }
}

impl twr_findings {
    pub(crate) fn new(found: Vec<Diagnostic>) -> Self {
        Self(
            found
                .into_iter()
                .map(|one| {
                    let message = one.message();
                    (one, message)
                })
                .collect(),
        )
    }
}

/// How many findings there are; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_findings_count(findings: *const twr_findings) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { get(findings) }.map_or(0, |findings| findings.0.len())
}

/// A finding by its place from 0. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_findings_get(
    findings: *const twr_findings,
    index: usize,
    finding: *mut twr_finding,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (found, message) = unsafe { get(findings) }?.0.get(index).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { put(finding, twr_finding::of(found, message)) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees findings and writes NULL in their place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_findings_free(findings: *mut *mut twr_findings) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(findings) }));
}
