//! `read`: a document, printed again in canonical form, or as a tree in JSON.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::{
    VoiceResponse,
    limits::MAX_DOCUMENT_BYTES,
    twiml::{Element, Node},
};

use crate::console::Console;
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::source::Source;

/// Read a document and print it again, in canonical form.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer read refer.xml --pretty")]
pub(crate) struct Options {
    /// The document; - or nothing is standard input
    file: Option<PathBuf>,
    /// Indent the document for people
    #[arg(long)]
    pretty: bool,
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let path = input::or_stdin(options.file);
    let bytes = input::read(&path, MAX_DOCUMENT_BYTES)?;
    let document = match VoiceResponse::parse_bytes(&bytes) {
        Ok(document) => document,
        Err(error) if console.is_json() => {
            console.json(&json!({"valid": false, "error": error, "twiml": null, "verbs": null}))?;
            return Ok(Answer::No);
        }
        Err(error) => {
            let name = input::name(&path);
            return Err(Failure::refused(&error, Some(&Source::document(&name, &bytes))));
        }
    };
    let twiml = if options.pretty { document.to_xml_pretty() } else { document.to_xml() };
    if console.is_json() {
        let verbs: Vec<_> = document.verbs().map(tree).collect();
        console.json(&json!({"valid": true, "error": null, "twiml": twiml, "verbs": verbs}))?;
    } else {
        console.document(&twiml)?;
    }
    Ok(Answer::Yes)
}

/// An element with its children. Comments, and the order of text and children, are in `twiml` only. The
/// limit of a document's depth bounds the recursion.
fn tree(element: &Element) -> Value {
    let has_text = element.nodes().iter().any(|node| matches!(node, Node::Text(_)));
    json!({
        "name": element.name(),
        "attributes": element.attributes().collect::<Vec<_>>(),
        "text": has_text.then(|| element.text()),
        "children": element.children().map(tree).collect::<Vec<_>>(),
    })
}
