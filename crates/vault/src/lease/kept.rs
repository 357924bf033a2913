//! What the keychain keeps of a lease: sealed under a key from the device secret, so that no buffer of the D-Bus library holds the share in
//! clear and a damaged entry is known for one.

use super::{End, Ended, Limits, Standing, running};
use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::clock::Clock;
use crate::env::Env;
use crate::key::{DeviceSecret, LeaseShare, PurposeKey, derive_into};
use crate::keychain::Item;
use crate::seal;
use crate::unlock::UnlockError;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use uuid::Uuid;
use wardkeep_sync::lease::{Passed, Running};
use zeroize::Zeroizing;

/// What the box is bound to; ends in the version.
const ASSOCIATED: &[u8] = b"WKLEASE\x01";

/// The entry.
pub(super) struct Kept {
    /// `None` once the lease has ended.
    pub(super) share: Option<LeaseShare>,
    /// By which the right share is known when it comes again.
    pub(super) commitment: [u8; 32],
    pub(super) passed: Passed,
    /// `None` where it does not end.
    pub(super) limits: Option<Limits>,
    /// Wrong passwords in a row.
    pub(super) wrong: u16,
    /// The last end, until the audit trail has heard of it.
    pub(super) untold: Option<Ended>,
}

impl Kept {
    pub(super) fn duplicate(&self) -> Self {
        Self {
            share: self.share.as_ref().map(LeaseShare::duplicate),
            ..*self
        }
    }

    pub(super) fn look(&mut self, clock: &dyn Clock) {
        self.passed.look(clock.now_ms(), running(clock));
    }

    /// The clinic's present limits; of two the shorter counts.
    pub(super) fn limit(&mut self, now: Option<Limits>) {
        self.limits = match (self.limits, now) {
            (Some(given), Some(now)) => Some(Limits {
                ms: given.ms.min(now.ms),
                wrong_passwords: given.wrong_passwords.min(now.wrong_passwords),
            }),
            (_, now) => now,
        };
    }

    pub(super) fn standing(&self) -> Standing {
        if self.share.is_none() {
            return Standing::Ended(self.untold.map_or(End::Time, |ended| ended.why));
        }
        let passed_ms = self.passed.ms;
        match self.limits {
            Some(limits) if self.wrong >= limits.wrong_passwords => Standing::Ended(End::WrongPasswords),
            Some(limits) if passed_ms >= limits.ms => Standing::Ended(End::Time),
            limits => Standing::Held {
                passed_ms,
                left_ms: limits.map(|limits| limits.ms - passed_ms),
            },
        }
    }

    /// The share goes.
    pub(super) fn end(&mut self, at_ms: u64) {
        if let Standing::Ended(why) = self.standing() {
            self.untold = Some(Ended { why, at_ms });
            self.share = None;
        }
    }

    /// Whether both say the same, but for less than this of time.
    pub(super) fn is_like(&self, other: &Self, step_ms: u64) -> bool {
        self.share.is_some() == other.share.is_some()
            && other.passed.ms.saturating_sub(self.passed.ms) < step_ms
            && self.passed.running.map(|one| one.start) == other.passed.running.map(|one| one.start)
            && (self.limits, self.wrong, self.untold) == (other.limits, other.wrong, other.untold)
    }
}

/// By which a share is known again.
pub(super) fn commitment(share: &LeaseShare, vault: &Uuid) -> [u8; 32] {
    let mut out = [0; 32];
    derive_into(
        &[share.expose()],
        vault.as_bytes(),
        "wardkeep lease commitment v1",
        &[],
        &mut out,
    );
    out
}

