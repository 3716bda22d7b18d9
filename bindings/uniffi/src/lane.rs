//! The jobs that every call of an app makes, in frames: the same functions that UniFFI exports, with
//! another way in and out. The first part of an answer is the kind of the error, absent if there is
//! none.

use std::str;

use twiml_refer::{Error, ReferCallback, SipUri};

use crate::Pair;
use crate::document::{self, Document, Piece};
use crate::failure::{Failure, Fault};
use crate::frame::{self, Frame};
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
    let parts = frame::read(input)?;
    let mut parts = Parts(parts.into_iter());
    let mut out = Frame::default();
    out.put_or_absent(None::<&str>);
    let done = match job {
        URI => uri(&mut parts, &mut out),
        CHECK_URI => parts.text().and_then(|text| Ok(SipUri::parse(text).map(|_| ())?)),
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

/// What is left of the input; a part that is missing counts as absent.
struct Parts<'a>(std::vec::IntoIter<Option<&'a [u8]>>);

impl<'a> Parts<'a> {
    fn bytes(&mut self) -> Option<&'a [u8]> {
        self.0.next().flatten()
    }

    fn maybe(&mut self) -> Result<Option<&'a str>, Failure> {
        Ok(self.bytes().map(str::from_utf8).transpose().map_err(Error::from)?)
    }

    fn text(&mut self) -> Result<&'a str, Failure> {
        Ok(self.maybe()?.unwrap_or_default())
    }

    fn owned(&mut self) -> Result<String, Failure> {
        self.text().map(str::to_owned)
    }

    fn maybe_owned(&mut self) -> Result<Option<String>, Failure> {
        Ok(self.maybe()?.map(str::to_owned))
    }

    fn number(&mut self) -> Option<u64> {
        str::from_utf8(self.bytes()?).ok()?.parse().ok()
    }

    fn is_set(&mut self) -> bool {
        self.bytes().is_some()
    }

    /// A count, and as many pairs.
    fn pairs(&mut self) -> Result<Vec<Pair>, Failure> {
        let count = self.number().unwrap_or_default();
        self.take_pairs(count)
    }

    /// All that is left.
    fn rest(&mut self) -> Result<Vec<Pair>, Failure> {
        self.take_pairs(u64::MAX)
    }

    fn take_pairs(&mut self, most: u64) -> Result<Vec<Pair>, Failure> {
        let mut pairs = Vec::new();
        for _ in 0..most {
            if self.0.len() == 0 {
                break;
            }
            pairs.push(Pair { name: self.owned()?, value: self.owned()? });
        }
        Ok(pairs)
    }
}

fn refused(fault: &Fault) -> Vec<u8> {
    let mut out = Frame::default();
    out.put(&fault.kind);
    out.put(&fault.text);
    out.put_number(fault.offset);
    out.put_number(fault.line);
    out.put_number(fault.column);
    out.put_or_absent(fault.parameter.as_ref());
    out.put_number(fault.number);
    out.finish()
}

/// The URI with its headers.
fn uri(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let mut uri = SipUri::parse(parts.text()?)?;
    for Pair { name, value } in parts.rest()? {
        uri = uri.with_header(&name, &value)?;
    }
    out.put(uri.as_str());
    Ok(())
}

fn refer(parts: &mut Parts<'_>) -> Result<(), Failure> {
    let action = parts.maybe_owned()?;
    document::refer_check(action, parts.maybe_owned()?)
}

fn element(parts: &mut Parts<'_>) -> Result<(), Failure> {
    let name = parts.text()?;
    let text = parts.maybe_owned()?;
    document::element_check(name, parts.rest()?, text)
}

