//! `simulate` against a webhook behind TLS, whose certificate a CA of one's own has signed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::run::{Run, command, feed, file};

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 32\r\n\
    Connection: close\r\n\r\n<Response><Hangup /> </Response>";

/// The port of a webhook with a certificate for 127.0.0.1, and the file with that of its CA.
fn webhook(ca_file: &str) -> (u16, String) {
    let mut ca = CertificateParams::new([]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let pem = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = Issuer::new(ca, ca_key);
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut asked = Vec::new();
            let mut some = [0; 4096];
            // A client that does not trust the certificate is gone before it asks. Every body here ends so.
            while !asked.ends_with(b"Direction=inbound") {
                match tls.read(&mut some) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => asked.extend_from_slice(&some[..length]),
                }
            }
            let _ = tls.write_all(REPLY);
            connection.send_close_notify();
            let _ = connection.write_tls(&mut stream);
        }
    });
    (port, file(ca_file, pem))
}

fn simulate(url: &str, variables: &[(&str, &str)], more: &[&str]) -> Run {
    let mut command =
        command(&[&["simulate", url, "--leg", "pstn", "--timeout", "10"], more].concat());
    command.envs(variables.iter().copied());
    feed(command, b"")
}

#[test]
fn a_ca_of_ones_own_is_named_by_ssl_cert_file() {
    let (port, ca) = webhook("ca.pem");
    let url = format!("https://127.0.0.1:{port}/voice");
    let trusted = simulate(&url, &[("SSL_CERT_FILE", &ca)], &[]).expect(0);
    assert!(trusted.stdout.contains("<Hangup>"), "{trusted:?}");

    // Without it, and under a name that the certificate is not for.
    let named = format!("https://localhost:{port}/voice");
    for (url, variables) in [(&url, &[][..]), (&named, &[("SSL_CERT_FILE", ca.as_str())])] {
        let refused = simulate(url, variables, &[]).expect(1);
        for said in ["certificate", "is not trusted", "SSL_CERT_FILE"] {
            assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
        }
        assert!(!refused.stderr.contains("check scheme"), "{}", refused.stderr);
        let json = simulate(url, variables, &["--json"]).expect(1).json_lines();
        assert_eq!(json[1]["kind"], "certificate-invalid");
    }
}

#[test]
fn an_ssl_cert_file_that_cannot_be_read_is_two() {
    let empty = file("empty.pem", "");
    for named in ["/nonexistent/ca.pem", &empty] {
        let said =
            simulate("https://127.0.0.1:1/", &[("SSL_CERT_FILE", named)], &[]).expect(2).stderr;
        assert!(said.contains("SSL_CERT_FILE"), "{said}");
    }
}
