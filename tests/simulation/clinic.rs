//! A clinic with known keys: who belongs to it, and what its admin says.

use crate::random::Seeded;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use wardkeep_roster::entry::{
    AddDevice, AppVersion, Body, DiskEncryption, Draft, Enroll, Genesis, Grant, LastAccepted, Policy, Revoke,
    SealedName, Target,
};
use wardkeep_roster::roster::DueEpoch;
use wardkeep_roster::{
    Compartment, DeviceId, DeviceKey, Enrollment, EnrollmentKeys, Role, Roles, Roster, Scope, SigningKey, UserId,
};
use wardkeep_sync::parcel::Label;
use wardkeep_sync::{EpochId, EpochKey, KemSecret, Parcel, RosterHead};

/// The compartments that hold records.
pub(crate) const KEPT: [Compartment; 2] = [Compartment::Office, Compartment::Clinical];
/// Everything: what the founder is.
pub(crate) const ALL_ROLES: &[Role] = &[Role::FrontDesk, Role::Clinician, Role::Admin];
/// Who reads the chart.
pub(crate) const CLINICIAN: &[Role] = &[Role::FrontDesk, Role::Clinician];
/// Who does not.
pub(crate) const DESK: &[Role] = &[Role::FrontDesk];

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
                user: UserId([number ^ 0xff; 16]),
            },
            device_key: SigningKey::from_seed(&random.array()),
            sign_key: SigningKey::from_seed(&random.array()),
            kem: KemSecret::make(&mut random.source()),
        }
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.me.device
    }

    pub(crate) fn keys(&self, scope: Scope) -> EnrollmentKeys {
        EnrollmentKeys::prove(scope, &self.me.device, &self.sign_key, self.kem.public().unwrap())
    }

    pub(crate) fn proven_key(&self, scope: Scope) -> DeviceKey {
        DeviceKey::prove(scope, &self.me.device, &self.device_key)
    }
}

/// The roster as the admin has it, the people with their keys, and the keys of all epochs.
#[derive(Clone)]
pub(crate) struct Clinic {
    pub(crate) roster: Roster,
    pub(crate) members: Vec<Arc<Member>>,
    pub(crate) keys: BTreeMap<(Compartment, u32), Arc<EpochKey>>,
    /// What was posted for mailboxes and not yet handed to the server.
    pub(crate) parcels: Vec<Vec<u8>>,
}

impl Clinic {
    /// A founder and `members - 1` others: every third is at the front desk only. Made once for each size; histories begin with copies.
    pub(crate) fn of(members: u8) -> Self {
        static MADE: OnceLock<Mutex<BTreeMap<u8, Clinic>>> = OnceLock::new();
        let mut made = MADE.get_or_init(Mutex::default).lock().unwrap();
        made.entry(members).or_insert_with(|| Self::make(members)).clone()
    }

    fn make(members: u8) -> Self {
        let mut clinic = Self::found(9);
        for number in 2..=members {
            let roles = if number % 3 == 0 { DESK } else { CLINICIAN };
            clinic.join(Member::new(number), roles);
        }
        clinic.renew_due();
        clinic.parcels.clear();
        clinic
    }

    /// The founder alone; another nonce is another clinic.
    pub(crate) fn found(nonce: u8) -> Self {
        let founder = Member::new(1);
        let scope = Scope::Founding([nonce; 32]);
        let genesis = Genesis {
            device: founder.me.device,
            device_key: founder.proven_key(scope),
            device_name: name(),
            user: founder.me.user,
            user_name: name(),
            keys: founder.keys(scope),
            policy: policy(),
            recovery: None,
            nonce: [nonce; 32],
        };
        let entry = Draft::genesis(1_000, genesis).sign(&founder.sign_key);
        let mut clinic = Self {
            roster: Roster::found(&entry).unwrap(),
            members: vec![Arc::new(founder)],
            keys: BTreeMap::new(),
            parcels: Vec::new(),
        };
        clinic.grant(0, ALL_ROLES);
        clinic
    }

    /// An entry that would follow, signed by a member.
    pub(crate) fn entry(&self, author: usize, body: Body) -> Vec<u8> {
        let author = &self.members[author];
        self.roster.draft(author.me, 2_000, body).sign(&author.sign_key)
    }

    /// The founder says it.
    pub(crate) fn say(&mut self, body: Body) {
        self.say_by(0, body);
    }

    /// A member says it.
    pub(crate) fn say_by(&mut self, author: usize, body: Body) {
        let entry = self.entry(author, body);
        self.roster.append(&entry).unwrap();
    }

