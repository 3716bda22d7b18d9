//! Elements and documents: built, read, walked, checked, and sent by a REST request.

use std::ptr;

use arbitrary::Arbitrary;
use twiml_refer::{
    Refer, VoiceResponse,
    http::Method,
    twiml::{
        CallCreate, CallUpdate, Comment, Element, Follows, Node, RestRequest, Text as XmlText,
    },
};
use twiml_refer_c::document::*;
use twiml_refer_c::rest::*;
use twiml_refer_c::text::twr_str;
use twiml_refer_c::uri::twr_uri_text;

use super::border::{
    No, Output, Places, Room, Said, Slot, Text, With, ask, core, fill, found, seen,
};
use super::{Session, pick, uri};

#[derive(Debug, Arbitrary)]
pub(super) enum Call<'a> {
    NewElement { into: u8, name: Text<'a>, places: Places },
    SetAttribute { at: u8, name: Text<'a>, value: Text<'a>, places: Places },
    AddText { at: u8, text: Text<'a>, is_comment: bool, places: Places },
    AppendElement { at: u8, child: u8, places: Places },
    FreeElement { at: u8 },
    New { into: u8, places: Places },
    Parse { into: u8, xml: Text<'a>, places: Places },
    Append { at: u8, element: u8, places: Places },
    Add { at: u8, name: Text<'a>, text: Text<'a>, places: Places },
    Refer { at: u8, target: u8, action: Text<'a>, method: Text<'a>, places: Places },
    Render { at: u8, pretty: bool, room: Room, places: Places },
    Check { at: u8, index: u8, places: Places },
    Walk { at: u8, index: u8, attribute: u8, places: Places },
    Free { at: u8 },
    Rest { twiml: u8, to: Option<u8>, texts: [Text<'a>; 5], places: Places },
}

pub(super) type OwnElement = Slot<twr_element, Element>;
pub(super) type Response = Slot<twr_response, VoiceResponse>;

impl Session {
    pub(super) fn document(&mut self, call: &Call<'_>) {
        // SAFETY, here and below: the arguments are what the header asks for, and views end in time.
        match call {
            Call::NewElement { into, name, places } => {
                let mut place = places.place(1);
                let answer =
                    ask(*places, |error| unsafe { twr_element_new(name.c(), place.ptr(), error) });
                let said = name.text().and_then(|name| core(Element::new(name)));
                pick(&mut self.elements, *into).keep(answer, said, &place);
            }
            Call::SetAttribute { at, name, value, places } => {
                let slot = pick(&mut self.elements, *at);
                let (handle, n, v) = (slot.handle, name.c(), value.c());
                let answer =
                    ask(*places, |error| unsafe { twr_element_set_attribute(handle, n, v, error) });
                let said = slot
                    .get_mut()
                    .with(name.text().with(value.text()))
                    .and_then(|(element, (name, value))| core(element.set(name, value)));
                answer.judge(said, &[]);
            }
            Call::AddText { at, text, is_comment, places } => {
                let slot = pick(&mut self.elements, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    match is_comment {
                        true => twr_element_add_comment(handle, text.c(), error),
                        false => twr_element_add_text(handle, text.c(), error),
                    }
                });
                let said =
                    slot.get_mut().with(text.text()).and_then(|(element, text)| match is_comment {
                        true => core(Comment::new(text).and_then(|text| element.add(text))),
                        false => core(XmlText::new(text).and_then(|text| element.add(text))),
                    });
                answer.judge(said, &[]);
            }
            Call::AppendElement { at, child, places } => self.nest(*at, *child, *places),
            Call::FreeElement { at } => pick(&mut self.elements, *at).free(),
            Call::New { into, places } => {
                let mut place = places.place(1);
                let answer = ask(*places, |error| unsafe { twr_response_new(place.ptr(), error) });
                pick(&mut self.responses, *into).keep(answer, Ok(VoiceResponse::new()), &place);
            }
            Call::Parse { into, xml, places } => {
                let mut place = places.place(1);
                let answer = ask(*places, |error| unsafe {
                    twr_response_parse(xml.c(), place.ptr(), error)
                });
                let said = xml.bytes().and_then(|xml| core(VoiceResponse::parse_bytes(xml)));
                pick(&mut self.responses, *into).keep(answer, said, &place);
            }
            Call::Append { at, element, places } => {
                let (slot, child) =
                    (pick(&mut self.responses, *at), pick(&mut self.elements, *element));
                let (handle, place) = (slot.handle, child_place(child, *places));
                let answer =
                    ask(*places, |error| unsafe { twr_response_append(handle, place, error) });
                let added = if place.is_null() { Err(vec![No::Argument]) } else { child.get() };
                let said = slot
                    .get_mut()
                    .with(added)
                    .and_then(|(response, element)| core(response.add(element.clone())));
                if answer.judge(said, &[]).is_some() {
                    child.model = None;
                }
                assert_eq!(child.handle.is_null(), child.model.is_none());
            }
            Call::Add { at, name, text, places } => {
                let slot = pick(&mut self.responses, *at);
                let (handle, n, t) = (slot.handle, name.c(), text.c());
                let answer = ask(*places, |error| unsafe { twr_response_add(handle, n, t, error) });
                let said = slot.get_mut().with(name.text().with(text.text())).and_then(
                    |(response, (name, text))| {
                        core(
                            Element::new(name)
                                .and_then(|element| element.text(text))
                                .and_then(|element| response.add(element)),
                        )
                    },
                );
                answer.judge(said, &[]);
            }
            Call::Refer { at, target, action, method, places } => {
                let target = pick(&mut self.uris, *target);
                let slot = pick(&mut self.responses, *at);
                let (handle, to) = (slot.handle, unsafe { twr_uri_text(target.handle) });
                let answer = ask(*places, |error| unsafe {
                    twr_response_refer(handle, to, action.c(), method.c(), error)
                });
                let refer = uri::reread(target)
                    .with(action.maybe_text().with(method.maybe_text()))
                    .and_then(|(target, (action, method))| {
                        let refer = Refer::to(target);
                        let refer = match action {
                            Some(action) => core(refer.action(action))?,
                            None => refer,
                        };
                        let method = core(method.map(str::parse::<Method>).transpose())?;
                        Ok(method.map_or(refer.clone(), |method| refer.method(method)))
                    });
                let said = slot
                    .get_mut()
                    .with(refer)
                    .and_then(|(response, refer)| core(response.add(refer)));
                answer.judge(said, &[]);
            }
            Call::Render { at, pretty, room, places } => {
                let slot = pick(&mut self.responses, *at);
                let said = slot.get().map(|response| match pretty {
                    true => response.to_xml_pretty().into_bytes(),
                    false => response.to_xml().into_bytes(),
                });
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_response_render(slot.handle, *pretty, buffer, capacity, length, error)
                });
            }
            Call::Check { at, index, places } => {
                let slot = pick(&mut self.responses, *at);
                let said = slot.get().map(VoiceResponse::check);
                uri::findings(*index, *places, said, |place, error| unsafe {
                    twr_response_check(slot.handle, place, error)
                });
            }
            Call::Walk { at, index, attribute, places } => {
                let slot = pick(&mut self.responses, *at);
                walk(slot, usize::from(*index), usize::from(*attribute), *places);
            }
            Call::Free { at } => pick(&mut self.responses, *at).free(),
            Call::Rest { twiml, to, texts, places } => self.rest(*twiml, *to, texts, *places),
        }
    }

    /// One element into another, or by mistake into itself.
    fn nest(&mut self, at: u8, child: u8, places: Places) {
        let parent = pick(&mut self.elements, at).handle;
        let slot = pick(&mut self.elements, child);
        let place = child_place(slot, places);
        let answer = ask(places, |error| unsafe { twr_element_append(parent, place, error) });
        let added = match (place.is_null(), ptr::eq(slot.handle, parent)) {
            (false, false) => slot.get().cloned(),
            _ => Err(vec![No::Argument]),
        };
        let said = pick(&mut self.elements, at)
            .get_mut()
            .with(added)
            .and_then(|(parent, child)| core(parent.add(child)));
        let slot = pick(&mut self.elements, child);
        if answer.judge(said, &[]).is_some() {
            slot.model = None;
        }
        assert_eq!(slot.handle.is_null(), slot.model.is_none());
    }

    fn rest(&mut self, twiml: u8, to: Option<u8>, texts: &[Text<'_>; 5], places: Places) {
        let [account, second, url, method, base] = texts;
        let target = to.map(|to| pick(&mut self.uris, to));
        let twiml = pick(&mut self.responses, twiml);
        let document = twiml.handle;
        let given = texts.each_ref().map(Text::c);
        let [a, s, u, m, b] = given;
        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| unsafe {
            match &target {
                None => twr_call_update(a, s, document, u, m, b, at, error),
                Some(to) => {
                    twr_call_create(a, twr_uri_text(to.handle), s, document, u, m, b, at, error)
                }
            }
        });
        // The URL is not looked at where there is a document.
        let url = if twiml.model.is_some() { Ok("") } else { url.text() };
        let texts = account.text().with(second.text()).with(url);
        let said = match target {
            None => {
                let made = texts.and_then(|((account, call), url)| match &twiml.model {
                    Some(twiml) => core(CallUpdate::with_twiml(account, call, twiml)),
                    None => core(CallUpdate::with_url(account, call, url)),
                });
                made.with(parsed(method)).with(base.maybe_text()).and_then(
                    |((made, method), base)| {
                        let made = method.map_or(made.clone(), |method| made.url_method(method));
                        let made = base.map_or(Ok(made.clone()), |base| made.base(base));
                        core(made).map(|made| made.request())
                    },
                )
            }
            Some(to) => {
                let made =
                    texts.with(uri::reread(to)).and_then(
                        |(((account, from), url), to)| match &twiml.model {
                            Some(twiml) => core(CallCreate::with_twiml(account, &to, from, twiml)),
                            None => core(CallCreate::with_url(account, &to, from, url)),
                        },
                    );
                made.with(parsed(method)).with(base.maybe_text()).and_then(
                    |((made, method), base)| {
                        let made = method.map_or(made.clone(), |method| made.url_method(method));
                        let made = base.map_or(Ok(made.clone()), |base| made.base(base));
                        core(made).map(|made| made.request())
                    },
                )
            }
        };
        let mut slot: Slot<twr_rest_request, RestRequest> = Slot::new(twr_rest_request_free);
        slot.keep(answer, said, &place);
        let handle = slot.handle;

        let mut views: [_; 3] = std::array::from_fn(|n| places.place::<twr_str>(n as u16 + 2));
        let [x, y, z] = views.each_mut().map(|view| view.ptr());
        let answer = ask(places, |error| unsafe { twr_rest_request_parts(handle, x, y, z, error) });
        let outputs = views.each_ref().map(|view| view as &dyn Output);
        if let Some(request) = answer.judge(slot.get(), &outputs) {
            let parts = views.each_ref().map(|view| unsafe { seen(view.get()) });
            let expected = [request.method().as_str(), request.url(), request.body()];
            assert_eq!(parts, expected.map(Some));
        }
        slot.free();
    }
}

fn parsed(method: &Text<'_>) -> Said<Option<Method>> {
    method.maybe_text().and_then(|method| core(method.map(str::parse).transpose()))
}

/// Where the handle of a child is taken from.
fn child_place(child: &mut OwnElement, places: Places) -> *mut *mut twr_element {
    let is_null = places.place::<u8>(1).is_null();
    if is_null { ptr::null_mut() } else { &raw mut child.handle }
}

/// Kind, depth, name, text and attributes of a node.
type Met = (i32, usize, Option<String>, Option<String>, Vec<(String, String)>);

/// The nodes in the order of the document.
fn nodes(nodes: &[Node], depth: usize, met: &mut Vec<Met>) {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    for node in nodes {
        match node {
            Node::Element(element) => {
                let attributes = element.attributes().map(own).collect();
                met.push((TWR_NODE_ELEMENT, depth, Some(element.name().into()), None, attributes));
                self::nodes(element.nodes(), depth + 1, met);
            }
            Node::Refer(refer) => {
                let action = refer.action_url().map(|url| own(("action", url)));
                let method = refer.method_set().map(|method| own(("method", method.as_str())));
                let target = refer.target().to_string();
                let attributes = action.into_iter().chain(method).collect();
                met.push((TWR_NODE_REFER, depth, Some("Refer".into()), Some(target), attributes));
            }
            Node::Text(text) => {
                met.push((TWR_NODE_TEXT, depth, None, Some(text.as_str().into()), Vec::new()));
            }
            Node::Comment(text) => {
                met.push((TWR_NODE_COMMENT, depth, None, Some(text.as_str().into()), Vec::new()));
            }
            other => panic!("a node that C does not know: {other:?}"),
        }
    }
}

fn walk(slot: &Response, index: usize, attribute: usize, places: Places) {
    let handle = slot.handle;
    let follows = match slot.model.as_ref().and_then(VoiceResponse::follows) {
        None => 0,
        Some(Follows::Action) => TWR_FOLLOWS_ACTION,
        Some(Follows::NextVerb) => TWR_FOLLOWS_NEXT_VERB,
        Some(_) => TWR_FOLLOWS_HANGUP,
    };
    assert_eq!(unsafe { twr_response_follows(handle) }, follows);
    let all = slot.get().map(|response| {
        let mut met = Vec::new();
        nodes(response.nodes(), 1, &mut met);
        met
    });
    let met = all.and_then(|mut all| found((index < all.len()).then(|| all.swap_remove(index))));

    let mut place = places.place(1);
    let at = place.ptr();
    let answer = ask(places, |error| unsafe { twr_response_node(handle, index, at, error) });
    let again = match &met {
        Ok(met) => Ok(met),
        Err(_) => Err(vec![if handle.is_null() { No::Argument } else { No::None }]),
    };
    if let Some((kind, depth, name, text, attributes)) = answer.judge(again, &[&place]) {
        let node: twr_node = unsafe { place.get() };
        assert_eq!((node.kind, node.depth), (*kind, *depth));
        assert_eq!(unsafe { seen(node.name) }, name.as_deref());
        assert_eq!(unsafe { seen(node.text) }, text.as_deref());
        assert_eq!((node.attribute_count, node.reserved), (attributes.len(), [0; 2]));
    }

    let (mut name, mut value) = (places.place(1), places.place(2));
    let (n, v) = (name.ptr(), value.ptr());
    let answer = ask(places, |error| unsafe {
        twr_response_node_attribute(handle, index, attribute, n, v, error)
    });
    let set = met.and_then(|met| found(met.4.into_iter().nth(attribute)));
    if let Some((spelled, set)) = answer.judge(set, &[&name, &value]) {
        assert_eq!(unsafe { seen(name.get()) }, Some(&*spelled));
        assert_eq!(unsafe { seen(value.get()) }, Some(&*set));
    }
}
