//! Parcels: a compartment's epoch key on its way to one enrollment, from any enrollment that has it.
//!
//! `[version, clinic, compartment, epoch, [sender], [recipient], encapsulated key, sealed key, signature]`: CBOR, signed by the sender's
//! enrollment key over everything before the signature. The recipient believes the key only if it fits the commitment in the
//! roster, so that no sender can hand out a key of its own.

use crate::cbor::{self, Malformed};
use crate::epoch::EpochError;
use crate::hybrid::{self, ENCAPSULATED_BYTES, HybridError, TAG_BYTES};
use crate::secret::{EpochKey, KemSecret, Random};
use crate::signed::{self, SIGNED_TAIL};
use minicbor::{Decode, Encode};
use wardkeep_roster::{ClinicId, Compartment, Enrollment, KemKey, Roster, Signature, SigningKey};

/// Bytes of one parcel at most; all of version 1 have nearly as many.
pub const MAX_PARCEL_BYTES: usize = 1_536;

const VERSION: u8 = 1;
const SIGNING_CONTEXT: &str = "wardkeep 2026 parcel v1";
const INFO: &[u8] = b"wardkeep parcel v1";

/// What a parcel says in the clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Label {
    /// The clinic.
    #[n(0)]
    pub clinic: ClinicId,
    /// The compartment whose key it is.
    #[n(1)]
    pub compartment: Compartment,
    /// The epoch of the key.
    #[n(2)]
    pub epoch: u32,
    /// Who sends it.
    #[n(3)]
    pub sender: Enrollment,
    /// Whom it is for.
    #[n(4)]
    pub recipient: Enrollment,
}

/// A parcel, as it was read. Nothing is known of it yet but its form.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Parcel {
    #[n(0)]
    version: u8,
    #[n(1)]
    label: Label,
    #[cbor(n(2), with = "minicbor::bytes")]
    encapsulated: Vec<u8>,
    #[cbor(n(3), with = "minicbor::bytes")]
    sealed: Vec<u8>,
    #[n(4)]
    signature: Signature,
}

/// Why a parcel brought no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParcelError {
    /// The bytes are no parcel.
    #[error("no parcel: {0}")]
    Malformed(#[from] Malformed),
    /// Written by a newer version.
    #[error("parcel format {0} needs a newer version")]
    Version(u8),
    /// Of another clinic.
    #[error("parcel of another clinic")]
    OtherClinic,
    /// The roster has no such epoch here.
    #[error("epoch is not in the roster")]
    UnknownEpoch,
    /// The sender is not entitled to the key by the roster.
    #[error("sender is not entitled to the key")]
    Sender,
    /// The recipient is not entitled to the key by the roster, or not active.
    #[error("recipient is not entitled to the key")]
    Recipient,
    /// The sender did not sign it.
    #[error("the signature is not the sender's")]
    Signature,
    /// It is for another enrollment.
    #[error("for another enrollment")]
    NotMine,
    /// It does not open.
    #[error(transparent)]
    Seal(#[from] HybridError),
    /// What is inside is not the key that the roster commits to.
    #[error(transparent)]
    Key(#[from] EpochError),
}

impl Parcel {
    /// Puts the key of an epoch into a parcel. Refuses to make one for somebody whom the roster does not entitle.
    pub fn seal(
        roster: &Roster,
        label: &Label,
        key: &EpochKey,
        sender_key: &SigningKey,
        random: Random<'_>,
    ) -> Result<Vec<u8>, ParcelError> {
        let to = check_label(roster, label)?;
        key.check(roster, label.compartment, label.epoch)?;
        let (encapsulated, sealed) = hybrid::seal(to, INFO, &cbor::encode(label), key.expose(), random)?;
        let parcel = Self {
            version: VERSION,
            label: *label,
            encapsulated: encapsulated.to_vec(),
            sealed,
            signature: Signature([0; 64]),
        };
        Ok(signed::sign(cbor::encode(&parcel), SIGNING_CONTEXT, sender_key))
    }

    /// Reads a parcel and checks all that needs no secret: what a server checks before it takes one in.
    pub fn verify(roster: &Roster, bytes: &[u8]) -> Result<Self, ParcelError> {
        let parcel: Self = cbor::decode(bytes, MAX_PARCEL_BYTES)?;
        if parcel.version != VERSION {
            return Err(ParcelError::Version(parcel.version));
        }
        if parcel.encapsulated.len() != ENCAPSULATED_BYTES || parcel.sealed.len() != EpochKey::LENGTH + TAG_BYTES {
            return Err(Malformed::Shape {
                at: bytes.len() - SIGNED_TAIL,
            }
            .into());
        }
        check_label(roster, &parcel.label)?;
        let sender = roster.enrollment(&parcel.label.sender).ok_or(ParcelError::Sender)?;
        if !signed::verify(bytes, SIGNING_CONTEXT, &sender.keys.sign, &parcel.signature) {
            return Err(ParcelError::Signature);
        }
        Ok(parcel)
    }

    /// What stands in the clear.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Takes the key out and checks it against the roster.
    pub fn open(&self, roster: &Roster, me: &Enrollment, secret: &KemSecret) -> Result<EpochKey, ParcelError> {
        if self.label.recipient != *me {
            return Err(ParcelError::NotMine);
        }
        let plain = hybrid::open(
            secret,
            INFO,
            &cbor::encode(&self.label),
            &self.encapsulated,
            &self.sealed,
        )?;
        let key = EpochKey::from_slice(&plain).ok_or(HybridError)?;
        key.check(roster, self.label.compartment, self.label.epoch)?;
        Ok(key)
    }
}

/// The recipient's key, if both ends are entitled. The sender may have lost the right since it began the epoch: what it sent then is
/// held to the commitment like any other.
fn check_label<'a>(roster: &'a Roster, label: &Label) -> Result<&'a KemKey, ParcelError> {
    if label.clinic != roster.clinic() {
        return Err(ParcelError::OtherClinic);
    }
    let epoch = roster
        .epoch_by_number(label.compartment, label.epoch)
        .ok_or(ParcelError::UnknownEpoch)?;
    let head = roster.head().0;
    let entitled = |who: &Enrollment, at| roster.entitled_at(who, label.compartment, at);
    if !entitled(&label.sender, head) && !entitled(&label.sender, epoch.at) {
        return Err(ParcelError::Sender);
    }
    let recipient = roster.enrollment(&label.recipient).ok_or(ParcelError::Recipient)?;
    if entitled(&label.recipient, head) {
        Ok(&recipient.keys.kem)
    } else {
        Err(ParcelError::Recipient)
    }
}

#[cfg(test)]
mod tests;
