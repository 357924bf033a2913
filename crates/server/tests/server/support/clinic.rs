//! A clinic with known keys, and devices that write chains of segments.

use wardkeep_roster::entry::{AddDevice, Body, Draft, Enroll, Genesis, Grant, RenewDeviceKey, Revoke, Target};
use wardkeep_roster::key::digest;
use wardkeep_roster::sample;
use wardkeep_roster::{ClinicId, Compartment, DeviceKey, Enrollment, KemKey, RenewedKey, Role, Roles, Roster, Scope};
use wardkeep_sync::epoch::EpochId;
use wardkeep_sync::segment::Place;
use wardkeep_sync::{Chain, EpochKey, Incarnation, KemSecret, RosterHead, Segment, Tip, seal_ops};

/// A clinic whose founder sits at the device of some number. Ids and keys follow from numbers (see the roster's sample).
pub struct SampleClinic {
    pub roster: Roster,
    founder: Enrollment,
}

/// Every role.
pub fn every_role() -> Roles {
    Roles::of(&[Role::FrontDesk, Role::Clinician, Role::Admin])
}

/// The secret that opens what is delivered to an enrollment.
pub fn kem_secret(enrollment: &Enrollment) -> KemSecret {
    KemSecret::from_slice(&digest("wardkeep server tests kem", &[&enrollment.to_bytes()])).unwrap()
}

fn kem(enrollment: &Enrollment) -> KemKey {
    kem_secret(enrollment).public().unwrap()
}

/// The key of every epoch.
pub fn epoch_key() -> EpochKey {
    EpochKey::from_slice(&[5; 32]).unwrap()
}

impl SampleClinic {
    /// The founder on device 1 with every role, and the first epoch of office and chart.
    pub fn new() -> Self {
        Self::of(1)
    }

    /// Devices 1 to `devices`, each with a user of its own who has every role.
    pub fn of(devices: u32) -> Self {
        let mut clinic = Self::found(1, [7; 32]);
        for number in 2..=devices {
            clinic.join(number, every_role());
        }
        clinic.begin_epochs();
        clinic
    }

    /// A clinic whose founder is this number's user on this number's device.
    pub fn found(number: u32, nonce: [u8; 32]) -> Self {
        let founder = sample::enrollment(number, number);
        let scope = Scope::Founding(nonce);
        let genesis = Genesis {
            device: founder.device,
            device_key: DeviceKey::prove(scope, &founder.device, &sample::device_key(&founder.device)),
            device_name: sample::name("device"),
            user: founder.user,
            user_name: sample::name("user"),
            keys: sample::keys(scope, &founder, kem),
            policy: sample::policy(),
            recovery: None,
            nonce,
        };
        let entry = Draft::genesis(1, genesis).sign(&sample::enrollment_key(&founder));
        let roster = Roster::found(&entry).unwrap();
        let mut clinic = Self { roster, founder };
        clinic.grant(number, every_role());
        clinic
    }

    /// The number of the founder's device: the last four bytes of its id.
    pub fn founder_number(&self) -> u32 {
        u32::from_be_bytes(*self.founder.device.0.last_chunk().unwrap())
    }

    /// The next entry, by the founder, not appended.
    pub fn sign(&self, body: Body) -> Vec<u8> {
        self.roster
            .draft(self.founder, 2, body)
            .sign(&sample::enrollment_key(&self.founder))
    }

    /// The founder says it. Returns the entry.
    pub fn say(&mut self, body: Body) -> Vec<u8> {
        let entry = self.sign(body);
        self.roster.append(&entry).unwrap();
        entry
    }

    pub fn device_body(&self, number: u32) -> Body {
        let device = sample::device(number);
        Body::Device(AddDevice {
            device,
            key: DeviceKey::prove(Scope::Clinic(self.id()), &device, &sample::device_key(&device)),
            name: sample::name("device"),
        })
    }

    pub fn enroll_body(&self, number: u32) -> Body {
        let enrollment = sample::enrollment(number, number);
        Body::Enroll(Enroll {
            device: enrollment.device,
            user: enrollment.user,
            keys: sample::keys(Scope::Clinic(self.id()), &enrollment, kem),
            user_name: sample::name("user"),
        })
    }

    /// Adds the device of this number with the user of this number.
    pub fn join(&mut self, number: u32, roles: Roles) {
        self.say(self.device_body(number));
        self.say(self.enroll_body(number));
        self.grant(number, roles);
    }

    pub fn grant(&mut self, user: u32, roles: Roles) {
        let user = sample::user(user);
        self.say(Body::Grant(Grant { user, roles }));
    }

