//! A clinic with known keys: a founder, and as many members as a test wants.

use super::Seeded;
use crate::epoch::EpochId;
use crate::id::{Chain, Incarnation, RosterHead, Tip};
use crate::secret::{EpochKey, KemSecret};
use crate::segment::Place;
use std::collections::BTreeMap;
use wardkeep_roster::entry::{
    AddDevice, AppVersion, Body, DiskEncryption, Draft, Enroll, Genesis, Grant, Policy, Reached, RenewDeviceKey,
    Revoke, SealedName, Target,
};
use wardkeep_roster::roster::DueEpoch;
use wardkeep_roster::{
    Compartment, DeviceId, DeviceKey, Enrollment, EnrollmentKeys, RenewedKey, Role, Roles, Roster, Scope, SigningKey,
    UserId,
};

/// One person on one laptop.
pub(crate) struct Member {
    pub(crate) me: Enrollment,
    pub(crate) device_key: SigningKey,
    pub(crate) sign_key: SigningKey,
    pub(crate) kem: KemSecret,
}

impl Member {
    pub(crate) fn new(number: u8) -> Self {
        let mut random = Seeded::new(0xA11CE + u64::from(number));
        Self {
            me: Enrollment {
                device: DeviceId([number; 16]),
                user: UserId([number ^ 0x80; 16]),
            },
            device_key: SigningKey::from_seed(&random.array()),
            sign_key: SigningKey::from_seed(&random.array()),
            kem: KemSecret::make(&mut random.source()),
        }
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.me.device
    }

    fn keys(&self, scope: Scope) -> EnrollmentKeys {
        EnrollmentKeys::prove(scope, &self.me.device, &self.sign_key, self.kem.public().unwrap())
    }

    fn device_key(&self, scope: Scope) -> DeviceKey {
        DeviceKey::prove(scope, &self.me.device, &self.device_key)
    }
}

/// The clinic: its roster, its keys, its people. The first member is the founder and has every role.
pub(crate) struct Clinic {
    pub(crate) roster: Roster,
    pub(crate) members: Vec<Member>,
    pub(crate) keys: BTreeMap<(Compartment, u32), EpochKey>,
}

impl Clinic {
    /// The founder alone, with the first epoch of each compartment.
    pub(crate) fn found() -> Self {
        Self::of(1)
    }

    /// A founder and `members - 1` others with every role.
    pub(crate) fn of(members: u8) -> Self {
        let founder = Member::new(1);
        let scope = Scope::Founding([9; 32]);
        let genesis = Genesis {
            device: founder.me.device,
            device_key: founder.device_key(scope),
            device_name: name(),
            user: founder.me.user,
            user_name: name(),
            keys: founder.keys(scope),
            policy: policy(),
            recovery: None,
            nonce: [9; 32],
        };
        let entry = Draft::genesis(1_000, genesis).sign(&founder.sign_key);
        let mut clinic = Self {
            roster: Roster::found(&entry).unwrap(),
            members: vec![founder],
            keys: BTreeMap::new(),
        };
        clinic.grant(0, &[Role::FrontDesk, Role::Clinician, Role::Admin]);
        for number in 2..=members {
            clinic.join(Member::new(number), &[Role::FrontDesk, Role::Clinician, Role::Admin]);
        }
        clinic.renew_due();
        clinic
    }

    /// Appends what the founder says.
    pub(crate) fn say(&mut self, body: Body) {
        let founder = &self.members[0];
        let entry = self.roster.draft(founder.me, 2_000, body).sign(&founder.sign_key);
        self.roster.append(&entry).unwrap();
    }

    pub(crate) fn join(&mut self, member: Member, roles: &[Role]) {
        let scope = Scope::Clinic(self.roster.clinic());
        let (device, user) = (member.me.device, member.me.user);
        self.say(Body::Device(AddDevice {
            device,
            key: member.device_key(scope),
            name: name(),
        }));
        self.say(Body::Enroll(Enroll {
            device,
            user,
            keys: member.keys(scope),
            user_name: name(),
        }));
        self.members.push(member);
        self.grant(self.members.len() - 1, roles);
    }

    pub(crate) fn grant(&mut self, member: usize, roles: &[Role]) {
        let user = self.members[member].me.user;
        self.say(Body::Grant(Grant {
            user,
            roles: Roles::of(roles),
        }));
    }

