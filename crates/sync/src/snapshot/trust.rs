//! Whether a snapshot may be believed: by the roster and signatures alone. One device that errs or lies must not decide what a new device
//! takes for the clinic's records, so two must have signed the same.

use super::countersignature::Countersignature;
use super::manifest::Manifest;
use crate::admit::counts_not;
use crate::segment::Unverified;
use crate::segment::verify::{check_cited, is_newest, may_write};
use std::collections::BTreeSet;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Compartment, DeviceId, Roster};

/// Why a snapshot may be taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trust {
    /// Two or more devices have signed the same claim.
    Confirmed {
        /// Those that have, the maker first.
        by: Vec<DeviceId>,
    },
    /// No other device than the maker could have: nobody could notice if it, or the server, kept something back. A person is told so.
    Alone,
}

/// Why it may not.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Untrusted {
    /// The roster does not bear its maker out, or not yet.
    #[error(transparent)]
    Maker(#[from] Unverified),
    /// It holds segments of a revoked device behind the last that counts, or of a device that the roster does not list.
    #[error("holds segments that do not count")]
    Beyond,
    /// Nobody but its maker has signed it, and somebody else could have.
    #[error("only its maker has signed it")]
    OneSigner,
}

/// The devices on which somebody opens the compartment now.
pub(super) fn holders(roster: &Roster, compartment: Compartment) -> BTreeSet<DeviceId> {
    let listed = |id: &DeviceId| roster.device(id).is_some_and(|device| device.status == Status::Active);
    let enrollments = roster.active_enrollments(compartment);
    enrollments.map(|enrollment| enrollment.device).filter(listed).collect()
}

/// What the roster says of the maker: it is of the clinic, might write in this compartment and epoch, still may, and has signed these bytes.
/// Everything that it has put together must count.
pub(crate) fn check_maker(roster: &Roster, manifest: &Manifest, bytes: &[u8]) -> Result<(), Untrusted> {
    if manifest.clinic != roster.clinic() {
        return Err(Unverified::OtherClinic.into());
    }
    check_cited(roster, manifest.roster)?;
    let maker = roster.device(&manifest.maker).ok_or(Unverified::UnknownDevice)?;
    if !manifest.is_signed(bytes, roster) {
        return Err(Unverified::Signature.into());
    }
    let (compartment, number) = (manifest.compartment, manifest.roster.number);
    if maker.status != Status::Active || !roster.is_active_at(&manifest.maker, &manifest.roster.hash) {
        return Err(Unverified::NotActive.into());
    }
    let still = holders(roster, compartment).contains(&manifest.maker);
    if !still || !may_write(roster, manifest.maker, maker, compartment, number) {
        return Err(Unverified::NotEntitled.into());
    }
    if !is_newest(roster, compartment, manifest.epoch, number) {
        return Err(Unverified::Epoch.into());
    }
    let counts = manifest
        .vector
        .iter()
        .all(|(chain, tip)| roster.device(&chain.device).is_some() && !counts_not(roster, chain, tip.seq, tip.hash));
    if counts { Ok(()) } else { Err(Untrusted::Beyond) }
}

/// Judges a snapshot for the device `me`, for the server with none. Countersignatures that say something else, that nobody of the clinic has
/// made or whose device has lost the right are passed over: whoever hands them out can add any number of them.
pub fn trust(
    roster: &Roster,
    me: Option<DeviceId>,
    (manifest, bytes): (&Manifest, &[u8]),
    countersignatures: &[impl AsRef<[u8]>],
) -> Result<Trust, Untrusted> {
    check_maker(roster, manifest, bytes)?;
    let holders = holders(roster, manifest.compartment);
    let mut by = vec![manifest.maker];
    for bytes in countersignatures {
        let Ok(other) = Countersignature::parse(bytes.as_ref()) else {
            continue;
        };
        let genuine = other.is_of(bytes.as_ref(), roster, manifest.compartment, manifest.claim());
        if genuine && holders.contains(&other.device()) && !by.contains(&other.device()) {
            by.push(other.device());
        }
    }
    if by.len() >= 2 {
        return Ok(Trust::Confirmed { by });
    }
    let could = holders
        .iter()
        .any(|holder| *holder != manifest.maker && Some(*holder) != me);
    if could || me.is_none() {
        Err(Untrusted::OneSigner)
    } else {
        Ok(Trust::Alone)
    }
}