/// Reads the entry; one that cannot be read is as good as none.
pub(super) fn read(env: &Env, vault: Uuid, device: &DeviceSecret) -> Result<Option<Kept>, UnlockError> {
    let Some(sealed) = env.keychain.read_if_there(&vault, Item::Lease)? else {
        return Ok(None);
    };
    let plain = seal::open(&key(vault, device), ASSOCIATED, &sealed);
    let kept = plain.and_then(|plain| decode(&plain).ok());
    if kept.is_none() {
        tracing::warn!("the lease in the keychain cannot be read");
    }
    Ok(kept)
}

/// Writes the entry over what was there.
pub(super) fn write(env: &Env, vault: Uuid, device: &DeviceSecret, kept: &Kept) -> Result<(), UnlockError> {
    let sealed = seal::seal(&key(vault, device), ASSOCIATED, &encode(kept), &*env.random);
    Ok(env.keychain.write(&vault, Item::Lease, &sealed)?)
}

fn key(vault: Uuid, device: &DeviceSecret) -> PurposeKey {
    PurposeKey::derive(&[device.expose()], vault.as_bytes(), "wardkeep lease v1", &[])
}

/// A CBOR array, in a buffer that never grows.
fn encode(kept: &Kept) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    into_vec(Encoder::new(&mut *bytes).array(7).and_then(|encoder| {
        match &kept.share {
            Some(share) => encoder.bytes(share.expose())?,
            None => encoder.null()?,
        };
        encoder.bytes(&kept.commitment)?;
        encoder.array(2)?.u64(kept.passed.ms)?.u64(kept.passed.highest_ms)?;
        match kept.passed.running {
            Some(running) => encoder.array(2)?.bytes(&running.start)?.u64(running.since_ms)?,
            None => encoder.null()?,
        };
        match kept.limits {
            Some(limits) => encoder.array(2)?.u64(limits.ms)?.u16(limits.wrong_passwords)?,
            None => encoder.null()?,
        };
        encoder.u16(kept.wrong)?;
        match kept.untold {
            Some(ended) => encoder.array(2)?.u8(number(ended.why))?.u64(ended.at_ms)?,
            None => encoder.null()?,
        };
        encoder.ok()
    }));
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Kept, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 7)?;
    let share = optional(&mut decoder, |decoder| {
        LeaseShare::from_slice(decoder.bytes()?).ok_or_else(|| Error::message("share"))
    })?;
    let commitment = exactly(&mut decoder)?;
    array_of(&mut decoder, 2)?;
    let (ms, highest_ms) = (decoder.u64()?, decoder.u64()?);
    let running = optional(&mut decoder, |decoder| {
        array_of(decoder, 2)?;
        Ok(Running {
            start: exactly(decoder)?,
            since_ms: decoder.u64()?,
        })
    })?;
    let limits = optional(&mut decoder, |decoder| {
        array_of(decoder, 2)?;
        Ok(Limits {
            ms: decoder.u64()?,
            wrong_passwords: decoder.u16()?,
        })
    })?;
    let wrong = decoder.u16()?;
    let untold = optional(&mut decoder, |decoder| {
        array_of(decoder, 2)?;
        Ok(Ended {
            why: of_number(decoder.u8()?)?,
            at_ms: decoder.u64()?,
        })
    })?;
    at_end(&decoder, bytes)?;
    Ok(Kept {
        share,
        commitment,
        passed: Passed {
            ms,
            highest_ms,
            running,
        },
        limits,
        wrong,
        untold,
    })
}

/// Null, or what is read.
fn optional<'b, T>(
    decoder: &mut Decoder<'b>,
    read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    if decoder.datatype()? == Type::Null {
        decoder.null()?;
        return Ok(None);
    }
    read(decoder).map(Some)
}

fn number(why: End) -> u8 {
    match why {
        End::Time => 1,
        End::WrongPasswords => 2,
        End::Missing => 3,
    }
}

fn of_number(number: u8) -> Result<End, Error> {
    match number {
        1 => Ok(End::Time),
        2 => Ok(End::WrongPasswords),
        3 => Ok(End::Missing),
        _ => Err(Error::message("end")),
    }
}
