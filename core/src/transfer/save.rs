//! Saving a transfer to bytes and restoring it. The fields stand here in the order of their bytes;
//! how each becomes bytes is in `stored`.
//!
//! Layout: `TWR`, the version, the length of everything in 32 bits, the fields, and the first eight
//! bytes of the SHA-256 of all that. A change of the fields is a new version, and `restore` goes on
//! reading the old ones.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::event::EventKind;
use super::event_header::Id;
use super::notification::{Heard, Notification};
use super::output::{Outputs, Waiting};
use super::progress::{Progress, TransferState};
use super::settings::Shared;
use super::stored::Stored;
use super::subscription_state::Subscription;
use super::{ReferReport, RejectedStatus, Transfer, TransferSettings};
use crate::{Error, ErrorKind, ReferCallStatus, SipUri};

const MAGIC: [u8; 3] = *b"TWR";
const VERSION: u8 = 1;
const HEADER: usize = 8;
const CHECKSUM: usize = 8;

impl Transfer {
    /// The whole transfer, waiting outputs and settings included, as some 150 bytes and the target.
    ///
    /// The checksum finds accidents, not forgery: keep the bytes where you would keep the call.
    ///
    /// ```
    /// use twiml_refer::{Event, SipUri, Transfer};
    ///
    /// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
    /// transfer.handle(Event::start(1), 0)?;
    /// let bytes = transfer.save();
    /// assert_eq!(Transfer::restore(&bytes)?, transfer);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(&MAGIC);
        VERSION.put(&mut out);
        let fields_at = out.len() + size_of::<u32>();
        let mut fields = Vec::with_capacity(192);
        self.put(&mut fields);
        let length = fields_at + fields.len() + CHECKSUM;
        u32::try_from(length).unwrap_or(u32::MAX).put(&mut out);
        out.append(&mut fields);
        let sum = checksum(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// The transfer that [`save`](Self::save) was called on. Every version ever released is read.
    ///
    /// # Errors
    ///
    /// `state-truncated`, `state-version` (a newer library saved it) or `state-altered`.
    pub fn restore(bytes: &[u8]) -> Result<Self, Error> {
        let altered = || Error::new(ErrorKind::StateAltered);
        let truncated = || Error::new(ErrorKind::StateTruncated);
        let mut input = bytes;
        let magic = MAGIC.len().min(bytes.len());
        if bytes.get(..magic) != MAGIC.get(..magic) {
            return Err(altered());
        }
        input = input.get(MAGIC.len()..).ok_or_else(truncated)?;
        let version = u8::take(&mut input).ok_or_else(truncated)?;
        if version > VERSION {
            return Err(Error::new(ErrorKind::StateVersion)
                .arg(&version.to_string())
                .arg(&VERSION.to_string()));
        }
        let length = u32::take(&mut input).and_then(|length| usize::try_from(length).ok());
        match bytes.len().cmp(&length.ok_or_else(truncated)?) {
            std::cmp::Ordering::Less => return Err(truncated()),
            std::cmp::Ordering::Greater => return Err(altered()),
            std::cmp::Ordering::Equal => {}
        }
        let (sealed, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(altered)?;
        if version != VERSION || checksum(sealed) != *sum {
            return Err(altered());
        }
        let mut fields = sealed.get(HEADER..).ok_or_else(altered)?;
        Self::take(&mut fields)
            .filter(|transfer| fields.is_empty() && transfer.is_reported_once())
            .ok_or_else(altered)
    }

    /// The end and its report come together, and are told once: else `poll` would have nothing to
    /// give for an output that waits.
    fn is_reported_once(&self) -> bool {
        let is_completed = self.progress.state == TransferState::Completed;
        self.progress.report.is_some() == is_completed
            && self.outputs.count_completed() <= usize::from(is_completed)
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest.first_chunk().copied().unwrap_or_default()
}

macro_rules! stored_fields {
    ($($type:ident { $($field:ident)* })*) => { $(
        impl Stored for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $( self.$field.put(out); )*
            }

            fn take(input: &mut &[u8]) -> Option<Self> {
                Some(Self { $( $field: Stored::take(input)?, )* })
            }
        }
    )* };
}

macro_rules! stored_variants {
    ($($type:ident { $($variant:ident = $number:literal)* })*) => { $(
        impl Stored for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let number: u8 = match self { $( Self::$variant => $number, )* };
                number.put(out);
            }

            fn take(input: &mut &[u8]) -> Option<Self> {
                match u8::take(input)? {
                    $( $number => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    )* };
}

stored_fields! {
    Transfer { target settings progress outputs }
    TransferSettings {
        response_timeout notify_timeout subscription max_duration hang_up_grace rejected_status
        statuses
    }
    Progress {
        state now refer_cseq first_in_dialog refer_code last_code response_by notify_by ends_by
        grace_until notified subscription_over decided heard report
    }
    Heard { cseq notification reply }
    Notification { is_refer id subscription expires code }
    ReferReport { status refer_code notify_code }
}

stored_variants! {
    TransferState { Idle = 0 Referring = 1 Subscribed = 2 Completed = 3 }
    RejectedStatus { Failed = 0 Omitted = 1 }
    Subscription { Missing = 0 Live = 1 Terminated = 2 }
    EventKind { Response = 0 Notify = 1 HangUp = 2 TransportError = 3 }
}

impl Stored for Shared {
    fn put(&self, out: &mut Vec<u8>) {
        TransferSettings::put(self, out);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        let settings = TransferSettings::take(input)?;
        Some(if settings == *Self::DEFAULTS { Self::DEFAULTS } else { Arc::new(settings).into() })
    }
}

impl Stored for SipUri {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().to_owned().put(out);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        Self::parse(&String::take(input)?).ok()
    }
}

impl Stored for ReferCallStatus {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().to_owned().put(out);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        String::take(input).map(|text| Self::from(text.as_str()))
    }
}

impl Stored for Id {
    fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Missing => 0_u8.put(out),
            Self::Number(number) => (1_u8, number).put(out),
            Self::Other => 2_u8.put(out),
        }
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        match u8::take(input)? {
            0 => Some(Self::Missing),
            1 => u32::take(input).map(Self::Number),
            2 => Some(Self::Other),
            _ => None,
        }
    }
}

impl Stored for Outputs {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        Vec::take(input).map(Self)
    }
}

impl Stored for Waiting {
    fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Self::SendRefer => 1_u8.put(out),
            Self::Reply(code) => (2_u8, code).put(out),
            Self::EndDialog => 3_u8.put(out),
            Self::Completed => 4_u8.put(out),
            Self::Unexpected(kind, state) => (5_u8, (kind, state)).put(out),
            Self::CodeInvalid(code) => (6_u8, code).put(out),
        }
    }

    fn take(input: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(input)? {
            1 => Self::SendRefer,
            2 => Self::Reply(u16::take(input)?),
            3 => Self::EndDialog,
            4 => Self::Completed,
            5 => {
                let (kind, state) = Stored::take(input)?;
                Self::Unexpected(kind, state)
            }
            6 => Self::CodeInvalid(u16::take(input)?),
            _ => return None,
        })
    }
}
