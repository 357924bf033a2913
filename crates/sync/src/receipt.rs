//! Receipts: what a device says of an order to wipe it, under its own signature. Nobody else can say it, the server least of all.
//!
//! `[version, clinic, device, order, nonce, stage, at, signature]`: CBOR, signed by the device's key over everything before the signature.
//! It counts only beside the order that it answers, which stands in the roster under the same nonce.

use crate::cbor::{self, Malformed};
use crate::signed;
use minicbor::{Decode, Encode};
use wardkeep_roster::roster::WipeOrder;
use wardkeep_roster::{ClinicId, DeviceId, EntryHash, Roster, Signature, SigningKey};

/// Bytes of one receipt at most.
pub const MAX_RECEIPT_BYTES: usize = 256;

const VERSION: u8 = 1;
const SIGNING_CONTEXT: &str = "wardkeep 2026 wipe receipt v1";

/// How far the device has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Stage {
    /// It has read the order and begins.
    #[n(1)]
    Heard,
    /// Keys and files are destroyed.
    #[n(2)]
    Done,
}

/// One receipt.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Receipt {
    #[n(0)]
    version: u8,
    /// Of which clinic.
    #[n(1)]
    pub clinic: ClinicId,
    /// By which device, of itself.
    #[n(2)]
    pub device: DeviceId,
    /// The entry that ordered it.
    #[n(3)]
    pub order: EntryHash,
    /// The order's nonce.
    #[cbor(n(4), with = "crate::cbor::fixed")]
    pub nonce: [u8; 16],
    /// How far it has come.
    #[n(5)]
    pub stage: Stage,
    /// When, by the device's clock, in milliseconds since 1970 (UTC). Information.
    #[n(6)]
    pub at_ms: u64,
    #[n(7)]
    signature: Signature,
}

/// Why a receipt proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The bytes are no receipt.
    #[error("no receipt: {0}")]
    Malformed(#[from] Malformed),
    /// Written by a newer version.
    #[error("receipt format {0} needs a newer version")]
    Version(u8),
    /// Of another clinic.
    #[error("receipt of another clinic")]
    OtherClinic,
    /// The roster has no such order to this device, or it is not confirmed.
    #[error("the roster has no such order to this device")]
    NoOrder,
    /// The device did not sign it.
    #[error("the signature is not the device's")]
    Signature,
}

/// What a receipt answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The clinic.
    pub clinic: ClinicId,
    /// The device.
    pub device: DeviceId,
    /// The entry that ordered it.
    pub order: EntryHash,
    /// The order's nonce.
    pub nonce: [u8; 16],
}

impl Answered {
    /// The confirmed order to this device, if there is one.
    pub fn of(roster: &Roster, device: DeviceId) -> Option<(Self, WipeOrder)> {
        let order = roster
            .wipe_order(&device)
            .filter(|order| order.confirmed_at.is_some())?;
        let answered = Self {
            clinic: roster.clinic(),
            device,
            order: roster.hash_at(order.at)?,
            nonce: order.order.nonce,
        };
        Some((answered, *order))
    }
}

impl Receipt {
    /// The bytes of a receipt, signed with the device's key.
    pub fn sign(answered: &Answered, stage: Stage, at_ms: u64, key: &SigningKey) -> Vec<u8> {
        let receipt = Self {
            version: VERSION,
            clinic: answered.clinic,
            device: answered.device,
            order: answered.order,
            nonce: answered.nonce,
            stage,
            at_ms,
            signature: Signature([0; 64]),
        };
        signed::sign(cbor::encode(&receipt), SIGNING_CONTEXT, key)
    }

    /// Reads a receipt and checks it against the order in the roster and the device's key.
    pub fn verify(roster: &Roster, bytes: &[u8]) -> Result<Self, ReceiptError> {
        let receipt: Self = cbor::decode(bytes, MAX_RECEIPT_BYTES)?;
        if receipt.version != VERSION {
            return Err(ReceiptError::Version(receipt.version));
        }
        if receipt.clinic != roster.clinic() {
            return Err(ReceiptError::OtherClinic);
        }
        let (answered, _) = Answered::of(roster, receipt.device).ok_or(ReceiptError::NoOrder)?;
        if answered.order != receipt.order || answered.nonce != receipt.nonce {
            return Err(ReceiptError::NoOrder);
        }
        let device = roster.device(&receipt.device).ok_or(ReceiptError::NoOrder)?;
        if signed::verify(bytes, SIGNING_CONTEXT, &device.key, &receipt.signature) {
            Ok(receipt)
        } else {
            Err(ReceiptError::Signature)
        }
    }
}

#[cfg(test)]
mod tests;
