//! Entries in the making.

use super::{Body, Genesis, SIGNING_CONTEXT};
use crate::codec;
use crate::id::{ClinicId, Enrollment, EntryHash};
use crate::key::SigningKey;

/// An entry that is not signed yet. [`crate::Roster::draft`] makes one that follows the roster's head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// See [`super::Entry::clinic`].
    pub clinic: ClinicId,
    /// See [`super::Entry::number`].
    pub number: u32,
    /// See [`super::Entry::previous`].
    pub previous: EntryHash,
    /// See [`super::Entry::at_ms`].
    pub at_ms: u64,
    /// Who will sign.
    pub author: Enrollment,
    /// What it says.
    pub body: Body,
}

impl Draft {
    /// The first entry of a clinic, to be signed by the founder's enrollment key.
    pub fn genesis(at_ms: u64, genesis: Genesis) -> Self {
        Self {
            clinic: ClinicId::ZERO,
            number: 1,
            previous: EntryHash::ZERO,
            at_ms,
            author: Enrollment {
                device: genesis.device,
                user: genesis.user,
            },
            body: Body::Genesis(Box::new(genesis)),
        }
    }

    /// The bytes of the entry, signed. Whether the author may say so is judged by [`crate::Roster::append`], at home as elsewhere.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let mut bytes = codec::unsigned(self);
        let signature = key.sign(SIGNING_CONTEXT, &[&bytes]);
        codec::push_signature(&mut bytes, &signature);
        bytes
    }
}
