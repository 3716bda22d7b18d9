//! Requests of endpoints (RFC 3261 section 8.2): each gets one answer, whatever it is.

use std::sync::Arc;

use super::call::{Call, CallInfo, Ended, Shared, Why};
use super::calls::{CallState, Session, Stage};
use super::codes::{ALLOW, method_code};
use super::core::{Core, Output, token};
use super::dialog::Dialog;
use super::digest::Denied;
use super::message::{Message, Start, Writer};
use super::refer::refuse_notify;
use super::request::{Request, refuse_unread, server_key};
use super::transactions::Net;
use super::transport::Path;
use super::values::Address;

const SDP: &str = "application/sdp";

impl Core {
    /// Answers a request, and returns the call that it belongs to.
    pub(super) fn on_request(&mut self, message: Message, path: Path) -> Option<u64> {
        let method = message.method()?.to_owned();
        // Without Via, there is nobody to answer.
        let via = message.via()?;
        let ids = match message.ids() {
            Ok(ids) => ids,
            Err(refusal) => {
                if method != "ACK" {
                    refuse_unread(&mut self.net, &message, path, refusal);
                }
                return None;
            }
        };
        let key = server_key(&via, &ids, &method);
        let invite = server_key(&via, &ids, "INVITE");
        let mut request = Request { message, ids, path, key, call: None };
        if method == "ACK" {
            return self.on_ack(&request, &invite);
        }
        if let Some(call) = self.net.repeat(&request.key) {
            return call;
        }
        // A request without a call is answered statelessly (section 8.2.7): strangers take no room, and nothing is repeated
        // to the address that one put in as its source (section 26.3.2.4).
        if method == "CANCEL" {
            return self.on_cancel(&mut request, &invite);
        }
        match request.ids.to_tag {
            Some(_) => self.in_dialog(request),
            None => self.out_of_dialog(request),
        }
    }

    /// The ACK of a refusal belongs to the INVITE's transaction; that of a 200 is known by dialog and CSeq, since its branch is
    /// its own (section 13.2.2.4).
    fn on_ack(&mut self, request: &Request, invite: &str) -> Option<u64> {
        if let Some(call) = self.net.acknowledge(invite) {
            return call;
        }
        let number = self.find(request)?;
        self.with_call(number, |call, net| {
            call.on_ack(net, request.ids.cseq, &request.message.body);
        });
        Some(number)
    }

    /// Section 9.2: an INVITE that is not answered yet gets 487.
    fn on_cancel(&mut self, request: &mut Request, invite: &str) -> Option<u64> {
        let Some(call) = self.net.call_of(invite) else {
            self.net.refuse(request, 481);
            return None;
        };
        self.net.begin(request);
        request.call = call;
        let tag = call.and_then(|number| Some(self.calls.get(&number)?.dialog.local_tag.clone()));
        self.net.reply(request, 200, Some(&tag.unwrap_or_else(token)), |_| {}, None);
        self.with_call(call?, |call, net| {
            if let Stage::Incoming(_) = call.stage {
                call.refuse(net, 487);
                call.end(net, Ended::by_endpoint(Why::Cancelled));
            }
        });
        call
    }

    /// Returns the call whose dialog a request names, with both tags (section 12).
    fn find(&self, request: &Request) -> Option<u64> {
        let number = *self.dialogs.get(request.ids.to_tag.as_deref()?)?;
        let dialog = &self.calls.get(&number)?.dialog;
        let is_same =
            dialog.call_id == request.ids.call_id && dialog.remote_tag == request.ids.from_tag;
        is_same.then_some(number)
    }

    fn in_dialog(&mut self, mut request: Request) -> Option<u64> {
        let Some(number) = self.find(&request) else {
            self.refuse_stray(&request);
            return None;
        };
        request.call = Some(number);
        self.net.begin(&request);
        self.with_call(number, |call, net| call.on_request(net, &request));
        Some(number)
    }

    /// Answers a request in a dialog that is not known.
    fn refuse_stray(&mut self, request: &Request) {
        match method_code(request.method()) {
            Some(code) => self.net.refuse(request, code),
            None if request.method() == "NOTIFY" => refuse_notify(&mut self.net, request),
            None => self.net.refuse(request, 481),
        }
    }

