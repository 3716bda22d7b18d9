//! Responses to our requests (RFC 3261 sections 8.1.3 and 13.2.2), and calls that we make.

use std::sync::Arc;

use super::call::{Ended, Why};
use super::calls::{CallState, Ringing, Session, Stage, branch};
use super::codes::ALLOW;
use super::core::{Core, Dial, token};
use super::dialog::Dialog;
use super::message::{Ids, Message};
use super::sdp;
use super::transactions::{Client, Kind, Net, Ours};
use super::values::Address;

impl Core {
    /// Takes in a response, and returns the call that it belongs to. One that fits no request is ignored (section 18.1.2).
    pub(super) fn on_response(&mut self, message: &Message, code: u16) -> Option<u64> {
        let ids = message.ids().ok()?;
        let branch = message.via()?.branch()?.to_owned();
        let Some(client) = self.net.on_response(&branch, &ids, code) else {
            return self.on_late_response(message, &ids, &branch, code);
        };
        self.with_call(client.call, |call, net| match client.kind {
            Kind::Invite => call.on_invite_response(net, &client, message, &ids, code),
            Kind::Refer => call.on_refer_response(net, &client, message, code),
            Kind::Bye if matches!(code, 401 | 407) && !client.is_retry => {
                if let Some((name, value)) = call.authorize(message, code, "BYE") {
                    call.send_bye(net, Some((name, &value)));
                }
            }
            Kind::Bye | Kind::Cancel => {}
        });
        Some(client.call)
    }

    /// Repeated final responses to an INVITE get their ACK again; that of another endpoint is accepted and ended (section
    /// 13.2.2.4).
    fn on_late_response(
        &mut self,
        message: &Message,
        ids: &Ids,
        branch: &str,
        code: u16,
    ) -> Option<u64> {
        if code >= 300 {
            return self.net.repeat_ack(branch);
        }
        let tag = ids.from_tag.as_deref()?;
        let number = *self.dialogs.get(tag)?;
        if ids.method != "INVITE" || code < 200 {
            return Some(number);
        }
        self.with_call(number, |call, net| {
            let Some((path, ack)) = call.ack.clone() else { return };
            if ids.to_tag == call.dialog.remote_tag {
                return net.send(path, Some(number), ack);
            }
            let mut other = call.dialog.forked(message, ids);
            send_ack(net, number, &other, ids.cseq, None);
            let cseq = other.next_cseq();
            let (path, branch) = (other.next_hop(), self::branch());
            let bye = other.request("BYE", cseq, &net.via(&path, &branch)).end();
            let ours = Ours { call: number, kind: Kind::Bye, cseq, is_retry: true };
            net.request(&branch, path, ours, bye);
        });
        Some(number)
    }

    /// A request of ours got no final response.
    pub(super) fn on_timeout(&mut self, client: &Client) {
        self.with_call(client.call, |call, net| {
            // A REFER's end is the transfer's to know; BYE and CANCEL need no answer.
            if client.kind == Kind::Invite {
                call.end(net, Ended::by_endpoint(Why::Refused(408)));
            }
        });
    }

    /// Sends the INVITE of a call that we make.
    pub(super) fn dial(&mut self, dial: Dial) {
        let Dial { info, shared, path, media } = dial;
        if self.is_full() {
            return shared.end(Ended::by_us(Why::Rejected(503)));
        }
        let local_tag = token();
        let dialog = Dialog {
            call_id: info.call_id.clone(),
            local: format!("<{}>;tag={local_tag}", info.from),
            local_tag,
            remote: format!("<{}>", info.to),
            remote_tag: None,
            local_cseq: 0,
            remote_cseq: None,
            target: info.request_uri.clone(),
            routes: Vec::new(),
            path,
        };
        let limits = self.options.limits;
        let ringing = Ringing {
            branch: String::new(),
            until: self.net.now.checked_add(limits.ring),
            is_proceeding: false,
            is_cancelled: false,
        };
        let mut call = CallState {
            number: info.number,
            shared,
            dialog,
            stage: Stage::Outgoing(ringing),
            unacknowledged: None,
            session: Session::new(info.number, self.net.address(&path)),
            transfers: Vec::new(),
            ack: None,
            credentials: self.options.credentials.clone(),
            headers: info.headers.clone(),
            ends_by: self.net.now.checked_add(limits.call),
            timer: None,
        };
        call.open_media(&mut self.net, media);
        call.send_invite(&mut self.net, None);
        self.add(call);
    }
}

