//! What an entry must satisfy before it changes anything.

use super::{CutOff, Refusal, Roster, Status};
use crate::entry::{
    Accept, AddDevice, Body, Discard, Enroll, Entry, Epoch, Genesis, Grant, Policy, Reached, RenewDeviceKey, Revoke,
    Target, Wipe,
};
use crate::id::{ClinicId, DeviceId, Enrollment, EntryHash, UserId};
use crate::key::{EnrollmentKeys, Scope, VerifyingKey};
use crate::limit::{
    MAX_DEVICES, MAX_ENROLLMENTS, MAX_ENROLLMENTS_OF_ONE, MAX_ENTRIES, MAX_JUDGED_OF_ONE, MAX_KEYS_OF_ONE,
    MAX_ROSTER_BYTES, MAX_USERS, RESERVED_ENTRIES,
};
use crate::role::{Role, Roles};

/// The first entry of a clinic: what it says, if it is one.
pub(super) fn genesis(entry: &Entry) -> Result<&Genesis, Refusal> {
    let Body::Genesis(genesis) = &entry.body else {
        return Err(Refusal::BadGenesis);
    };
    let founder = Enrollment {
        device: genesis.device,
        user: genesis.user,
    };
    let first = entry.number == 1 && entry.previous == EntryHash::ZERO && entry.clinic == ClinicId::ZERO;
    if !first || entry.author != founder {
        return Err(Refusal::BadGenesis);
    }
    if genesis.device == DeviceId::ZERO || genesis.user == UserId::ZERO {
        return Err(Refusal::ReservedId);
    }
    genesis.policy.check()?;
    check_founding_keys(genesis)?;
    Ok(genesis)
}

/// All keys of the first entry are proven, and none stands twice.
fn check_founding_keys(genesis: &Genesis) -> Result<(), Refusal> {
    let scope = Scope::Founding(genesis.nonce);
    let recovery = genesis.recovery.as_ref();
    let proven = genesis.device_key.is_proven(scope, &genesis.device)
        && genesis.keys.is_proven(scope, &genesis.device)
        && recovery.is_none_or(|keys| keys.is_proven(scope, &DeviceId::ZERO));
    if !proven {
        return Err(Refusal::BadProof);
    }
    let (device, founder) = (&genesis.device_key.key, &genesis.keys);
    let twice = *device == founder.sign
        || recovery.is_some_and(|keys| keys.sign == *device || keys.sign == founder.sign || keys.kem == founder.kem);
    if twice { Err(Refusal::DuplicateKey) } else { Ok(()) }
}

/// The chain may have so many entries of so many bytes together.
pub(super) fn room(entries: u32, bytes: usize) -> Result<(), Refusal> {
    if entries > MAX_ENTRIES || bytes > MAX_ROSTER_BYTES {
        return Err(Refusal::Full);
    }
    Ok(())
}

impl Roster {
    /// The entry follows the head.
    pub(super) fn check_place(&self, entry: &Entry, hash: EntryHash) -> Result<(), Refusal> {
        let (head, head_hash) = self.head();
        let number = entry.number;
        let known = self.hash_at(number);
        if known == Some(hash) {
            return Err(Refusal::Known { number });
        }
        if number == 1 || entry.clinic != self.clinic {
            return Err(Refusal::WrongClinic);
        }
        if known.is_some() {
            return Err(Refusal::Fork { at: number });
        }
        if number != head + 1 {
            return Err(Refusal::Gap { head, found: number });
        }
        if entry.previous != head_hash {
            return Err(Refusal::Fork { at: head });
        }
        Ok(())
    }

    /// Key and roles of the author, who must be active.
    pub(super) fn author(&self, author: &Enrollment) -> Result<(&VerifyingKey, Roles), Refusal> {
        let member = self.members.enrollments.get(author).ok_or(Refusal::AuthorUnknown)?;
        if let Status::Revoked { at } = member.status {
            return Err(Refusal::AuthorRevoked { at });
        }
        if let Some(order) = self.wipe_order(&author.device) {
            return Err(Refusal::AuthorWiped { at: order.at });
        }
        Ok((&member.keys.sign, self.roles_of(author)))
    }

