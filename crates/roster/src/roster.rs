//! The verified chain and the state that follows from it.
//!
//! [`Roster::append`] is the only way in: it checks form, place, signature, right and sense of an entry, in this order, before it
//! changes anything; what it then changes cannot fail.

mod access;
mod apply;
mod aside;
mod check;
mod compare;
mod former;
mod log;
mod query;
mod refusal;
mod state;

pub use access::DueEpoch;
pub use compare::Comparison;
pub use former::Signer;
pub use query::Enrolled;
pub use refusal::{Refusal, VerifyError};
pub use state::{CutOff, Device, KeyEpoch, Status, User, WipeOrder};

use crate::codec;
use crate::entry::{self, Body, Draft, Entry, Policy, SIGNING_CONTEXT};
use crate::id::{ClinicId, Enrollment, EntryHash};
use crate::key::VerifyingKey;
use access::Access;
use log::Log;
use state::Members;
use std::fmt;

/// Who belongs to a clinic, as its chain says up to the head.
#[derive(Clone)]
pub struct Roster {
    clinic: ClinicId,
    log: Log,
    members: Members,
    access: Access,
    epochs: [Vec<KeyEpoch>; 3],
    policy: Policy,
    last: Body,
}

impl Roster {
    /// The roster of a clinic whose first entry these bytes are.
    pub fn found(bytes: &[u8]) -> Result<Self, Refusal> {
        let entry = codec::decode(bytes)?;
        let genesis = check::genesis(&entry)?;
        check_signature(bytes, &entry, &genesis.keys.sign)?;
        let hash = entry::hash_of(bytes);
        let mut roster = Self {
            clinic: ClinicId(hash.0),
            log: Log::default(),
            members: Members::default(),
            access: Access::default(),
            epochs: Default::default(),
            policy: genesis.policy,
            last: entry.body.clone(),
        };
        roster.log.push(bytes, hash);
        roster.found_members(genesis);
        Ok(roster)
    }

    /// Takes the entry that follows the head, or refuses it and changes nothing. Returns what it says.
    pub fn append(&mut self, bytes: &[u8]) -> Result<&Body, Refusal> {
        let entry = codec::decode(bytes)?;
        let hash = entry::hash_of(bytes);
        self.check_place(&entry, hash)?;
        check::room(entry.number, self.log.size() + bytes.len())?;
        let (key, roles) = self.author(&entry.author)?;
        check_signature(bytes, &entry, key)?;
        self.check_right(&entry, roles)?;
        self.check_sense(&entry)?;
        self.log.push(bytes, hash);
        self.apply(&entry);
        self.last = entry.body;
        Ok(&self.last)
    }

    /// Takes all entries that follow the head, or refuses them and changes nothing. Two or more cost a copy of the roster.
    pub fn extend<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) -> Result<(), VerifyError> {
        let mut entries = entries.into_iter().peekable();
        let first = entries.next();
        if entries.peek().is_none() {
            return self.append_each(first);
        }
        let mut longer = self.clone();
        longer.append_each(first.into_iter().chain(entries))?;
        *self = longer;
        Ok(())
    }

    /// Verifies a whole chain, from its first entry on.
    pub fn verify<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, VerifyError> {
        let mut entries = entries.into_iter();
        let first = entries.next().ok_or(VerifyError::Empty)?;
        let mut roster = Self::found(first).map_err(|why| VerifyError::Refused { number: 1, why })?;
        roster.append_each(entries)?;
        Ok(roster)
    }

    /// Verifies a whole chain of which the caller knows an entry, by number and hash: refuses another clinic's chain, one that
    /// ends earlier and one that says something else there. An old roster, served to bring back who was revoked, ends here.
    pub fn verify_seen<'a>(
        entries: impl IntoIterator<Item = &'a [u8]>,
        seen: (u32, EntryHash),
    ) -> Result<Self, VerifyError> {
        let roster = Self::verify(entries)?;
        match roster.hash_at(seen.0) {
            None => Err(VerifyError::Shorter {
                seen: seen.0,
                found: roster.log.len(),
            }),
            Some(hash) if hash != seen.1 => Err(VerifyError::Fork { at: seen.0 }),
            Some(_) => Ok(roster),
        }
    }

    fn append_each<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) -> Result<(), VerifyError> {
        for bytes in entries {
            let number = self.log.len() + 1;
            self.append(bytes).map_err(|why| VerifyError::Refused { number, why })?;
        }
        Ok(())
    }

    /// An entry that would follow the head, to be signed by the author.
    pub fn draft(&self, author: Enrollment, at_ms: u64, body: Body) -> Draft {
        let (number, previous) = self.head();
        Draft {
            clinic: self.clinic,
            number: number + 1,
            previous,
            at_ms,
            author,
            body,
        }
    }
}

/// Clinic and head: what tells two rosters apart.
impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, hash) = self.head();
        write!(f, "Roster({:?}, {number}, {hash:?})", self.clinic)
    }
}

/// Whether the author's key signed these bytes.
fn check_signature(bytes: &[u8], entry: &Entry, key: &VerifyingKey) -> Result<(), Refusal> {
    if key.verify(SIGNING_CONTEXT, &[codec::signed_part(bytes)], &entry.signature) {
        Ok(())
    } else {
        Err(Refusal::BadSignature)
    }
}
