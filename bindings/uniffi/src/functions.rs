//! Every function of the bridge, declared once: UniFFI exports it, and `dispatch` calls it for the
//! C function of [`entry`](crate::entry).

use std::string::FromUtf8Error;

use twiml_refer::{
    Error, SipUri, Transfer, VoiceResponse,
    error::ErrorGroup,
    http::Method,
    numbers, sip, testing, twiml,
    webhook::{self, VerifyError},
};
use uniffi::deps::anyhow::{Context, ensure};
use uniffi::{Lift, Lower};

use crate::UniFfiTag;
use crate::document::{self, build};
use crate::entry::{DONE, FAILED, List, Wire, WirePair};
use crate::records::{
    BridgeError, CallSource, Diagnostic, Document, ErrorClass, ErrorDetails, Hint, HttpAnswer,
    HttpBody, HttpOptions, Limits, Names, Pair, Piece, Refer, ReferOutcome, ReferReport,
    ReferTarget, RestRequest, Result, Scenario, Secrets, SignedRequest, SipUriParts,
    TransferDetails, TransferInput, TransferSettings, TransferStep, TypedParameter, UriParameter,
    UrlCandidate, UserToUser, UserToUserSource, Verb, VoiceRequest, diagnostics, pairs, tuples,
};
use crate::requests::{http_verifier, limit, lossy_pairs, validator};
use crate::{requests, tables, transfers};