    /// What an enrollment may do by the head.
    pub(super) fn roles_of(&self, enrollment: &Enrollment) -> Roles {
        let Some(member) = self.members.enrollments.get(enrollment) else {
            return Roles::NONE;
        };
        if *enrollment == Enrollment::RECOVERY {
            return Roles::ALL;
        }
        let wiped = self.wipe_order(&enrollment.device).is_some();
        match self.user(&enrollment.user) {
            Some(user) if member.status == Status::Active && !wiped => user.roles(),
            _ => Roles::NONE,
        }
    }

    /// The author may say such a thing.
    pub(super) fn check_right(&self, entry: &Entry, roles: Roles) -> Result<(), Refusal> {
        let admin = roles.has(Role::Admin);
        match &entry.body {
            Body::Genesis(_) => Err(Refusal::SecondGenesis),
            Body::Epoch(epoch) if !roles.opens(epoch.compartment) => Err(Refusal::NotEntitled),
            // The recovery key is on no device.
            Body::DeviceKey(body) if body.device != entry.author.device => Err(Refusal::OtherDevice),
            Body::Epoch(_) | Body::DeviceKey(_) if !admin && entry.number > MAX_ENTRIES - RESERVED_ENTRIES => {
                Err(Refusal::Full)
            }
            Body::Epoch(_) | Body::DeviceKey(_) => Ok(()),
            _ if !admin => Err(Refusal::NotAdmin),
            _ => Ok(()),
        }
    }

    /// It makes sense by the head.
    pub(super) fn check_sense(&self, entry: &Entry) -> Result<(), Refusal> {
        match &entry.body {
            Body::Genesis(_) => Err(Refusal::SecondGenesis),
            Body::Device(body) => self.check_device(body),
            Body::Enroll(body) => self.check_enroll(body),
            Body::Grant(body) => self.check_grant(body),
            Body::Policy(body) => self.check_policy(body, &entry.author),
            Body::Epoch(body) => self.check_epoch(body),
            Body::Revoke(body) => self.check_revoke(body),
            Body::Wipe(body) => self.check_wipe(body, &entry.author),
            Body::Recovery(body) => self.check_keys(&body.keys, &DeviceId::ZERO),
            Body::RestoreEpoch(_) => Ok(()),
            Body::Accept(body) => self.check_accept(body),
            Body::Discard(body) => self.check_discard(body),
            Body::DeviceKey(body) => self.check_device_key(body),
        }
    }

    fn check_device(&self, body: &AddDevice) -> Result<(), Refusal> {
        if body.device == DeviceId::ZERO {
            return Err(Refusal::ReservedId);
        }
        if self.members.devices.contains_key(&body.device) {
            return Err(Refusal::DuplicateId);
        }
        if self.members.devices.len() >= MAX_DEVICES {
            return Err(Refusal::Full);
        }
        if self.members.knows_device_key(&body.key) {
            return Err(Refusal::DuplicateKey);
        }
        if !body.key.is_proven(Scope::Clinic(self.clinic), &body.device) {
            return Err(Refusal::BadProof);
        }
        Ok(())
    }

    fn check_enroll(&self, body: &Enroll) -> Result<(), Refusal> {
        if body.user == UserId::ZERO {
            return Err(Refusal::ReservedId);
        }
        let device = self.device(&body.device).ok_or(Refusal::DeviceUnknown)?;
        if device.status != Status::Active || device.wipe.is_some() {
            return Err(Refusal::DeviceGone);
        }
        let user = self.user(&body.user);
        if user.is_some_and(|user| user.revoked_at.is_some()) {
            return Err(Refusal::UserGone);
        }
        let enrollment = Enrollment {
            device: body.device,
            user: body.user,
        };
        if self.members.enrollments.contains_key(&enrollment) {
            return Err(Refusal::DuplicateId);
        }
        let full = self.members.enrollments.len() >= MAX_ENROLLMENTS
            || device.users.len() >= MAX_ENROLLMENTS_OF_ONE
            || user.is_some_and(|user| user.devices.len() >= MAX_ENROLLMENTS_OF_ONE)
            || (user.is_none() && self.members.users.len() >= MAX_USERS);
        if full {
            return Err(Refusal::Full);
        }
        self.check_keys(&body.keys, &body.device)
    }

