//! A dialog (RFC 3261 section 12): who is in it, and the requests that are sent in it.

use std::net::SocketAddr;

use super::message::{Message, Writer};
use super::transport::{Path, Transport};
use super::values::{Address, numeric_address, param, uri_params};

/// The dialog of a call.
#[derive(Debug)]
pub(super) struct Dialog {
    pub(super) call_id: String,
    /// From of our requests, with our tag.
    pub(super) local: String,
    pub(super) local_tag: String,
    /// To of our requests, with the endpoint's tag.
    pub(super) remote: String,
    pub(super) remote_tag: Option<String>,
    pub(super) local_cseq: u32,
    pub(super) remote_cseq: Option<u32>,
    /// The URI of the endpoint's Contact.
    pub(super) target: String,
    pub(super) routes: Vec<String>,
    /// The way of the INVITE.
    pub(super) path: Path,
}

impl Dialog {
    /// Takes in a message of the endpoint that refreshes the target (section 12.2).
    pub(super) fn refresh(&mut self, message: &Message) {
        let contact = message.list("Contact").next().and_then(Address::read);
        if let Some(contact) = contact {
            contact.uri.clone_into(&mut self.target);
        }
    }

    /// Returns the number for the next request.
    pub(super) fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.saturating_add(1);
        self.local_cseq
    }

    /// Returns the Request-URI, and the values of Route (section 12.2.1.1): a first route without `lr` becomes the
    /// Request-URI.
    fn request_uri(&self) -> (&str, Vec<String>) {
        let first = self.routes.first().and_then(|route| Address::read(route));
        match first.filter(|first| param(uri_params(first.uri), "lr").is_none()) {
            Some(first) => {
                let rest = self.routes.iter().skip(1).cloned();
                (first.uri, rest.chain([format!("<{}>", self.target)]).collect())
            }
            None => (&self.target, self.routes.clone()),
        }
    }

    pub(super) fn uri(&self) -> &str {
        self.request_uri().0
    }

    /// Returns the way of our requests. A connection stays; over UDP they go to the first route or else to the target, and
    /// to where the INVITE came from if that has no numeric address.
    pub(super) fn next_hop(&self) -> Path {
        if self.path.transport == Transport::Tcp {
            return self.path;
        }
        let first = self.routes.first().and_then(|route| Address::read(route));
        let next = numeric_address(first.map_or(self.target.as_str(), |first| first.uri));
        let is_reachable = |next: &SocketAddr| next.is_ipv4() == self.path.local.is_ipv4();
        next.filter(is_reachable).map_or(self.path, |next| self.path.to(next))
    }

    /// Begins a request in the dialog.
    pub(super) fn request(&self, method: &str, cseq: u32, via: &str) -> Writer {
        let (uri, routes) = self.request_uri();
        let mut writer = Writer::new(&format!("{method} {uri} SIP/2.0"));
        writer.header("Via", via);
        for route in routes {
            writer.header("Route", &route);
        }
        writer.header("Max-Forwards", "70");
        writer.header("From", &self.local);
        writer.header("To", &self.remote);
        writer.header("Call-ID", &self.call_id);
        writer.header("CSeq", &format!("{cseq} {method}"));
        writer
    }
}
