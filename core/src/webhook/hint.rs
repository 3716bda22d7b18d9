//! What is wrong with a signed request that does not verify: [`Hint`], and the names of its kinds.

use std::fmt;

/// What would make a signature match, or what keeps it from matching.
///
/// ```
/// use twiml_refer::{RequestValidator, http::Method, webhook::HintKind};
///
/// let validator = RequestValidator::new("12345")?;
/// let signature = validator.sign_form("https://voice.example.com/refer", "To=a");
/// let seen = "http://voice.example.com/refer";
/// let hints = validator.diagnose(Method::Post, seen, "To=a", Some(&signature));
/// assert_eq!(hints[0].kind(), HintKind::Scheme);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hint {
    kind: HintKind,
    message: String,
}

impl Hint {
    pub(super) fn new(kind: HintKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The kind, for programs.
    #[must_use]
    pub fn kind(&self) -> HintKind {
        self.kind
    }

    /// What is wrong and what to change; no secret, signature or parameter value is in it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

macro_rules! hint_kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What a [`Hint`] is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum HintKind { $($(#[doc = $doc])* $name,)* }

        impl HintKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name, the same in every language: `query-order`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

hint_kinds! {
    /// The request has no signature.
    SignatureMissing = "signature-missing",
    /// The signature is not base64 of 20 or 32 bytes.
    SignatureInvalid = "signature-invalid",
    /// The signature is of the other algorithm.
    Algorithm = "algorithm",
    /// The URL is neither absolute nor, with a public base, a request target.
    Url = "url",
    /// It matches with the other method.
    Method = "method",
    /// It matches with `https` instead of `http`, or the reverse.
    Scheme = "scheme",
    /// It matches with another port.
    Port = "port",
    /// It matches without the first segment of the path.
    Prefix = "prefix",
    /// It matches without the fragment.
    Fragment = "fragment",
    /// It matches with or without a slash at the end of the path.
    TrailingSlash = "trailing-slash",
    /// It matches with or without a `?` at the end of the URL.
    QuestionMark = "question-mark",
    /// It matches without the query.
    Query = "query",
    /// It matches with the query in another order.
    QueryOrder = "query-order",
    /// It matches with other escapes in the path or query.
    Escapes = "escapes",
    /// It matches without the form body.
    Body = "body",
    /// It matches without the line end at the end of the body.
    BodyNewline = "body-newline",
    /// It matches without the pairs of the query, which are in the form as well.
    QueryInForm = "query-in-form",
    /// The body is not the one whose SHA-256 the URL has.
    BodyHash = "body-hash",
    /// The body is empty.
    BodyEmpty = "body-empty",
    /// The body is over the limit, or signed and not UTF-8.
    Unreadable = "unreadable",
    /// No near miss matches.
    AuthToken = "auth-token",
}

display_as_str!(HintKind);