/// Declares functions by the group of their errors. `fallible fn` returns a `Result` of the type that
/// it says, or of nothing.
macro_rules! bridge {
    ($( $group:ident {
        $( $(#[$attribute:meta])* $kind:ident fn $name:ident($($argument:ident: $type:ty),* $(,)?)
            $(-> $answer:ty)? $body:block )*
    } )*) => {
        /// The functions by their numbers, which UniFFI writes into every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        #[allow(non_camel_case_types)]
        pub enum BridgeFunction { $($($name),*),* }

        $($(
            $(#[$attribute])*
            #[uniffi::export]
            #[allow(clippy::too_many_arguments)] // the languages have named ones
            pub fn $name($($argument: $type),*) -> bridge!(@type $kind $($answer)?) $body
        )*)*

        /// Reads the arguments of a function, calls it and writes its answer.
        fn call(
            function: BridgeFunction,
            input: &mut &[u8],
            out: &mut Vec<u8>,
        ) -> uniffi::Result<()> {
            match function {
                $($( BridgeFunction::$name => {
                    $( let $argument = <$type as Lift<UniFfiTag>>::try_read(input)?; )*
                    ensure!(input.is_empty(), "more than the arguments");
                    bridge!(@write $kind, out, $name($($argument),*) $(, $answer)?);
                } )*)*
            }
            Ok(())
        }

        /// The group of the errors of a function, which that about a text joins.
        const fn group(function: BridgeFunction) -> ErrorGroup {
            match function { $( $( BridgeFunction::$name )|* => ErrorGroup::$group, )* }
        }
    };
    (@type fallible) => { Result<()> };
    (@type fallible $answer:ty) => { Result<$answer> };
    (@type infallible $answer:ty) => { $answer };
    (@write fallible, $out:ident, $call:expr $(, $answer:ty)?) => {
        match $call {
            Ok(_answer) => {
                $out.push(DONE);
                $( <$answer as Lower<UniFfiTag>>::write(_answer, $out); )?
            }
            Err(error) => {
                $out.push(FAILED);
                <BridgeError as Lower<UniFfiTag>>::write(error, $out);
            }
        }
    };
    (@write infallible, $out:ident, $call:expr, $answer:ty) => {
        $out.push(DONE);
        <$answer as Lower<UniFfiTag>>::write($call, $out);
    };
}

/// Gives a call its method and base, and makes its request.
macro_rules! finished {
    ($call:expr, $method:expr, $base:expr) => {{
        let mut call = $call;
        if let Some(method) = $method {
            call = call.with_url_method(method.parse()?);
        }
        if let Some(base) = $base {
            call = call.with_base(&base)?;
        }
        Ok((&call.request()).into())
    }};
}

bridge! {
    Text {
        /// Returns the version of the library, to be compared with that of the package. It is the
        /// first function, so that its number is the same in every version.
        infallible fn version() -> String {
            env!("CARGO_PKG_VERSION").to_owned()
        }

        infallible fn names() -> Names {
            tables::names()
        }

        infallible fn error_classes() -> List<ErrorClass> {
            tables::error_classes().into_iter().collect()
        }

        infallible fn typed_parameters() -> List<TypedParameter> {
            tables::typed_parameters().into_iter().collect()
        }

        infallible fn verbs() -> List<Verb> {
            tables::verbs().into_iter().collect()
        }

        infallible fn limits() -> Limits {
            tables::limits()
        }

        /// Checks whether so many bytes can cross, for a language whose generated code would trap.
        fallible fn size_check(bytes: i64) {
            numbers::text_length(usize::try_from(bytes).unwrap_or(usize::MAX))?;
            Ok(())
        }
    }

    SipUri {
        /// Checks a URI and adds headers (decoded names and values) and a User-to-User value.
        fallible fn uri_new(
            uri: String,
            headers: List<Pair>,
            user_to_user: Option<UserToUserSource>,
        ) -> String {
            let mut made = SipUri::parse(&uri)?;
            for Pair { name, value } in headers {
                made.add_header(&name, &value)?;
            }
            Ok(with_user_to_user(made, user_to_user)?.as_str().to_owned())
        }

        /// Builds a URI of decoded parts.
        fallible fn uri_build(
            host: String,
            user: Option<String>,
            password: Option<String>,
            port: Option<i64>,
            secure: bool,
            params: List<UriParameter>,
            headers: List<Pair>,
            user_to_user: Option<UserToUserSource>,
        ) -> String {
            let mut builder = SipUri::builder(&host);
            if secure {
                builder = builder.sips();
            }
            if let Some(user) = &user {
                builder = builder.user(user);
            }
            if let Some(password) = &password {
                builder = builder.password(password);
            }
            if let Some(port) = port {
                builder = builder.port(port);
            }
            for UriParameter { name, value } in &params.0 {
                builder = builder.param(name, value.as_deref());
            }
            for Pair { name, value } in &headers.0 {
                builder = builder.header(name, value);
            }
            Ok(with_user_to_user(builder.build()?, user_to_user)?.as_str().to_owned())
        }

        fallible fn uri_parts(uri: String) -> SipUriParts {
            let uri = SipUri::parse(&uri)?;
            let param = |(name, value): (&str, Option<&str>)| UriParameter {
                name: name.to_owned(),
                value: value.map(str::to_owned),
            };
            Ok(SipUriParts {
                scheme: uri.scheme_spelled().to_owned(),
                user: uri.user().map(str::to_owned),
                user_decoded: uri.user_decoded().map(String::from),
                password: uri.password().map(str::to_owned),
                host: uri.host().to_owned(),
                port: uri.port().map(i64::from),
                params: uri.params().map(param).collect(),
                headers: pairs(uri.headers()),
                refer_to: uri.to_refer_to(),
            })
        }

        /// Returns the decoded value of the first header of this name, without regard to case.
        fallible fn uri_header(uri: String, name: String) -> Option<String> {
            Ok(SipUri::parse(&uri)?.header(&name).map(String::from))
        }

        /// Returns the parameter of this name, without regard to case.
        fallible fn uri_param(uri: String, name: String) -> Option<UriParameter> {
            let uri = SipUri::parse(&uri)?;
            let value = uri.param(&name);
            Ok(value.map(|value| UriParameter { name, value: value.map(str::to_owned) }))
        }

        /// Returns the first User-to-User value.
        fallible fn uri_user_to_user(uri: String) -> Option<UserToUser> {
            Ok(SipUri::parse(&uri)?.user_to_user().transpose()?.as_ref().map(UserToUser::from))
        }

        /// Returns every User-to-User value, in order: a header may hold several.
        fallible fn uri_user_to_users(uri: String) -> List<UserToUser> {
            read_all(SipUri::parse(&uri)?.user_to_users().into_iter())
        }

        fallible fn uri_check(uri: String) -> List<Diagnostic> {
            Ok(diagnostics(&SipUri::parse(&uri)?.check()))
        }

        fallible fn uri_equivalent(one: String, other: String) -> bool {
            Ok(SipUri::parse(&one)?.equivalent(&SipUri::parse(&other)?))
        }

        /// Returns a URI, valid or not, with `***` in place of its password.
        infallible fn uri_redacted(uri: String) -> String {
            sip::redact_uri(&uri)
        }

        /// Reads a Refer-To value.
        infallible fn refer_target(text: String) -> ReferTarget {
            let (kind, text) = match sip::ReferTarget::parse(&text) {
                sip::ReferTarget::Sip(uri) => ("sip", uri.as_str().to_owned()),
                sip::ReferTarget::Tel(text) => ("tel", text),
                other => ("other", other.to_string()),
            };
            ReferTarget { kind: kind.to_owned(), text }
        }
    }

    Header {
        fallible fn user_to_user_new(
            data: String,
            encoding: Option<String>,
            purpose: Option<String>,
            content: Option<String>,
        ) -> UserToUser {
            let mut value = sip::UserToUser::new(&data)?;
            if let Some(encoding) = encoding {
                value = value.with_encoding(&encoding)?;
            }
            Ok(with_parameters(value, purpose, content)?)
        }

        /// Encodes bytes as hexadecimal digits.
        fallible fn user_to_user_from_bytes(
            bytes: List<u8>,
            purpose: Option<String>,
            content: Option<String>,
        ) -> UserToUser {
            Ok(with_parameters(sip::UserToUser::from_bytes(&bytes.0)?, purpose, content)?)
        }

        /// Reads the decoded value of a header.
        fallible fn user_to_user_parse(text: String) -> UserToUser {
            Ok((&sip::UserToUser::parse(&text)?).into())
        }

        /// Reads the decoded value of a header that may hold several values.
        fallible fn user_to_user_parse_list(text: String) -> List<UserToUser> {
            read_all(sip::UserToUser::parse_list(&text))
        }
    }

    Twiml {
        fallible fn document_render(document: Document, pretty: bool) -> String {
            let response = build(document)?;
            Ok(if pretty { response.to_xml_pretty() } else { response.to_xml() })
        }

        fallible fn document_parse(xml: List<u8>) -> Document {
            Ok(document::document(&VoiceResponse::parse_bytes(&xml.0)?))
        }

        /// Checks a document as it was written: its diagnostics have lines and columns.
        fallible fn document_check(xml: List<u8>) -> List<Diagnostic> {
            Ok(diagnostics(&VoiceResponse::parse_bytes(&xml.0)?.check()))
        }

        /// Checks a document that was built.
        fallible fn document_check_built(document: Document) -> List<Diagnostic> {
            Ok(diagnostics(&build(document)?.check()))
        }

        /// Returns what runs after the first `<Refer>`; see `names`.
        fallible fn document_follows(document: Document) -> Option<String> {
            Ok(build(document)?.follows().map(|follows| follows.as_str().to_owned()))
        }

        /// Returns the first `<Refer>` at the top level, if it fits its type.
        fallible fn document_first_refer(document: Document) -> Option<Refer> {
            Ok(build(document)?.first_refer().as_ref().map(document::refer_record))
        }

        /// Reads the `<Refer>` of these pieces.
        fallible fn refer_read(pieces: List<Piece>) -> Refer {
            let response = build(Document { attributes: List(Vec::new()), pieces })?;
            let element = response.verbs().next().cloned();
            let element = element.map_or_else(|| twiml::Element::new("Response"), Ok)?;
            Ok(document::refer_record(&twiml_refer::Refer::try_from(&element)?))
        }

        /// Checks the name, the attributes and the text of an element.
        fallible fn element_check(name: String, attributes: List<Pair>, text: Option<String>) {
            document::element(&name, attributes, text)?;
            Ok(())
        }

        fallible fn text_check(text: String) {
            twiml::Text::new(&text)?;
            Ok(())
        }

        /// Checks a comment and returns it as it will be written.
        fallible fn comment_new(text: String) -> String {
            Ok(twiml::Comment::new(&text)?.as_str().to_owned())
        }

        /// Checks a `<Refer>` and returns its pieces. Without a target there is only the verb.
        fallible fn refer_new(
            target: Option<String>,
            action: Option<String>,
            method: Option<String>,
        ) -> List<Piece> {
            let any = target.as_deref().unwrap_or("sip:localhost");
            let refer = document::refer(any, action.as_deref(), method.as_deref())?;
            let mut pieces = Vec::new();
            document::take_element(&refer.into(), &mut pieces);
            if let (None, Some(Piece::Element { nodes, .. })) = (target, pieces.first_mut()) {
                *nodes = 0;
                pieces.truncate(1);
            }
            Ok(List(pieces))
        }

        /// Checks a `<Refer>` like `refer_new`.
        fallible fn refer_check(
            target: Option<String>,
            action: Option<String>,
            method: Option<String>,
        ) {
            let any = target.as_deref().unwrap_or("sip:localhost");
            document::refer(any, action.as_deref(), method.as_deref())?;
            Ok(())
        }

        /// Returns the URL that an action is in a document which `base_url` served.
        fallible fn resolve_action(action: String, base_url: String) -> String {
            let refer = document::refer("sip:localhost", Some(&action), None)?;
            Ok(refer.resolve_action(&base_url)?.unwrap_or_default())
        }
    }

    Rest {
        fallible fn call_update(
            account_sid: String,
            call_sid: String,
            source: CallSource,
            base: Option<String>,
        ) -> RestRequest {
            let (update, method) = match source {
                CallSource::Url { url, method } => {
                    (twiml::CallUpdate::from_url(&account_sid, &call_sid, &url)?, method)
                }
                CallSource::Twiml { document } => {
                    let response = build(document)?;
                    (twiml::CallUpdate::from_twiml(&account_sid, &call_sid, &response)?, None)
                }
            };
            finished!(update, method, base)
        }

        fallible fn call_create(
            account_sid: String,
            to: String,
            from_party: String,
            source: CallSource,
            base: Option<String>,
        ) -> RestRequest {
            let to = SipUri::parse(&to)?;
            let (create, method) = match source {
                CallSource::Url { url, method } => {
                    (twiml::CallCreate::from_url(&account_sid, &to, &from_party, &url)?, method)
                }
                CallSource::Twiml { document } => {
                    let response = build(document)?;
                    let create =
                        twiml::CallCreate::from_twiml(&account_sid, &to, &from_party, &response)?;
                    (create, None)
                }
            };
            finished!(create, method, base)
        }
    }

    Request {
        /// Reads a form body, or a query without its `?`.
        fallible fn request_from_form(body: List<u8>, max_bytes: Option<i64>) -> VoiceRequest {
            Ok((&twiml_refer::VoiceRequest::from_form(&body.0, limit(max_bytes)?)?).into())
        }

        /// Reads the pairs that a web framework has decoded.
        fallible fn request_from_pairs(params: List<Pair>, max_bytes: Option<i64>) -> VoiceRequest {
            Ok((&twiml_refer::VoiceRequest::from_pairs(tuples(params), limit(max_bytes)?)?).into())
        }

        fallible fn request_to_form(params: List<Pair>) -> String {
            Ok(twiml_refer::VoiceRequest::from_pairs(tuples(params), usize::MAX)?.to_form())
        }

        /// Returns parameters with `***` in place of each value that must never be shown.
        infallible fn params_redacted(params: List<Pair>) -> List<Pair> {
            let redacted = |pair: Pair| match twiml_refer::VoiceRequest::is_secret(&pair.name) {
                true => Pair { value: "***".to_owned(), ..pair },
                false => pair,
            };
            params.into_iter().map(redacted).collect()
        }

        /// Returns a URL with `***` in place of a password and of the value of CallToken.
        infallible fn url_redacted(url: String) -> String {
            webhook::redact_url(&url)
        }
    }

    Signature {
        /// Checks what a validator is made of.
        fallible fn secrets_check(secrets: Secrets) {
            validator(&secrets)?;
            Ok(())
        }

        fallible fn verify(
            secrets: Secrets,
            method: String,
            url: Wire,
            body: List<u8>,
            signature: Option<Wire>,
        ) -> VoiceRequest {
            let method: Method = method.parse()?;
            let (url, signature) = (url.strict(), signature.as_ref().map(Wire::strict));
            Ok((&validator(&secrets)?.verify(method, url, &body.0, signature)?).into())
        }

        /// Verifies a POST whose form a framework has decoded.
        fallible fn verify_params(
            secrets: Secrets,
            url: Wire,
            params: List<WirePair>,
            signature: Option<Wire>,
        ) -> VoiceRequest {
            let (url, signature) = (url.strict(), signature.as_ref().map(Wire::strict));
            let verified =
                validator(&secrets)?.verify_params(url, lossy_pairs(&params), signature);
            Ok((&signed_text(&params, verified)?).into())
        }

        /// Verifies a POST by the parameters of a servlet, which has those of the URL's query among
        /// them.
        fallible fn verify_servlet_params(
            secrets: Secrets,
            url: Wire,
            params: List<WirePair>,
            signature: Option<Wire>,
        ) -> VoiceRequest {
            let (url, signature) = (url.strict(), signature.as_ref().map(Wire::strict));
            let verified =
                validator(&secrets)?.verify_servlet_params(url, lossy_pairs(&params), signature);
            Ok((&signed_text(&params, verified)?).into())
        }

        /// Returns the AccountSid that a request claims: trust it for nothing but the choice of the
        /// secrets.
        infallible fn claimed_account_sid(
            method: Wire,
            target: Wire,
            body: HttpBody,
        ) -> Option<String> {
            requests::received(&method, &target, &List(Vec::new()), &body).claimed_account_sid()
        }

        /// Checks what middleware is made of.
        fallible fn http_check_options(secrets: Secrets, options: HttpOptions) {
            http_verifier(&secrets, options)?;
            Ok(())
        }

        /// Checks the method and the size of a request, before its body is read.
        fallible fn http_check_head(
            secrets: Secrets,
            options: HttpOptions,
            method: Wire,
            headers: List<WirePair>,
        ) -> HttpAnswer {
            let verifier = http_verifier(&secrets, options)?;
            let checked = verifier.check_head(method.strict(), requests::headers(&headers));
            Ok(checked.map(|()| None).into())
        }

        /// Verifies a request as it was received.
        fallible fn http_verify(
            secrets: Secrets,
            options: HttpOptions,
            method: Wire,
            target: Wire,
            headers: List<WirePair>,
            body: HttpBody,
        ) -> HttpAnswer {
            let request = requests::received(&method, &target, &headers, &body);
            let verified = http_verifier(&secrets, options)?.verify(&request);
            Ok(verified.map(|request| Some((&request).into())).into())
        }

        /// Returns a line for the log about a request that is rejected. It takes long: call it only
        /// where the line will be written.
        fallible fn http_diagnose(
            secrets: Secrets,
            options: HttpOptions,
            method: Wire,
            target: Wire,
            headers: List<WirePair>,
            body: HttpBody,
        ) -> String {
            let request = requests::received(&method, &target, &headers, &body);
            Ok(http_verifier(&secrets, options)?.diagnose(&request))
        }

        fallible fn validate(
            secrets: Secrets,
            url: String,
            params: List<Pair>,
            signature: Option<String>,
        ) -> bool {
            Ok(validator(&secrets)?.validate(&url, tuples(params), signature.as_deref()))
        }

        fallible fn validate_raw(
            secrets: Secrets,
            url: String,
            body: List<u8>,
            signature: Option<String>,
        ) -> bool {
            Ok(validator(&secrets)?.validate_raw(&url, &body.0, signature.as_deref()))
        }

        fallible fn sign(secrets: Secrets, url: String, params: List<Pair>) -> String {
            Ok(validator(&secrets)?.sign(&url, tuples(params)))
        }

        fallible fn sign_form(secrets: Secrets, url: String, body: List<u8>) -> String {
            Ok(validator(&secrets)?.sign_form(&url, &body.0))
        }

        fallible fn sign_raw(secrets: Secrets, url: String, body: List<u8>) -> String {
            Ok(validator(&secrets)?.sign_raw(&url, &body.0))
        }

        infallible fn url_with_body_sha256(url: String, body: List<u8>) -> String {
            twiml_refer::RequestValidator::url_with_body_sha256(&url, &body.0)
        }

        /// Lists the URLs that are tried for a request, and what is hashed for each.
        fallible fn explain(secrets: Secrets, url: String, body: List<u8>) -> List<UrlCandidate> {
            let tried = validator(&secrets)?.explain(&url, &body.0);
            let candidate = |tried: &webhook::UrlCandidate| UrlCandidate {
                url: tried.url().to_owned(),
                hashed: tried.hashed(),
            };
            Ok(tried.iter().map(candidate).collect())
        }

        /// Finds out why `verify` rejects a request; empty if it accepts it. For logs and tools.
        fallible fn diagnose(
            secrets: Secrets,
            method: String,
            url: Wire,
            body: List<u8>,
            signature: Option<Wire>,
        ) -> List<Hint> {
            let method: Method = method.parse()?;
            let (url, signature) = (url.strict(), signature.as_ref().map(Wire::strict));
            let hints = validator(&secrets)?.diagnose(method, url, &body.0, signature);
            let hint = |hint: &webhook::Hint| Hint {
                kind: hint.kind().as_str().to_owned(),
                message: hint.message().to_owned(),
            };
            Ok(hints.iter().map(hint).collect())
        }

        /// Makes a request for the tests of an app; with a scenario, that to the action URL. `params`
        /// are added to the usual ones, or replace them.
        fallible fn signed_request(
            secrets: Secrets,
            method: String,
            url: String,
            scenario: Option<Scenario>,
            params: List<Pair>,
        ) -> SignedRequest {
            let (validator, method) = (validator(&secrets)?, method.parse()?);
            let made = match scenario {
                Some(scenario) => {
                    let scenario = testing::Scenario::from(scenario);
                    scenario.request(&validator, method, &url, tuples(params))?
                }
                None => testing::SignedRequest::new(&validator, method, &url, tuples(params))?,
            };
            Ok((&made).into())
        }
    }

    Transfer {
        /// Returns the report of a scenario.
        infallible fn scenario_report(scenario: Scenario) -> ReferReport {
            (&testing::Scenario::from(scenario).report()).into()
        }

        /// Makes the report of three values.
        fallible fn refer_report(
            call_status: Option<String>,
            refer_sip_response_code: Option<i64>,
            notify_sip_response_code: Option<i64>,
        ) -> ReferReport {
            let (refer, notify) = (refer_sip_response_code, notify_sip_response_code);
            Ok((&requests::report(call_status, refer, notify)?).into())
        }

        /// Returns the parameters of a report, in the order of Twilio's documentation.
        fallible fn refer_report_params(report: ReferReport) -> List<Pair> {
            let (refer, notify) = (report.refer_sip_response_code, report.notify_sip_response_code);
            Ok(pairs(requests::report(report.call_status, refer, notify)?.params()))
        }

        /// Explains an outcome as a clause for a person.
        infallible fn outcome_explanation(outcome: ReferOutcome) -> String {
            twiml_refer::ReferOutcome::from(outcome).explanation()
        }

        /// Checks the settings and returns all of them, with the defaults.
        fallible fn transfer_settings(settings: TransferSettings) -> TransferSettings {
            Ok((&transfers::settings(settings)?).into())
        }

        fallible fn transfer_new(target: String, settings: TransferSettings) -> TransferStep {
            let settings = transfers::settings(settings)?;
            Ok(transfers::step(Transfer::with_settings(SipUri::parse(&target)?, settings)))
        }

        /// Restores a transfer; bytes that another library saved may hold outputs that wait.
        fallible fn transfer_restore(saved: List<u8>) -> TransferStep {
            Ok(transfers::step(Transfer::restore(&saved.0)?))
        }

        /// Feeds an input. If it is refused (only for misuse), nothing has changed: keep the bytes.
        fallible fn transfer_step(
            saved: List<u8>,
            input: TransferInput,
            now_ms: i64,
        ) -> TransferStep {
            let mut transfer = Transfer::restore(&saved.0)?;
            transfers::feed(&mut transfer, &input, now_ms)?;
            Ok(transfers::step(transfer))
        }

        fallible fn transfer_details(saved: List<u8>) -> TransferDetails {
            let transfer = Transfer::restore(&saved.0)?;
            Ok(TransferDetails {
                target: transfer.target().as_str().to_owned(),
                refer_to: transfer.refer_to(),
                settings: transfer.settings().into(),
            })
        }
    }
}

/// Does the call that `input` describes, and writes its answer.
pub(crate) fn dispatch(input: &mut &[u8], out: &mut Vec<u8>) -> uniffi::Result<()> {
    let function = <BridgeFunction as Lift<UniFfiTag>>::try_read(input)?;
    let Err(error) = call(function, input, out) else { return Ok(()) };
    // Strings of most languages can hold lone surrogates, which no UTF-8 has.
    let not_utf8 = error.downcast::<FromUtf8Error>()?;
    if matches!(function, BridgeFunction::validate | BridgeFunction::validate_raw) {
        out.extend_from_slice(&[DONE, u8::from(false)]);
        return Ok(());
    }
    let error = numbers::text(not_utf8.as_bytes()).err().context("not UTF-8")?;
    let mut details = ErrorDetails::from(&error);
    group(function).as_str().clone_into(&mut details.group);
    out.push(FAILED);
    <BridgeError as Lower<UniFfiTag>>::write(BridgeError::Failed { details }, out);
    Ok(())
}

/// Twilio signs only text: pairs that are not UTF-8 have no signature.
fn signed_text(
    pairs: &List<WirePair>,
    verified: std::result::Result<twiml_refer::VoiceRequest, VerifyError>,
) -> std::result::Result<twiml_refer::VoiceRequest, VerifyError> {
    let is_text = pairs.0.iter().all(|pair| pair.name.is_utf8() && pair.value.is_utf8());
    verified
        .and_then(|request| if is_text { Ok(request) } else { Err(VerifyError::SignatureMismatch) })
}

fn with_user_to_user(
    uri: SipUri,
    value: Option<UserToUserSource>,
) -> std::result::Result<SipUri, Error> {
    let value = match value {
        Some(UserToUserSource::Text { text }) => sip::UserToUser::parse(&text)?,
        Some(UserToUserSource::Bytes { bytes }) => sip::UserToUser::from_bytes(&bytes.0)?,
        None => return Ok(uri),
    };
    uri.with_user_to_user(&value)
}

fn read_all(
    values: impl Iterator<Item = std::result::Result<sip::UserToUser, Error>>,
) -> Result<List<UserToUser>> {
    values.map(|value| Ok(UserToUser::from(&value?))).collect()
}

fn with_parameters(
    mut value: sip::UserToUser,
    purpose: Option<String>,
    content: Option<String>,
) -> std::result::Result<UserToUser, Error> {
    if let Some(purpose) = purpose {
        value = value.with_purpose(&purpose)?;
    }
    if let Some(content) = content {
        value = value.with_content(&content)?;
    }
    Ok((&value).into())
}
