//! The layer and the extractor in a real server of axum, asked by requests that are written byte by
//! byte: no client normalises them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails panics"
)]

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::{Router, routing};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use twiml_refer::webhook::Algorithm;
use twiml_refer_tower::{
    AllowedMethods, HttpVerifier, Origin, RequestValidator, Verified, VerifyLayer,
};

const BASE: &str = "https://voice.example.com";
const FORM: &str = "CallSid=CA1&Digits=1";

fn signed(target: &str) -> String {
    RequestValidator::new("12345").unwrap().sign_form(&format!("{BASE}{target}"), FORM)
}

/// Shows what the handler was given, and that the body can be read again.
async fn echo(Verified(request): Verified, body: Bytes) -> String {
    format!("{} {}", serde_json::json!(request.params().collect::<Vec<_>>()), body.len())
}

async fn serve(app: Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

/// Status and text of the answer. A server that refuses a request may close before it has read all of it.
async fn exchange(port: u16, request: &[u8]) -> (u64, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

/// Sends a request with these lines after the first.
async fn send(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> (u64, String) {
    let length = body.len();
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    exchange(port, &[head.as_bytes(), b"\r\n", body].concat()).await
}

async fn post(port: u16, target: &str, signature: &str) -> (u64, String) {
    let headers = [("X-Twilio-Signature", signature)];
    send(port, &format!("POST {target}"), &headers, FORM.as_bytes()).await
}

fn text<'a>(case: &'a Value, key: &str) -> Option<&'a str> {
    case[key].as_str()
}

fn layer(case: &Value) -> VerifyLayer {
    let mut secrets = case["secrets"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    let mut validator = RequestValidator::new(secrets.next().unwrap()).unwrap();
    for secret in secrets {
        validator = validator.with_auth_token(secret).unwrap();
    }
    if let Some(base) = text(case, "public_base") {
        validator = validator.with_public_base(base).unwrap();
    }
    if text(case, "algorithm") == Some("sha256") {
        validator = validator.with_algorithm(Algorithm::Sha256);
    }
    if let Some(limit) = case["max_body_bytes"].as_u64() {
        validator = validator.with_max_body_bytes(limit.try_into().unwrap());
    }
    let origin = match text(case, "origin") {
        None => Origin::PublicBase,
        Some("forwarded") => Origin::Forwarded,
        Some(host) => Origin::Host { https: host == "host-https" },
    };
    let is_set = |key: &str| case[key].as_bool().unwrap_or_default();
    let verifier = HttpVerifier::new(validator, origin).unwrap();
    let verifier = verifier.with_lost_question_mark(is_set("lost_question_mark"));
    let layer = VerifyLayer::from(verifier);
    layer.with_allowed_methods(match text(case, "allowed_methods") {
        None | Some("post") => AllowedMethods::Post,
        Some("get") => AllowedMethods::Get,
        _ => AllowedMethods::GetAndPost,
    })
}

fn body(case: &Value) -> Vec<u8> {
    if let Some(parts) = case["body_parts"].as_array() {
        let times = |part: &Value| part[1].as_u64().unwrap().try_into().unwrap();
        let part = |part: &Value| part[0].as_str().unwrap().repeat(times(part));
        return parts.iter().map(part).collect::<String>().into();
    }
    match text(case, "body_hex") {
        Some(digits) => {
            let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len()).step_by(2).map(byte).collect()
        }
        None => text(case, "body").unwrap().into(),
    }
}

/// The topic `http-requests` of `tests/vectors`, whose README says which cases a server cannot carry.
#[tokio::test]
async fn every_request_is_answered_as_the_vectors_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/http-requests.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut ran = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let [Some(method), Some(target)] = ["method", "target"].map(|key| text(case, key)) else {
            panic!("{case}");
        };
        let headers = case["headers"].as_array().unwrap().iter();
        let headers: Vec<_> =
            headers.map(|it| (it[0].as_str().unwrap(), it[1].as_str().unwrap())).collect();
        let is_framing =
            |(name, _): &(&str, &str)| ["Content-Length", "Transfer-Encoding"].contains(name);
        if case["error"].is_object() || target.contains('#') || headers.iter().any(is_framing) {
            continue;
        }
        let port = serve(Router::new().fallback(echo).layer(layer(case))).await;
        let line = format!("{method} {target}");
        let (status, answer) = send(port, &line, &headers, &body(case)).await;
        let expected = case["status"].as_u64().unwrap();
        let is_refused_by_server = expected == 403 && !target.starts_with(['/', 'h']);
        assert!(status == expected || is_refused_by_server && status == 400, "{case} {answer}");
        if let Some(params) = case.get("params") {
            assert!(answer.ends_with(&format!("{params} {}", body(case).len())), "{case} {answer}");
        }
        let allow = answer.lines().find_map(|line| line.strip_prefix("allow: "));
        assert_eq!(allow, text(case, "allow"), "{case}");
        ran += 1;
    }
    assert!(ran > 100);
}

