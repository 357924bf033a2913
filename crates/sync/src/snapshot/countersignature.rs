//! A second device's word: it has applied exactly the same and holds exactly the same rows.

use super::claim::ClaimHash;
use crate::cbor::{self, Malformed};
use crate::id::RosterHead;
use crate::signed::{self, SIGNED_TAIL};
use minicbor::{Decode, Encode};
use wardkeep_roster::{ClinicId, Compartment, DeviceId, Roster, Signature, SigningKey};

/// Bytes of one countersignature at most.
pub const MAX_COUNTERSIGNATURE_BYTES: usize = 256;

const VERSION: u8 = 1;
const SIGNING_CONTEXT: &str = "wardkeep 2026 snapshot countersignature v1";

/// The signature of a device over a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Countersignature {
    #[n(0)]
    version: u8,
    #[n(1)]
    clinic: ClinicId,
    #[n(2)]
    compartment: Compartment,
    #[cbor(n(3), with = "crate::cbor::fixed")]
    claim: [u8; 32],
    #[n(4)]
    device: DeviceId,
    #[n(5)]
    roster: RosterHead,
    #[n(6)]
    signature: Signature,
}

impl Countersignature {
    /// Signs the claim with the key that the roster lists for this device.
    pub fn make(
        (clinic, compartment, claim): (ClinicId, Compartment, ClaimHash),
        device: DeviceId,
        roster: RosterHead,
        key: &SigningKey,
    ) -> Vec<u8> {
        let unsigned = Self {
            version: VERSION,
            clinic,
            compartment,
            claim: claim.0,
            device,
            roster,
            signature: Signature([0; 64]),
        };
        signed::sign(cbor::encode(&unsigned), SIGNING_CONTEXT, key)
    }

    /// Reads one. Nothing is known of it yet but its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let read: Self = cbor::decode(bytes, MAX_COUNTERSIGNATURE_BYTES)?;
        if read.version == VERSION && bytes.len() > SIGNED_TAIL {
            Ok(read)
        } else {
            Err(Malformed::Shape { at: 0 })
        }
    }

    /// Who signed.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// What was signed.
    pub fn claim(&self) -> ClaimHash {
        ClaimHash(self.claim)
    }

    /// Whether the device that it names has signed this claim of this clinic's compartment. That the device may is for
    /// [`super::trust`] to say.
    pub fn is_of(&self, bytes: &[u8], roster: &Roster, compartment: Compartment, claim: ClaimHash) -> bool {
        let right = self.clinic == roster.clinic() && self.compartment == compartment && self.claim == claim.0;
        let device = roster.device(&self.device).filter(|_| right);
        device.is_some_and(|device| signed::verify(bytes, SIGNING_CONTEXT, &device.key, &self.signature))
    }
}
