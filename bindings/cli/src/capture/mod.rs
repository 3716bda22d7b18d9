//! Captures: real SIP as packets (pcap, pcapng) or as the text that SIP tools and logs print, and what
//! became of each transfer in it.
//!
//! `open` finds out what a file is. `packets` reads packets down to SIP, with `fragments` for IP and `tcp`
//! for connections. `text` finds the messages in a text: `lines` frees its lines from escapes and trees,
//! `layout` sees what is before them, `stamp` reads times, and `clock` makes one clock of them. `message` reads the head of one message. `dialogs` assigns each to its transfer,
//! `transfer` follows one, `refer_to` checks its Refer-To, `settings` reads the platform's settings, and
//! `why` explains how it ended; `show` draws it. What a transfer does with an event is known only to core.

mod clock;
mod dialogs;
mod fragments;
mod layout;
mod lines;
mod message;
mod open;
mod packets;
mod refer_to;
mod settings;
mod show;
mod stamp;
mod tcp;
mod text;
mod transfer;
mod unreadable;
mod why;

use std::io::Read;

pub(crate) use message::{CaptureError, Place};
pub(crate) use open::{Opened, Refused, open};
pub(crate) use settings::Settings;
pub(crate) use transfer::Traced;
pub(crate) use unreadable::text as unreadable;
pub(crate) use why::why;

use dialogs::{Follower, Transfers};

/// The transfers in a capture, and what is wrong with it.
pub(crate) struct Capture {
    pub(crate) transfers: Transfers,
    /// What is wrong with the capture itself.
    errors: Vec<CaptureError>,
    /// How many SIP messages there are.
    pub(crate) messages: usize,
    pub(crate) is_timed: bool,
    /// What may be the reason if there is no REFER: encrypted connections, for instance.
    pub(crate) hint: Option<String>,
    text: Vec<u8>,
}

impl Capture {
    /// Reads what was opened to its end.
    pub(crate) fn read(opened: Opened, settings: &Settings) -> Result<Self, Refused> {
        let follower = Follower::new(settings);
        match opened {
            Opened::Text(text) => Self::of_text(text, follower),
            Opened::Packets(reader) => Self::of_packets(reader, follower),
        }
    }

    /// Returns the text, for messages that point into it, and what is wrong, in the order of the places. Comes after
    /// the last transfer.
    pub(crate) fn into_text_and_errors(self) -> (Vec<u8>, Vec<CaptureError>) {
        let mut errors = self.transfers.into_errors();
        errors.extend(self.errors);
        errors.sort_by_key(|error| error.place);
        (self.text, errors)
    }

    fn of_text(text: Vec<u8>, mut follower: Follower) -> Result<Self, Refused> {
        let found = text::scan(&text);
        if found.messages.is_empty() {
            // The last line of a summary looks like a message that is cut.
            let least = found.errors.len().saturating_add(1);
            let lines = || unreadable::first_lines(&text, least).filter(|_| least <= 2);
            if let Some(refused) = unreadable::text(&text).or_else(lines) {
                return Err(refused);
            }
        }
        let messages = found.messages.len();
        for message in found.messages {
            if follower.on_message(message).is_break() {
                break;
            }
        }
        let transfers = follower.end();
        let errors = found.errors.into_list();
        let hint = if transfers.is_empty() { unreadable::hint(&text) } else { None };
        Ok(Self { transfers, errors, messages, is_timed: found.is_timed, hint, text })
    }

    fn of_packets(reader: Box<dyn Read + Send>, mut follower: Follower) -> Result<Self, Refused> {
        let mut messages: usize = 0;
        let found = packets::read(reader, |message| {
            messages = messages.saturating_add(1);
            follower.on_message(message)
        })?;
        let transfers = follower.end();
        let packets::Found { errors, hint } = found;
        Ok(Self { transfers, errors, messages, is_timed: true, hint, text: Vec::new() })
    }
}
