//! What an entry says, as `[kind, ...]`. A kind's number is never used again for another.

use super::part::{Part, array, array_of, array_part, bytes_up_to};
use super::{DecodeError, field, malformed};
use crate::entry::{
    Accept, AddDevice, AppVersion, Body, Discard, DiskEncryption, Enroll, Epoch, Genesis, Grant, LastAccepted, Policy,
    Reached, Recipients, Recovery, RenewDeviceKey, RestoreEpoch, Revoke, Target, Wipe,
};
use crate::limit::{MAX_JUDGED_SEGMENTS, MAX_LAST_ACCEPTED, MAX_REACHED, MAX_WRAPPED_BYTES};
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder, decode, encode};

array_part!(
    Genesis,
    9,
    device,
    device_key,
    device_name,
    user,
    user_name,
    keys,
    policy,
    recovery,
    nonce
);
array_part!(AddDevice, 3, device, key, name);
array_part!(Enroll, 4, device, user, keys, user_name);
array_part!(Grant, 2, user, roles);
array_part!(AppVersion, 3, major, minor, patch);
array_part!(
    Policy,
    10,
    idle_lock_s,
    resume_window_s,
    lease_days,
    wrong_password_limit,
    min_app_version,
    disk_encryption,
    epoch_days,
    min_password_length,
    allow_export,
    two_admins
);
array_part!(Recipients, 2, count, hash);
array_part!(LastAccepted, 4, device, incarnation, compartment, seq);
array_part!(Revoke, 2, target, last_accepted);
array_part!(Wipe, 3, device, nonce, post_outbox);
array_part!(Recovery, 1, keys);
array_part!(RestoreEpoch, 2, restored_at_ms, from_vector);
array_part!(Accept, 5, device, incarnation, compartment, after, segments);
array_part!(Discard, 3, device, segments, reason);
array_part!(Reached, 4, incarnation, compartment, seq, hash);
array_part!(RenewDeviceKey, 3, device, key, reached);

impl Part for Epoch {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(5)?;
        self.compartment.put(e)?;
        self.number.put(e)?;
        self.key_commitment.put(e)?;
        self.recipients.put(e)?;
        e.bytes(&self.wrapped_previous)?.ok()
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        array_of(d, 5)?;
        Ok(Self {
            compartment: Part::take(d)?,
            number: Part::take(d)?,
            key_commitment: Part::take(d)?,
            recipients: Part::take(d)?,
            wrapped_previous: bytes_up_to(d, MAX_WRAPPED_BYTES)?.to_vec(),
        })
    }
}

/// `[0]` off, `[1]` warn, `[2, days]` require.
impl Part for DiskEncryption {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Off => e.array(1)?.u8(0)?.ok(),
            Self::Warn => e.array(1)?.u8(1)?.ok(),
            Self::RequireAfterDays(days) => e.array(2)?.u8(2)?.u16(*days)?.ok(),
        }
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        match (array(d)?, d.u8()?) {
            (1, 0) => Ok(Self::Off),
            (1, 1) => Ok(Self::Warn),
            (2, 2) => d.u16().map(Self::RequireAfterDays),
            _ => Err(decode::Error::message("not a DiskEncryption")),
        }
    }
}

/// `[1, device]`, `[2, user]` or `[3, [device, user]]`.
impl Part for Target {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?;
        match self {
            Self::Device(device) => device.put(e.u8(1)?),
            Self::User(user) => user.put(e.u8(2)?),
            Self::Enrollment(enrollment) => enrollment.put(e.u8(3)?),
        }
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        array_of(d, 2)?;
        match d.u8()? {
            1 => Part::take(d).map(Self::Device),
            2 => Part::take(d).map(Self::User),
            3 => Part::take(d).map(Self::Enrollment),
            _ => Err(decode::Error::message("not a Target")),
        }
    }
}