    /// The founder revokes the device and draws no line.
    pub fn revoke(&mut self, number: u32) -> Vec<u8> {
        self.say(Body::Revoke(Revoke {
            target: Target::Device(sample::device(number)),
            last_accepted: None,
        }))
    }

    /// The user of this number gives their device its first new key, and draws no line. Returns the entry.
    pub fn renew_device_key(&mut self, number: u32) -> Vec<u8> {
        let (device, me) = (sample::device(number), sample::enrollment(number, number));
        let key = RenewedKey::prove(
            self.id(),
            &device,
            &sample::device_key(&device),
            &sample::renewed_key(&device, 1),
        );
        let body = Body::DeviceKey(RenewDeviceKey {
            device,
            key,
            reached: Vec::new(),
        });
        let entry = self.roster.draft(me, 2, body).sign(&sample::enrollment_key(&me));
        self.roster.append(&entry).unwrap();
        entry
    }

    /// The seed of that new key.
    pub fn renewed_seed(&self, number: u32) -> [u8; 32] {
        *sample::renewed_key(&sample::device(number), 1).to_seed()
    }

    /// The first epochs, all with one key.
    pub fn begin_epochs(&mut self) {
        for compartment in [Compartment::Office, Compartment::Clinical] {
            let id = EpochId {
                clinic: self.id(),
                compartment,
                number: 1,
            };
            let commitment = epoch_key().commitment(&id);
            self.say(self.roster.next_epoch(compartment, commitment, Vec::new()));
        }
    }

    /// All entries.
    pub fn entries(&self) -> Vec<Vec<u8>> {
        self.roster.entries_after(0).map(<[u8]>::to_vec).collect()
    }

    pub fn id(&self) -> ClinicId {
        self.roster.clinic()
    }

    pub fn head(&self) -> RosterHead {
        let (number, hash) = self.roster.head();
        RosterHead { number, hash }
    }

    pub fn head_at(&self, number: u32) -> RosterHead {
        let hash = self.roster.hash_at(number).unwrap();
        RosterHead { number, hash }
    }

    /// The entries after the one of this number.
    pub fn entries_after(&self, number: u32) -> Vec<Vec<u8>> {
        self.entries().split_off(number as usize)
    }

    /// The seed of the device's key, as the sample derives it.
    pub fn device_seed(&self, number: u32) -> [u8; 32] {
        digest("wardkeep test device key", &[&sample::device(number).0])
    }

    /// A writer of one chain of the device.
    pub fn author(&self, device: u32, compartment: Compartment) -> Author {
        let device = sample::device(device);
        Author {
            clinic: self.id(),
            chain: Chain {
                device,
                incarnation: Incarnation([3; 16]),
                compartment,
            },
            tip: None,
            roster: self.head(),
            salt: 0,
        }
    }
}

/// Writes one chain.
#[derive(Clone)]
pub struct Author {
    pub clinic: ClinicId,
    pub chain: Chain,
    pub tip: Option<Tip>,
    pub roster: RosterHead,
    /// Another one makes another segment in the same place.
    pub salt: u8,
}

impl Author {
    /// The next segment, with one op of so many bytes that do not compress.
    pub fn write(&mut self, op_bytes: usize) -> Vec<u8> {
        let seq = self.tip.map_or(0, |tip| tip.seq) + 1;
        self.write_ops(&[noise(op_bytes, seq, self.salt)])
    }

    pub fn write_ops(&mut self, ops: &[Vec<u8>]) -> Vec<u8> {
        let place = Place {
            clinic: self.clinic,
            chain: self.chain,
            tip: self.tip,
            roster: self.roster,
            epoch: 1,
        };
        let (key, device_key) = (epoch_key(), sample::device_key(&self.chain.device));
        let salt = self.salt;
        let segment = seal_ops(&place, &key, 1, ops, &device_key, &mut |bytes| bytes.fill(salt)).unwrap();
        let parsed = Segment::parse(&segment).unwrap();
        self.tip = Some(Tip {
            seq: parsed.header().seq,
            hash: parsed.hash(),
        });
        segment
    }

    pub fn write_many(&mut self, count: usize, op_bytes: usize) -> Vec<Vec<u8>> {
        (0..count).map(|_| self.write(op_bytes)).collect()
    }
}

/// Bytes that do not compress, the same for the same numbers.
pub fn noise(length: usize, seq: u64, salt: u8) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seq.to_be_bytes()).update(&[salt]);
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}
