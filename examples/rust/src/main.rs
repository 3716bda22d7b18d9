//! The transfer app with axum: a caller chooses, is transferred, and is offered something else if that
//! fails.
//!
//! `TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://voice.example.com cargo run -p twiml-refer-example -- 8000`
//!
//! PUBLIC_BASE is the URL by which Twilio reaches the app: scheme, host, port, and the path prefix that
//! a gateway strips.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Router, extract::Path, routing};
use twiml_refer::twiml::Element;
use twiml_refer::{Error, Refer, ReferOutcome, SipUri, VoiceRequest, VoiceResponse};
use twiml_refer_tower::{AllowedMethods, Verified, VerifyLayer};

/// A document as the answer to Twilio, or what kept it from being built.
struct Document(Result<VoiceResponse, Error>);

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(response) => ([(CONTENT_TYPE, "text/xml")], response.to_xml()).into_response(),
            Err(error) => {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

async fn voice() -> Document {
    Document(ask("Press 1 to talk to sales."))
}

/// Transfers who pressed 1; anyone else is asked again.
async fn choice(Verified(request): Verified) -> Document {
    Document(if request.digits() == Some("1") {
        transfer_to_sales()
    } else {
        VoiceResponse::new().redirect("/voice")
    })
}

/// Transfers to a colleague, given by name, number or SIP URI.
async fn direct(Path(colleague): Path<String>) -> Document {
    let target = if colleague.starts_with("sip:") {
        SipUri::parse(&colleague)
    } else {
        SipUri::builder("example.com").user(&colleague).build()
    };
    Document(match target {
        Ok(target) => refer(VoiceResponse::new(), target),
        Err(_) => VoiceResponse::new().say("There is nobody of that name. Goodbye."),
    })
}

async fn transferred(Verified(request): Verified) -> Document {
    Document(after_transfer(&request))
}

fn ask(prompt: &str) -> Result<VoiceResponse, Error> {
    let gather = Element::gather()
        .with_attribute("numDigits", 1)?
        .with_attribute("action", "/choice")?
        .with_child(Element::say(prompt)?);
    VoiceResponse::new().append(gather).say("Goodbye.")
}

fn transfer_to_sales() -> Result<VoiceResponse, Error> {
    let sales = SipUri::parse("sip:sales@example.com")?.with_header("X-Choice", "sales")?;
    refer(VoiceResponse::new().say("I will connect you.")?, sales)
}

fn refer(response: VoiceResponse, target: SipUri) -> Result<VoiceResponse, Error> {
    Ok(response.refer(Refer::to(target).with_action("/transferred")?))
}

/// Goes on with a caller whose transfer failed.
fn after_transfer(request: &VoiceRequest) -> Result<VoiceResponse, Error> {
    if !request.may_resume() {
        return Ok(VoiceResponse::new().hangup());
    }
    match request.outcome() {
        Some(ReferOutcome::TargetFailed { status, .. }) => {
            let reason = if status.as_str() == "busy" { "are busy" } else { "do not answer" };
            ask(&format!("They {reason}. Press 1 to try again."))
        }
        Some(ReferOutcome::Rejected { .. }) => VoiceResponse::new()
            .say("Your phone cannot be transferred. Please call sales yourself."),
        _ => VoiceResponse::new().say("We do not know whether that worked. Goodbye."),
    }
}

fn app(verify: VerifyLayer) -> Router {
    Router::new()
        .route("/voice", routing::post(voice))
        .route("/choice", routing::post(choice))
        .route("/transferred", routing::post(transferred))
        .layer(verify.clone())
        // A colleague's own number, whose webhook is a GET.
        .route(
            "/t/{colleague}",
            routing::get(direct).layer(verify.with_allowed_methods(AllowedMethods::Get)),
        )
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let verify =
        VerifyLayer::new(std::env::var("TWILIO_AUTH_TOKEN")?, &std::env::var("PUBLIC_BASE")?)?;
    let port = std::env::args().nth(1).unwrap_or_default().parse::<u16>()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, app(verify)).await?)
}
