//! What an input is that was expected to be something else: a page or a log in place of a document, JSON or a
//! logged dictionary in place of a form. Only its beginning is looked at, and nothing of it is quoted.

use std::borrow::Cow;

/// Bytes that are looked at.
const LOOKED_AT: usize = 8 * 1024;

/// What an input is, and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recognized {
    pub(crate) what: &'static str,
    pub(crate) advice: &'static str,
}

const HTML: Recognized = Recognized {
    what: "HTML",
    advice: "this may be an error or login page: respond with <Response>…</Response> and the \
        Content-Type text/xml",
};

impl Recognized {
    const fn new(what: &'static str, advice: &'static str) -> Option<Self> {
        Some(Self { what, advice })
    }

    pub(crate) fn is_html(self) -> bool {
        self == HTML
    }

    /// Returns a sentence about an input that is not what it should be: `TwiML`, or `a form`.
    pub(crate) fn instead_of(self, expected: &str) -> String {
        format!("this is {}, not {expected}: {}", self.what, self.advice)
    }
}

/// Names what a response body or a file is that cannot be read as a document.
pub(crate) fn not_twiml(bytes: &[u8]) -> Option<Recognized> {
    if bytes.starts_with(b"\x1f\x8b") {
        return Recognized::new("packed with gzip", "unpack it: gzip -d, or curl --compressed");
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Recognized::new("UTF-16", "save it as UTF-8");
    }
    let head = head(bytes);
    let text = head.as_ref();
    if is_php_message(text) {
        return Recognized::new(
            "a message of PHP in front of the document or in its place",
            "correct what it names, and set display_errors=Off, so that it goes to the log",
        );
    }
    match text.as_bytes() {
        [b'"', ..] => Recognized::new(
            "a JSON string",
            "the framework turned the text that the handler returned into JSON: return a response with the \
             document as its body and the Content-Type text/xml, for example FastAPI's \
             Response(str(twiml), media_type=\"text/xml\")",
        ),
        [b'{' | b'[', ..] if is_json(text) => Recognized::new(
            "JSON",
            "respond with only the document, <Response>…</Response>, and the Content-Type text/xml",
        ),
        [b'b', b'\'' | b'"', ..] | [b'\'', ..] => Recognized::new(
            "a Python or JavaScript literal",
            "write the text itself, not its repr: str(twiml), or bytes.decode()",
        ),
        _ if starts_with(text, &["[object ", "<twilio.", "#<Twilio", "<VoiceResponse"]) => {
            Recognized::new(
                "the name of an object",
                "write the document of the object: its toString() or str()",
            )
        }
        _ if starts_with(after_prolog(text), &["<!doctype html", "<html", "<head", "<body"]) => {
            Some(HTML)
        }
        _ if starts_with(text, &["<string xmlns"]) => Recognized::new(
            "a string that .NET wrapped in XML",
            "return the document as the content: Content(twiml.ToString(), \"text/xml\")",
        ),
        _ if starts_with(text, &["<?php"]) => Recognized::new(
            "PHP source",
            "the server does not run PHP for this path: check its configuration",
        ),
        _ if starts_with(text, &["&lt;"]) => Recognized::new(
            "a document whose angle brackets are escaped",
            "a template escaped it: mark it as safe, or return it without a template",
        ),
        _ if starts_with(text, &["%3C"]) => {
            Recognized::new("a document in URL encoding", "decode it, or send it as it is")
        }
        _ if starts_with(text, &["HTTP/"]) => {
            Recognized::new("an HTTP response with its head", "give only the body: curl without -i")
        }
        _ if starts_with(text, &["```"]) => {
            Recognized::new("a code block of Markdown", "leave out the lines with ```")
        }
        _ if text.contains("Traceback (most recent call last)") => Recognized::new(
            "a Python traceback",
            "the webhook itself failed: correct what its last line says",
        ),
        [b'<', ..] | [] => None,
        _ if text.contains("<Response") || text.contains("<?xml") => None,
        _ => Recognized::new(
            "plain text",
            "Twilio speaks it if its Content-Type is text/plain, and refuses it otherwise: respond with \
             <Response>…</Response>",
        ),
    }
}