    fn out_of_dialog(&mut self, request: Request) -> Option<u64> {
        if !matches!(request.method(), "INVITE" | "OPTIONS") {
            self.refuse_stray(&request);
            return None;
        }
        let Start::Request { uri, .. } = &request.message.start else { return None };
        let scheme = uri.split(':').next().unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
            self.net.refuse(&request, 416);
            return None;
        }
        if refuse_extension(&mut self.net, &request) {
            return None;
        }
        if request.method() == "OPTIONS" {
            answer_options(&mut self.net, &request);
            return None;
        }
        self.on_invite(request)
    }

    /// A new call (section 13.3.1).
    fn on_invite(&mut self, mut request: Request) -> Option<u64> {
        let ids = &request.ids;
        let key = (ids.call_id.clone(), ids.from_tag.clone().unwrap_or_default());
        let known = self.invites.get(&key).and_then(|number| self.calls.get(number));
        // The same request by another way (section 8.2.2.2).
        if known.is_some_and(|call| call.dialog.remote_cseq == Some(ids.cseq)) {
            self.net.refuse(&request, 482);
            return None;
        }
        let user = match self.authenticate(&request) {
            Ok(user) => user,
            Err(denied) => {
                let challenge =
                    self.challenger.challenge(&request.ids.call_id, denied == Denied::Stale);
                let challenge = |to: &mut Writer| to.header("WWW-Authenticate", &challenge);
                let tag = self.net.tag(&request);
                self.net.reply(&request, 401, Some(&tag), challenge, None);
                return None;
            }
        };
        // The credentials count once: a repetition must get the same answer.
        if user.is_some() {
            self.net.begin(&request);
        }
        if refuse_body(&mut self.net, &request) {
            return None;
        }
        // An INVITE whose transaction is not kept would be another one each time it is repeated.
        if self.is_full() || !self.net.begin(&request) {
            let retry = |to: &mut Writer| to.header("Retry-After", "5");
            let tag = self.net.tag(&request);
            self.net.reply(&request, 503, Some(&tag), retry, None);
            return None;
        }
        let dialog = Dialog::of_caller(&request)?;
        let number = self.board.next_call();
        request.call = Some(number);
        // Whoever can call could have them answer a nonce of their choice, and try passwords on the digest.
        let credentials = self.options.credentials.clone().filter(|_| user.is_some());
        let info = Arc::new(CallInfo::of_caller(&request, number, user));
        self.net.reply(&request, 100, None, |_| {}, None);
        let shared = Arc::new(Shared::default());
        let call =
            Call::new(info, self.inputs.clone(), Arc::clone(&shared), Arc::clone(&self.slots));
        self.net.outputs.push(Output::Call(call));
        self.invites.insert(key, number);
        let address = self.net.address(&request.path);
        self.add(CallState {
            number,
            shared,
            dialog,
            stage: Stage::Incoming(Box::new(request)),
            unacknowledged: None,
            session: Session::new(number, address),
            transfers: Vec::new(),
            ack: None,
            credentials,
            headers: Vec::new(),
            ends_by: self.net.now.checked_add(self.options.limits.call),
            timer: None,
        });
        Some(number)
    }

    /// Returns who calls, where that is asked for (section 22.1).
    fn authenticate(&mut self, request: &Request) -> Result<Option<String>, Denied> {
        let Some(callers) = &self.options.callers else { return Ok(None) };
        self.challenger.check(callers, request).map(Some)
    }
}

impl CallState {
    /// Answers a request in the dialog (section 12.2.2). An ACK and a CANCEL are none.
    fn on_request(&mut self, net: &mut Net, request: &Request) {
        let (method, cseq) = (request.method(), request.ids.cseq);
        if let Some(code) = method_code(method) {
            return net.refuse(request, code);
        }
        if method == "NOTIFY" {
            // Its order is the transfer's to check, and it may come after the end.
            self.dialog.remote_cseq = self.dialog.remote_cseq.max(Some(cseq));
            return self.on_notify(net, request);
        }
        if self.has_ended() {
            return net.refuse(request, 481);
        }
        if Some(cseq) < self.dialog.remote_cseq {
            return net.refuse(request, 500);
        }
        self.dialog.remote_cseq = Some(cseq);
        if refuse_extension(net, request) {
            return;
        }
        match method {
            "BYE" => {
                net.reply(request, 200, None, |_| {}, None);
                // Section 15.1.2: before the answer, the INVITE is refused as well.
                self.refuse(net, 487);
                self.end(net, Ended::by_endpoint(Why::Bye));
            }
            "INVITE" => self.on_reinvite(net, request),
            "UPDATE" => self.on_update(net, request),
            "OPTIONS" => answer_options(net, request),
            _ => {
                if method == "INFO" {
                    self.on_info(&request.message);
                }
                net.reply(request, 200, None, |to| to.header("Allow", ALLOW), None);
            }
        }
    }