fn render(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let pretty = parts.is_set();
    let attributes = parts.pairs()?;
    let mut pieces = Vec::new();
    while let Some(kind) = parts.bytes() {
        pieces.push(match kind {
            b"E" => Piece::Open { name: parts.owned()?, attributes: parts.pairs()? },
            b"R" => Piece::Refer {
                target: parts.owned()?,
                action: parts.maybe_owned()?,
                method: parts.maybe_owned()?,
            },
            b"T" => Piece::Text { content: parts.owned()? },
            b"C" => Piece::Comment { content: parts.owned()? },
            _ => Piece::Close,
        });
    }
    out.put(document::render(Document { attributes, pieces }, pretty)?);
    Ok(())
}

fn secrets(parts: &mut Parts<'_>) -> Result<Secrets, Failure> {
    let public_base = parts.maybe_owned()?;
    let sha256 = parts.is_set();
    let encoded_spellings = parts.is_set();
    let max_body_bytes = parts.number();
    let count = parts.number().unwrap_or_default();
    let mut secrets = Vec::new();
    for _ in 0..count {
        if parts.0.len() == 0 {
            break;
        }
        secrets.push(parts.owned()?);
    }
    Ok(Secrets { secrets, public_base, sha256, encoded_spellings, max_body_bytes })
}

fn verify(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let validator = webhook::validator(&secrets(parts)?)?;
    let url = parts.text()?;
    let signature = parts.maybe()?;
    put(
        &match parts.bytes() {
            Some(body) => webhook::verified(&validator, url, body, signature)?,
            None => webhook::verified_pairs(&validator, url, parts.rest()?, signature)?,
        },
        out,
    );
    Ok(())
}

fn validate(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let secrets = secrets(parts)?;
    let url = parts.text()?;
    let signature = parts.maybe_owned()?;
    let valid = webhook::request_validate(&secrets, url, parts.rest()?, signature)?;
    out.put_or_absent(valid.then_some(""));
    Ok(())
}

fn sign(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let secrets = secrets(parts)?;
    let url = parts.text()?;
    out.put(webhook::request_sign(&secrets, url, parts.rest()?)?);
    Ok(())
}

fn from_form(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let max_bytes = parts.number();
    put(&webhook::from_form(parts.bytes().unwrap_or_default(), max_bytes)?, out);
    Ok(())
}

fn from_pairs(parts: &mut Parts<'_>, out: &mut Frame) -> Result<(), Failure> {
    let max_bytes = parts.number();
    put(&webhook::from_pairs(parts.rest()?, max_bytes)?, out);
    Ok(())
}

/// Stands between texts that are passed as one part, where none of them holds it.
const SEPARATOR: char = '\0';

/// Ten parts of fixed place, then problems, SIP headers and parameters: as one part with
/// separators, which a host language takes apart at once; but if a value holds a separator that part
/// is absent, and each is a part of its own.
fn put(callback: &ReferCallback, out: &mut Frame) {
    let (outcome, request) = (callback.outcome(), callback.request());
    out.put(outcome.kind());
    out.put_or_absent(outcome.status());
    out.put_number(outcome.code());
    out.put_or_absent(callback.may_resume().then_some(""));
    out.put(request.leg().as_str());
    out.put_or_absent(callback.refer_call_status().map(|status| status.to_string()));
    out.put_number(callback.refer_sip_response_code());
    out.put_number(callback.notify_sip_response_code());
    out.put_number(Some(callback.problems().len()));
    out.put_number(Some(request.sip_headers().count()));
    let messages: Vec<String> = callback.problems().iter().map(|it| it.message()).collect();
    let parameters = callback.problems().iter().map(|it| it.parameter());
    let problems = parameters.zip(messages.iter().map(String::as_str));
    let pairs = problems.chain(request.sip_headers()).chain(callback.params());
    let texts: Vec<&str> = pairs.flat_map(|(name, value)| [name, value]).collect();
    if texts.iter().any(|text| text.contains(SEPARATOR)) {
        out.put_or_absent(None::<&str>);
        texts.iter().for_each(|text| out.put(text));
    } else {
        out.put(texts.join(SEPARATOR.encode_utf8(&mut [0; 4])));
    }
}
