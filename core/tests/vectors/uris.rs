//! SIP URIs, Refer-To values and User-to-User.

use serde_json::{Value, json};
use twiml_refer::{
    Error, SipUri,
    sip::{ReferTarget, UserToUser},
};

use super::{Verdict, bytes, full_pairs, pairs, run, same, settle, text};

#[test]
fn sip_uris() {
    run("sip-uris", |case| {
        if let Some(refer_to) = text(case, "refer_to") {
            return target(refer_to, &case["target"]);
        }
        if case["build"].is_object() {
            return settle(build(&case["build"]), case, |uri| {
                same("URI", Some(uri.as_str()), text(case, "uri"))
            });
        }
        let spelled = String::from_utf8(bytes(case, "uri")).unwrap();
        let uri = SipUri::parse(&spelled);
        if let Some(header) = case["header"].as_array() {
            let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
            let built = uri.and_then(|uri| uri.with_header(name, value));
            return settle(built, case, |uri| {
                same("URI", uri.as_str(), text(case, "with_header").unwrap())?;
                same("decoded value", uri.header(name).as_deref(), Some(value))
            });
        }
        settle(uri, case, |uri| match text(case, "other") {
            Some(other) => {
                let found = uri.equivalent(&SipUri::parse(other).unwrap());
                same("equivalent", Some(found), case["equivalent"].as_bool())
            }
            None => parts(&uri, &case["parts"], &spelled),
        })
    });
}

fn build(parts: &Value) -> Result<SipUri, Error> {
    let mut builder = SipUri::builder(text(parts, "host").unwrap());
    if let Some(user) = text(parts, "user") {
        builder = builder.user(user);
    }
    if let Some(password) = text(parts, "password") {
        builder = builder.password(password);
    }
    if let Some(port) = parts["port"].as_u64() {
        builder = builder.port(port as u16);
    }
    for param in parts["params"].as_array().into_iter().flatten() {
        builder = builder.param(param[0].as_str().unwrap(), param[1].as_str());
    }
    builder.build()
}

fn parts(uri: &SipUri, parts: &Value, spelled: &str) -> Verdict {
    same("spelling", uri.as_str(), spelled)?;
    same("scheme", Some(uri.scheme_spelled()), text(parts, "scheme"))?;
    same("user", uri.user(), text(parts, "user"))?;
    same("password", uri.password(), text(parts, "password"))?;
    same("host", Some(uri.host()), text(parts, "host"))?;
    same("port", uri.port().map(u64::from), parts["port"].as_u64())?;
    let own = |(name, value): (&str, Option<&str>)| (name.to_owned(), value.map(str::to_owned));
    same("parameters", uri.params().map(own).collect(), pairs(&parts["params"]))?;
    let headers = uri.headers().map(|(name, value)| (name.into_owned(), value.into_owned()));
    same("headers", headers.collect(), full_pairs(&parts["headers"]))
}

fn target(refer_to: &str, expected: &Value) -> Verdict {
    let (kind, found) = match ReferTarget::parse(refer_to) {
        ReferTarget::Sip(uri) => ("sip", uri.to_string()),
        ReferTarget::Tel(text) => ("tel", text),
        ReferTarget::Other(text) => ("other", text),
        _ => return Err("a kind without a name".to_owned()),
    };
    same("target", (Some(kind), Some(found.as_str())), (expected[0].as_str(), expected[1].as_str()))
}

#[test]
fn user_to_user() {
    run("user-to-user", |case| {
        if let Some(list) = text(case, "list") {
            let found: Result<Vec<_>, _> = UserToUser::parse_list(list).collect();
            let escaped =
                SipUri::parse("sip:a@b.example").unwrap().with_header("User-to-User", list);
            let of_uri: Result<Vec<_>, _> = escaped.unwrap().user_to_users().into_iter().collect();
            same("values of a URI", &of_uri, &found)?;
            return settle(found, case, |found| {
                let printed: Vec<_> = found.iter().map(UserToUser::to_string).collect();
                same("values", json!(printed), case["values"].clone())
            });
        }
        let value = text(case, "value").unwrap();
        if case["bytes_hex"].is_string() {
            let built = UserToUser::from_bytes(&bytes(case, "bytes"));
            return settle(built, case, |built| same("value", built.to_string().as_str(), value));
        }
        settle(UserToUser::parse(value), case, |found| {
            same("value", found.to_string().as_str(), value)?;
            same("data", Some(found.data()), text(case, "data"))?;
            same("encoding", found.encoding(), text(case, "encoding"))?;
            same("purpose", found.purpose(), text(case, "purpose"))?;
            same("content", found.content(), text(case, "content"))
        })
    });
}