    /// New keys, proven for this device.
    fn check_keys(&self, keys: &EnrollmentKeys, device: &DeviceId) -> Result<(), Refusal> {
        if self.members.knows_keys(keys) {
            return Err(Refusal::DuplicateKey);
        }
        if !keys.is_proven(Scope::Clinic(self.clinic), device) {
            return Err(Refusal::BadProof);
        }
        Ok(())
    }

    fn check_grant(&self, body: &Grant) -> Result<(), Refusal> {
        let user = self.user(&body.user).ok_or(Refusal::UserUnknown)?;
        if user.revoked_at.is_some() {
            return Err(Refusal::UserGone);
        }
        let enrollments = self.enrollments_of(&body.user);
        let enrolled = |one: &Enrollment| {
            let member = self.members.enrollments.get(one);
            member.is_some_and(|member| member.status == Status::Active)
        };
        if !enrollments.iter().any(enrolled) {
            return Err(Refusal::UserNotEnrolled);
        }
        if !body.roles.has(Role::Admin) && self.access.loses_last_admin(&enrollments) {
            return Err(Refusal::LastAdmin);
        }
        Ok(())
    }

    fn check_policy(&self, body: &Policy, author: &Enrollment) -> Result<(), Refusal> {
        body.check()?;
        let cleared = self.policy.two_admins & !body.two_admins != 0;
        if cleared && *author != Enrollment::RECOVERY {
            return Err(Refusal::TwoAdminsCleared);
        }
        Ok(())
    }

    fn check_epoch(&self, body: &Epoch) -> Result<(), Refusal> {
        let expected = self.next_epoch_number(body.compartment);
        if body.number != expected {
            return Err(Refusal::EpochNumber {
                expected,
                found: body.number,
            });
        }
        if body.wrapped_previous.is_empty() != (expected == 1) {
            return Err(Refusal::EpochWrapping);
        }
        if body.recipients != self.access.recipients(body.compartment) {
            return Err(Refusal::EpochRecipients);
        }
        Ok(())
    }

    fn check_revoke(&self, body: &Revoke) -> Result<(), Refusal> {
        let gone = match &body.target {
            Target::Device(device) => match self.device(device).ok_or(Refusal::DeviceUnknown)?.status {
                Status::Active => None,
                Status::Revoked { at } => Some(at),
            },
            Target::User(user) => self.user(user).ok_or(Refusal::UserUnknown)?.revoked_at,
            Target::Enrollment(one) if *one == Enrollment::RECOVERY => return Err(Refusal::ReservedId),
            Target::Enrollment(one) => {
                let member = self.members.enrollments.get(one).ok_or(Refusal::EnrollmentUnknown)?;
                match member.status {
                    Status::Active => None,
                    Status::Revoked { at } => Some(at),
                }
            }
        };
        if let Some(at) = gone {
            return Err(Refusal::AlreadyRevoked { at });
        }
        self.check_cut_off(body)?;
        if self.access.loses_last_admin(&self.leaving(&body.target)) {
            return Err(Refusal::LastAdmin);
        }
        Ok(())
    }

    /// A revocation draws its line only through chains of devices that it is about.
    fn check_cut_off(&self, body: &Revoke) -> Result<(), Refusal> {
        let concerned = |device: &DeviceId| match &body.target {
            Target::Device(target) => device == target,
            Target::Enrollment(target) => *device == target.device,
            Target::User(user) => self.members.enrollments.contains_key(&Enrollment {
                device: *device,
                user: *user,
            }),
        };
        let chains = body.last_accepted.as_deref().unwrap_or_default();
        if chains.iter().all(|chain| concerned(&chain.device)) {
            Ok(())
        } else {
            Err(Refusal::CutOffElsewhere)
        }
    }

