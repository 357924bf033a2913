//! What a front desk types all day: another telephone number for one patient after another, as the ops that the vault would write.

use crate::random::Random;
use anyhow::{Result, anyhow};
use wardkeep_record::field::{Kind, patient};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::{Change, Compartment, Dot, FieldKey, Op, Write, check_op};

/// Patients of the clinic. The first change of each replaces what an import has written, a later one the change before.
const PATIENTS: usize = 20_000;
/// People who share the laptop.
const USERS: usize = 3;
/// When the first change is made, in Unix milliseconds.
const START_MS: u64 = 1_767_600_000_000;
/// How long the import took that brought the patients, in milliseconds.
const IMPORT_MS: u64 = 60_000;

/// A patient and who wrote the number that stands there.
struct Row {
    record: RecordId,
    item: u32,
    written: Dot,
}

/// A stream of changes on one device, each op with the next number.
pub struct Edits {
    random: Random,
    rows: Vec<Row>,
    users: Vec<UserId>,
    device: DeviceId,
    seq: u64,
    now_ms: u64,
}

impl Edits {
    /// Changes on the device with this id; the seed determines them all.
    pub fn new(device: [u8; 16], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let imported_by = DeviceId::from_bytes(sixteen(&mut random));
        let row = |random: &mut Random, seq: u64| Row {
            record: RecordId::new(START_MS - IMPORT_MS + IMPORT_MS * seq / PATIENTS as u64, ten(random)),
            item: random.between(1, 2),
            written: Dot {
                device: imported_by,
                seq,
            },
        };
        Self {
            rows: (1..=PATIENTS as u64).map(|seq| row(&mut random, seq)).collect(),
            users: (0..USERS).map(|_| UserId::new(START_MS, ten(&mut random))).collect(),
            device: DeviceId::from_bytes(device),
            seq: 0,
            now_ms: START_MS,
            random,
        }
    }

    /// The next change, as bytes that every reader takes.
    pub fn next(&mut self) -> Result<Vec<u8>> {
        let random = &mut self.random;
        self.seq += 1;
        self.now_ms += u64::from(random.between(4_000, 180_000));
        let number = format!("+1{}{}{}", random.between(2, 9), random.between(2, 9), random.digits(8));
        let place = random.pick(&["mobile", "mobile", "home", "work"]);
        let user = *random.pick(&self.users);
        let at = random.below(self.rows.len());
        let row = &mut self.rows[at];
        let dot = Dot {
            device: self.device,
            seq: self.seq,
        };
        let replaced = std::mem::replace(&mut row.written, dot);
        let op = Op {
            dot,
            hlc: Hlc::new(self.now_ms, 0),
            user,
            compartment: Compartment::Office,
            changes: vec![Change {
                record: row.record,
                kind: Kind::PATIENT,
                patient: None,
                writes: vec![Write {
                    key: FieldKey {
                        field: patient::TELECOM,
                        item: Some(row.item),
                    },
                    cites: vec![replaced],
                    value: Some(format!(r#"{{"system":"phone","value":"{number}","use":"{place}"}}"#).into()),
                }],
            }],
        };
        check_op(&op).map_err(|error| anyhow!("an op that breaks a rule: {error}"))
    }

    /// The next so many.
    pub fn take(&mut self, count: usize) -> Result<Vec<Vec<u8>>> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn ten(random: &mut Random) -> [u8; 10] {
    std::array::from_fn(|_| random.next() as u8)
}

fn sixteen(random: &mut Random) -> [u8; 16] {
    std::array::from_fn(|_| random.next() as u8)
}
