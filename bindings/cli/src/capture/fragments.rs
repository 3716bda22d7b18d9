//! Fragments of IP datagrams, put together.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use etherparse::defrag::IpDefragBuf;
use etherparse::{IpFragOffset, IpNumber, Ipv6ExtensionSlice, LaxIpPayloadSlice, LaxNetSlice};

use super::packets::begins_message;

/// The most datagrams of which fragments are kept, 64 KiB each; then the oldest is given up.
const MAX_DEFRAGMENTED: usize = 256;

/// The most datagrams that are remembered as given up.
const MAX_GIVEN_UP: usize = 1000;

const UDP_HEADER_BYTES: usize = 8;

/// A datagram of which fragments were seen.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct DatagramId {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    id: u32,
}

/// Datagrams whose fragments are awaited.
#[derive(Default)]
pub(super) struct Fragments {
    open: HashMap<DatagramId, (IpDefragBuf, usize)>,
    /// Packets whose datagrams were given up.
    given_up: Vec<usize>,
    /// Datagrams that are whole: a repeated fragment of one is not missing the others.
    whole: HashSet<DatagramId>,
}

/// The most datagrams that are remembered as whole.
const MAX_WHOLE: usize = 4096;

impl Fragments {
    /// Adds a fragment. Returns the whole datagram if this was its last one.
    pub(super) fn add(
        &mut self,
        net: &LaxNetSlice<'_>,
        payload: &LaxIpPayloadSlice<'_>,
        packet: usize,
    ) -> Option<(IpNumber, Vec<u8>)> {
        let (source, destination, id, offset, more) = fragment(net)?;
        let protocol = payload.ip_number;
        let id = DatagramId { source, destination, protocol: protocol.0, id };
        if !self.open.contains_key(&id) && self.open.len() >= MAX_DEFRAGMENTED {
            let oldest =
                self.open.iter().min_by_key(|(_, (_, packet))| *packet).map(|(id, _)| *id)?;
            if let Some((_, packet)) =
                self.open.remove(&oldest).filter(|_| self.given_up.len() < MAX_GIVEN_UP)
            {
                self.given_up.push(packet);
            }
        }
        let new = || (IpDefragBuf::new(protocol, Vec::new(), Vec::new()), packet);
        let (buffer, _) = self.open.entry(id).or_insert_with(new);
        // A fragment that contradicts others is left out.
        buffer.add(offset, more, payload.payload).ok()?;
        if !buffer.is_complete() {
            return None;
        }
        if self.whole.len() >= MAX_WHOLE {
            self.whole.clear();
        }
        self.whole.insert(id);
        self.open.remove(&id).map(|(buffer, _)| (protocol, buffer.take_bufs().0))
    }

    /// Returns the packets with the first fragments of incomplete datagrams that may have been SIP.
    pub(super) fn missing(&self) -> Vec<usize> {
        let may_be_sip = |buffer: &IpDefragBuf| match buffer.ip_number() {
            IpNumber::UDP => {
                // Between the sections the buffer is not initialized: only the first one is read.
                let first = buffer.sections().iter().find(|section| section.start == 0);
                first.is_none_or(|first| {
                    let payload = buffer.data().get(UDP_HEADER_BYTES..usize::from(first.end));
                    payload.is_some_and(begins_message)
                })
            }
            _ => false,
        };
        let open = self
            .open
            .iter()
            .filter(|(id, (buffer, _))| !self.whole.contains(*id) && may_be_sip(buffer));
        let open = open.map(|(_, (_, packet))| *packet);
        let mut missing: Vec<_> = open.chain(self.given_up.iter().copied()).collect();
        missing.sort_unstable();
        missing
    }
}

/// Returns the addresses of a fragment, the identification of its datagram, its offset, and whether more follow.
fn fragment(net: &LaxNetSlice<'_>) -> Option<(IpAddr, IpAddr, u32, IpFragOffset, bool)> {
    match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            Some((
                header.source_addr().into(),
                header.destination_addr().into(),
                u32::from(header.identification()),
                header.fragments_offset(),
                header.more_fragments(),
            ))
        }
        LaxNetSlice::Ipv6(ip) => {
            let extension =
                ip.extensions().clone().into_iter().find_map(|extension| match extension {
                    Ipv6ExtensionSlice::Fragment(fragment) => Some(fragment.to_header()),
                    _ => None,
                })?;
            let header = ip.header();
            Some((
                header.source_addr().into(),
                header.destination_addr().into(),
                extension.identification,
                extension.fragment_offset,
                extension.more_fragments,
            ))
        }
        LaxNetSlice::Arp(_) => None,
    }
}
