//! Opening a verified segment. Each check that can fail has its own error, because what the device then says differs.

use super::ops::Ops;
use super::seal::Derived;
use super::{HEADER_BYTES, Kind, TAG_BYTES, Verified, audit, pack};
use crate::checkpoint::Checkpoint;
use crate::secret::{EpochKey, KemSecret};
use aws_lc_rs::aead::Aad;
use subtle::ConstantTimeEq;
use wardkeep_roster::Enrollment;
use zeroize::Zeroizing;

/// What was inside.
pub enum Opened {
    /// A run of ops.
    Ops(Ops),
    /// A checkpoint of the chain's device.
    Checkpoint(Checkpoint),
}

/// Why a verified segment did not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenError {
    /// It is sealed to readers, and this is none of them.
    #[error("not sealed to this reader")]
    NotMine,
    /// The key is not the one it was sealed under.
    #[error("sealed under another key")]
    Commitment,
    /// The right key and still no plaintext: its device signed a damaged ciphertext.
    #[error("damaged ciphertext")]
    Ciphertext,
    /// What came out is no packed content, or would be larger than any content is.
    #[error("damaged packing")]
    Packing,
    /// What came out is no run of ops or no checkpoint.
    #[error("damaged content")]
    Content,
}

impl Verified<'_> {
    /// Opens it with the key of its compartment and epoch.
    pub fn open(&self, key: &EpochKey) -> Result<Opened, OpenError> {
        let content = self.content(key, 0)?;
        match self.segment().header().kind {
            Kind::Ops => Ops::read(content).map(Opened::Ops).ok_or(OpenError::Content),
            Kind::Checkpoint => Checkpoint::decode(&content)
                .map(Opened::Checkpoint)
                .map_err(|_| OpenError::Content),
            Kind::Audit => Err(OpenError::NotMine),
        }
    }

    /// Opens audit entries with the key of a reader whom they were sealed to.
    pub fn open_audit(&self, me: &Enrollment, secret: &KemSecret) -> Result<Ops, OpenError> {
        if self.segment().header().kind != Kind::Audit {
            return Err(OpenError::Content);
        }
        let (key, front) = audit::key_for(self.segment(), me, secret)?;
        Ops::read(self.content(&key, front)?).ok_or(OpenError::Content)
    }

    /// The plain content behind `front` bytes that stand in the clear.
    fn content(&self, key: &EpochKey, front: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let segment = self.segment();
        let derived = Derived::of(key, segment.header());
        if !bool::from(derived.commitment.ct_eq(&segment.header().commitment)) {
            return Err(OpenError::Commitment);
        }
        let sealed = segment.ciphertext().get(front..).ok_or(OpenError::Ciphertext)?;
        if sealed.len() <= TAG_BYTES {
            return Err(OpenError::Ciphertext);
        }
        let associated = segment
            .bytes()
            .get(..HEADER_BYTES + front)
            .ok_or(OpenError::Ciphertext)?;
        let mut buffer = Zeroizing::new(sealed.to_vec());
        derived
            .cipher()
            .ok_or(OpenError::Ciphertext)?
            .open_in_place(derived.nonce(), Aad::from(associated), &mut buffer)
            .map_err(|_| OpenError::Ciphertext)?;
        pack::unpack(&buffer[..buffer.len() - TAG_BYTES]).ok_or(OpenError::Packing)
    }
}
