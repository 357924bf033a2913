//! A clinic for tests: every key follows from a number, so that a test can write a history down and get the same bytes each time.

use crate::entry::{
    AddDevice, AppVersion, Body, DiskEncryption, Draft, Enroll, Genesis, Grant, Policy, Reached, Recovery,
    RenewDeviceKey, Revoke, SealedName, Target,
};
use crate::id::{ClinicId, DeviceId, Enrollment, UserId};
use crate::key::{DeviceKey, EnrollmentKeys, KEM_KEY_BYTES, KemKey, RenewedKey, Scope, SigningKey, digest};
use crate::role::{Compartment, Roles};
use crate::roster::{Refusal, Roster};

/// A clinic with all its private keys.
pub struct Sample {
    /// What everybody knows.
    pub roster: Roster,
    /// How many recovery papers were printed.
    papers: u32,
    kem: fn(&Enrollment) -> KemKey,
}

/// The device of this number, from 1.
pub fn device(number: u32) -> DeviceId {
    DeviceId(short_id(0xd0, number))
}

/// The user of this number, from 1.
pub fn user(number: u32) -> UserId {
    UserId(short_id(0xa0, number))
}

/// Device and user of these numbers.
pub fn enrollment(device_number: u32, user_number: u32) -> Enrollment {
    Enrollment {
        device: device(device_number),
        user: user(user_number),
    }
}

/// The founder: user 1 on device 1.
pub fn founder() -> Enrollment {
    enrollment(1, 1)
}

