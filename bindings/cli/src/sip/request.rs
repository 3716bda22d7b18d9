//! A request that came in: its transaction, and the way of its answer.

use std::sync::Arc;

use super::core::token;
use super::message::{Ids, Message, Refusal};
use super::transactions::Net;
use super::transport::{Path, Transport};
use super::values::Via;

/// A request that has been received.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) message: Message,
    pub(super) ids: Ids,
    /// The way it came.
    pub(super) path: Path,
    /// The key of its transaction, which may not be kept.
    pub(super) key: Arc<str>,
    pub(super) call: Option<u64>,
}

impl Request {
    pub(super) fn method(&self) -> &str {
        &self.ids.method
    }
}

/// Returns the way of the response: the connection, or over UDP where the first Via says.
pub(super) fn reply_path(message: &Message, path: Path) -> Option<Path> {
    match path.transport {
        Transport::Tcp => Some(path),
        Transport::Udp => Some(path.to(message.via()?.reply_address(path.remote))),
    }
}

/// Answers a request that cannot be read, and keeps nothing of it.
pub(super) fn refuse_unread(
    net: &mut Net,
    message: &Message,
    path: Path,
    refusal: Refusal,
) -> Option<()> {
    let writer = message.response(refusal, Some(&token()), path.remote)?;
    let reply_path = reply_path(message, path)?;
    net.send(reply_path, None, writer.end().into());
    Some(())
}

/// Returns the key of the transaction that a request belongs to (section 17.2.3). An ACK and a CANCEL name an INVITE's. Without
/// the mark of RFC 3261 in the branch, more has to agree.
pub(super) fn server_key(via: &Via<'_>, ids: &Ids, method: &str) -> Arc<str> {
    let sent_by = via.sent_by;
    match via.branch().and_then(|branch| branch.strip_prefix("z9hG4bK")) {
        Some(unique) if !unique.is_empty() => format!("{unique} {sent_by} {method}").into(),
        _ => {
            let Ids { call_id, cseq, from_tag, .. } = ids;
            let tag = from_tag.as_deref().unwrap_or_default();
            format!("{call_id} {cseq} {tag} {sent_by} {method}").into()
        }
    }
}
