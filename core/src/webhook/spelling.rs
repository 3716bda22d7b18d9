//! The spellings of a URL that the platform may have signed, and [`Spelling`], which shows one to
//! the person who hunts a mismatch.

use std::sync::Arc;

use super::escapes::Escapes;
use super::url_parts::UrlParts;

/// One way to write the URL, piece by piece, so that trying it needs no memory.
#[derive(Clone, Copy)]
pub(super) struct Spelled<'a> {
    parts: UrlParts<'a>,
    /// Between path and query.
    slash: &'static str,
    escapes: Escapes,
}

impl<'a> Spelled<'a> {
    pub(super) fn as_given(parts: UrlParts<'a>) -> Self {
        Self { parts, slash: "", escapes: Escapes::AS_GIVEN }
    }

    pub(super) fn write(&self, sink: &mut impl FnMut(&str)) {
        let UrlParts { scheme, userinfo, host, port, prefix, path, query, fragment } = self.parts;
        for piece in [scheme, userinfo, host, port, prefix] {
            sink(piece);
        }
        self.escapes.write(path, sink);
        sink(self.slash);
        self.escapes.write(query, sink);
        sink(fragment);
    }

    pub(super) fn to_text(self) -> String {
        let mut text = String::new();
        self.write(&mut |piece| text.push_str(piece));
        text
    }
}

/// Whether `matches` says yes to one of the spellings; each is tried once, the likeliest first.
pub(super) fn any_spelling(
    parts: UrlParts<'_>,
    with_escapes: bool,
    mut matches: impl FnMut(&Spelled<'_>) -> bool,
) -> bool {
    let given = Spelled::as_given(parts);
    if matches(&given) {
        return true;
    }
    let another_port = if parts.has_port_number() {
        Some("")
    } else if parts.port.is_empty() {
        parts.default_port()
    } else {
        None
    };
    let ports = [Some(parts.port), another_port];
    let userinfos = [Some(parts.userinfo), (!parts.userinfo.is_empty()).then_some("")];
    let takes_slash = parts.is_secure_web_socket() && !parts.path.ends_with('/');
    let slashes = [Some(""), takes_slash.then_some("/")];
    let escapes =
        if with_escapes { Escapes::of([parts.path, parts.query]) } else { vec![Escapes::AS_GIVEN] };

    let mut first = true;
    for escapes in escapes {
        for slash in slashes.into_iter().flatten() {
            for userinfo in userinfos.into_iter().flatten() {
                for port in ports.into_iter().flatten() {
                    if std::mem::take(&mut first) {
                        continue;
                    }
                    let parts = UrlParts { userinfo, port, ..parts };
                    if matches(&Spelled { parts, slash, escapes }) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// One spelling of the URL that [`RequestValidator::verify`](crate::RequestValidator::verify) tries.
///
/// A password in the URL and the value of `CallToken` are shown as `***`; neither a signature nor a
/// secret is in it.
///
/// ```
/// use twiml_refer::RequestValidator;
///
/// let tried = RequestValidator::new("12345")?.explain("http://u:pw@h.example:80/?a=1", b"To=b");
/// let urls: Vec<_> = tried.iter().map(|spelling| spelling.url()).collect();
/// assert_eq!(
///     urls,
///     [
///         "http://u:***@h.example:80/?a=1",
///         "http://u:***@h.example/?a=1",
///         "http://h.example:80/?a=1",
///         "http://h.example/?a=1",
///     ],
/// );
/// assert_eq!(tried[3].hashed(), "http://h.example/?a=1Tob");
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spelling {
    url: String,
    params: Arc<str>,
}

impl Spelling {
    pub(super) fn new(url: String, params: Arc<str>) -> Self {
        Self { url, params }
    }

    /// The URL so spelled.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is hashed for it: the URL, then the names and values of a form body in byte order.
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    #[must_use]
    pub fn hashed(&self) -> String {
        format!("{}{}", self.url, self.params)
    }
}
