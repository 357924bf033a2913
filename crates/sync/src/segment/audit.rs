//! Audit entries on their way to those who may read the trail: every device seals them, and no device can open what another sealed.
//!
//! Layout behind the header: count 1 | for each reader: device 16, user 16, encapsulated key 1,120, sealed key 48 | ciphertext and tag.
//! The content key is new for each segment and is sealed (HPKE, X-Wing) to each reader that the roster names at the entry which the
//! header cites; the header's commitment holds all readers to one key. Content: as for ops, each an entry in the form of its store.

use super::header::SALT_AT;
use super::open::OpenError;
use super::seal::{Place, SealError, header, seal};
use super::{HEADER_BYTES, Kind, Segment, ops};
use crate::hybrid::{self, ENCAPSULATED_BYTES, TAG_BYTES};
use crate::secret::{EpochKey, KemSecret, Random};
use wardkeep_roster::{DeviceId, Enrollment, KemKey, SigningKey, UserId};

/// Readers of one segment at most.
pub const MAX_READERS: usize = 64;

const INFO: &[u8] = b"wardkeep audit v1";
const SEALED: usize = EpochKey::LENGTH + TAG_BYTES;
const SLOT: usize = 32 + ENCAPSULATED_BYTES + SEALED;

/// Seals entries into the device's chain of the audit compartment, to these readers and nobody else, the sealing device included.
pub fn seal_audit(
    place: &Place,
    readers: &[(Enrollment, &KemKey)],
    entries: &[impl AsRef<[u8]>],
    device_key: &SigningKey,
    random: Random<'_>,
) -> Result<Vec<u8>, SealError> {
    let content = ops::write(1, entries).ok_or(SealError::Limits)?;
    let count = u8::try_from(readers.len()).map_err(|_| SealError::Limits)?;
    if !(1..=MAX_READERS).contains(&readers.len()) {
        return Err(SealError::Limits);
    }
    let key = EpochKey::make(&mut *random);
    let bound = header(Kind::Audit, place, 1)?.encode();
    let mut front = Vec::with_capacity(1 + readers.len() * SLOT);
    front.push(count);
    for (reader, to) in readers {
        let name = name(reader);
        let associated = [&bound[..SALT_AT], &name].concat();
        let sealed = hybrid::seal(to, INFO, &associated, key.expose(), &mut *random);
        let (encapsulated, sealed) = sealed.map_err(|_| SealError::Cipher)?;
        front.extend_from_slice(&name);
        front.extend_from_slice(&encapsulated);
        front.extend_from_slice(&sealed);
    }
    seal(Kind::Audit, place, (&key, &front), &content, device_key, random)
}

/// The content key for a reader, and how many bytes stand before the ciphertext.
pub(super) fn key_for(
    segment: &Segment<'_>,
    me: &Enrollment,
    secret: &KemSecret,
) -> Result<(EpochKey, usize), OpenError> {
    let (count, rest) = segment.ciphertext().split_first().ok_or(OpenError::Ciphertext)?;
    let count = usize::from(*count);
    let slots = rest.get(..count * SLOT).ok_or(OpenError::Ciphertext)?;
    let mine = slots
        .chunks_exact(SLOT)
        .find(|slot| reader(slot) == Some(*me))
        .ok_or(OpenError::NotMine)?;
    let bound = segment.bytes().get(..HEADER_BYTES).ok_or(OpenError::Ciphertext)?;
    let associated = [&bound[..SALT_AT], &mine[..32]].concat();
    let (encapsulated, sealed) = mine[32..].split_at(ENCAPSULATED_BYTES);
    let plain = hybrid::open(secret, INFO, &associated, encapsulated, sealed).map_err(|_| OpenError::Commitment)?;
    let key = EpochKey::from_slice(&plain).ok_or(OpenError::Commitment)?;
    Ok((key, 1 + count * SLOT))
}

fn name(reader: &Enrollment) -> [u8; 32] {
    let mut name = [0; 32];
    name[..16].copy_from_slice(&reader.device.0);
    name[16..].copy_from_slice(&reader.user.0);
    name
}

fn reader(slot: &[u8]) -> Option<Enrollment> {
    let (device, rest) = slot.split_first_chunk()?;
    Some(Enrollment {
        device: DeviceId(*device),
        user: UserId(*rest.first_chunk()?),
    })
}

#[cfg(test)]
mod tests;
