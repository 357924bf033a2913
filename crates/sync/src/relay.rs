//! The server's end of sync, as a state machine without I/O: one for each clinic. It knows the roster and the tips of chains, and
//! decides what may be stored, who may have it and who may connect. It can read nothing.

use crate::admit::{Held, Verdict, admit};
use crate::frontier::{Frontier, Gap};
use crate::id::{Chain, RosterHead, SegmentHash, Tip};
use crate::parcel::{Parcel, ParcelError};
use crate::segment::{Segment, Unverified};
use crate::snapshot::{Countersignature, Manifest, ManifestError, Untrusted, check_maker, has_passed};
use crate::wire::{PullRequest, RefusalCode, RosterPost, VectorReply};
use crate::{Reject, join::JoinRequest, join::RequestError};
use wardkeep_roster::entry::hash_of;
use wardkeep_roster::roster::{Device, Status, VerifyError};
use wardkeep_roster::{Compartment, DeviceId, Enrollment, Role, Roster};

/// One clinic on the server.
pub struct Relay {
    roster: Roster,
    held: Frontier,
}

/// Why a roster post was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RosterRefusal {
    /// The head is another one: answer 409 with it.
    Conflict(RosterHead),
    /// An entry is not valid.
    Refused(VerifyError),
}

/// Why a snapshot was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SnapshotRefusal {
    /// It is none.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The roster does not bear it out.
    #[error(transparent)]
    Maker(#[from] Untrusted),
    /// Another device than its maker sends it.
    #[error("sent by another device than its maker")]
    Sender,
    /// It names segments that are not here.
    #[error("names segments that are not here")]
    Ahead,
}

/// What is to be done with one segment of a push.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruling {
    /// Write it down.
    Store {
        /// In this chain.
        chain: Chain,
        /// As this tip.
        tip: Tip,
    },
    /// It is there, durably.
    Duplicate,
    /// Do not.
    Refuse(RefusalCode),
}

/// What is to be done with one segment that a revoked device offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rescue {
    /// Keep it apart.
    Keep {
        /// Of this chain.
        chain: Chain,
        /// In this place.
        tip: Tip,
    },
    /// It is among those that count.
    Duplicate,
    /// Do not keep it.
    Refuse(RefusalCode),
}

impl Relay {
    /// A clinic as it is stored.
    pub fn new(roster: Roster, held: Frontier) -> Self {
        Self { roster, held }
    }

    /// The roster.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The tips of all chains.
    pub fn held(&self) -> &Frontier {
        &self.held
    }

    /// The device behind a certificate's key, if it may connect: one that the roster lists and has not revoked, or that has an order to wipe
    /// to hear. A key that the device had before opens nothing.
    pub fn may_connect(&self, key: &[u8; 32]) -> Option<DeviceId> {
        let (id, device) = self.roster.device_by_key(key)?;
        (device.may_connect() && device.key.as_bytes() == key).then_some(id)
    }

    /// The compartments that somebody on this device may read. What else there is it is not given even sealed.
    pub fn readable(&self, device: &DeviceId) -> Vec<Compartment> {
        let head = self.roster.head().0;
        let Some(known) = self.roster.device(device) else {
            return Vec::new();
        };
        let entitled = |compartment: &Compartment| {
            let mut users = known.users.iter().map(|user| Enrollment {
                device: *device,
                user: *user,
            });
            users.any(|enrollment| self.roster.entitled_at(&enrollment, *compartment, head))
        };
        Compartment::ALL.into_iter().filter(entitled).collect()
    }

    /// Whether an admin is enrolled on this device: who may post invitations and welcomes.
    pub fn is_admins(&self, device: &DeviceId) -> bool {
        let users = self
            .roster
            .device(device)
            .map(|device| device.users.as_slice())
            .unwrap_or_default();
        let roles = |user| {
            self.roster
                .enrollment(&Enrollment { device: *device, user })
                .map(|enrolled| enrolled.roles)
        };
        users
            .iter()
            .any(|user| roles(*user).is_some_and(|roles| roles.has(Role::Admin)))
    }