    pub(crate) fn join(&mut self, member: Member, roles: &[Role]) {
        self.say(self.device_body(&member));
        self.say(self.enroll_body(&member));
        self.members.push(Arc::new(member));
        self.grant(self.members.len() - 1, roles);
    }

    pub(crate) fn device_body(&self, member: &Member) -> Body {
        Body::Device(AddDevice {
            device: member.me.device,
            key: member.proven_key(Scope::Clinic(self.roster.clinic())),
            name: name(),
        })
    }

    pub(crate) fn enroll_body(&self, member: &Member) -> Body {
        Body::Enroll(Enroll {
            device: member.me.device,
            user: member.me.user,
            keys: member.keys(Scope::Clinic(self.roster.clinic())),
            user_name: name(),
        })
    }

    /// New roles; who now opens a compartment is sent its key.
    pub(crate) fn grant(&mut self, member: usize, roles: &[Role]) {
        let user = self.members[member].me.user;
        let roles = Roles::of(roles);
        self.say(Body::Grant(Grant { user, roles }));
        for compartment in KEPT.into_iter().filter(|part| roles.opens(*part)) {
            if let Some(epoch) = self.roster.epoch(compartment).map(|known| known.epoch.number) {
                let parcel = self.parcel(compartment, epoch, self.members[member].me);
                self.parcels.push(parcel);
            }
        }
    }

    pub(crate) fn revoke(&mut self, member: usize, last_accepted: Option<Vec<LastAccepted>>) {
        let target = Target::Device(self.members[member].device());
        self.say(Body::Revoke(Revoke { target, last_accepted }));
    }

    pub(crate) fn renew_due(&mut self) {
        for due in self.roster.due_epochs() {
            let (DueEpoch::First(compartment) | DueEpoch::Lost { compartment, .. }) = due;
            self.renew(compartment);
        }
    }

    /// The founder begins an epoch and sends its key to everybody who is entitled to it.
    pub(crate) fn renew(&mut self, compartment: Compartment) {
        let number = self.roster.epoch(compartment).map_or(1, |last| last.epoch.number + 1);
        let (epoch, key) = (self.epoch_id(compartment, number), made_key(compartment, number));
        let former = self.keys.get(&(compartment, number - 1));
        let wrapped = former.map_or(Vec::new(), |former| key.wrap(&epoch, former));
        self.say(self.roster.next_epoch(compartment, key.commitment(&epoch), wrapped));
        self.keys.insert((compartment, number), Arc::new(key));
        let founder = self.members[0].me;
        let entitled: Vec<Enrollment> = self.roster.active_enrollments(compartment).collect();
        // At founding everybody is given the first keys by hand.
        for recipient in entitled.into_iter().filter(|one| *one != founder && number > 1) {
            let parcel = self.parcel(compartment, number, recipient);
            self.parcels.push(parcel);
        }
    }

    pub(crate) fn epoch_id(&self, compartment: Compartment, number: u32) -> EpochId {
        EpochId {
            clinic: self.roster.clinic(),
            compartment,
            number,
        }
    }

    pub(crate) fn label(&self, compartment: Compartment, epoch: u32, recipient: Enrollment) -> Label {
        Label {
            clinic: self.roster.clinic(),
            compartment,
            epoch,
            sender: self.members[0].me,
            recipient,
        }
    }

    /// The founder sends this key.
    pub(crate) fn parcel(&self, compartment: Compartment, epoch: u32, recipient: Enrollment) -> Vec<u8> {
        let label = self.label(compartment, epoch, recipient);
        let key = &self.keys[&(compartment, epoch)];
        let mut random = Seeded::new(u64::from(epoch) << 8 | u64::from(recipient.device.0[0]));
        Parcel::seal(
            &self.roster,
            &label,
            key,
            &self.members[0].sign_key,
            &mut random.source(),
        )
        .unwrap()
    }

    /// The newest key of a compartment.
    pub(crate) fn key(&self, compartment: Compartment) -> &EpochKey {
        &self.keys[&(compartment, self.roster.epoch(compartment).unwrap().epoch.number)]
    }

    /// Which member's device this is.
    pub(crate) fn member_of(&self, device: &DeviceId) -> usize {
        self.members
            .iter()
            .position(|member| member.device() == *device)
            .unwrap()
    }
}

/// The head of a roster.
pub(crate) fn head_of(roster: &Roster) -> RosterHead {
    let (number, hash) = roster.head();
    RosterHead { number, hash }
}

fn made_key(compartment: Compartment, number: u32) -> EpochKey {
    EpochKey::make(&mut Seeded::new(u64::from(number) << 8 | u64::from(compartment.number())).source())
}

fn name() -> SealedName {
    SealedName::new(vec![0x5e; 32]).unwrap()
}

pub(crate) fn policy() -> Policy {
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