#[tokio::test]
async fn a_nested_router_changes_nothing() {
    let nested = Router::new().route("/refer", routing::post(echo));
    let layered = nested.clone().layer(VerifyLayer::new("12345", BASE).unwrap());
    let around =
        Router::new().nest("/outside", nested).layer(VerifyLayer::new("12345", BASE).unwrap());
    let port = serve(around.nest("/inside", layered)).await;
    for target in ["/outside/refer?a=1", "/inside/refer?a=1"] {
        assert_eq!(post(port, target, &signed(target)).await.0, 200, "{target}");
        assert_eq!(post(port, target, &signed("/refer?a=1")).await.0, 403, "{target}");
    }
}

#[tokio::test]
async fn a_body_in_chunks_is_read_up_to_the_limit() {
    let validator = RequestValidator::new("12345").unwrap().with_public_base(BASE).unwrap();
    let verifier =
        HttpVerifier::new(validator.with_max_body_bytes(FORM.len()), Origin::PublicBase).unwrap();
    let port = serve(Router::new().fallback(echo).layer(VerifyLayer::from(verifier))).await;
    let signature = signed("/refer");
    for (body, expected) in [(FORM.to_owned(), 200), (format!("{FORM}1"), 413)] {
        let request = format!(
            "POST /refer HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
             X-Twilio-Signature: {signature}\r\n\r\n5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            &body[..5],
            body.len() - 5,
            &body[5..],
        );
        assert_eq!(exchange(port, request.as_bytes()).await.0, expected);
    }
    let broken = "POST /refer HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n";
    assert_eq!(exchange(port, broken.as_bytes()).await.0, 400);
}

/// The lines of the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_rejection_has_a_line() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let lines = || String::from_utf8(std::mem::take(&mut *log.0.lock().unwrap())).unwrap();
    let (head, chunked) =
        (" HTTP/1.1\r\nConnection: close\r\n", "Transfer-Encoding: chunked\r\n\r\n");
    let large = format!("POST /{head}{chunked}10001\r\n{}\r\n0\r\n\r\n", "a".repeat(65_537));
    for (request, line) in [
        (format!("PUT /{head}\r\n"), "405 to PUT /: the method is not accepted: use POST"),
        (format!("POST /{head}Content-Length: 65537\r\n\r\n"), "413 to POST /: the request"),
        (large, "413 to POST /: the request is larger than the limit"),
        (format!("POST /{head}{chunked}no size\r\n"), "400 to POST /: the body ended early"),
        (format!("POST /{head}\r\n"), "403 to POST /: missing signature"),
    ] {
        // Each layer has a rate of its own.
        let layer = VerifyLayer::new("12345", BASE).unwrap();
        let port = serve(Router::new().fallback(echo).layer(layer)).await;
        let (status, answer) = exchange(port, request.as_bytes()).await;
        assert_eq!(status.to_string(), line[..3], "{answer}");
        let lines = lines();
        assert!(lines.contains("WARN") && lines.contains(line), "{lines}");
        assert_eq!(lines.lines().count(), 1, "{lines}");
    }
}

#[tokio::test]
async fn a_route_without_the_layer_sees_nothing() {
    let layer = VerifyLayer::new("12345", BASE).unwrap();
    let app = Router::new().layer(layer).route("/open", routing::post(echo));
    assert_eq!(post(serve(app).await, "/open", &signed("/open")).await.0, 500);
}