    pub(crate) fn revoke(&mut self, member: usize, last_accepted: Option<Vec<wardkeep_roster::entry::LastAccepted>>) {
        let target = Target::Device(self.members[member].me.device);
        self.say(Body::Revoke(Revoke { target, last_accepted }));
    }

    /// Begins the epochs that are due.
    pub(crate) fn renew_due(&mut self) {
        for due in self.roster.due_epochs() {
            let (DueEpoch::First(compartment) | DueEpoch::Lost { compartment, .. }) = due;
            self.renew(compartment);
        }
    }

    pub(crate) fn renew(&mut self, compartment: Compartment) {
        let number = self.roster.epoch(compartment).map_or(1, |last| last.epoch.number + 1);
        let epoch = EpochId {
            clinic: self.roster.clinic(),
            compartment,
            number,
        };
        let key = EpochKey::make(&mut Seeded::new(u64::from(number) << 8 | u64::from(compartment.number())).source());
        let wrapped = self
            .keys
            .get(&(compartment, number - 1))
            .map_or(Vec::new(), |former| key.wrap(&epoch, former));
        self.say(self.roster.next_epoch(compartment, key.commitment(&epoch), wrapped));
        self.keys.insert((compartment, number), key);
    }

    /// A member gives their device a new key, of this number, which has come so far in these chains with the former one. Returns the former.
    pub(crate) fn renew_device_key(&mut self, member: usize, number: u8, reached: Vec<Reached>) -> SigningKey {
        let fresh = SigningKey::from_seed(&[number; 32]);
        let Member {
            me,
            sign_key,
            device_key,
            ..
        } = &self.members[member];
        let body = Body::DeviceKey(RenewDeviceKey {
            device: me.device,
            key: RenewedKey::prove(self.roster.clinic(), &me.device, device_key, &fresh),
            reached,
        });
        let entry = self.roster.draft(*me, 2_000, body).sign(sign_key);
        self.roster.append(&entry).unwrap();
        std::mem::replace(&mut self.members[member].device_key, fresh)
    }

    pub(crate) fn head(&self) -> RosterHead {
        let (number, hash) = self.roster.head();
        RosterHead { number, hash }
    }

    /// The newest key of a compartment.
    pub(crate) fn key(&self, compartment: Compartment) -> &EpochKey {
        &self.keys[&(compartment, self.roster.epoch(compartment).unwrap().epoch.number)]
    }

    /// The place after `tip` in a member's chain.
    pub(crate) fn place(&self, member: usize, compartment: Compartment, tip: Option<Tip>) -> Place {
        Place {
            clinic: self.roster.clinic(),
            chain: chain(&self.members[member], compartment),
            tip,
            roster: self.head(),
            epoch: self.roster.epoch(compartment).unwrap().epoch.number,
        }
    }

    /// A segment of these ops after `tip`.
    pub(crate) fn segment(&self, member: usize, compartment: Compartment, tip: Option<Tip>, ops: &[&[u8]]) -> Vec<u8> {
        let place = self.place(member, compartment, tip);
        let first = tip.map_or(1, |tip| tip.seq * 10);
        let mut random = Seeded::new(first);
        let device_key = &self.members[member].device_key;
        crate::seal_ops(
            &place,
            self.key(compartment),
            first,
            ops,
            device_key,
            &mut random.source(),
        )
        .unwrap()
    }
}

/// A member's chain in their first incarnation.
pub(crate) fn chain(member: &Member, compartment: Compartment) -> Chain {
    Chain {
        device: member.device(),
        incarnation: Incarnation([0xcc; 16]),
        compartment,
    }
}

fn name() -> SealedName {
    SealedName::new(vec![0x5e; 32]).unwrap()
}

fn policy() -> Policy {
    Policy {
        idle_lock_s: 300,
        resume_window_s: 60,
        lease_days: 14,
        wrong_password_limit: 10,
        min_app_version: AppVersion {
            major: 0,
            minor: 1,
            patch: 0,
        },
        disk_encryption: DiskEncryption::Warn,
        epoch_days: 30,
        min_password_length: 15,
        allow_export: true,
        two_admins: 0,
    }
}
