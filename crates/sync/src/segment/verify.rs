//! Who made a segment, and whether they might: everything that the roster can say about one segment, without its place in the chain
//! and without any key.

use super::{Kind, Segment};
use crate::id::RosterHead;
use wardkeep_roster::roster::Device;
use wardkeep_roster::{Compartment, DeviceId, Enrollment, Roster, VerifyingKey};

/// A segment that the device which it names has signed, in a compartment and an epoch that were its to write in by the roster
/// that it cites. Only such a segment can be opened.
#[derive(Clone, Copy)]
pub struct Verified<'a>(Segment<'a>);

impl<'a> Verified<'a> {
    /// The segment.
    pub fn segment(&self) -> &Segment<'a> {
        &self.0
    }
}

/// Why a segment is not to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unverified {
    /// It belongs to another clinic.
    #[error("segment of another clinic")]
    OtherClinic,
    /// It cites a roster entry beyond what is here: fetch the roster, then look again.
    #[error("cites roster entry {}, which is not here yet", .0.number)]
    UnknownRoster(RosterHead),
    /// It cites another entry than the roster has at this number: its device was given another roster.
    #[error("cites another roster entry {}", .0.number)]
    OtherRoster(RosterHead),
    /// The roster lists no such device.
    #[error("device is not in the roster")]
    UnknownDevice,
    /// The device did not sign these bytes.
    #[error("the signature is not the device's")]
    Signature,
    /// A key that the device had before has signed them, in a place or at a roster entry that is not that key's any more: whoever did holds a
    /// key that was renewed, or a copy of the device's past.
    #[error("the signature is of a key that the device has no more")]
    FormerKey,
    /// The device did not belong to the clinic at the entry that it cites.
    #[error("device was not of the clinic at the roster entry that it cites")]
    NotActive,
    /// Nobody on the device might open the compartment at the entry that it cites.
    #[error("device might not write in this compartment")]
    NotEntitled,
    /// The epoch was not the newest at the entry that it cites.
    #[error("epoch was not the newest at the roster entry that it cites")]
    Epoch,
}

impl<'a> Segment<'a> {
    /// Checks signature, membership, right and epoch. That the device was revoked since is not looked at here: what it wrote before
    /// stays true (see [`crate::admit`]).
    pub fn verify(&self, roster: &Roster) -> Result<Verified<'a>, Unverified> {
        let header = self.header();
        if header.clinic != roster.clinic() {
            return Err(Unverified::OtherClinic);
        }
        check_cited(roster, header.roster)?;
        let device = roster.device(&header.chain.device).ok_or(Unverified::UnknownDevice)?;
        self.check_signer(device)?;
        if !roster.is_active_at(&header.chain.device, &header.roster.hash) {
            return Err(Unverified::NotActive);
        }
        if header.kind == Kind::Audit {
            // Whoever is of the clinic leaves a trail, and nobody needs the right to read it for that.
            return if header.epoch == 1 {
                Ok(Verified(*self))
            } else {
                Err(Unverified::Epoch)
            };
        }
        let (compartment, number) = (header.chain.compartment, header.roster.number);
        if !may_write(roster, header.chain.device, device, compartment, number) {
            return Err(Unverified::NotEntitled);
        }
        if !is_newest(roster, compartment, header.epoch, number) {
            return Err(Unverified::Epoch);
        }
        Ok(Verified(*self))
    }
}

impl Segment<'_> {
    /// The key that the device had in this place of its chain has signed it, while it was the device's.
    fn check_signer(&self, device: &Device) -> Result<(), Unverified> {
        let (chain, number) = (self.header().chain, self.header().roster.number);
        let signer = device.signer(&chain.incarnation.0, chain.compartment, self.header().seq);
        let hash = self.hash();
        let signed = |key: &VerifyingKey| key.verify_digest(&hash.0, &self.signature());
        if !signed(&signer.key) {
            // Whose it is instead is for whoever looks into it; it counts for nothing either way.
            let known = device.former_keys().chain([&device.key]).any(signed);
            return Err(if known {
                Unverified::FormerKey
            } else {
                Unverified::Signature
            });
        }
        let in_time = signer.since <= number && signer.until.is_none_or(|until| number < until);
        let seq = self.header().seq;
        let in_line = signer.last.is_none_or(|(last, line)| seq < last || line == hash.0);
        if in_time && in_line {
            Ok(())
        } else {
            Err(Unverified::FormerKey)
        }
    }
}

/// The cited entry must be one of ours.
pub(crate) fn check_cited(roster: &Roster, cited: RosterHead) -> Result<(), Unverified> {
    match roster.hash_at(cited.number) {
        None => Err(Unverified::UnknownRoster(cited)),
        Some(hash) if hash != cited.hash => Err(Unverified::OtherRoster(cited)),
        Some(_) => Ok(()),
    }
}

/// Whether somebody on the device might open the compartment then.
pub(crate) fn may_write(roster: &Roster, id: DeviceId, device: &Device, compartment: Compartment, number: u32) -> bool {
    let mut enrollments = device.users.iter().map(|user| Enrollment {
        device: id,
        user: *user,
    });
    enrollments.any(|enrollment| roster.entitled_at(&enrollment, compartment, number))
}

/// Whether this was the compartment's newest epoch then.
pub(crate) fn is_newest(roster: &Roster, compartment: Compartment, epoch: u32, number: u32) -> bool {
    let began_by = |epoch| {
        roster
            .epoch_by_number(compartment, epoch)
            .is_some_and(|known| known.at <= number)
    };
    began_by(epoch) && !epoch.checked_add(1).is_some_and(began_by)
}
