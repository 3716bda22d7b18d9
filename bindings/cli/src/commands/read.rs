//! `read`: a document, printed again in canonical form, or as a tree in JSON.

use serde::Serialize;
use twiml_refer::{
    Error, VoiceResponse,
    limits::MAX_DOCUMENT_BYTES,
    twiml::{Element, Node},
};

use crate::cli::Read;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::output::Output;
use crate::source::Source;

#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    error: Option<&'a Error>,
    twiml: Option<String>,
    verbs: Option<Vec<Verb>>,
}

/// An element as a tree. Comments, and the order of text and children, stand in `twiml` alone.
#[derive(Serialize)]
struct Verb {
    name: String,
    attributes: Vec<(String, String)>,
    text: Option<String>,
    children: Vec<Verb>,
}

impl Verb {
    /// The depth of a document bounds this recursion.
    fn new(element: &Element) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let has_text = element.nodes().iter().any(|node| matches!(node, Node::Text(_)));
        Self {
            name: element.name().to_owned(),
            attributes: element.attributes().map(owned).collect(),
            text: has_text.then(|| element.text_content()),
            children: element.children().map(Self::new).collect(),
        }
    }

    fn of_node(node: &Node) -> Option<Self> {
        match node {
            Node::Element(element) => Some(Self::new(element)),
            Node::Refer(refer) => Some(Self::new(&Element::from(refer.clone()))),
            _ => None,
        }
    }
}

pub(crate) fn run(options: Read, output: &mut Output) -> Result<Answer, Failure> {
    let path = input::or_stdin(options.file);
    let bytes = input::read(&path, MAX_DOCUMENT_BYTES)?;
    let document = match VoiceResponse::parse_bytes(&bytes) {
        Ok(document) => document,
        Err(error) if output.is_json() => {
            output.json(&Document {
                valid: false,
                error: Some(&error),
                twiml: None,
                verbs: None,
            })?;
            return Ok(Answer::No);
        }
        Err(error) => {
            let name = input::name(&path);
            return output.refuse(&error, Some(&Source::document(&name, &bytes)));
        }
    };
    let twiml = if options.pretty { document.to_xml_pretty() } else { document.to_xml() };
    if output.is_json() {
        let verbs = document.verbs().filter_map(Verb::of_node).collect();
        let (twiml, verbs) = (Some(twiml), Some(verbs));
        output.json(&Document { valid: true, error: None, twiml, verbs })?;
    } else {
        output.document(&twiml)?;
    }
    Ok(Answer::Yes)
}
