//! What people were told is saved, and what each of them saw when they wrote: kept outside of the clinic, so that it can be held against it.
//!
//! Every op has a user of its own, so that it can be followed whatever name its write bears later.

use crate::device::Device;
use crate::program;
use std::collections::{BTreeMap, BTreeSet};
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::merge::RecordState;
use wardkeep_record::op::{FieldKey, Op};
use wardkeep_roster::Compartment;

/// One act of a person.
pub(crate) type Token = u64;

/// The user by whom an act is known.
pub(crate) fn author_of(token: Token) -> UserId {
    UserId::from_bytes(u128::from(token).to_be_bytes())
}

/// The act of an op.
pub(crate) fn token_of(op: &Op) -> Token {
    read(&op.user)
}

fn read(user: &UserId) -> Token {
    u128::from_be_bytes(*user.as_bytes()) as Token
}

/// Whose values a field holds: one, or those that had not seen each other.
pub(crate) fn tokens_of(row: &RecordState, key: FieldKey) -> Vec<Token> {
    row.heads(key).iter().map(|head| read(&head.stamp.user)).collect()
}

/// What one act did.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) token: Token,
    pub(crate) part: Compartment,
    pub(crate) record: RecordId,
    pub(crate) effects: Vec<Effect>,
}

/// One effect of an act.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// A value, in place of what the person saw there.
    Write(FieldKey, Vec<Token>),
    /// The record is gone; the person saw these values in it.
    Remove(Vec<Token>),
    /// It is back.
    Restore,
}

/// All acts that were acknowledged to the person and that some disk still has a duty to keep.
#[derive(Default)]
pub(crate) struct Ledger(BTreeMap<Token, Entry>);

impl Ledger {
    pub(crate) fn note(&mut self, entry: Entry) {
        self.0.insert(entry.token, entry);
    }

    /// A disk is gone: what no other has cannot come back.
    pub(crate) fn keep(&mut self, known: &BTreeSet<Token>) {
        self.0.retain(|token, _| known.contains(token));
    }

    /// A person was revoked: what they wrote and the admin had not seen waits for a review, and is answered.
    pub(crate) fn set_aside(&mut self, theirs: &BTreeSet<Token>, seen: &BTreeSet<Token>) -> Vec<Entry> {
        let waits = |token: &Token, _: &mut Entry| theirs.contains(token) && !seen.contains(token);
        self.0.extract_if(.., waits).map(|(_, entry)| entry).collect()
    }

    /// Nothing lost, nothing settled silently, nothing deleted that is back, on this device.
    pub(crate) fn check(&self, part: Compartment, device: &Device) {
        let known = device.tokens(part);
        let of_part = || self.0.values().filter(|entry| entry.part == part);
        let mut replaced: BTreeSet<(RecordId, FieldKey, Token)> = BTreeSet::new();
        let mut gone: BTreeMap<RecordId, Gone> = BTreeMap::new();
        for entry in of_part() {
            assert!(known.contains_key(&entry.token), "act {} is lost", entry.token);
            for effect in &entry.effects {
                let gone = gone.entry(entry.record).or_default();
                match effect {
                    Effect::Write(key, seen) => replaced.extend(seen.iter().map(|token| (entry.record, *key, *token))),
                    Effect::Remove(seen) => {
                        gone.removed = true;
                        gone.seen.extend(seen);
                    }
                    Effect::Restore => gone.restored = true,
                }
            }
        }
        let rows = &device.vault(part).rows;
        for entry in of_part() {
            for effect in &entry.effects {
                let Effect::Write(key, _) = effect else { continue };
                let shown = tokens_of(&rows[&entry.record], *key).contains(&entry.token);
                let settled = replaced.contains(&(entry.record, *key, entry.token));
                assert!(
                    shown || settled,
                    "nobody who saw it has replaced what act {} wrote",
                    entry.token
                );
            }
        }
        for (record, gone) in gone {
            gone.check(&rows[&record], part, &known);
        }
    }
}

/// What is known of a record's removals.
#[derive(Default)]
struct Gone {
    removed: bool,
    restored: bool,
    seen: BTreeSet<Token>,
}

impl Gone {
    fn check(&self, row: &RecordState, part: Compartment, known: &BTreeMap<Token, usize>) {
        let (_, keys) = crate::device::fields(part);
        let heads: Vec<Token> = keys.iter().flat_map(|key| tokens_of(row, *key)).collect();
        let all_seen = heads.iter().all(|token| self.seen.contains(token));
        // An act under two names: a laptop came back from an image and wrote it again. Who removed the record saw one of them.
        let twice = heads
            .iter()
            .any(|token| known.get(token).is_some_and(|names| *names > 1));
        if self.removed && !self.restored && all_seen && !twice {
            assert!(row.is_removed(), "a removed record is back");
        }
        if row.is_removed() {
            assert!(
                all_seen,
                "a record was removed by somebody who had not seen what is in it"
            );
        }
    }
}

impl Device {
    /// The acts in its log, and under how many names each.
    pub(crate) fn tokens(&self, part: Compartment) -> BTreeMap<Token, usize> {
        // What came with a snapshot is in no log.
        let mut tokens = self.vault(part).inherited.clone();
        for logged in self.vault(part).log.values() {
            let op = program::read(&logged.bytes, program::LAST).unwrap();
            *tokens.entry(token_of(&op)).or_insert(0) += 1;
        }
        tokens
    }
}
