//! Sealing a snapshot piece by piece: at most one chunk is in memory, whatever there is to seal.

use super::claim::Claim;
use super::manifest::{ChunkName, MAX_CHUNKS, Manifest, SnapshotId};
use super::{CHUNK_CONTENT, MAX_ITEM_BYTES};
use crate::id::RosterHead;
use crate::secret::{EpochKey, PurposeKey, Random, derive_into};
use crate::segment::pack;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use wardkeep_roster::{ClinicId, DeviceId, SigningKey};
use zeroize::{Zeroize, Zeroizing};

const KEY_LABEL: &str = "wardkeep snapshot v1";
const SALT_LABEL: &str = "wardkeep snapshot salt v1";

/// What is to be sealed.
pub struct Draft {
    /// The clinic.
    pub clinic: ClinicId,
    /// This device.
    pub maker: DeviceId,
    /// The last roster entry that it has verified.
    pub roster: RosterHead,
    /// The newest epoch of the compartment in that roster.
    pub epoch: u32,
    /// What the rows' encoding wants of whoever reads them.
    pub schema: u32,
    /// The present time, in Unix milliseconds.
    pub made_ms: u64,
    /// What the rows are.
    pub claim: Claim,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealSnapshotError {
    /// An empty item, one that is too long, or more chunks than a snapshot may have.
    #[error("outside of a snapshot's limits")]
    Limits,
    /// The cipher refused, which it does for nothing within the limits.
    #[error("the cipher failed")]
    Cipher,
}

/// A sealed chunk on its way to the disk.
pub struct Sealed {
    /// Its name.
    pub name: ChunkName,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A snapshot that is being sealed.
pub struct Sealer {
    draft: Draft,
    salt: [u8; 16],
    cipher: Cipher,
    waiting: Zeroizing<Vec<u8>>,
    chunks: Vec<ChunkName>,
}

impl Sealer {
    /// Begins with the claim. Two snapshots have one key only if they have the same random bytes, the same maker and the same claim, and then
    /// they are the same: the items follow from the claim.
    pub fn new(draft: Draft, key: &EpochKey, random: Random<'_>) -> Result<Self, SealSnapshotError> {
        let claim = draft.claim.hash(&draft.clinic);
        let place = Manifest::of(&draft, claim, [0; 16], [0; 32], Vec::new()).place();
        let mut fresh = Zeroizing::new([0; 32]);
        random(&mut fresh[..]);
        let salt_key = PurposeKey::derive(key.expose(), &[], SALT_LABEL, &[]);
        let mut hasher = blake3::Hasher::new_keyed(salt_key.expose());
        hasher.update(&fresh[..]).update(&place);
        let mut salt = [0; 16];
        salt.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        let cipher = Cipher::derive(key, &salt, &place).ok_or(SealSnapshotError::Cipher)?;
        let claim = Zeroizing::new(draft.claim.to_bytes());
        let mut sealer = Self {
            draft,
            salt,
            cipher,
            waiting: Zeroizing::new(Vec::with_capacity(2 * CHUNK_CONTENT)),
            chunks: Vec::new(),
        };
        sealer.take_in(&claim)?;
        Ok(sealer)
    }

    /// The next item. Take every chunk ([`Sealer::chunk`]) before the next one.
    pub fn push(&mut self, item: &[u8]) -> Result<(), SealSnapshotError> {
        self.take_in(item)
    }

    fn take_in(&mut self, item: &[u8]) -> Result<(), SealSnapshotError> {
        if item.is_empty() || item.len() > MAX_ITEM_BYTES {
            return Err(SealSnapshotError::Limits);
        }
        let length = u32::try_from(item.len()).map_err(|_| SealSnapshotError::Limits)?;
        self.make_room(item.len() + 4);
        self.waiting.extend_from_slice(&length.to_be_bytes());
        self.waiting.extend_from_slice(item);
        Ok(())
    }

