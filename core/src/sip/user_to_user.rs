//! [`UserToUser`]: the value of the header of RFC 7433, decoded.

use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::escape;
use crate::Error;
use crate::error::ErrorKind;

/// The value of a `User-to-User` header (RFC 7433): data for the other end's application, with its
/// encoding, purpose and content.
///
/// ```
/// use twiml_refer::sip::UserToUser;
///
/// let uui = UserToUser::from_bytes(b"\x00account 42")?.with_purpose("isdn-uui")?;
/// assert_eq!(uui.to_string(), "006163636F756E74203432;encoding=hex;purpose=isdn-uui");
/// assert_eq!(uui.to_bytes().as_deref(), Some(&b"\x00account 42"[..]));
///
/// let uui: UserToUser = "\"a b\";content=text".parse()?;
/// assert_eq!((uui.data(), uui.content()), ("a b", Some("text")));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserToUser {
    data: Word,
    params: Vec<(String, Option<Word>)>,
}

/// A token or a quoted string, held without its quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Word {
    text: String,
    quoted: bool,
}

impl UserToUser {
    /// A value with this data: as it is when it is a token, else in quotes.
    ///
    /// # Errors
    ///
    /// `uui-data-empty`, and `uui-data-invalid` with the offset of CR, LF or NUL: use
    /// [`from_bytes`](Self::from_bytes) for bytes of any kind.
    pub fn new(data: &str) -> Result<Self, Error> {
        if data.is_empty() {
            return Err(Error::new(ErrorKind::UserToUserDataEmpty));
        }
        if let Some((at, c)) = data.char_indices().find(|(_, c)| is_forbidden(*c)) {
            return Err(Error::new(ErrorKind::UserToUserDataInvalid).arg(&escape::name(c)).at(at));
        }
        let quoted = !escape::is_token(data.as_bytes());
        Ok(Self { data: Word { text: data.to_owned(), quoted }, params: Vec::new() })
    }

    /// A value with these bytes, hex-encoded in upper case, and `encoding=hex`.
    ///
    /// # Errors
    ///
    /// `uui-data-empty`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::new(&base16ct::upper::encode_string(bytes))?.with_encoding("hex")
    }

    /// Reads the decoded value of a header. White space around `;` and `=` is dropped; parameters
    /// other than the RFC's three are kept in their place.
    ///
    /// # Errors
    ///
    /// One of the kinds `uui-…`, with the offset in the decoded value.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut reader = Reader { text, at: 0 };
        reader.skip_space();
        let data = match reader.word()? {
            Some(data) if !data.text.is_empty() => data,
            Some(_) => return Err(Error::new(ErrorKind::UserToUserDataEmpty).at(reader.at)),
            None if matches!(reader.peek(), None | Some(';')) => {
                return Err(Error::new(ErrorKind::UserToUserDataEmpty).at(reader.at));
            }
            None => return Err(reader.unexpected()),
        };
        let mut value = Self { data, params: Vec::new() };
        loop {
            reader.skip_space();
            if reader.peek().is_none() {
                return Ok(value);
            }
            if !reader.eat(';') {
                return Err(reader.unexpected());
            }
            value.read_param(&mut reader)?;
        }
    }

    /// Reads the decoded value of a header that may hold several values, separated by commas
    /// (RFC 7433 §4), each by itself and in order.
    ///
    /// ```
    /// use twiml_refer::sip::UserToUser;
    ///
    /// let values = UserToUser::parse_list("56a390;encoding=hex, \"a,b\";content=text");
    /// let data: Vec<_> = values.map(|value| value.map(|value| value.data().to_owned())).collect();
    /// assert_eq!(data, [Ok("56a390".to_owned()), Ok("a,b".to_owned())]);
    /// ```
    pub fn parse_list(text: &str) -> impl Iterator<Item = Result<Self, Error>> {
        let mut start = Some(0);
        std::iter::from_fn(move || {
            let from = start?;
            let rest = text.get(from..)?;
            let comma = first_comma(rest);
            start = comma.map(|at| from + at + 1);
            let value = rest.get(..comma.unwrap_or(rest.len()))?;
            Some(Self::parse(value).map_err(|error| match error.offset() {
                Some(at) => error.at(from + at),
                None => error,
            }))
        })
    }

    fn read_param(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        reader.skip_space();
        let start = reader.at;
        let name = reader.token();
        if name.is_empty() {
            return Err(reader.unexpected());
        }
        reader.skip_space();
        let value = if reader.eat('=') {
            reader.skip_space();
            Some(reader.word()?.ok_or_else(|| reader.unexpected())?)
        } else {
            None
        };
        if is_typed(name) {
            let is_token = value.as_ref().is_some_and(|word| !word.quoted);
            if !is_token {
                let error = Error::new(ErrorKind::UserToUserParameterInvalid);
                return Err(error.arg("its value").parameter_named(name).at(start));
            }
            if self.typed(name).is_some() {
                let error = Error::new(ErrorKind::UserToUserParameterRepeated).arg(name);
                return Err(error.parameter_named(name).at(start));
            }
        }
        self.params.push((name.to_owned(), value));
        Ok(())
    }

    /// The data, without quotes. With `encoding=hex` these are the digits.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data.text
    }

    /// The `encoding` parameter.
    #[must_use]
    pub fn encoding(&self) -> Option<&str> {
        self.typed("encoding")
    }

    /// The `purpose` parameter.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.typed("purpose")
    }

    /// The `content` parameter.
    #[must_use]
    pub fn content(&self) -> Option<&str> {
        self.typed("content")
    }

    /// Sets the `encoding` parameter; the data is left as it is.
    ///
    /// # Errors
    ///
    /// `uui-parameter-invalid` for what is not a token.
    pub fn with_encoding(self, encoding: &str) -> Result<Self, Error> {
        self.with("encoding", encoding)
    }

    /// Sets the `purpose` parameter.
    ///
    /// # Errors
    ///
    /// `uui-parameter-invalid` for what is not a token.
    pub fn with_purpose(self, purpose: &str) -> Result<Self, Error> {
        self.with("purpose", purpose)
    }

    /// Sets the `content` parameter.
    ///
    /// # Errors
    ///
    /// `uui-parameter-invalid` for what is not a token.
    pub fn with_content(self, content: &str) -> Result<Self, Error> {
        self.with("content", content)
    }

    /// The bytes behind the data, if it says `encoding=hex` and is an even number of hexadecimal
    /// digits.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        if !self.is_hex() {
            return None;
        }
        base16ct::mixed::decode_vec(&self.data.text).ok()
    }

    pub(super) fn is_hex(&self) -> bool {
        self.encoding().is_some_and(|encoding| encoding.eq_ignore_ascii_case("hex"))
    }

    /// Why the data is not the hexadecimal digits of whole bytes.
    pub(super) fn hex_error(&self) -> Option<String> {
        let data = self.data();
        match data.chars().find(|c| !c.is_ascii_hexdigit()) {
            Some(c) => Some(format!("{} is not a hexadecimal digit", escape::name(c))),
            None if data.len() % 2 == 1 => Some(format!("{} digits are an odd number", data.len())),
            None => None,
        }
    }

    fn typed(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_ref()).map(|word| word.text.as_str())
    }

    fn with(mut self, name: &str, value: &str) -> Result<Self, Error> {
        if !escape::is_token(value.as_bytes()) {
            let error = Error::new(ErrorKind::UserToUserParameterInvalid);
            return Err(error.arg(&format!("`{value}`")).parameter_named(name));
        }
        let word = Some(Word { text: value.to_owned(), quoted: false });
        match self.params.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = word,
            None => self.params.push((name.to_owned(), word)),
        }
        Ok(self)
    }
}

