//! Saving a transfer to bytes and restoring it.
//!
//! Layout: `TWR`, the version, the length of everything in 32 bits (big-endian), the fields of
//! [`Saved`] as postcard writes them, and the first eight bytes of the SHA-256 of all that. A change of
//! the fields is a new version, and `restore` goes on reading the old ones.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::events::{Outputs, QueuedOutput};
use super::state::{Progress, TransferState};
use super::{RejectedStatus, Transfer, TransferSettings};
use crate::error::ErrorKind;
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
    #[serde(with = "report")]
    report: Option<ReferReport>,
    outputs: Vec<QueuedOutput>,
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
    statuses: Vec<(u16, ReferCallStatus)>,
}

/// The fields of [`ReferReport`], whose public serialization is that of the command's JSON.
mod report {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{ReferCallStatus, ReferReport};
    use crate::sip::SipStatus;

    type Fields = (Option<ReferCallStatus>, Option<SipStatus>, Option<SipStatus>);

    #[allow(clippy::ref_option)] // serde passes the field
    pub(super) fn serialize<S: Serializer>(
        report: &Option<ReferReport>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let fields = |it: &ReferReport| {
            (it.call_status().cloned(), it.refer_sip_response_code(), it.notify_sip_response_code())
        };
        report.as_ref().map(fields).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<ReferReport>, D::Error> {
        let report = Option::<Fields>::deserialize(deserializer)?;
        Ok(report.map(|(status, refer, notify)| ReferReport::new(status, refer, notify)))
    }
}

impl Transfer {
    /// Saves the whole transfer, outputs that wait and settings included, as some 80 bytes and the
    /// target.
    ///
    /// The checksum finds accidents, not forgery: keep the bytes where you would keep the call.
    ///
    /// ```
    /// use twiml_refer::{SipUri, Transfer, transfer::Event};
    ///
    /// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
    /// transfer.handle(Event::start(1), 0)?;
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
            report: self.progress.report.clone(),
            outputs: self.outputs.0.clone(),
        };
        // Writing to memory cannot fail; were it so, the bytes would be refused as altered.
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
        let progress = Progress { report, ..progress };
        let transfer =
            Self { target, settings: Arc::new(settings), progress, outputs: Outputs(outputs) };
        Some(transfer)
            .filter(|transfer| rest.is_empty() && transfer.is_reported_once())
            .filter(|transfer| !transfer.outputs.is_over_full())
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
