//! What a slot seals: the vault keys that the roles allow, the roles, and the enrollment's private keys.

use super::SlotError;
use super::enrollment::{self, EnrollmentKeys};
use crate::cbor::{array_of, at_end, into_vec};
use crate::key::{VaultKey, VaultKeys};
use crate::roles::Roles;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

/// Payloads are padded to multiples of this.
pub(super) const STEP: usize = 1024;
/// Most bytes of enrollment keys, of any version.
const MOST_ENROLLMENT: usize = 8 * 1024;
/// More than everything else in a payload.
const ROOM: usize = 256;

/// The secret part of a slot.
pub struct Payload {
    /// The keys that the roles allow.
    pub keys: VaultKeys,
    /// What the user may do.
    pub roles: Roles,
    /// The private keys of this user's enrollment, once the device belongs to a clinic of several.
    pub enrollment: Option<EnrollmentKeys>,
}

/// A CBOR array of four, in a buffer that never grows, so that no part of a key stays behind in an outgrown one.
pub(super) fn encode(payload: &Payload) -> Zeroizing<Vec<u8>> {
    let enrollment = payload.enrollment.as_ref().map(enrollment::encode);
    let room = enrollment.as_ref().map_or(0, |keys| keys.len());
    let mut bytes = Zeroizing::new(Vec::with_capacity((room + ROOM).next_multiple_of(STEP) + STEP));
    into_vec(Encoder::new(&mut *bytes).array(4).and_then(|encoder| {
        encoder.bytes(payload.keys.office.expose())?;
        match &payload.keys.clinical {
            Some(key) => encoder.bytes(key.expose())?,
            None => encoder.null()?,
        };
        encoder.u32(payload.roles.bits())?;
        match &enrollment {
            Some(keys) => encoder.bytes(keys)?,
            None => encoder.null()?,
        };
        encoder.ok()
    }));
    bytes
}

/// Reads it back. The bytes are authentic by now, so what does not fit is called damage all the same.
pub(super) fn decode(bytes: &[u8]) -> Result<Payload, SlotError> {
    let (mut payload, enrollment) = decode_checked(bytes).map_err(|_| SlotError::Damaged)?;
    payload.enrollment = enrollment.map(enrollment::decode).transpose()?;
    Ok(payload)
}

/// The payload without the enrollment's keys, and the bytes of those.
fn decode_checked(bytes: &[u8]) -> Result<(Payload, Option<&[u8]>), Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 4)?;
    let office = vault_key(decoder.bytes()?)?;
    let clinical = optional(&mut decoder)?.map(vault_key).transpose()?;
    let roles = Roles::from_bits(decoder.u32()?);
    let enrollment = optional(&mut decoder)?;
    if enrollment.is_some_and(|keys| keys.len() > MOST_ENROLLMENT) {
        return Err(Error::message("enrollment"));
    }
    at_end(&decoder, bytes)?;
    let payload = Payload {
        keys: VaultKeys { office, clinical },
        roles,
        enrollment: None,
    };
    Ok((payload, enrollment))
}

fn vault_key(bytes: &[u8]) -> Result<VaultKey, Error> {
    VaultKey::from_slice(bytes).ok_or_else(|| Error::message("key"))
}

/// A byte string or null.
fn optional<'b>(decoder: &mut Decoder<'b>) -> Result<Option<&'b [u8]>, Error> {
    if decoder.datatype()? == Type::Null {
        decoder.null()?;
        return Ok(None);
    }
    decoder.bytes().map(Some)
}
