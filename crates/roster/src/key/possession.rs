//! Public keys with the proof that whoever offers them holds the private half, for this clinic and this device.
//!
//! Without it the admins of one clinic could list the device key of another clinic as a device of theirs, and a server which tells
//! clinics apart by device keys would mix them up.

use super::{KemKey, Signature, SigningKey, VerifyingKey};
use crate::id::{ClinicId, DeviceId};

const DEVICE_CONTEXT: &str = "wardkeep 2026 roster device key possession v1";
const RENEWAL_CONTEXTS: [&str; 2] = [
    "wardkeep 2026 roster device key renewal by the new key v1",
    "wardkeep 2026 roster device key renewal by the former key v1",
];
const ENROLLMENT_CONTEXT: &str = "wardkeep 2026 roster enrollment keys possession v1";

/// What a proof is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// A clinic that exists.
    Clinic(ClinicId),
    /// A clinic that is being founded and has no id yet: the nonce of its first entry.
    Founding([u8; 32]),
}

impl Scope {
    /// A tag, so that a nonce can never be chosen to equal a clinic's id, and 32 bytes.
    fn to_bytes(self) -> [u8; 33] {
        let (tag, value) = match self {
            Self::Clinic(clinic) => (1, clinic.0),
            Self::Founding(nonce) => (0, nonce),
        };
        let mut bytes = [tag; 33];
        bytes[1..].copy_from_slice(&value);
        bytes
    }
}

/// A device's public key with the proof of possession.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceKey {
    /// Signs segments and stands in the device's certificate.
    pub key: VerifyingKey,
    /// By the private half over scope, device and key.
    pub proof: Signature,
}

impl DeviceKey {
    /// The public half of `private` as the key of this device.
    pub fn prove(scope: Scope, device: &DeviceId, private: &SigningKey) -> Self {
        let key = private.verifying_key();
        let parts: [&[u8]; 3] = [&scope.to_bytes(), &device.0, key.as_bytes()];
        let proof = private.sign(DEVICE_CONTEXT, &parts);
        Self { key, proof }
    }

    /// Whether the proof holds for this scope and device.
    pub fn is_proven(&self, scope: Scope, device: &DeviceId) -> bool {
        let parts: [&[u8]; 3] = [&scope.to_bytes(), &device.0, self.key.as_bytes()];
        self.key.verify(DEVICE_CONTEXT, &parts, &self.proof)
    }
}

/// A device's new public key, with the word of both keys: whoever offers it holds the new private half and the former one. With the former key
/// alone, or with a user's key alone, nobody takes a device over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenewedKey {
    /// Signs segments and stands in the device's certificate from now on.
    pub key: VerifyingKey,
    /// By the new private half over clinic, device, former and new key.
    pub by_new: Signature,
    /// By the former private half over the same, under a context of its own.
    pub by_former: Signature,
}

impl RenewedKey {
    /// The public half of `new` in place of that of `former`.
    pub fn prove(clinic: ClinicId, device: &DeviceId, former: &SigningKey, new: &SigningKey) -> Self {
        let (old, key) = (former.verifying_key(), new.verifying_key());
        let scope = Scope::Clinic(clinic).to_bytes();
        let parts: [&[u8]; 4] = [&scope, &device.0, old.as_bytes(), key.as_bytes()];
        let [of_new, of_former] = RENEWAL_CONTEXTS;
        Self {
            key,
            by_new: new.sign(of_new, &parts),
            by_former: former.sign(of_former, &parts),
        }
    }

    /// Whether both have signed that it takes the place of `former` on this device of this clinic.
    pub fn is_proven(&self, clinic: ClinicId, device: &DeviceId, former: &VerifyingKey) -> bool {
        let scope = Scope::Clinic(clinic).to_bytes();
        let parts: [&[u8]; 4] = [&scope, &device.0, former.as_bytes(), self.key.as_bytes()];
        let [of_new, of_former] = RENEWAL_CONTEXTS;
        self.key.verify(of_new, &parts, &self.by_new) && former.verify(of_former, &parts, &self.by_former)
    }
}

/// The public keys of an enrollment with the proof of possession.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnrollmentKeys {
    /// Signs roster entries, parcels and approvals.
    pub sign: VerifyingKey,
    /// Compartment keys are delivered to it.
    pub kem: KemKey,
    /// By the private half of `sign` over scope, device and both keys. The user is vouched for by the admin who enrolls.
    pub proof: Signature,
}

impl EnrollmentKeys {
    /// The public half of `private` and `kem` as keys of an enrollment on this device. The recovery key's device is [`DeviceId::ZERO`].
    pub fn prove(scope: Scope, device: &DeviceId, private: &SigningKey, kem: KemKey) -> Self {
        let sign = private.verifying_key();
        let parts: [&[u8]; 4] = [&scope.to_bytes(), &device.0, sign.as_bytes(), kem.as_bytes()];
        let proof = private.sign(ENROLLMENT_CONTEXT, &parts);
        Self { sign, kem, proof }
    }

    /// Whether the proof holds for this scope and device.
    pub fn is_proven(&self, scope: Scope, device: &DeviceId) -> bool {
        let parts: [&[u8]; 4] = [&scope.to_bytes(), &device.0, self.sign.as_bytes(), self.kem.as_bytes()];
        self.sign.verify(ENROLLMENT_CONTEXT, &parts, &self.proof)
    }
}
