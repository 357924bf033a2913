//! The keys that a device had before its present one, and how far each has come: which key must have signed a segment follows from the
//! segment's place in its chain alone.

use super::Device;
use crate::entry::RenewDeviceKey;
use crate::key::VerifyingKey;
use crate::role::Compartment;
use std::collections::BTreeMap;

/// A key that another has taken the place of.
#[derive(Clone, Debug)]
pub(super) struct FormerKey {
    key: VerifyingKey,
    /// The entry that listed it.
    since: u32,
    /// The entry that ended it.
    until: u32,
    /// The last segment that it has signed, of each chain in which it has signed any.
    reached: BTreeMap<([u8; 16], Compartment), (u64, [u8; 32])>,
}

/// Who must have signed a segment in some place of a device's chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signer {
    /// This key.
    pub key: VerifyingKey,
    /// The entry that listed it: whatever it signs cites this one or a later one.
    pub since: u32,
    /// The entry that ended it, if one has: whatever it has signed cites an earlier one.
    pub until: Option<u32>,
    /// Where a former key: number and hash of the last segment that it has signed in this chain.
    pub last: Option<(u64, [u8; 32])>,
}

impl Device {
    /// Whose signature a segment in this place must bear.
    pub fn signer(&self, incarnation: &[u8; 16], compartment: Compartment, seq: u64) -> Signer {
        let chain = (*incarnation, compartment);
        for former in &self.former {
            // Lines only rise: the first one that is not below the place is that of the key which has signed there.
            if let Some(last) = former.reached.get(&chain)
                && seq <= last.0
            {
                return Signer {
                    key: former.key,
                    since: former.since,
                    until: Some(former.until),
                    last: Some(*last),
                };
            }
        }
        Signer {
            key: self.key,
            since: self.key_since,
            until: None,
            last: None,
        }
    }

    /// How far former keys have come in a chain; 0 where they have signed nothing.
    pub fn reached(&self, incarnation: &[u8; 16], compartment: Compartment) -> u64 {
        let chain = (*incarnation, compartment);
        let last = self.former.iter().rev().find_map(|former| former.reached.get(&chain));
        last.map_or(0, |(seq, _)| *seq)
    }

    /// The keys that it had before.
    pub fn former_keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.former.iter().map(|former| &former.key)
    }

    /// The new key counts from this entry on.
    pub(super) fn renew(&mut self, body: &RenewDeviceKey, number: u32) {
        let line = body.reached.iter();
        self.former.push(FormerKey {
            key: self.key,
            since: self.key_since,
            until: number,
            reached: line
                .map(|one| ((one.incarnation, one.compartment), (one.seq, one.hash)))
                .collect(),
        });
        self.key = body.key.key;
        self.key_since = number;
    }
}
