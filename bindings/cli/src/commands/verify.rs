//! `verify`: whether the platform signed a request.

use serde::Serialize;
use twiml_refer::{
    Error, RequestValidator,
    http::Method,
    webhook::{Spelling, VerifyError},
};

use super::sign::{self, Body};
use crate::cli::Verify;
use crate::exit::{Answer, Failure};
use crate::output::{self, Output};
use crate::source::{Source, printable};
use crate::{input, render};

#[derive(Serialize)]
struct Verified<'a> {
    valid: bool,
    tried: Option<Vec<Tried<'a>>>,
    /// Why not: a signature that does not match, or a body that is signed and cannot be read.
    error: Option<&'a Error>,
}

#[derive(Serialize)]
struct Tried<'a> {
    url: &'a str,
    hashed: String,
}

pub(crate) fn run(options: &Verify, output: &mut Output) -> Result<Answer, Failure> {
    let request = &options.request;
    let (mut validator, body) = sign::prepare(request)?;
    if let Some(base) = &options.public_base {
        validator = validator
            .with_public_base(base)
            .map_err(|error| Failure::option("--public-base", base, &error))?;
    }
    let (error, body) = match body {
        Ok(body) => (judge(&validator, options, &body).err(), Some(body)),
        Err(error) => (Some(error), None),
    };
    let form: &[u8] = match &body {
        Some(Body::Form(bytes)) => bytes,
        _ => &[],
    };
    // Of a body over the limit nothing was hashed.
    let tried = (options.explain && body.is_some()).then(|| validator.explain(&request.url, form));
    let answer = Answer::yes_if(error.is_none());
    if output.is_json() {
        let tried = tried.as_deref().map(|tried| tried.iter().map(shown).collect());
        output.json(&Verified { valid: error.is_none(), tried, error: error.as_ref() })?;
        return Ok(answer);
    }
    for spelling in tried.iter().flatten() {
        output.line(&format!("tried   {}", printable(spelling.url())))?;
        output.line(&format!("hashed  {}", printable(&spelling.hashed())))?;
    }
    let Some(error) = error else {
        output.line("valid")?;
        return Ok(answer);
    };
    let renderer = render::for_stderr();
    let name = request.body.as_deref().map_or_else(|| "query".to_owned(), input::name);
    let source = request.body.as_ref().and_then(|_| Source::form(&name, form, &error));
    output::complain(&render::error(&error, source.as_ref(), &renderer));
    if let Some(Body::Raw(bytes)) = &body {
        let url = RequestValidator::url_with_body_sha256(&request.url, bytes);
        if url != request.url {
            let note = "the URL has no bodySHA256, without which a body that is no form proves \
                nothing; give the URL as it was requested, with its query";
            output::complain(&render::note(note, &renderer));
        }
    }
    if !options.explain && body.is_some() {
        let note = "--explain lists the spellings of the URL that were tried";
        output::complain(&render::note(note, &renderer));
    }
    Ok(answer)
}

fn judge(validator: &RequestValidator, options: &Verify, body: &Body) -> Result<(), Error> {
    let (url, signature) = (&options.request.url, Some(options.signature.as_str()));
    let request = &options.request;
    let has_body = request.body.is_some() || request.json_body.is_some();
    let method = options.method.unwrap_or(if has_body { Method::Post } else { Method::Get });
    match body {
        Body::Form(bytes) => {
            validator.verify(method, url, bytes, signature).map(drop).map_err(Error::from)
        }
        Body::Raw(_) if options.signature.is_empty() => Err(VerifyError::SignatureMissing.into()),
        Body::Raw(bytes)
            if method == Method::Post && validator.validate_raw(url, bytes, signature) =>
        {
            Ok(())
        }
        Body::Raw(_) => Err(VerifyError::SignatureMismatch.into()),
    }
}

fn shown(spelling: &Spelling) -> Tried<'_> {
    Tried { url: spelling.url(), hashed: spelling.hashed() }
}
