//! What registering one more patient costs, by the real write path: op, record, clocks, op log, audit and all indexes.

use super::Options;
use super::engine::{self, Engine};
use crate::fhir;
use crate::figure::progress;
use crate::meter::{mean, measure, percentile};
use crate::population::Population;
use crate::random::Random;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_vault::clock::SystemClock;
use wardkeep_vault::home::Home;
use wardkeep_vault::key::VaultKeys;
use wardkeep_vault::store::{Action, AuditEntry, Edit, Store, StoreError};

/// How many patients are registered.
const REGISTERED: i64 = 1_000;

/// Processor time of registering one patient.
pub(super) struct Cost {
    /// The median.
    pub(super) median: f64,
    /// What 99 of a hundred keep below: the transactions that write the log back into the file are the others.
    pub(super) p99: f64,
    /// The mean, which has its share of that writing back.
    pub(super) mean: f64,
}

/// Registers patients one by one, each in a transaction of its own, into an office file whose index is as large as that of
/// the searches.
pub(super) fn cost(folder: &Path, population: &Population, options: &Options) -> Result<Cost> {
    let home = Home::open(&folder.join("home"))?;
    let device = DeviceId::new(1, [1; 10]);
    let open = || -> Result<Store> {
        let keys = VaultKeys {
            office: engine::key()?,
            clinical: None,
        };
        let open = if home.office_db().exists() {
            Store::open
        } else {
            Store::create
        };
        open(&home, &keys, device, Arc::new(SystemClock::new())).context("opening the store")
    };
    if !home.office_db().exists() {
        drop(open()?);
        Engine::fill_existing(&home.office_db(), population, options)?;
    }
    let mut store = open()?;
    progress(&format!("registering {REGISTERED} patients one by one"));
    let user = UserId::new(1, [2; 10]);
    let mut random = Random::new(options.seed ^ 0x7265_6769);
    let mut times = Vec::new();
    for n in 0..REGISTERED {
        let entry = population.patient(options.seed ^ random.next(), n);
        let json = fhir::patient(&entry, "new").to_string();
        let values = Fields::from_json(Kind::PATIENT, &json)?.into_vec();
        let record = RecordId::from_bytes(entry.id);
        let values = values.into_iter().map(|(key, value)| (key, Some(value))).collect();
        let edit = Edit {
            record,
            kind: Kind::PATIENT,
            patient: None,
            values,
        };
        let (done, cost) = measure(|| {
            store.write(Compartment::Office, user, |tx| -> Result<(), StoreError> {
                tx.put(vec![edit])?;
                tx.audit(&AuditEntry::new(Action::Register).patient(record).record(record))
            })
        });
        done?;
        times.push(cost.cpu_ms);
    }
    Ok(Cost {
        mean: mean(&times),
        median: percentile(&mut times, 50.0),
        p99: percentile(&mut times, 99.0),
    })
}