fn short_id(tag: u8, number: u32) -> [u8; 16] {
    let mut bytes = [tag; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// The private key of a device.
pub fn device_key(device: &DeviceId) -> SigningKey {
    SigningKey::from_seed(&digest("wardkeep test device key", &[&device.0]))
}

/// The private key that the device has had since its renewal of this number, from 1.
pub fn renewed_key(device: &DeviceId, renewal: u32) -> SigningKey {
    let seed = digest("wardkeep test renewed key", &[&device.0, &renewal.to_be_bytes()]);
    SigningKey::from_seed(&seed)
}

/// The private key of an enrollment on a device.
pub fn enrollment_key(enrollment: &Enrollment) -> SigningKey {
    SigningKey::from_seed(&digest("wardkeep test enrollment key", &[&enrollment.to_bytes()]))
}

/// The private key of the recovery paper of this number, from 1.
pub fn recovery_key(paper: u32) -> SigningKey {
    SigningKey::from_seed(&digest("wardkeep test recovery key", &[&paper.to_be_bytes()]))
}

/// Bytes of the length of a public key, for which there is no private key.
fn hollow_kem_key(enrollment: &Enrollment) -> KemKey {
    let seed = digest("wardkeep test kem key", &[&enrollment.to_bytes()]);
    KemKey::from_bytes(&seed.repeat(KEM_KEY_BYTES / 32)).expect("1,216 is 38 times 32")
}

/// A sealed name in which these bytes stand for the ciphertext.
pub fn name(text: &str) -> SealedName {
    SealedName::new(text.as_bytes().to_vec()).expect("short and not empty")
}

/// Rules with which every test can live.
pub fn policy() -> Policy {
    Policy {
        idle_lock_s: 300,
        resume_window_s: 600,
        lease_days: 14,
        wrong_password_limit: 10,
        min_app_version: AppVersion {
            major: 0,
            minor: 1,
            patch: 0,
        },
        disk_encryption: DiskEncryption::Warn,
        epoch_days: 30,
        min_password_length: 12,
        allow_export: true,
        two_admins: 0,
    }
}

/// The keys of an enrollment with their proof.
pub fn keys(scope: Scope, enrollment: &Enrollment, kem: fn(&Enrollment) -> KemKey) -> EnrollmentKeys {
    EnrollmentKeys::prove(scope, &enrollment.device, &enrollment_key(enrollment), kem(enrollment))
}

/// What the first entry of the sample clinic says.
pub fn genesis(kem: fn(&Enrollment) -> KemKey) -> Genesis {
    let nonce = [7; 32];
    let scope = Scope::Founding(nonce);
    let founder = founder();
    Genesis {
        device: founder.device,
        device_key: DeviceKey::prove(scope, &founder.device, &device_key(&founder.device)),
        device_name: name("device 1"),
        user: founder.user,
        user_name: name("user 1"),
        keys: keys(scope, &founder, kem),
        policy: policy(),
        recovery: Some(EnrollmentKeys::prove(
            scope,
            &DeviceId::ZERO,
            &recovery_key(1),
            kem(&Enrollment::RECOVERY),
        )),
        nonce,
    }
}

impl Default for Sample {
    fn default() -> Self {
        Self::found(hollow_kem_key)
    }
}

impl Sample {
    /// A clinic of a founder with a recovery paper. Public keys for delivery come from `kem`.
    pub fn found(kem: fn(&Enrollment) -> KemKey) -> Self {
        let bytes = Draft::genesis(1_000, genesis(kem)).sign(&enrollment_key(&founder()));
        let roster = Roster::found(&bytes).expect("the sample's first entry is right");
        Self { roster, papers: 1, kem }
    }

    /// The clinic's id.
    pub fn clinic(&self) -> ClinicId {
        self.roster.clinic()
    }

    /// The private key of whoever may sign as this author.
    pub fn author_key(&self, author: &Enrollment) -> SigningKey {
        if *author == Enrollment::RECOVERY {
            recovery_key(self.papers)
        } else {
            enrollment_key(author)
        }
    }

    /// The next entry, signed by the author, not appended.
    pub fn sign(&self, author: Enrollment, body: Body) -> Vec<u8> {
        let at_ms = 1_000 * u64::from(self.roster.head().0 + 1);
        self.roster.draft(author, at_ms, body).sign(&self.author_key(&author))
    }

    /// The author says it, and the roster takes or refuses it. Returns the entry's bytes.
    pub fn say(&mut self, author: Enrollment, body: Body) -> Result<Vec<u8>, Refusal> {
        let bytes = self.sign(author, body);
        self.roster.append(&bytes)?;
        Ok(bytes)
    }

    /// What adds the device of this number.
    pub fn device_body(&self, number: u32) -> Body {
        let device = device(number);
        Body::Device(AddDevice {
            device,
            key: DeviceKey::prove(Scope::Clinic(self.clinic()), &device, &device_key(&device)),
            name: name(&format!("device {number}")),
        })
    }

    /// What enrolls the user of this number on the device of that.
    pub fn enroll_body(&self, device_number: u32, user_number: u32) -> Body {
        let enrollment = enrollment(device_number, user_number);
        Body::Enroll(Enroll {
            device: enrollment.device,
            user: enrollment.user,
            keys: keys(Scope::Clinic(self.clinic()), &enrollment, self.kem),
            user_name: name(&format!("user {user_number}")),
        })
    }

    /// What gives the device of this number its key of this renewal, from 1, in place of the one before.
    pub fn device_key_body(&self, number: u32, renewal: u32, reached: &[Reached]) -> Body {
        let device = device(number);
        let former = match renewal {
            1 => device_key(&device),
            later => renewed_key(&device, later - 1),
        };
        Body::DeviceKey(RenewDeviceKey {
            device,
            key: RenewedKey::prove(self.clinic(), &device, &former, &renewed_key(&device, renewal)),
            reached: reached.to_vec(),
        })
    }

    /// What puts a new recovery paper, the one of this number, in place of the former.
    pub fn recovery_body(&self, paper: u32) -> Body {
        let mut fresh = Enrollment::RECOVERY;
        fresh.user = user(paper);
        Body::Recovery(Recovery {
            keys: EnrollmentKeys::prove(
                Scope::Clinic(self.clinic()),
                &DeviceId::ZERO,
                &recovery_key(paper),
                (self.kem)(&fresh),
            ),
        })
    }

    /// The founder puts a new recovery paper in place of the former.
    pub fn renew_recovery(&mut self) -> Result<Vec<u8>, Refusal> {
        let paper = self.papers + 1;
        let bytes = self.say(founder(), self.recovery_body(paper))?;
        self.papers = paper;
        Ok(bytes)
    }

    /// The founder adds a device with one user on it, who gets these roles.
    pub fn join(&mut self, device_number: u32, user_number: u32, roles: Roles) -> Result<Enrollment, Refusal> {
        self.say(founder(), self.device_body(device_number))?;
        self.say(founder(), self.enroll_body(device_number, user_number))?;
        let user = user(user_number);
        self.say(founder(), Body::Grant(Grant { user, roles }))?;
        Ok(enrollment(device_number, user_number))
    }

    /// The author begins the next epoch of the compartment with a commitment of these bytes.
    pub fn renew(
        &mut self,
        author: Enrollment,
        compartment: Compartment,
        key_commitment: [u8; 32],
    ) -> Result<Vec<u8>, Refusal> {
        let wrapped = match self.roster.epoch(compartment) {
            None => Vec::new(),
            Some(_) => vec![compartment.number(); 60],
        };
        let body = self.roster.next_epoch(compartment, key_commitment, wrapped);
        self.say(author, body)
    }

    /// The founder revokes it and says nothing about its chains.
    pub fn revoke(&mut self, target: Target) -> Result<Vec<u8>, Refusal> {
        self.say(
            founder(),
            Body::Revoke(Revoke {
                target,
                last_accepted: None,
            }),
        )
    }

    /// All entries, for verifying them again.
    pub fn entries(&self) -> Vec<Vec<u8>> {
        self.roster.entries_after(0).map(<[u8]>::to_vec).collect()
    }
}
