//! Saving a transfer to bytes and restoring it.
//!
//! Layout: `TWR`, the version, the length of everything in 32 bits (big-endian), the fields of
//! [`Saved`] as postcard writes them, and the first eight bytes of the SHA-256 of all that. A change of
//! the fields is a new version, and `restore` goes on reading the old ones.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::events::{QueuedOutput, TransferState};
use super::settings::{RejectedStatus, TransferSettings};
use super::{Progress, Transfer};
use crate::error::ErrorKind;
use crate::sip::SipStatus;
use crate::webhook::{ReferCallStatus, ReferReport};
use crate::{Error, SipUri};

const MAGIC: [u8; 3] = *b"TWR";
const VERSION: u8 = 1;
const HEADER: usize = 8;
const CHECKSUM: usize = 8;

#[derive(Serialize, Deserialize)]
struct Saved {
    target: SipUri,
    #[serde(with = "Settings")]
    settings: TransferSettings,
    progress: Progress,
    /// The parameters of the report, whose public serialization is another one.
    report: Option<(Option<ReferCallStatus>, Option<SipStatus>, Option<SipStatus>)>,
    outputs: VecDeque<QueuedOutput>,
}

/// The fields of [`TransferSettings`], which has no public serialization.
#[derive(Serialize, Deserialize)]
#[serde(remote = "TransferSettings")]
struct Settings {
    response_timeout: u32,
    notify_timeout: u32,
    subscription: u32,
    max_duration: u32,
    hang_up_grace: u32,
    rejected_status: RejectedStatus,
    statuses: BTreeMap<SipStatus, ReferCallStatus>,
}

impl Transfer {
    /// Saves the whole transfer, pending outputs and settings included, as some 80 bytes and the target.
    ///
    /// The checksum finds accidents, not forgery: keep the bytes where you would keep the call.
    ///
    /// ```
    /// use twiml_refer::{SipUri, Transfer, transfer::Start};
    ///
    /// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
    /// transfer.handle(Start::new(1), 0)?;
    /// let bytes = transfer.save();
    /// assert_eq!(Transfer::restore(&bytes)?, transfer);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let saved = Saved {
            target: self.target.clone(),
            settings: (*self.settings).clone(),
            progress: self.progress.clone(),
            report: self.report.as_ref().map(|report| {
                (
                    report.call_status().cloned(),
                    report.refer_sip_response_code(),
                    report.notify_sip_response_code(),
                )
            }),
            outputs: self.outputs.clone(),
        };
        // Writing to memory does not fail; if it did, `restore` would refuse the bytes.
        let fields = postcard::to_allocvec(&saved).unwrap_or_default();
        let length = HEADER + fields.len() + CHECKSUM;
        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(&MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(&fields);
        let sum = checksum(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// Restores the transfer that [`save`](Self::save) was called on. Every version ever released is
    /// read.
    ///
    /// # Errors
    ///
    /// `state-truncated`, `state-version` (a newer library saved it) or `state-altered`.
    pub fn restore(bytes: &[u8]) -> Result<Self, Error> {
        let altered = || Error::new(ErrorKind::StateAltered);
        let truncated = || Error::new(ErrorKind::StateTruncated);
        let magic = MAGIC.len().min(bytes.len());
        if bytes.get(..magic) != MAGIC.get(..magic) {
            return Err(altered());
        }
        let version = *bytes.get(MAGIC.len()).ok_or_else(truncated)?;
        if version > VERSION {
            return Err(Error::new(ErrorKind::StateVersion)
                .arg(&version.to_string())
                .arg(&VERSION.to_string()));
        }
        let length = bytes.get(MAGIC.len() + 1..HEADER).and_then(|it| it.try_into().ok());
        let length = length.map(u32::from_be_bytes).and_then(|it| usize::try_from(it).ok());
        match bytes.len().cmp(&length.ok_or_else(truncated)?) {
            Ordering::Less => return Err(truncated()),
            Ordering::Greater => return Err(altered()),
            Ordering::Equal => {}
        }
        let (sealed, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(altered)?;
        if version != VERSION || checksum(sealed) != *sum {
            return Err(altered());
        }
        let fields = sealed.get(HEADER..).ok_or_else(altered)?;
        let (saved, rest) = postcard::take_from_bytes::<Saved>(fields).map_err(|_| altered())?;
        let Saved { target, settings, progress, report, outputs } = saved;
        // The end and its report come together, and once: else `poll` would lack a report.
        let is_completed = progress.state == TransferState::Completed;
        let ends = outputs.iter().filter(|output| **output == QueuedOutput::Completed).count();
        if !rest.is_empty() || report.is_some() != is_completed || ends > usize::from(is_completed)
        {
            return Err(altered());
        }
        let report = report.map(|(status, refer, notify)| ReferReport::new(status, refer, notify));
        Ok(Self { target, settings: Arc::new(settings), progress, report, outputs })
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest.first_chunk().copied().unwrap_or_default()
}