/// A list in strictly ascending order.
impl Part for Vec<LastAccepted> {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(self.len() as u64)?;
        self.iter().try_for_each(|one| one.put(e))
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let length = array(d)?;
        if length > MAX_LAST_ACCEPTED as u64 {
            return Err(decode::Error::message("too many chains"));
        }
        let mut list: Self = Vec::new();
        for _ in 0..length {
            let next = LastAccepted::take(d)?;
            if list.last().is_some_and(|last| chain(last) >= chain(&next)) {
                return Err(decode::Error::message("chains out of order"));
            }
            list.push(next);
        }
        Ok(list)
    }
}

/// A list in strictly ascending order of its chains; may be empty.
impl Part for Vec<Reached> {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(self.len() as u64)?;
        self.iter().try_for_each(|one| one.put(e))
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let length = array(d)?;
        if length > MAX_REACHED as u64 {
            return Err(decode::Error::message("too many chains"));
        }
        let mut list: Self = Vec::new();
        for _ in 0..length {
            let next = Reached::take(d)?;
            let place = |one: &Reached| (one.incarnation, one.compartment);
            if next.seq == 0 || list.last().is_some_and(|last| place(last) >= place(&next)) {
                return Err(decode::Error::message("chains out of order, or an empty one"));
            }
            list.push(next);
        }
        Ok(list)
    }
}

/// Hashes of segments, as they come.
impl Part for Vec<[u8; 32]> {
    fn put<W: Write>(&self, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
        e.array(self.len() as u64)?;
        self.iter().try_for_each(|one| one.put(e))
    }

    fn take(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let length = array(d)?;
        if !(1..=MAX_JUDGED_SEGMENTS as u64).contains(&length) {
            return Err(decode::Error::message("no segments, or too many"));
        }
        (0..length).map(|_| Part::take(d)).collect()
    }
}

/// What a chain is told from another by.
fn chain(one: &LastAccepted) -> (crate::DeviceId, [u8; 16], crate::Compartment) {
    (one.device, one.incarnation, one.compartment)
}

/// Writes `[kind, content]`.
pub(super) fn put<W: Write>(body: &Body, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    e.array(2)?.u8(body.kind())?;
    match body {
        Body::Genesis(body) => body.put(e),
        Body::Device(body) => body.put(e),
        Body::Enroll(body) => body.put(e),
        Body::Grant(body) => body.put(e),
        Body::Policy(body) => body.put(e),
        Body::Epoch(body) => body.put(e),
        Body::Revoke(body) => body.put(e),
        Body::Wipe(body) => body.put(e),
        Body::Recovery(body) => body.put(e),
        Body::RestoreEpoch(body) => body.put(e),
        Body::Accept(body) => body.put(e),
        Body::Discard(body) => body.put(e),
        Body::DeviceKey(body) => body.put(e),
    }
}

/// Reads `[kind, content]`.
pub(super) fn read(d: &mut Decoder<'_>) -> Result<Body, DecodeError> {
    array_of(d, 2).map_err(|_| malformed(d))?;
    match field::<u8>(d)? {
        1 => field(d).map(|body| Body::Genesis(Box::new(body))),
        2 => field(d).map(Body::Device),
        3 => field(d).map(Body::Enroll),
        4 => field(d).map(Body::Grant),
        5 => field(d).map(Body::Policy),
        6 => field(d).map(Body::Epoch),
        7 => field(d).map(Body::Revoke),
        8 => field(d).map(Body::Wipe),
        9 => field(d).map(Body::Recovery),
        10 => field(d).map(Body::RestoreEpoch),
        11 => field(d).map(Body::Accept),
        12 => field(d).map(Body::Discard),
        13 => field(d).map(Body::DeviceKey),
        kind => Err(DecodeError::UnknownKind(kind)),
    }
}

impl Body {
    /// Its number on the wire.
    pub fn kind(&self) -> u8 {
        match self {
            Self::Genesis(_) => 1,
            Self::Device(_) => 2,
            Self::Enroll(_) => 3,
            Self::Grant(_) => 4,
            Self::Policy(_) => 5,
            Self::Epoch(_) => 6,
            Self::Revoke(_) => 7,
            Self::Wipe(_) => 8,
            Self::Recovery(_) => 9,
            Self::RestoreEpoch(_) => 10,
            Self::Accept(_) => 11,
            Self::Discard(_) => 12,
            Self::DeviceKey(_) => 13,
        }
    }
}
