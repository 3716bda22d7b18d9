//! The jobs that every call of an app makes, in frames. Where UniFFI exports one as well, for a face that
//! calls it seldom, both are the same function. The first part of an answer is the kind of the error,
//! empty if there is none. What may be missing in an input is announced by a letter.

use std::str;

use twiml_refer::{Error, SipUri, http::Method, webhook::ReferCallback};

use crate::Pair;
use crate::document::{self, Builder};
use crate::failure::{Failure, Fault};
use crate::frame::{self, Frame, Parts};
use crate::uri;
use crate::webhook::{self, Secrets};

/// The numbers of the jobs, as the faces call them.
const URI: u32 = 1;
const REFER: u32 = 2;
const ELEMENT: u32 = 3;
const RENDER: u32 = 4;
const VERIFY: u32 = 5;
const FROM_FORM: u32 = 6;
const FROM_PAIRS: u32 = 7;
const VALIDATE: u32 = 8;
const NAMES: u32 = 9;
const SIGN: u32 = 10;
const COMMENT: u32 = 11;
const CHECK_URI: u32 = 12;

/// Does a job; `None` if there is no such job or the frame is none.
pub(crate) fn run(job: u32, input: &[u8]) -> Option<Vec<u8>> {
    // The shortest way there and back: the text itself, judged.
    if job == CHECK_URI {
        let judged = str::from_utf8(input).map_err(Error::from).and_then(SipUri::parse);
        return Some(match judged {
            Ok(_) => frame::NOTHING_WRONG.to_vec(),
            Err(error) => refused(&Fault::from(&error)),
        });
    }
    let mut parts = Input(Parts::of(input)?);
    let mut out = Frame::of("");
    let done = match job {
        URI => with_headers(&mut parts, &mut out),
        REFER => refer(&mut parts),
        ELEMENT => element(&mut parts),
        COMMENT => parts.text().and_then(document::comment_check),
        RENDER => render(&mut parts, &mut out),
        VERIFY => verify(&mut parts, &mut out),
        FROM_FORM => from_form(&mut parts, &mut out),
        FROM_PAIRS => from_pairs(&mut parts, &mut out),
        VALIDATE => validate(&mut parts, &mut out),
        SIGN => sign(&mut parts, &mut out),
        NAMES => {
            for Pair { name, value } in crate::tables::parameter_names() {
                out.put(name);
                out.put(value);
            }
            Ok(())
        }
        _ => return None,
    };
    Some(match done {
        Ok(()) => out.finish(),
        Err(Failure::Refused { fault }) => refused(&fault),
    })
}

/// The parts of the input; one that is missing counts as empty.
struct Input<'a>(Parts<'a>);

impl<'a> Input<'a> {
    fn bytes(&mut self) -> &'a [u8] {
        self.0.next().unwrap_or_default()
    }

    fn text(&mut self) -> Result<&'a str, Failure> {
        Ok(str::from_utf8(self.bytes()).map_err(Error::from)?)
    }

    fn owned(&mut self) -> Result<String, Failure> {
        self.text().map(str::to_owned)
    }

    /// A text that is there only if the letter for it stands among those that came before.
    fn lettered(&mut self, letters: &[u8], letter: u8) -> Result<Option<&'a str>, Failure> {
        letters.contains(&letter).then(|| self.text()).transpose()
    }

    /// Nothing if it is empty. One that passes 64 bits is passed on as the outermost one: the library
    /// refuses it.
    fn number(&mut self) -> Option<i64> {
        let text = str::from_utf8(self.bytes()).ok().filter(|text| !text.is_empty())?;
        let outermost = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        Some(text.parse().unwrap_or(outermost))
    }

    /// A count, and as many pairs.
    fn pairs(&mut self) -> Result<Vec<Pair>, Failure> {
        let count = self.number().unwrap_or_default();
        self.take_pairs(count)
    }

    /// All that is left.
    fn rest(&mut self) -> Result<Vec<Pair>, Failure> {
        self.take_pairs(i64::MAX)
    }

    fn take_pairs(&mut self, most: i64) -> Result<Vec<Pair>, Failure> {
        let mut pairs = Vec::new();
        for _ in 0..most {
            if self.0.is_empty() {
                break;
            }
            pairs.push(Pair { name: self.owned()?, value: self.owned()? });
        }
        Ok(pairs)
    }
}

fn refused(fault: &Fault) -> Vec<u8> {
    let mut out = Frame::of(&fault.kind);
    out.put(&fault.text);
    out.put_maybe(fault.offset);
    out.put_maybe(fault.line);
    out.put_maybe(fault.column);
    out.put_maybe(fault.parameter.as_ref());
    out.put_maybe(fault.number);
    out.put(&fault.group);
    out.finish()
}

/// The URI with its headers.
fn with_headers(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    out.put(uri::uri_with_headers(parts.text()?, parts.rest()?)?);
    Ok(())
}