impl CallState {
    fn send_invite(&mut self, net: &mut Net, authorization: Option<(&str, &str)>) {
        let Stage::Outgoing(ringing) = &mut self.stage else { return };
        let (path, branch) = (self.dialog.path, branch());
        ringing.branch.clone_from(&branch);
        ringing.is_proceeding = false;
        let cseq = self.dialog.next_cseq();
        let mut writer = self.dialog.request("INVITE", cseq, &net.via(&path, &branch));
        writer.header("Contact", &net.contact(&path));
        writer.header("Allow", ALLOW);
        for (name, value) in &self.headers {
            writer.header(name, value);
        }
        if let Some((name, value)) = authorization {
            writer.header(name, value);
        }
        let offer = sdp::offer(self.session.own);
        let is_retry = authorization.is_some();
        let ours = Ours { call: self.number, kind: Kind::Invite, cseq, is_retry };
        net.request(&branch, path, ours, writer.end_with(Some(("application/sdp", &offer))));
    }

    fn on_invite_response(
        &mut self,
        net: &mut Net,
        client: &Client,
        message: &Message,
        ids: &Ids,
        code: u16,
    ) {
        let Stage::Outgoing(ringing) = &mut self.stage else { return };
        let is_cancelled = ringing.is_cancelled;
        if code < 200 {
            let is_first = !std::mem::replace(&mut ringing.is_proceeding, true);
            if is_first && is_cancelled {
                self.cancel(net);
            }
            return;
        }
        if code < 300 {
            self.dialog.establish(message, ids);
            self.ack = Some(send_ack(net, self.number, &self.dialog, client.cseq, None));
            self.stage = Stage::Live;
            if is_cancelled {
                return self.leave(net, Why::HungUp);
            }
            if !self.take_answer(net, &message.body) {
                return self.leave(net, Why::NoCodec);
            }
            return self.shared.update(|progress| progress.is_answered = true);
        }
        // The ACK of a refusal is part of the transaction: same branch, and the To of the response (section 17.1.1.3).
        let to = message.header("To").unwrap_or_default().to_owned();
        let untagged = std::mem::replace(&mut self.dialog.remote, to);
        send_ack(net, self.number, &self.dialog, client.cseq, Some((&ringing.branch, client)));
        self.dialog.remote = untagged;
        let is_challenge = matches!(code, 401 | 407) && !client.is_retry && !is_cancelled;
        match self.authorize(message, code, "INVITE").filter(|_| is_challenge) {
            Some((name, value)) => self.send_invite(net, Some((name, &value))),
            None => self.end(net, Ended::by_endpoint(Why::Refused(code))),
        }
    }
}

/// Sends an ACK: of a refusal with the branch of its INVITE, else a request of its own (section 13.2.2.4).
fn send_ack(
    net: &mut Net,
    call: u64,
    dialog: &Dialog,
    cseq: u32,
    refused: Option<(&str, &Client)>,
) -> (super::transport::Path, Arc<[u8]>) {
    let own = branch();
    let (path, branch) = match refused {
        Some((branch, client)) => (client.path, branch),
        None => (dialog.next_hop(), own.as_str()),
    };
    let bytes: Arc<[u8]> = dialog.request("ACK", cseq, &net.via(&path, branch)).end().into();
    match refused {
        Some(_) => net.ack(branch, path, call, Arc::clone(&bytes)),
        None => net.send(path, Some(call), Arc::clone(&bytes)),
    }
    (path, bytes)
}

impl Dialog {
    /// Takes in the 200 to our INVITE (section 12.1.2).
    fn establish(&mut self, message: &Message, ids: &Ids) {
        if let Some(to) = message.header("To") {
            to.clone_into(&mut self.remote);
        }
        self.remote_tag.clone_from(&ids.to_tag);
        let routes = message.list("Record-Route").filter(|route| Address::read(route).is_some());
        self.routes = routes.map(str::to_owned).collect();
        self.routes.reverse();
        self.refresh(message);
    }

    /// Returns the dialog with another endpoint that accepted the same INVITE.
    fn forked(&self, message: &Message, ids: &Ids) -> Self {
        let mut other = Self {
            call_id: self.call_id.clone(),
            local: self.local.clone(),
            local_tag: self.local_tag.clone(),
            remote: String::new(),
            remote_tag: None,
            local_cseq: ids.cseq,
            remote_cseq: None,
            target: self.target.clone(),
            routes: Vec::new(),
            path: self.path,
        };
        other.establish(message, ids);
        other
    }
}
