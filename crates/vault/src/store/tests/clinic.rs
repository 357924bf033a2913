//! A small clinic for the tests: a home, keys, a store, and records to put in it.

use crate::clock::ManualClock;
use crate::home::Home;
use crate::key::{VaultKey, VaultKeys};
use crate::random::SeededRandom;
use crate::store::{Action, AuditEntry, Edit, Reader, Store, StoreError, Tx};
use std::sync::Arc;
use tempfile::TempDir;
use wardkeep_record::field::{Kind, observation, patient};
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::{Compartment, FieldKey};

pub(super) const OFFICE: Compartment = Compartment::Office;
pub(super) const CLINICAL: Compartment = Compartment::Clinical;

pub(super) struct Clinic {
    pub(super) _dir: TempDir,
    pub(super) home: Home,
    pub(super) keys: VaultKeys,
    pub(super) device: DeviceId,
    pub(super) clock: Arc<ManualClock>,
}

pub(super) fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 16])
}

pub(super) fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

pub(super) fn record(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

pub(super) fn one(field: u16) -> FieldKey {
    FieldKey { field, item: None }
}

impl Clinic {
    /// A home with keys to both compartments and no files yet.
    pub(super) fn new(seed: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let random = SeededRandom::new(seed.into());
        Self {
            home: Home::open(dir.path()).unwrap(),
            _dir: dir,
            keys: VaultKeys {
                office: VaultKey::generate(&random),
                clinical: Some(VaultKey::generate(&random)),
            },
            device: device(seed),
            clock: Arc::new(ManualClock::at(1_800_000_000_000)),
        }
    }

    pub(super) fn create(&self) -> Store {
        Store::create(&self.home, &self.keys, self.device, self.clock.clone()).unwrap()
    }

    pub(super) fn open(&self) -> Store {
        Store::open(&self.home, &self.keys, self.device, self.clock.clone()).unwrap()
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::open(&self.home, &self.keys, self.device).unwrap()
    }
}

/// Cuts off whatever the store does next after so many instructions of the database's virtual machine, all statements counted together.
/// Ends with `uncut`.
pub(super) fn cut_after(store: &mut Store, mut instructions: u32) {
    // Once: what takes the transaction back is not cut off as well.
    let step = move || {
        let is_last = instructions == 1;
        instructions = instructions.saturating_sub(1);
        is_last
    };
    store.conn.progress_handler(1, Some(step)).unwrap();
}

pub(super) fn uncut(store: &mut Store) {
    store.conn.progress_handler(0, None::<fn() -> bool>).unwrap();
}

/// Writes with an audit entry.
pub(super) fn write<T>(
    store: &mut Store,
    at: Compartment,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    store.write(at, user(1), |tx| {
        let answer = work(tx)?;
        tx.audit(&AuditEntry::new(Action::Edit))?;
        Ok(answer)
    })
}

/// New values for a patient: a family name and a birth date.
pub(super) fn patient_edit(id: RecordId, family: &str, birth_date: &str) -> Edit {
    Edit {
        record: id,
        kind: Kind::PATIENT,
        patient: None,
        values: vec![
            (
                FieldKey {
                    field: patient::NAME,
                    item: Some(1),
                },
                Some(serde_json::json!({ "family": family }).to_string().into()),
            ),
            (one(patient::BIRTH_DATE), Some(format!("\"{birth_date}\"").into())),
        ],
    }
}

/// New values for an observation of patient 1.
pub(super) fn observation_edit(id: RecordId, date: &str, value: &str) -> Edit {
    Edit {
        record: id,
        kind: Kind::OBSERVATION,
        patient: Some(record(1)),
        values: vec![
            (one(observation::STATUS), Some("\"final\"".into())),
            (
                one(observation::EFFECTIVE),
                Some(format!("{{\"effectiveDateTime\":\"{date}\"}}").into()),
            ),
            (
                one(observation::VALUE),
                Some(format!("{{\"valueString\":\"{value}\"}}").into()),
            ),
        ],
    }
}