/// Letters (`u`: a URI, `a`: an action, `m`: a method), and what they announce.
fn refer(parts: &mut Input<'_>) -> Result<(), Failure> {
    let letters = parts.bytes();
    let target = parts.lettered(letters, b'u')?.unwrap_or(document::ANY_TARGET);
    let action = parts.lettered(letters, b'a')?;
    document::refer(target, action, parts.lettered(letters, b'm')?)?;
    Ok(())
}

/// Letters (`t`: a text), the name, the text, attributes.
fn element(parts: &mut Input<'_>) -> Result<(), Failure> {
    let letters = parts.bytes();
    let name = parts.text()?;
    let text = parts.lettered(letters, b't')?;
    document::element_check(name, parts.rest()?, text.map(str::to_owned))
}

/// Letters (`p`: pretty), a count of attributes and these, and pieces: each its kind and its values.
fn render(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let pretty = parts.bytes() == b"p";
    let mut builder = Builder::new(&parts.pairs()?)?;
    while !parts.0.is_empty() {
        match parts.bytes() {
            [b'R', letters @ ..] => {
                let (target, action) = (parts.text()?, parts.lettered(letters, b'a')?);
                builder.refer(target, action, parts.lettered(letters, b'm')?)?;
            }
            b"E" => {
                let name = parts.text()?;
                builder.open(name, &parts.pairs()?)?;
            }
            b"T" => builder.text(parts.text()?)?,
            b"C" => builder.comment(parts.text()?)?,
            _ => builder.close()?,
        }
    }
    out.put(document::render(&builder.finish()?, pretty));
    Ok(())
}

/// Letters (`b`: a public base, `s`: SHA-256, `e`: encoded spellings), the base, a limit or nothing, a
/// count of secrets and these.
fn secrets(parts: &mut Input<'_>) -> Result<Secrets, Failure> {
    let letters = parts.bytes();
    let public_base = parts.lettered(letters, b'b')?.map(str::to_owned);
    let max_body_bytes = parts.number();
    let count = parts.number().unwrap_or_default();
    let mut secrets = Vec::new();
    for _ in 0..count {
        if parts.0.is_empty() {
            break;
        }
        secrets.push(parts.owned()?);
    }
    Ok(Secrets {
        secrets,
        public_base,
        sha256: letters.contains(&b's'),
        encoded_spellings: letters.contains(&b'e'),
        max_body_bytes,
    })
}

/// The secrets, the URL, the signature, and `F` (a POST) or `G` (a GET) with a body, or `P` with pairs.
/// A signature that is empty is missing.
fn verify(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let validator = webhook::validator(&secrets(parts)?)?;
    let url = parts.text()?;
    let signature = Some(parts.text()?);
    let callback = match parts.bytes() {
        b"F" => webhook::verified(&validator, Method::Post, url, parts.bytes(), signature)?,
        b"G" => webhook::verified(&validator, Method::Get, url, parts.bytes(), signature)?,
        _ => webhook::verified_pairs(&validator, url, parts.rest()?, signature)?,
    };
    put(&callback, out);
    Ok(())
}

fn validate(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let secrets = secrets(parts)?;
    let url = parts.text()?;
    let signature = Some(parts.owned()?);
    let valid = webhook::request_validate(&secrets, url, parts.rest()?, signature)?;
    out.put(if valid { "1" } else { "" });
    Ok(())
}

fn sign(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let secrets = secrets(parts)?;
    let url = parts.text()?;
    out.put(webhook::request_sign(&secrets, url, parts.rest()?)?);
    Ok(())
}

fn from_form(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let max_bytes = parts.number();
    put(&webhook::from_form(parts.bytes(), max_bytes)?, out);
    Ok(())
}

fn from_pairs(parts: &mut Input<'_>, out: &mut Frame) -> Result<(), Failure> {
    let max_bytes = parts.number();
    put(&webhook::from_pairs(parts.rest()?, max_bytes)?, out);
    Ok(())
}

/// Ten parts of fixed place, then problems, SIP headers and parameters, names and values in turn.
fn put(callback: &ReferCallback, out: &mut Frame) {
    let (outcome, request) = (callback.outcome(), callback.request());
    out.put(outcome.kind());
    out.put(outcome.status().unwrap_or_default());
    out.put_maybe(outcome.code());
    out.put(if callback.may_resume() { "1" } else { "" });
    out.put(request.leg().as_str());
    out.put_maybe(callback.refer_call_status());
    out.put_maybe(callback.refer_sip_response_code());
    out.put_maybe(callback.notify_sip_response_code());
    out.put_maybe(Some(callback.problems().len()));
    out.put_maybe(Some(request.sip_headers().count()));
    for problem in callback.problems() {
        out.put(problem.parameter());
        out.put(problem.message());
    }
    for (name, value) in request.sip_headers().chain(callback.params()) {
        out.put(name);
        out.put(value);
    }
}
