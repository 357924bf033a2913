//! A person writes: one op, merged and logged in one transaction.

use super::{Device, record_compartment, writer_of};
use crate::disk::{Durable, Logged, Vault};
use crate::ledger::{Effect, Entry, Token, author_of, tokens_of};
use crate::program;
use wardkeep_record::field::{Kind, allergy, patient};
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{self, RecordState, Stamp, edit, first_change, removal, restoral};
use wardkeep_record::op::{Change, Dot, FieldKey, Op};
use wardkeep_roster::Compartment;

/// What a person wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// A new record of this id.
    Register(RecordId),
    /// Another value of the field of this number.
    Edit(RecordId, usize),
    /// The record removed.
    Remove(RecordId),
    /// It brought back.
    Restore(RecordId),
}

/// The fields that people edit: in the office some that settle themselves and some that do not; in the chart none.
pub(crate) fn fields(part: Compartment) -> (Kind, [FieldKey; 4]) {
    let one = |field| FieldKey { field, item: None };
    match part {
        Compartment::Office => {
            let phone = FieldKey {
                field: patient::TELECOM,
                item: Some(1),
            };
            let keys = [
                one(patient::BIRTH_DATE),
                one(patient::GENDER),
                phone,
                one(patient::MARITAL_STATUS),
            ];
            (Kind::PATIENT, keys)
        }
        _ => {
            let keys = [allergy::CODE, allergy::CRITICALITY, allergy::REACTION, allergy::NOTE];
            (Kind::ALLERGY, keys.map(one))
        }
    }
}

impl Device {
    /// Carries a wish out; what was done is told once it is on the disk. `None` where it makes no sense here.
    pub(crate) fn write(
        &mut self,
        part: Compartment,
        wish: Wish,
        token: Token,
        now_ms: u64,
        later: bool,
    ) -> Durable<Option<Entry>> {
        let unix_ms = self.own_time(now_ms);
        let Some(vault) = self.disk.vaults.get(&part) else {
            return Ok(None);
        };
        let Some((change, entry)) = plan(vault, part, wish, token) else {
            return Ok(None);
        };
        let op = Op {
            dot: Dot {
                device: writer_of(&self.peer.own_chain(part)),
                seq: vault.last_op + 1,
            },
            hlc: vault.hlc.tick(unix_ms),
            user: author_of(token),
            compartment: record_compartment(part),
            changes: vec![change],
        };
        let version = if later { self.program } else { program::FIRST };
        let bytes = program::write(&op, version);
        self.disk.vault(part, |vault| {
            vault.last_op = op.dot.seq;
            vault.take(op, &bytes);
        })?;
        Ok(Some(entry))
    }
}

/// The change, and what the person saw and replaced.
fn plan(vault: &Vault, part: Compartment, wish: Wish, token: Token) -> Option<(Change, Entry)> {
    let (kind, keys) = fields(part);
    let value = |field: usize| format!("\"{field} by {token}\"").into_boxed_str();
    let (record, effects, change) = match wish {
        Wish::Register(record) => {
            let list = keys
                .iter()
                .take(2)
                .enumerate()
                .map(|(at, key)| (*key, value(at)))
                .collect();
            let effects = keys.iter().take(2).map(|key| Effect::Write(*key, Vec::new())).collect();
            (
                record,
                effects,
                first_change(record, kind, None, Fields::from_vec(list)),
            )
        }
        Wish::Edit(record, field) => {
            let row = vault.rows.get(&record).filter(|row| !row.is_removed())?;
            let writes = edit(row, vec![(keys[field], Some(value(field)))]);
            let effect = Effect::Write(keys[field], tokens_of(row, keys[field]));
            (record, vec![effect], change(record, row, writes))
        }
        Wish::Remove(record) => {
            let row = vault.rows.get(&record).filter(|row| !row.is_removed())?;
            let seen = keys.iter().flat_map(|key| tokens_of(row, *key)).collect();
            (
                record,
                vec![Effect::Remove(seen)],
                change(record, row, vec![removal(row, "by mistake")]),
            )
        }
        Wish::Restore(record) => {
            let row = vault.rows.get(&record).filter(|row| row.is_removed())?;
            (record, vec![Effect::Restore], change(record, row, vec![restoral(row)]))
        }
    };
    let entry = Entry {
        token,
        part,
        record,
        effects,
    };
    Some((change, entry))
}

fn change(record: RecordId, row: &RecordState, writes: Vec<wardkeep_record::op::Write>) -> Change {
    Change {
        record,
        kind: row.kind,
        patient: row.patient,
        writes,
    }
}

impl Vault {
    /// Logs an op and merges what it says.
    pub(crate) fn take(&mut self, op: Op, bytes: &[u8]) {
        let logged = Logged {
            bytes: bytes.into(),
            deferred: false,
        };
        self.log.insert((op.dot.device, op.dot.seq), logged);
        self.hlc = self.hlc.observe(op.hlc);
        self.merge(op);
    }

    /// Merges an op into the rows.
    pub(crate) fn merge(&mut self, op: Op) {
        let stamp = Stamp {
            dot: op.dot,
            hlc: op.hlc,
            user: op.user,
        };
        for change in op.changes {
            let record = change.record;
            let before = self.rows.remove(&record);
            self.rows.insert(record, merge::merge(before, change, stamp).state);
        }
    }
}