    /// Grows without leaving rows in freed memory.
    fn make_room(&mut self, more: usize) {
        let wanted = self.waiting.len() + more;
        if wanted > self.waiting.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(wanted.next_power_of_two()));
            larger.extend_from_slice(&self.waiting);
            self.waiting = larger;
        }
    }

    /// A chunk that is full, if there is one. The last one comes with [`Sealer::finish`].
    pub fn chunk(&mut self) -> Result<Option<Sealed>, SealSnapshotError> {
        if self.waiting.len() <= CHUNK_CONTENT {
            return Ok(None);
        }
        let sealed = self.seal(CHUNK_CONTENT, Last::No)?;
        Ok(Some(sealed))
    }

    /// The last chunk and the signed manifest. Every other chunk must have been taken.
    pub fn finish(mut self, device_key: &SigningKey) -> Result<(Sealed, Vec<u8>, SnapshotId), SealSnapshotError> {
        if self.waiting.len() > CHUNK_CONTENT {
            return Err(SealSnapshotError::Limits);
        }
        let last = self.seal(self.waiting.len(), Last::Yes)?;
        let claim = self.draft.claim.hash(&self.draft.clinic);
        let chunks = std::mem::take(&mut self.chunks);
        let bytes = Manifest::of(&self.draft, claim, self.salt, self.cipher.commitment, chunks).sign(device_key);
        let id = Manifest::id(&bytes);
        Ok((last, bytes, id))
    }

    fn seal(&mut self, length: usize, last: Last) -> Result<Sealed, SealSnapshotError> {
        if self.chunks.len() == MAX_CHUNKS {
            return Err(SealSnapshotError::Limits);
        }
        let packed = pack::pack(&self.waiting[..length]);
        let mut bytes = packed.to_vec();
        let nonce = self
            .cipher
            .nonce(self.chunks.len(), last)
            .ok_or(SealSnapshotError::Limits)?;
        let sealed = self
            .cipher
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut bytes);
        sealed.map_err(|_| SealSnapshotError::Cipher)?;
        let rest = self.waiting.len() - length;
        self.waiting.copy_within(length.., 0);
        self.waiting[rest..].zeroize();
        self.waiting.truncate(rest);
        let name = ChunkName {
            hash: *blake3::hash(&bytes).as_bytes(),
            bytes: u32::try_from(bytes.len()).map_err(|_| SealSnapshotError::Limits)?,
        };
        self.chunks.push(name);
        Ok(Sealed { name, bytes })
    }
}

/// Whether a chunk is the last: it is part of the nonce, so that a snapshot cannot be cut or continued.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    No,
    Yes,
}

/// The cipher of one snapshot.
pub(super) struct Cipher {
    pub(super) key: LessSafeKey,
    prefix: [u8; 7],
    pub(super) commitment: [u8; 32],
}

impl Cipher {
    /// Key, nonce prefix and commitment from the epoch key, the salt and all that says what the snapshot is.
    pub(super) fn derive(key: &EpochKey, salt: &[u8; 16], place: &[u8; 32]) -> Option<Self> {
        let mut out = Box::new(Zeroizing::new([0_u8; 71]));
        derive_into(key.expose(), salt, KEY_LABEL, place, &mut out[..]);
        let mut cipher = Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &out[..32]).ok()?),
            prefix: [0; 7],
            commitment: [0; 32],
        };
        cipher.prefix.copy_from_slice(&out[32..39]);
        cipher.commitment.copy_from_slice(&out[39..]);
        Some(cipher)
    }

    /// STREAM (Hoang, Reyhanitabar, Rogaway and Vizár): prefix, number, whether it is the last.
    pub(super) fn nonce(&self, number: usize, last: Last) -> Option<Nonce> {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&self.prefix);
        nonce[7..11].copy_from_slice(&u32::try_from(number).ok()?.to_be_bytes());
        nonce[11] = u8::from(last == Last::Yes);
        Some(Nonce::assume_unique_for_key(nonce))
    }
}
