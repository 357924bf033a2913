//! Damage is named: never wrong data, an empty record or a crash.

use super::clinic::*;
use crate::cipher;
use crate::store::{OpenError, Store, StoreError, View};
use std::fs;
use wardkeep_record::field::Kind;

/// A closed vault with a patient and three hundred observations.
fn filled(clinic: &Clinic) {
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let id = |n: u32| wardkeep_record::id::RecordId::new(n.into(), [0; 10]);
    let edits = (0..300)
        .map(|n| observation_edit(id(n), "2020-01-02", &format!("value {n}")))
        .collect();
    write(&mut store, CLINICAL, |tx| tx.put(edits)).unwrap();
}

/// Reads everything there is and answers how many observations.
fn read_all(view: &View<'_>) -> Result<usize, StoreError> {
    let mut count = 0;
    view.each_of_patient::<StoreError>(CLINICAL, record(1), |stored| {
        assert_eq!(stored.state.fields.len(), 3);
        count += 1;
        Ok(())
    })?;
    view.ops_after(
        CLINICAL,
        wardkeep_record::op::Dot {
            device: device(1),
            seq: 0,
        },
        100,
    )?;
    view.verify_audit(CLINICAL)
        .map(|report| assert_eq!(report.fault, None))?;
    Ok(count)
}

#[test]
fn a_flipped_byte_anywhere_in_the_chart_names_the_file() {
    let clinic = Clinic::new(1);
    filled(&clinic);
    let path = clinic.home.clinical_db();
    let whole = fs::read(&path).unwrap();
    let mut found = 0;
    for at in (0..whole.len()).step_by(1_021) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        match Store::open(&clinic.home, &clinic.keys, clinic.device, clinic.clock.clone()) {
            Err(error) => {
                let damaged = cipher::OpenError::Damaged {
                    file: "clinical.db".into(),
                };
                let wrong_key = cipher::OpenError::WrongKey {
                    file: "clinical.db".into(),
                };
                assert!(
                    error == OpenError::File(damaged) || (at < 16 && error == OpenError::File(wrong_key)),
                    "{at}: {error:?}"
                );
                found += 1;
            }
            Ok(store) => match read_all(&store.read()) {
                Err(error) => {
                    assert_eq!(error, StoreError::Damaged { file: "clinical.db" }, "{at}");
                    found += 1;
                }
                // A page that none of these reads touches.
                Ok(count) => assert_eq!(count, 300, "{at}"),
            },
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(found > 20, "{found}");
}

#[test]
fn a_row_that_does_not_decode_is_damage() {
    for change in [
        "body = x'00'",
        "body = x'09'",
        "body = x''",
        "clocks = x'0001'",
        "base_device = NULL",
    ] {
        let clinic = Clinic::new(1);
        filled(&clinic);
        let store = clinic.open();
        store
            .conn
            .execute(&format!("UPDATE clinical.record SET {change} WHERE n = 7"), [])
            .unwrap();
        let damaged = StoreError::Damaged { file: "clinical.db" };
        assert_eq!(
            store.read().record_in_row(CLINICAL, 7).unwrap_err(),
            damaged,
            "{change}"
        );
        assert_eq!(
            store
                .read()
                .records_of(CLINICAL, record(1), Kind::OBSERVATION, 999)
                .unwrap_err(),
            damaged
        );
    }
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let clinic = Clinic::new(1);
    filled(&clinic);
    let mut store = clinic.open();
    let pages: i64 = store
        .conn
        .query_row("PRAGMA clinical.page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        store
            .conn
            .query_row(&format!("PRAGMA clinical.max_page_count = {pages}"), [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap();
    };
    limit(&store, pages);
    // Text that does not compress.
    let long: String = (0u32..2_000)
        .map(|n| blake3::hash(&n.to_be_bytes()).to_hex().to_string())
        .collect();
    let refused = write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(9), "2020", &long)])
    });
    assert_eq!(refused.unwrap_err(), StoreError::DiskFull);
    assert_eq!(read_all(&store.read()).unwrap(), 300);
    limit(&store, 1 << 30);
    write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(9), "2020", &long)])
    })
    .unwrap();
    assert_eq!(read_all(&store.read()).unwrap(), 301);
}
