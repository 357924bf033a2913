//! Opening a verified segment. Each check that can fail has its own error, because what the device then says differs.

use super::ops::Ops;
use super::seal::Derived;
use super::{HEADER_BYTES, Kind, TAG_BYTES, Verified, pack};
use crate::checkpoint::Checkpoint;
use crate::secret::EpochKey;
use aws_lc_rs::aead::Aad;
use subtle::ConstantTimeEq;
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
        let segment = self.segment();
        let derived = Derived::of(key, segment.header());
        if !bool::from(derived.commitment.ct_eq(&segment.header().commitment)) {
            return Err(OpenError::Commitment);
        }
        let mut buffer = Zeroizing::new(segment.ciphertext().to_vec());
        let header: &[u8; HEADER_BYTES] = segment.header_bytes().try_into().map_err(|_| OpenError::Ciphertext)?;
        derived
            .cipher()
            .ok_or(OpenError::Ciphertext)?
            .open_in_place(derived.nonce(), Aad::from(header), &mut buffer)
            .map_err(|_| OpenError::Ciphertext)?;
        let plain = &buffer[..buffer.len() - TAG_BYTES];
        let content = pack::unpack(plain).ok_or(OpenError::Packing)?;
        match segment.header().kind {
            Kind::Ops => Ops::read(content).map(Opened::Ops).ok_or(OpenError::Content),
            Kind::Checkpoint => Checkpoint::decode(&content)
                .map(Opened::Checkpoint)
                .map_err(|_| OpenError::Content),
        }
    }
}
