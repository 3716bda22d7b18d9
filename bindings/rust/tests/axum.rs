//! The layer and the extractor in a real server of axum, asked by requests that are written byte by
//! byte: no client normalises them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use axum::body::Bytes;
use axum::{Router, routing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use twiml_refer::RequestValidator;
use twiml_refer::webhook::Algorithm;
use twiml_refer_tower::{Verified, VerifyLayer};

const BASE: &str = "https://voice.example.com";
const FORM: &str = "CallSid=CA1&Digits=1";

fn validator() -> RequestValidator {
    RequestValidator::new("12345").unwrap().with_public_base(BASE).unwrap()
}

/// Shows what the handler was given, and that the body can be read again.
async fn echo(Verified(request): Verified, body: Bytes) -> String {
    format!("{:?} {}", request.param("Digits"), body.len())
}

fn app(verify: VerifyLayer) -> Router {
    let nested = Router::new().route("/refer", routing::any(echo));
    Router::new()
        .route("/refer", routing::any(echo))
        .route("/t/{name}", routing::any(echo))
        .nest("/nested", nested)
        .layer(verify)
        .route("/open", routing::any(echo))
}

async fn serve(app: Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

/// Status, headers and body of the answer to a request with these lines after the first.
async fn send(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut head =
        format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

async fn post(port: u16, target: &str, signature: &str, body: &str) -> u16 {
    let headers = [("Host", "evil.example"), ("X-Twilio-Signature", signature)];
    send(port, &format!("POST {target}"), &headers, body.as_bytes()).await.0
}

#[tokio::test]
async fn signed_requests_reach_the_handler_and_no_others() {
    let port = serve(app(VerifyLayer::new("12345", BASE).unwrap())).await;
    for target in [
        "/refer",
        "/refer?",
        "/refer?x=%27&y=%2B&z=+",
        "/t/%2B1555",
        "/t/sip%3Aa%40b",
        "/t/J%C3%BCrgen",
        "/nested/refer?a=1",
    ] {
        let signature = validator().sign_form(target, FORM);
        let headers = [("Host", "evil.example"), ("X-Twilio-Signature", &signature)];
        let (status, answer) =
            send(port, &format!("POST {target}"), &headers, FORM.as_bytes()).await;
        assert_eq!(status, 200, "{target}");
        assert!(answer.ends_with("\r\n\r\nSome(\"1\") 20"), "{answer}");
        assert_eq!(post(port, target, &signature, "CallSid=CA1&Digits=2").await, 403, "{target}");
        assert_eq!(post(port, target, "", FORM).await, 403, "{target}");
    }
    let signature = validator().sign_form("/refer?", FORM);
    assert_eq!(post(port, "/refer", &signature, FORM).await, 403, "a `?` is a part of the target");
    let sha256 = validator().with_algorithm(Algorithm::Sha256).sign_form("/refer", FORM);
    assert_eq!(post(port, "/refer", &sha256, FORM).await, 403, "the algorithm is pinned");
}

#[tokio::test]
async fn a_signature_that_is_sent_twice_is_refused() {
    let port = serve(app(VerifyLayer::new("12345", BASE).unwrap())).await;
    let signature = validator().sign_form("/refer", FORM);
    let headers = [("X-Twilio-Signature", signature.as_str()), ("x-twilio-signature", &signature)];
    assert_eq!(send(port, "POST /refer", &headers, FORM.as_bytes()).await.0, 403);
}

#[tokio::test]
async fn another_method_is_refused_before_the_signature() {
    let port = serve(app(VerifyLayer::new("12345", BASE).unwrap())).await;
    let target = "/refer?Digits=1";
    let signature = validator().sign_form(target, "");
    let headers = [("X-Twilio-Signature", signature.as_str())];
    for method in ["GET", "HEAD", "PUT", "post"] {
        let (status, answer) = send(port, &format!("{method} {target}"), &headers, b"").await;
        assert_eq!(status, 405, "{method}");
        assert!(answer.to_lowercase().contains("\r\nallow: post\r\n"), "{answer}");
    }
    let port = serve(app(VerifyLayer::new("12345", BASE).unwrap().with_get())).await;
    let (status, answer) = send(port, &format!("GET {target}"), &headers, b"").await;
    assert_eq!(status, 200);
    assert!(answer.ends_with("Some(\"1\") 0"), "{answer}");
    // The same bytes as a POST's form are another request: the form is signed behind the URL.
    assert_eq!(send(port, &format!("GET {target}"), &headers, b"a=1").await.0, 403);
}

#[tokio::test]
async fn what_cannot_be_read_is_413_or_400() {
    let small = validator().with_max_body_bytes(64);
    let layer = VerifyLayer::with_validator(small, BASE).unwrap();
    let port = serve(app(layer)).await;
    let long = format!("a={}", "x".repeat(64));
    assert_eq!(post(port, "/refer", &validator().sign_form("/refer", &long), &long).await, 413);
    assert_eq!(
        post(port, "/refer", &validator().sign_form("/refer", "To=%FF"), "To=%FF").await,
        400
    );
}

#[tokio::test]
async fn a_route_without_the_layer_sees_nothing() {
    let port = serve(app(VerifyLayer::new("12345", BASE).unwrap())).await;
    let signature = validator().sign_form("/open", FORM);
    assert_eq!(post(port, "/open", &signature, FORM).await, 500);
}

#[tokio::test]
async fn headers_are_believed_only_where_the_app_says_so() {
    let plain = || RequestValidator::new("12345").unwrap();
    let signature = plain().sign_form("https://voice.example.com/refer", FORM);
    let signed = ("X-Twilio-Signature", signature.as_str());
    let forwarded = [
        ("Host", "10.0.0.1:8080"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "voice.example.com"),
        signed,
    ];
    let host = [("Host", "voice.example.com"), signed];

    let port = serve(app(VerifyLayer::trusting_forwarded(plain()))).await;
    assert_eq!(send(port, "POST /refer", &forwarded, FORM.as_bytes()).await.0, 200);
    let port = serve(app(VerifyLayer::trusting_host(plain(), true))).await;
    assert_eq!(send(port, "POST /refer", &host, FORM.as_bytes()).await.0, 200);
    assert_eq!(send(port, "POST /refer", &forwarded, FORM.as_bytes()).await.0, 403);
    let port = serve(app(VerifyLayer::trusting_host(plain(), false))).await;
    assert_eq!(send(port, "POST /refer", &host, FORM.as_bytes()).await.0, 403);
}

/// The border between host and path is the Host header's end, wherever it ends.
#[tokio::test]
async fn a_path_in_the_host_moves_no_request_to_another_route() {
    let plain = || RequestValidator::new("12345").unwrap();
    let signature = plain().sign_form("https://voice.example.com/nested/refer?next=/refer", FORM);
    let signed = ("X-Twilio-Signature", signature.as_str());
    for host in ["voice.example.com/nested/refer?next=", "u@voice.example.com", ""] {
        let port = serve(app(VerifyLayer::trusting_host(plain(), true))).await;
        assert_ne!(
            send(port, "POST /refer", &[("Host", host), signed], FORM.as_bytes()).await.0,
            200
        );
        let port = serve(app(VerifyLayer::trusting_forwarded(plain()))).await;
        let headers = [("Host", "a.example"), ("X-Forwarded-Host", host), signed];
        assert_eq!(send(port, "POST /refer", &headers, FORM.as_bytes()).await.0, 403, "{host}");
    }
}