/// The first comma outside quoted strings.
fn first_comma(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return true,
            _ => {}
        }
        false
    })
}

/// The RFC's own parameters: tokens, each at most once.
fn is_typed(name: &str) -> bool {
    ["encoding", "purpose", "content"].iter().any(|typed| name.eq_ignore_ascii_case(typed))
}

/// No header value can carry these, quoted or not.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\0')
}

impl FromStr for UserToUser {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for UserToUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("UserToUser", 5)?;
        fields.serialize_field("data", self.data())?;
        fields.serialize_field("encoding", &self.encoding())?;
        fields.serialize_field("purpose", &self.purpose())?;
        fields.serialize_field("content", &self.content())?;
        fields.serialize_field("value", &self.to_string())?;
        fields.end()
    }
}

/// Reads only `value`: it holds all parameters.
impl<'de> Deserialize<'de> for UserToUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            value: String,
        }
        let Fields { value } = Fields::deserialize(deserializer)?;
        Self::parse(&value).map_err(serde::de::Error::custom)
    }
}

/// The decoded value of the header.
impl fmt::Display for UserToUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)?;
        for (name, value) in &self.params {
            write!(f, ";{name}")?;
            if let Some(value) = value {
                write!(f, "={value}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.quoted {
            return f.write_str(&self.text);
        }
        f.write_str("\"")?;
        for c in self.text.chars() {
            if matches!(c, '"' | '\\') || (c.is_ascii_control() && c != '\t') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, c: char) -> bool {
        let is_next = self.peek() == Some(c);
        if is_next {
            self.at += c.len_utf8();
        }
        is_next
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn token(&mut self) -> &'a str {
        let rest = self.rest();
        let end =
            rest.bytes().position(|byte| !escape::is(byte, escape::TOKEN)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A token or a quoted string, if one begins here.
    fn word(&mut self) -> Result<Option<Word>, Error> {
        if !self.eat('"') {
            let text = self.token().to_owned();
            return Ok((!text.is_empty()).then_some(Word { text, quoted: false }));
        }
        let mut text = String::new();
        loop {
            let c = match self.peek() {
                Some('"') => {
                    self.at += 1;
                    return Ok(Some(Word { text, quoted: true }));
                }
                Some('\\') => {
                    self.at += 1;
                    self.peek().ok_or_else(|| self.unexpected())?
                }
                Some(c) => c,
                None => return Err(self.unexpected()),
            };
            if is_forbidden(c) {
                return Err(self.unexpected());
            }
            text.push(c);
            self.at += c.len_utf8();
        }
    }

    fn unexpected(&self) -> Error {
        let found = self.peek().map_or_else(|| "the end".to_owned(), escape::name);
        Error::new(ErrorKind::UserToUserSyntax).arg(&found).at(self.at)
    }
}
