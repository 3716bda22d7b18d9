//! The page of `--web`: it shows the calls to whoever opens it in a browser, and changes nothing. `history` keeps what
//! it shows; the page itself is in `page.html`, `page.css` and `page.js`.
//!
//! What callers and apps send is hostile: it goes out as JSON, and into the page only as text; the policy in [`PAGE`]
//! lets a browser run and load nothing but these files.

mod history;

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;

use serde_json::Value;
use url::{Host, form_urlencoded};

use super::calls::CallManager;
use crate::commands::http::{self, Request, Response};
use crate::exit::Result;
use crate::ladder;
pub(super) use history::History;

/// The Content Security Policy of the page and its data, and that of a picture, whose style is in the file.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PICTURE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// A media type and a content, or the status of a refusal.
type Answer = std::result::Result<(&'static str, String), u16>;

/// Serves the page until the process ends.
pub(super) fn serve(
    listener: TcpListener,
    own: IpAddr,
    manager: &CallManager,
    history: &Arc<History>,
) -> Result<()> {
    let (manager, history) = (manager.clone(), Arc::clone(history));
    let status = move |sid: &str| manager.registry().get(sid).map(|call| call.status().0);
    http::serve(listener, move |request| {
        respond(request.and_then(|request| answer(request, own, &history, &status)))
    })
}

fn respond(answer: Answer) -> Response {
    let (status, (media_type, body)) = match answer {
        Ok(content) => (200, content),
        Err(status) => (status, (TEXT, refusal(status).to_owned())),
    };
    let policy = if media_type == SVG { PICTURE } else { PAGE };
    let allow = if status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
    let headers = format!(
        "Content-Type: {media_type}\r\nContent-Security-Policy: {policy}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: no-store\r\n{allow}"
    );
    Response { status, headers, body }
}

const fn refusal(status: u16) -> &'static str {
    match status {
        404 => "There is nothing here: the page is at /\n",
        405 => "This page can only be read: use GET or HEAD\n",
        421 => {
            "This server is known by its IP address and as localhost: use one of these in the URL\n"
        }
        _ => "The request cannot be read\n",
    }
}

fn answer(
    request: &Request,
    own: IpAddr,
    history: &History,
    status: &impl Fn(&str) -> Option<&'static str>,
) -> Answer {
    let host = request.host.as_deref().ok_or(400_u16)?;
    if !is_own(host, own) {
        return Err(421);
    }
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Err(405);
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let file = |media_type, text: &str| Ok((media_type, text.to_owned()));
    match path {
        "/" => file(HTML, include_str!("web/page.html")),
        "/page.css" => file(CSS, include_str!("web/page.css")),
        "/page.js" => file(SCRIPT, include_str!("web/page.js")),
        "/icon.svg" => file(SVG, include_str!("web/icon.svg")),
        "/calls.json" => Ok((JSON, list(query, history, status).to_string())),
        _ => call(path, history, status).ok_or(404),
    }
}

/// Returns the calls that have changed since the version that a query names.
fn list(query: &str, history: &History, status: &impl Fn(&str) -> Option<&'static str>) -> Value {
    let (mut run, mut since) = (String::new(), 0);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "run" => run = value.into_owned(),
            "since" => since = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    history.list(&run, since, status)
}

fn call(
    path: &str,
    history: &History,
    status: &impl Fn(&str) -> Option<&'static str>,
) -> Option<(&'static str, String)> {
    let rest = path.strip_prefix("/calls/")?;
    if let Some(sid) = rest.strip_suffix("/ladder.svg") {
        return history.ladder(sid).map(|it| (SVG, ladder::picture(&[it])));
    }
    history.details(rest.strip_suffix(".json")?, status).map(|text| (JSON, text))
}

/// Returns whether a Host header names this server: by its address, or as localhost. Any other name may be that of a
/// page which has its own name resolve to this address, to read what is here (DNS rebinding). The port proves nothing.
fn is_own(host: &str, own: IpAddr) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_reached_by = |ip: IpAddr| own.is_unspecified() || own == ip;
    match Host::parse(name) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(ip)) => is_reached_by(ip.into()),
        Ok(Host::Ipv6(ip)) => is_reached_by(ip.into()),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_answered() {
        let loopback = IpAddr::from([127, 0, 0, 1]);
        for host in ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST"] {
            assert!(is_own(host, loopback), "{host}");
        }
        for host in [
            "",
            ":80",
            "127.0.0.2",
            "[::1]:8000",
            "evil.example",
            "localhost.evil.example:8000",
            "127.0.0.1.evil.example",
            "127.0.0.1:8000:9",
            "127.0.0.1:8000@evil.example",
            "evil.example/127.0.0.1",
        ] {
            assert!(!is_own(host, loopback), "{host}");
        }
        let (every, v6) = (IpAddr::from([0; 4]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]));
        assert!(is_own("192.0.2.1:8000", every) && is_own("[2001:db8::1]", every));
        assert!(!is_own("evil.example", every));
        assert!(is_own("[::1]:8000", v6) && is_own("[::1]", v6));
    }
}