    /// Section 14.2: the session is modified, as for hold.
    fn on_reinvite(&mut self, net: &mut Net, request: &Request) {
        match self.stage {
            Stage::Live if self.unacknowledged.is_none() => {}
            Stage::Outgoing(_) => return net.refuse(request, 491),
            _ => {
                net.reply(request, 500, None, |to| to.header("Retry-After", "1"), None);
                return;
            }
        }
        if refuse_body(net, request) {
            return;
        }
        match self.renegotiate(net, &request.message.body) {
            Some(answer) => {
                self.dialog.refresh(&request.message);
                self.accept(net, request, &answer);
            }
            None => net.refuse(request, 488),
        }
    }

    /// RFC 3311 section 5.2.
    fn on_update(&mut self, net: &mut Net, request: &Request) {
        if request.message.body.is_empty() {
            self.dialog.refresh(&request.message);
            let contact = net.contact(&self.dialog.path);
            net.reply(request, 200, None, |to| to.header("Contact", &contact), None);
            return;
        }
        if !matches!(self.stage, Stage::Live) || self.unacknowledged.is_some() {
            net.reply(request, 500, None, |to| to.header("Retry-After", "1"), None);
            return;
        }
        if refuse_body(net, request) {
            return;
        }
        match self.renegotiate(net, &request.message.body) {
            Some(answer) => {
                self.dialog.refresh(&request.message);
                let contact = net.contact(&self.dialog.path);
                let contact = |to: &mut Writer| to.header("Contact", &contact);
                net.reply(request, 200, None, contact, Some(&answer));
            }
            None => net.refuse(request, 488),
        }
    }

    /// Digits as devices send them in INFO: `Signal=5` in application/dtmf-relay, only the digit in application/dtmf.
    fn on_info(&self, message: &Message) {
        let kind = content_type(message).to_ascii_lowercase();
        let body = String::from_utf8_lossy(&message.body);
        let signal = match kind.as_str() {
            "application/dtmf" => body.trim().chars().next(),
            "application/dtmf-relay" => body.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                let is_signal = name.trim().eq_ignore_ascii_case("Signal");
                value.trim().chars().next().filter(|_| is_signal)
            }),
            _ => None,
        };
        let digit = signal.map(|signal| signal.to_ascii_uppercase());
        if let Some(digit) = digit.filter(|digit| "0123456789*#ABCD".contains(*digit)) {
            self.shared.push_digit(digit);
        }
    }
}

/// Refuses a request that requires an extension: there is none (section 8.2.2.3).
fn refuse_extension(net: &mut Net, request: &Request) -> bool {
    let required: Vec<_> = request.message.list("Require").collect();
    if required.is_empty() {
        return false;
    }
    let (required, tag) = (required.join(", "), net.tag(request));
    net.reply(request, 420, Some(&tag), |to| to.header("Unsupported", &required), None);
    true
}

/// Refuses a body that is not SDP, or is encoded (section 8.2.3).
fn refuse_body(net: &mut Net, request: &Request) -> bool {
    let message = &request.message;
    let is_plain = message.list("Content-Encoding").all(|it| it.eq_ignore_ascii_case("identity"));
    let is_sdp = content_type(message).eq_ignore_ascii_case(SDP);
    if message.body.is_empty() || is_sdp && is_plain {
        return false;
    }
    let tag = net.tag(request);
    net.reply(
        request,
        415,
        Some(&tag),
        |to| {
            to.header("Accept", SDP);
            to.header("Accept-Encoding", "identity");
        },
        None,
    );
    true
}

fn content_type(message: &Message) -> &str {
    let kind = message.header("Content-Type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

/// Section 11.2.
fn answer_options(net: &mut Net, request: &Request) {
    let tag = net.tag(request);
    net.reply(
        request,
        200,
        Some(&tag),
        |to| {
            to.header("Allow", ALLOW);
            to.header("Accept", SDP);
            to.header("Accept-Encoding", "identity");
            to.header("Accept-Language", "en");
            to.header("Supported", "");
        },
        None,
    );
}

impl Dialog {
    /// Returns the dialog that an INVITE begins (section 12.1.1). The route set keeps its order.
    fn of_caller(request: &Request) -> Option<Self> {
        let Request { message, ids, path, .. } = request;
        let to = message.header("To")?;
        let local_tag = token();
        let routes = message.list("Record-Route").filter(|route| Address::read(route).is_some());
        let mut dialog = Self {
            call_id: ids.call_id.clone(),
            local: format!("{to};tag={local_tag}"),
            local_tag,
            remote: message.header("From")?.to_owned(),
            remote_tag: ids.from_tag.clone(),
            local_cseq: 0,
            remote_cseq: Some(ids.cseq),
            // An INVITE without Contact is answered to where it came from.
            target: format!("sip:{}", path.remote),
            routes: routes.map(str::to_owned).collect(),
            path: *path,
        };
        dialog.refresh(message);
        Some(dialog)
    }
}
