//! Digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22): our answer to a challenge, and our own challenge.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use md5::Md5;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use twiml_refer::SipUri;
use twiml_refer::sip::Scheme;

use super::message::Start;
use super::request::Request;
use super::values::{Address, param, split};

/// How long a nonce of ours can be used, in seconds.
const NONCE_LIFE: u64 = 300;

/// Nonces whose counts are kept. Only who has a password can fill that.
const MAX_NONCES: usize = 65_536;

/// A user name and a password.
#[derive(Clone)]
pub(crate) struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    pub(crate) fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The callers that are known: user names and passwords.
#[derive(Clone)]
pub(crate) struct Callers {
    passwords: HashMap<String, String>,
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").field("count", &self.passwords.len()).finish_non_exhaustive()
    }
}

impl Callers {
    /// Reads lines as `user:password`. Empty lines, and those that begin with `#`, are skipped.
    ///
    /// # Errors
    ///
    /// The number of the line and what is expected there, without anything of its text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut passwords = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = number.saturating_add(1);
            let pair = line.split_once(':').filter(|(user, password)| {
                !user.is_empty() && !password.is_empty() && !user.contains(['"', '\\'])
            });
            let (user, password) =
                pair.ok_or_else(|| format!("line {number}: expected user:password"))?;
            if passwords.insert(user.to_owned(), password.to_owned()).is_some() {
                return Err(format!("line {number}: this user is listed twice: keep one"));
            }
        }
        if passwords.is_empty() {
            return Err("no user is listed: add a line user:password".to_owned());
        }
        Ok(Self { passwords })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn read(name: Option<&str>) -> Option<Self> {
        match name.map(unquote) {
            None => Some(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("MD5") => Some(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Some(Self::Sha256),
            Some(_) => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// What a digest is made of, but the password (RFC 7616 section 3.4.1).
struct Parts<'a> {
    algorithm: Algorithm,
    user: &'a str,
    realm: &'a str,
    nonce: &'a str,
    method: &'a str,
    uri: &'a str,
    /// The count and the client's nonce, with `qop=auth`.
    auth: Option<(&'a str, &'a str)>,
}

impl Parts<'_> {
    fn response(&self, password: &str) -> String {
        let Self { algorithm, user, realm, nonce, method, uri, auth } = self;
        let secret = algorithm.hash(&format!("{user}:{realm}:{password}"));
        let request = algorithm.hash(&format!("{method}:{uri}"));
        algorithm.hash(&match auth {
            Some((count, own)) => format!("{secret}:{nonce}:{count}:{own}:auth:{request}"),
            None => format!("{secret}:{nonce}:{request}"),
        })
    }
}

/// Returns the value of Authorization or Proxy-Authorization that answers the first of these challenges with an algorithm that
/// we have. `None`: there is none.
pub(super) fn answer<'a>(
    mut challenges: impl Iterator<Item = &'a str>,
    credentials: &Credentials,
    method: &str,
    uri: &str,
    own_nonce: &str,
) -> Option<String> {
    challenges.find_map(|challenge| {
        let params = digest_params(challenge)?;
        let value = |name| list_param(params, name);
        let named = value("algorithm");
        let algorithm = Algorithm::read(named)?;
        let (realm, nonce) = (unquote(value("realm")?), unquote(value("nonce")?));
        let qop = value("qop").map(unquote);
        let has_auth = qop.is_some_and(|qop| qop.split(',').any(|qop| qop.trim() == "auth"));
        if qop.is_some() && !has_auth {
            return None;
        }
        let auth = has_auth.then_some(("00000001", own_nonce));
        let user = credentials.user.as_str();
        let parts = Parts { algorithm, user, realm, nonce, method, uri, auth };
        let response = parts.response(&credentials.password);
        let mut text = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\""
        );
        // Writing to a String does not fail.
        if named.is_some() {
            let _ = write!(text, ", algorithm={}", algorithm.name());
        }
        if let Some(opaque) = value("opaque") {
            let _ = write!(text, ", opaque=\"{}\"", unquote(opaque));
        }
        if let Some((count, own)) = auth {
            let _ = write!(text, ", qop=auth, cnonce=\"{own}\", nc={count}");
        }
        Some(text)
    })
}

/// What we challenge callers with. A nonce is signed and names its time and its call, so that none has to be kept before
/// right credentials use it.
#[derive(Debug)]
pub(super) struct Challenger {
    realm: String,
    secret: String,
    /// The last count of each nonce that was used, by its time.
    counts: BTreeMap<(u64, String), u32>,
}

/// Why credentials do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// There are none, or they are wrong.
    Wrong,
    /// They are right, but for a nonce that is too old, or that was used with this count.
    Stale,
}

