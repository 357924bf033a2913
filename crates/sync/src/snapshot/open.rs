//! Opening a snapshot piece by piece. Nothing of it may be shown before the rows' digest was compared with the claim's.

use super::claim::Claim;
use super::manifest::Manifest;
use super::seal::{Cipher, Last};
use super::{CHUNK_CONTENT, MAX_ITEM_BYTES};
use crate::secret::EpochKey;
use crate::segment::pack;
use crate::stream::ItemReader;
use aws_lc_rs::aead::Aad;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Why a snapshot does not open. None of these leaves anything behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenSnapshotError {
    /// The key is not the one that it was sealed under.
    #[error("sealed under another key")]
    Commitment,
    /// A chunk is not the one that the manifest names in this place.
    #[error("chunk {0} is another one")]
    OtherChunk(usize),
    /// The right bytes and still no plaintext: its maker signed a damaged one.
    #[error("chunk {0} is damaged")]
    Damaged(usize),
    /// What came out is no stream of items, or does not begin with the claim that was signed.
    #[error("no claim, or another one than was signed")]
    Claim,
    /// The items end in the middle, or go on behind the last chunk.
    #[error("chunks are missing or too many")]
    Length,
}

/// A snapshot that is being opened: each chunk in order, then [`Opener::finish`].
pub struct Opener<'a> {
    manifest: &'a Manifest,
    cipher: Cipher,
    reader: ItemReader,
    taken: usize,
    claim: Option<Claim>,
}

impl<'a> Opener<'a> {
    /// With the key of its epoch.
    pub fn new(manifest: &'a Manifest, key: &EpochKey) -> Result<Self, OpenSnapshotError> {
        let cipher = Cipher::derive(key, &manifest.salt, &manifest.place()).ok_or(OpenSnapshotError::Commitment)?;
        if !bool::from(cipher.commitment.ct_eq(&manifest.commitment)) {
            return Err(OpenSnapshotError::Commitment);
        }
        Ok(Self {
            manifest,
            cipher,
            reader: ItemReader::new(MAX_ITEM_BYTES),
            taken: 0,
            claim: None,
        })
    }

    /// The next chunk. Take every item before the next one.
    pub fn push(&mut self, chunk: Vec<u8>) -> Result<(), OpenSnapshotError> {
        let at = self.taken;
        let name = self.manifest.chunks().get(at).ok_or(OpenSnapshotError::Length)?;
        if chunk.len() != name.bytes as usize || *blake3::hash(&chunk).as_bytes() != name.hash {
            return Err(OpenSnapshotError::OtherChunk(at));
        }
        let last = if at + 1 == self.manifest.chunks().len() {
            Last::Yes
        } else {
            Last::No
        };
        let damaged = OpenSnapshotError::Damaged(at);
        let nonce = self.cipher.nonce(at, last).ok_or(damaged)?;
        let mut chunk = Zeroizing::new(chunk);
        let plain = self.cipher.key.open_in_place(nonce, Aad::empty(), &mut chunk);
        let content = pack::unpack(plain.map_err(|_| damaged)?).ok_or(damaged)?;
        // Each chunk but the last is full, or one snapshot would have many forms.
        if content.len() > CHUNK_CONTENT || (last == Last::No && content.len() != CHUNK_CONTENT) {
            return Err(damaged);
        }
        self.reader.push(&content);
        self.taken += 1;
        self.take_claim()
    }

    fn take_claim(&mut self) -> Result<(), OpenSnapshotError> {
        if self.claim.is_some() {
            return Ok(());
        }
        let Some(bytes) = self.reader.take().map_err(|_| OpenSnapshotError::Claim)? else {
            return Ok(());
        };
        let claim = Claim::from_bytes(bytes).map_err(|_| OpenSnapshotError::Claim)?;
        let manifest = self.manifest;
        let signed = claim.hash(&manifest.clinic) == manifest.claim() && *claim.vector() == manifest.vector;
        if !signed || claim.compartment() != manifest.compartment {
            return Err(OpenSnapshotError::Claim);
        }
        self.claim = Some(claim);
        Ok(())
    }

    /// What the rows must add up to; `None` until the chunks that hold it came.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// The next row, if it is there.
    pub fn row(&mut self) -> Result<Option<&[u8]>, OpenSnapshotError> {
        if self.claim.is_none() {
            return Ok(None);
        }
        self.reader
            .take()
            .map_err(|_| OpenSnapshotError::Damaged(self.taken.saturating_sub(1)))
    }

    /// All chunks were there and all items were whole.
    pub fn finish(self) -> Result<Claim, OpenSnapshotError> {
        if self.taken != self.manifest.chunks().len() || self.reader.finish().is_err() {
            return Err(OpenSnapshotError::Length);
        }
        self.claim.ok_or(OpenSnapshotError::Claim)
    }
}