/// Names what a text is that is not the form body or the query string of a request.
pub(crate) fn not_form(bytes: &[u8]) -> Option<Recognized> {
    const GIVE: &str =
        "give the body as it came: name=value pairs, percent-encoded, with & between them";
    let head = head(bytes);
    let text = head.as_ref();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    // Those behind them may be cut, or the values of these.
    let lines: Vec<&str> = lines.take(3).collect();
    let each_is = |is: fn(&str) -> bool| !lines.is_empty() && lines.iter().all(|line| is(line));
    if is_json(text) {
        return Recognized::new("JSON", GIVE);
    }
    if is_dictionary(text) {
        return Recognized::new("a logged dictionary", GIVE);
    }
    if text.starts_with("--") && text.contains("Content-Disposition:") {
        let advice = "Twilio sends application/x-www-form-urlencoded: give such a body";
        return Recognized::new("multipart/form-data", advice);
    }
    if text.starts_with('<') {
        return Recognized::new("XML or HTML", GIVE);
    }
    if starts_with(text, &["curl "]) {
        return Recognized::new("a curl command", "give what is behind --data");
    }
    if starts_with(text, &["http://", "https://"]) {
        return Recognized::new(
            "a URL without a query",
            "a GET request has its parameters behind ?",
        );
    }
    if each_is(is_header) {
        return Recognized::new("lines with a name, a colon and a value", GIVE);
    }
    if lines.len() > 1 && each_is(is_pair) {
        let advice = "join the lines with &, with the values percent-encoded";
        return Recognized::new("a list with one pair a line", advice);
    }
    if is_base64(text) {
        return Recognized::new("base64", "decode it first: base64 -d");
    }
    if each_is(|line| !line.contains('=')) {
        return Recognized::new("text without name=value pairs", GIVE);
    }
    None
}

fn is_header(line: &str) -> bool {
    let (name, value) = line.split_once(':').unwrap_or_default();
    is_name(name.trim_matches(['"', '\''])) && value.starts_with([' ', '\t'])
}

fn is_pair(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| is_name(name)) && !line.contains('&')
}

/// Returns the beginning, without a byte order mark and white space in front.
fn head(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    String::from_utf8_lossy(bytes.get(..LOOKED_AT).unwrap_or(bytes))
}

fn starts_with(text: &str, starts: &[&str]) -> bool {
    let begins = |start: &&str| {
        text.as_bytes()
            .get(..start.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    };
    starts.iter().any(begins)
}

/// Returns what is behind an XML declaration and comments.
fn after_prolog(mut text: &str) -> &str {
    loop {
        let end = if text.starts_with("<?") {
            "?>"
        } else if text.starts_with("<!--") {
            "-->"
        } else {
            return text;
        };
        let Some((_, rest)) = text.split_once(end) else { return text };
        text = rest.trim_start();
    }
}

/// Returns whether PHP printed a message: `Warning: … in FILE on line 3`, in HTML or not, before any document.
fn is_php_message(text: &str) -> bool {
    let before = text.split("<Response").next().unwrap_or_default();
    let begins = before.trim_start_matches("<br />").trim_start().trim_start_matches("<b>");
    let begins = begins.strip_prefix("PHP ").unwrap_or(begins);
    let labels =
        ["Notice", "Warning", "Deprecated", "Fatal error", "Parse error", "Strict Standards"];
    let is_labelled = labels.iter().any(|label| begins.starts_with(label));
    (is_labelled && before.contains(" on line ")) || before.contains("xdebug-error")
}

/// Returns whether a text begins as JSON does: with an object, a list or a string, and what may follow.
fn is_json(text: &str) -> bool {
    let Some(inside) = text.strip_prefix(['{', '[', '"']) else { return false };
    let inside = inside.trim_start();
    match text.as_bytes() {
        [b'"', ..] => true,
        [b'{', ..] => {
            inside.starts_with('}')
                || inside.strip_prefix('"').is_some_and(|rest| {
                    rest.split_once('"').is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
                })
        }
        _ => inside.starts_with(['{', '[', '"', ']']),
    }
}

/// Returns whether a log shows a dictionary, as Python, JavaScript, Ruby, PHP, Go, Java or .NET print one. A form
/// has none of these characters unescaped.
fn is_dictionary(text: &str) -> bool {
    let names = ["Array\n", "Array (", "array(", "object(", "map[", "url.Values{"];
    let pairs = ["': ", "\": ", "\":\"", "'=>", "\"=>", "('", "(\"", "=[", ": '"];
    text.starts_with(['{', '[', '('])
        || names.iter().any(|name| text.starts_with(name))
        || (text.contains(['{', '(']) && pairs.iter().any(|pair| text.contains(pair)))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Returns whether a text is base64 of a form, as some gateways hand a body over.
fn is_base64(text: &str) -> bool {
    let text = text.trim_end();
    let digits = text.trim_end_matches('=');
    text.len() >= 40
        && text.len().saturating_sub(digits.len()) <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}