impl Challenger {
    pub(super) const fn new(realm: String, secret: String) -> Self {
        Self { realm, secret, counts: BTreeMap::new() }
    }

    /// Returns the value of WWW-Authenticate. It asks for MD5, as Twilio does: endpoints that know nothing else give up at
    /// the sight of another algorithm.
    pub(super) fn challenge(&self, call_id: &str, is_stale: bool) -> String {
        let (realm, nonce) = (&self.realm, self.nonce(seconds(), call_id));
        let stale = if is_stale { ", stale=true" } else { "" };
        format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"{stale}")
    }

    /// Returns the user of the first credentials of an INVITE that are ours to check.
    pub(super) fn check(&mut self, callers: &Callers, request: &Request) -> Result<String, Denied> {
        let method = request.method();
        let credentials = request.message.all("Authorization").find_map(|authorization| {
            let params = digest_params(authorization)?;
            let value = |name| list_param(params, name).map(unquote);
            let (realm, nonce, user) = (value("realm")?, value("nonce")?, value("username")?);
            if realm != self.realm {
                return None;
            }
            let algorithm = Algorithm::read(value("algorithm"))?;
            // We ask for qop=auth: what comes without would be weaker.
            let auth =
                Some((value("nc")?, value("cnonce")?)).filter(|_| value("qop") == Some("auth"));
            let uri = value("uri").filter(|uri| is_uri_of(request, uri))?;
            let parts = Parts { algorithm, user, realm, nonce, method, uri, auth };
            let expected = parts.response(callers.passwords.get(user)?);
            let is_right = expected.as_bytes().ct_eq(value("response")?.as_bytes());
            let count = u32::from_str_radix(auth?.0, 16).ok()?;
            bool::from(is_right).then_some((user, nonce, count))
        });
        let (user, nonce, count) = credentials.ok_or(Denied::Wrong)?;
        let time = nonce.split('-').next().and_then(|time| time.parse().ok()).unwrap_or(0);
        let is_ours = self.nonce(time, &request.ids.call_id).as_bytes().ct_eq(nonce.as_bytes());
        let is_fresh = seconds().checked_sub(time).is_some_and(|age| age <= NONCE_LIFE);
        let is_new = bool::from(is_ours) && is_fresh && self.count(time, nonce, count);
        if is_new { Ok(user.to_owned()) } else { Err(Denied::Stale) }
    }

    /// Takes in the count of a request with this nonce: it must rise (RFC 7616 section 3.4), or else somebody has seen the
    /// request before.
    fn count(&mut self, time: u64, nonce: &str, count: u32) -> bool {
        let oldest = seconds().saturating_sub(NONCE_LIFE);
        while let Some(first) = self.counts.first_entry().filter(|it| it.key().0 < oldest) {
            first.remove();
        }
        let is_full = self.counts.len() >= MAX_NONCES;
        match self.counts.entry((time, nonce.to_owned())) {
            Entry::Occupied(mut last) => count > last.insert(count.max(*last.get())),
            Entry::Vacant(_) if is_full => false,
            Entry::Vacant(new) => *new.insert(count) > 0,
        }
    }

    fn nonce(&self, time: u64, call_id: &str) -> String {
        let secret = &self.secret;
        format!("{time}-{}", Algorithm::Sha256.hash(&format!("{secret}:{time}:{call_id}")))
    }
}

/// Returns whether a digest is for the server that a request was sent to: the host must be that of the Request-URI, or of To
/// where a proxy has changed that, and the port as well, if one is named. The user may be another one (RFC 3261
/// section 22.4).
fn is_uri_of(request: &Request, uri: &str) -> bool {
    let Start::Request { uri: asked, .. } = &request.message.start else { return false };
    let to = request.message.header("To").and_then(Address::read).map(|to| to.uri);
    let Ok(named) = SipUri::parse(uri) else { return false };
    [Some(asked.as_str()), to].into_iter().flatten().any(|it| {
        SipUri::parse(it).is_ok_and(|it| {
            let default = if it.scheme() == Scheme::Sips { 5061 } else { 5060 };
            let is_port = |port| port == it.port().unwrap_or(default);
            named.host().eq_ignore_ascii_case(it.host()) && named.port().is_none_or(is_port)
        })
    })
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn digest_params(value: &str) -> Option<&str> {
    let (scheme, params) = value.trim().split_once(char::is_whitespace)?;
    scheme.eq_ignore_ascii_case("Digest").then_some(params)
}

fn list_param<'a>(params: &'a str, name: &'a str) -> Option<&'a str> {
    split(params, ',').find_map(|item| param(item, name))
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