    /// What is accepted follows what counts, without a gap. Where the revocation drew no line, this entry does.
    fn check_accept(&self, body: &Accept) -> Result<(), Refusal> {
        let device = self.device(&body.device).ok_or(Refusal::DeviceUnknown)?;
        let expected = match self.cut_off(&body.device, &body.incarnation, body.compartment) {
            None | Some(CutOff::None) => return Err(Refusal::NotRevoked),
            Some(CutOff::Unstated { .. }) => body.after,
            Some(CutOff::After { seq, .. }) => seq,
        };
        if body.after != expected || body.after.checked_add(body.segments.len() as u64).is_none() {
            return Err(Refusal::AcceptedElsewhere { expected });
        }
        if device.aside.accepted_count().saturating_add(body.segments.len()) > MAX_JUDGED_OF_ONE {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    fn check_discard(&self, body: &Discard) -> Result<(), Refusal> {
        let device = self.device(&body.device).ok_or(Refusal::DeviceUnknown)?;
        if device.status == Status::Active {
            return Err(Refusal::NotRevoked);
        }
        if device.aside.discarded_count().saturating_add(body.segments.len()) > MAX_JUDGED_OF_ONE {
            return Err(Refusal::Full);
        }
        Ok(())
    }

    fn check_device_key(&self, body: &RenewDeviceKey) -> Result<(), Refusal> {
        let device = self.device(&body.device).ok_or(Refusal::DeviceUnknown)?;
        if device.status != Status::Active || device.wipe.is_some() {
            return Err(Refusal::DeviceGone);
        }
        if device.former.len() + 1 >= MAX_KEYS_OF_ONE {
            return Err(Refusal::Full);
        }
        if self.members.knows_signing_key(&body.key.key) {
            return Err(Refusal::DuplicateKey);
        }
        if !body.key.is_proven(self.clinic, &body.device, &device.key) {
            return Err(Refusal::BadProof);
        }
        let ahead = |one: &Reached| one.seq > device.reached(&one.incarnation, one.compartment);
        if body.reached.iter().all(ahead) {
            Ok(())
        } else {
            Err(Refusal::LineBehind)
        }
    }

    fn check_wipe(&self, body: &Wipe, author: &Enrollment) -> Result<(), Refusal> {
        let device = self.device(&body.device).ok_or(Refusal::DeviceUnknown)?;
        if let Some(known) = &device.wipe {
            let second = known.confirmed_at.is_none() && known.order == *body && known.by.user != author.user;
            return if second {
                Ok(())
            } else {
                Err(Refusal::WipeOrdered { at: known.at })
            };
        }
        if self
            .access
            .loses_last_admin(&self.leaving(&Target::Device(body.device)))
        {
            return Err(Refusal::LastAdmin);
        }
        Ok(())
    }

    /// The enrollments, active or not, that a target stands for.
    pub(super) fn leaving(&self, target: &Target) -> Vec<Enrollment> {
        match target {
            Target::Enrollment(one) => vec![*one],
            Target::User(user) => self.enrollments_of(user),
            Target::Device(device) => {
                let users = self.device(device).map(|device| device.users.as_slice());
                let one = |user: &UserId| Enrollment {
                    device: *device,
                    user: *user,
                };
                users.unwrap_or_default().iter().map(one).collect()
            }
        }
    }

    /// All enrollments of a user, active or not.
    pub(super) fn enrollments_of(&self, user: &UserId) -> Vec<Enrollment> {
        let devices = self.user(user).map(|user| user.devices.as_slice());
        let one = |device: &DeviceId| Enrollment {
            device: *device,
            user: *user,
        };
        devices.unwrap_or_default().iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::room;
    use crate::codec;
    use crate::limit::{MAX_ENTRIES, MAX_ROSTER_BYTES, RESERVED_ENTRIES};
    use crate::role::{Compartment, Role, Roles};
    use crate::roster::Refusal;
    use crate::sample::{Sample, founder};

    #[test]
    fn a_chain_has_an_end() {
        assert_eq!(room(MAX_ENTRIES, MAX_ROSTER_BYTES), Ok(()));
        assert_eq!(room(MAX_ENTRIES + 1, 1), Err(Refusal::Full));
        assert_eq!(room(1, MAX_ROSTER_BYTES + 1), Err(Refusal::Full));
    }

    #[test]
    fn the_last_entries_are_for_admins() {
        let sample = Sample::default();
        let body = sample.roster.next_epoch(Compartment::Office, [1; 32], Vec::new());
        let mut entry = codec::decode(&sample.sign(founder(), body)).unwrap();
        let desk = Roles::of(&[Role::FrontDesk]);
        let admin = Roles::of(&[Role::Admin]);
        entry.number = MAX_ENTRIES - RESERVED_ENTRIES;
        assert_eq!(sample.roster.check_right(&entry, desk), Ok(()));
        entry.number += 1;
        assert_eq!(sample.roster.check_right(&entry, desk), Err(Refusal::Full));
        assert_eq!(sample.roster.check_right(&entry, admin), Ok(()));
    }
}