    /// Judges a roster post. Store its new entries durably, then call [`Relay::adopt`] with the result. Posting the same twice is
    /// harmless.
    pub fn judge_roster(&self, post: &RosterPost) -> Result<Roster, RosterRefusal> {
        let head = self.head();
        if post.expected != head {
            // A repetition: everything in it is here already.
            let known = |entry: &Vec<u8>| self.roster.knows(&hash_of(entry)).is_some();
            let repeated = post.entries.iter().all(known);
            return if repeated {
                Ok(self.roster.clone())
            } else {
                Err(RosterRefusal::Conflict(head))
            };
        }
        let mut longer = self.roster.clone();
        for entry in &post.entries {
            let number = longer.head().0.saturating_add(1);
            let refused = |why| RosterRefusal::Refused(VerifyError::Refused { number, why });
            longer.append(entry).map_err(refused)?;
        }
        Ok(longer)
    }

    /// The roster is on the disk. Returns the devices that must be disconnected at once.
    pub fn adopt(&mut self, roster: Roster) -> Vec<DeviceId> {
        let active = |roster: &Roster, id: &DeviceId| roster.device(id).is_some_and(Device::may_connect);
        let former = std::mem::replace(&mut self.roster, roster);
        let gone = former.devices().map(|(id, _)| id);
        gone.filter(|id| active(&former, id) && !active(&self.roster, id))
            .collect()
    }

    /// Begins to judge the segments of one push.
    pub fn batch<'a, S: Held>(&'a self, store: &'a S) -> Batch<'a, S> {
        Batch {
            relay: self,
            store,
            written: Frontier::new(),
        }
    }

    /// What a batch has told to store is on the disk.
    pub fn stored(&mut self, written: &Frontier) {
        self.held.join(written);
    }

    /// What this device is told that the server has.
    pub fn vector_for(&self, device: &DeviceId) -> VectorReply {
        let mut tips = self.held.shown_to(device, &self.readable(device));
        if self.roster.wipe_order(device).is_some() {
            // It may read nothing any more, and must know what of its own is safe before it destroys it.
            let own = self.held.iter().filter(|(chain, _)| chain.device == *device);
            tips.join(&own.map(|(chain, tip)| (*chain, *tip)).collect());
        }
        VectorReply {
            roster: self.head(),
            tips,
        }
    }

    /// What to send for a pull, chain by chain; the caller stops at the smaller of both limits of bytes.
    pub fn plan_pull(&self, device: &DeviceId, pull: &PullRequest) -> Vec<Gap> {
        let mut compartments = self.readable(device);
        compartments.retain(|compartment| pull.compartments.contains(compartment));
        let shown = if pull.compartments.contains(&Compartment::Audit) {
            self.held.shown_to(device, &compartments)
        } else {
            self.held.within(&compartments)
        };
        shown.beyond(&pull.vector)
    }

    /// Whether a snapshot may be kept: made by the device that sends it, which may read the compartment, and of segments that are here.
    /// Whether it may be believed is for those who take it.
    pub fn judge_snapshot(&self, from: &DeviceId, bytes: &[u8]) -> Result<Manifest, SnapshotRefusal> {
        let manifest = Manifest::parse(bytes)?;
        check_maker(&self.roster, &manifest, bytes)?;
        if manifest.maker != *from {
            return Err(SnapshotRefusal::Sender);
        }
        if !has_passed(&self.held, &manifest.vector) {
            return Err(SnapshotRefusal::Ahead);
        }
        Ok(manifest)
    }

    /// Whether a countersignature belongs to a snapshot and comes from the device that has made it.
    pub fn judge_countersignature(&self, from: &DeviceId, manifest: &Manifest, bytes: &[u8]) -> bool {
        let Ok(countersignature) = Countersignature::parse(bytes) else {
            return false;
        };
        countersignature.device() == *from
            && self.readable(from).contains(&manifest.compartment)
            && countersignature.is_of(bytes, &self.roster, manifest.compartment, manifest.claim())
    }

    /// What becomes of a segment that a revoked device offers for rescue, so that an admin can look at it: it must be the device's own, and
    /// genuine. Nothing of it counts by being kept.
    pub fn judge_rescue(&self, store: &impl Held, device: &DeviceId, bytes: &[u8]) -> Rescue {
        let revoked = self.roster.device(device).map(|device| device.status);
        let Ok(segment) = Segment::parse(bytes) else {
            return Rescue::Refuse(RefusalCode::Malformed);
        };
        if segment.header().chain.device != *device || !matches!(revoked, Some(Status::Revoked { .. })) {
            return Rescue::Refuse(RefusalCode::Signature);
        }
        match admit(&self.roster, store, bytes) {
            // What counts and was lost here comes back to the others by their own hands.
            Verdict::AfterRevocation(_) | Verdict::Next(_) | Verdict::Ahead { .. } => Rescue::Keep {
                chain: segment.header().chain,
                tip: Tip {
                    seq: segment.header().seq,
                    hash: segment.hash(),
                },
            },
            Verdict::Duplicate => Rescue::Duplicate,
            Verdict::Fork(_) => Rescue::Refuse(RefusalCode::Fork),
            Verdict::UnknownRoster(_) => Rescue::Refuse(RefusalCode::UnknownRoster),
            Verdict::Reject(why) => Rescue::Refuse(code(why)),
        }
    }

    /// The compartments of which a device is shown what was rescued: those that it may read, and all of them to an admin's, who must be able
    /// to name what they decide about. It stays sealed to them as it was.
    pub fn rescues_shown_to(&self, device: &DeviceId) -> Vec<Compartment> {
        if self.is_admins(device) {
            Compartment::ALL.to_vec()
        } else {
            self.readable(device)
        }
    }

    /// Whose mailbox a parcel goes into. It must come from a device of its sender, or anybody could fill mailboxes.
    pub fn judge_parcel(&self, from: &DeviceId, parcel: &[u8]) -> Result<DeviceId, ParcelError> {
        let parcel = Parcel::verify(&self.roster, parcel)?;
        if parcel.label().sender.device == *from {
            Ok(parcel.label().recipient.device)
        } else {
            Err(ParcelError::Sender)
        }
    }

    /// Whether a join request may wait for an admin: well-formed, its keys proven, of this clinic and under this invitation.
    pub fn judge_join(&self, invitation: &[u8; 16], request: &[u8]) -> Result<DeviceId, RequestError> {
        let request = JoinRequest::parse(request)?;
        let fits = request.clinic() == self.roster.clinic() && request.invitation() == *invitation;
        if fits {
            Ok(request.device())
        } else {
            Err(RequestError::OtherInvitation)
        }
    }

    fn head(&self) -> RosterHead {
        let (number, hash) = self.roster.head();
        RosterHead { number, hash }
    }
}

/// The segments of one push, judged in order before anything is on the disk.
pub struct Batch<'a, S> {
    relay: &'a Relay,
    store: &'a S,
    written: Frontier,
}

impl<S: Held> Batch<'_, S> {
    /// Judges the next segment.
    pub fn judge(&mut self, bytes: &[u8]) -> Ruling {
        match admit(&self.relay.roster, self, bytes) {
            Verdict::Next(verified) => {
                let header = verified.segment().header();
                let (chain, tip) = (
                    header.chain,
                    Tip {
                        seq: header.seq,
                        hash: verified.segment().hash(),
                    },
                );
                self.written.set(chain, tip);
                Ruling::Store { chain, tip }
            }
            Verdict::Duplicate => Ruling::Duplicate,
            Verdict::Ahead { .. } => Ruling::Refuse(RefusalCode::Gap),
            Verdict::Fork(_) => Ruling::Refuse(RefusalCode::Fork),
            Verdict::AfterRevocation(_) => Ruling::Refuse(RefusalCode::Revoked),
            Verdict::UnknownRoster(_) => Ruling::Refuse(RefusalCode::UnknownRoster),
            Verdict::Reject(why) => Ruling::Refuse(code(why)),
        }
    }

    /// The tips to hand to [`Relay::stored`] once all is on the disk.
    pub fn finish(self) -> Frontier {
        self.written
    }
}

/// What is on the disk and what this batch is about to put there.
impl<S: Held> Held for Batch<'_, S> {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.written.tip(chain).or_else(|| self.relay.held.tip(chain))
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let written = Held::hash_at(&self.written, chain, seq);
        written
            .or_else(|| Held::hash_at(&self.relay.held, chain, seq))
            .or_else(|| self.store.hash_at(chain, seq))
    }
}

fn code(why: Reject) -> RefusalCode {
    match why {
        Reject::Malformed(_) => RefusalCode::Malformed,
        Reject::Unverified(Unverified::OtherClinic) => RefusalCode::OtherClinic,
        Reject::Unverified(Unverified::UnknownDevice | Unverified::Signature | Unverified::FormerKey) => {
            RefusalCode::Signature
        }
        Reject::Unverified(Unverified::UnknownRoster(_)) => RefusalCode::UnknownRoster,
        Reject::Unverified(
            Unverified::OtherRoster(_) | Unverified::NotActive | Unverified::NotEntitled | Unverified::Epoch,
        ) => RefusalCode::Roster,
    }
}

#[cfg(test)]
mod tests;
