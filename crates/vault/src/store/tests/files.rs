//! Files: made, opened again, of another version, of another device, exchanged, missing.

use super::clinic::*;
use crate::cipher;
use crate::store::audit::AuditKey;
use crate::store::migrate::{known_version, run, user_version};
use crate::store::schema::{Migration, schema, steps};
use crate::store::{OpenError, Reader, Store, StoreError};
use wardkeep_record::op::Compartment;

fn opened(clinic: &Clinic) -> Result<Store, OpenError> {
    Store::open(&clinic.home, &clinic.keys, clinic.device, clinic.clock.clone())
}

#[test]
fn a_new_vault_is_made_once() {
    let clinic = Clinic::new(1);
    drop(clinic.create());
    let again = Store::create(&clinic.home, &clinic.keys, clinic.device, clinic.clock.clone());
    assert_eq!(
        again.unwrap_err(),
        OpenError::File(cipher::OpenError::Exists {
            file: "office.db".into()
        })
    );
    drop(clinic.open());
}

#[test]
fn a_newer_file_is_refused_with_both_versions_and_left_alone() {
    for (at, file) in [(OFFICE, "office.db"), (CLINICAL, "clinical.db")] {
        let clinic = Clinic::new(1);
        let store = clinic.create();
        let s = schema(at);
        store
            .conn
            .execute_batch(&format!("PRAGMA {s}.user_version = 900"))
            .unwrap();
        drop(store);
        let newer = cipher::OpenError::Newer {
            file: file.into(),
            found: 900,
            known: known_version(at).into(),
        };
        assert_eq!(opened(&clinic).unwrap_err(), OpenError::File(newer.clone()));
        let reader = Reader::open(&clinic.home, &clinic.keys, clinic.device);
        assert_eq!(reader.unwrap_err(), OpenError::File(newer));
    }
}

#[test]
fn a_file_of_another_device_or_compartment_is_refused() {
    let clinic = Clinic::new(1);
    drop(clinic.create());
    let other = Store::open(&clinic.home, &clinic.keys, device(9), clinic.clock.clone());
    assert_eq!(other.unwrap_err(), OpenError::OtherDevice { file: "office.db" });

    let (office, clinical) = (clinic.home.office_db(), clinic.home.clinical_db());
    std::fs::rename(&office, office.with_extension("aside")).unwrap();
    std::fs::rename(&clinical, &office).unwrap();
    std::fs::rename(office.with_extension("aside"), &clinical).unwrap();
    let wrong_key = cipher::OpenError::WrongKey {
        file: "office.db".into(),
    };
    assert_eq!(opened(&clinic).unwrap_err(), OpenError::File(wrong_key));
    let exchanged_keys = crate::key::VaultKeys {
        office: clinic.keys.clinical.as_ref().unwrap().duplicate(),
        clinical: Some(clinic.keys.office.duplicate()),
    };
    let exchanged = Store::open(&clinic.home, &exchanged_keys, clinic.device, clinic.clock.clone());
    assert_eq!(
        exchanged.unwrap_err(),
        OpenError::File(cipher::OpenError::Damaged {
            file: "office.db".into()
        })
    );
}

#[test]
fn a_missing_file_is_not_made_anew() {
    let clinic = Clinic::new(1);
    drop(clinic.create());
    std::fs::remove_file(clinic.home.clinical_db()).unwrap();
    let missing = cipher::OpenError::Missing {
        file: "clinical.db".into(),
    };
    assert_eq!(opened(&clinic).unwrap_err(), OpenError::File(missing));
    assert!(!clinic.home.clinical_db().exists());
}

/// Creation was killed after the files were made and before they had tables.
#[test]
fn an_empty_file_becomes_a_whole_one_at_the_next_start() {
    let clinic = Clinic::new(1);
    let conn = cipher::open(&clinic.home.office_db(), &clinic.keys.office, cipher::Mode::Create).unwrap();
    let clinical = clinic.keys.clinical.as_ref().unwrap();
    cipher::attach(
        &conn,
        "clinical",
        &clinic.home.clinical_db(),
        clinical,
        cipher::Mode::Create,
    )
    .unwrap();
    conn.execute_batch("PRAGMA user_version = 0; PRAGMA clinical.user_version = 0")
        .unwrap();
    drop(conn);
    if std::fs::metadata(clinic.home.office_db()).unwrap().len() == 0 {
        // Nothing was ever written: such a file is told as damaged, and no vault is in it.
        assert!(opened(&clinic).is_err());
        return;
    }
    let mut store = clinic.open();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
}

#[test]
fn a_later_step_finds_the_rows_of_the_version_before() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
    let key = AuditKey::derive(&clinic.keys.office);
    let last = known_version(OFFICE);
    let later = [Migration::sql(
        last + 1,
        &[
            "CREATE TABLE {s}.later (n INTEGER PRIMARY KEY, v INTEGER NOT NULL) STRICT",
            "INSERT INTO {s}.later SELECT n, kind FROM {s}.record",
        ],
    )];
    run(&mut store.conn, OFFICE, &later, clinic.device, &key).unwrap();
    assert_eq!(user_version(&store.conn, OFFICE).unwrap(), last + 1);
    let copied: i64 = store
        .conn
        .query_row("SELECT count(*) FROM later WHERE v = 1", [], |row| row.get(0))
        .unwrap();
    assert_eq!(copied, 1);
    // Running it again is running nothing.
    run(&mut store.conn, OFFICE, &later, clinic.device, &key).unwrap();
}

#[test]
fn a_step_that_fails_in_the_middle_leaves_the_version_before() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let key = AuditKey::derive(&clinic.keys.office);
    let last = known_version(OFFICE);
    let broken = [Migration::sql(
        last + 1,
        &[
            "CREATE TABLE {s}.later (n INTEGER PRIMARY KEY) STRICT",
            "INSERT INTO {s}.no_such_table VALUES (1)",
        ],
    )];
    assert!(matches!(
        run(&mut store.conn, OFFICE, &broken, clinic.device, &key),
        Err(StoreError::Statement { .. })
    ));
    assert_eq!(user_version(&store.conn, OFFICE).unwrap(), last);
    let tables: i64 = store
        .conn
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'later'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(tables, 0);
    drop(store);
    let mut store = clinic.open();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "A", "1956")])
    })
    .unwrap();
}

/// The text of a file's own tables, less those of the search index, which has a test of its own.
fn tables(conn: &rusqlite::Connection, at: Compartment) -> String {
    let s = schema(at);
    let sql = format!("SELECT sql FROM {s}.sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
    let mut query = conn.prepare(&sql).unwrap();
    let all = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let ours = |sql: &String| !sql.contains("search_") && !sql.contains("patient_row");
    all.map(Result::unwrap).filter(ours).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_tables_of_both_files_are_frozen_by_version() {
    for at in [OFFICE, CLINICAL] {
        for version in 1..=known_version(at) {
            let clinic = Clinic::new(1);
            let key = AuditKey::derive(&clinic.keys.office);
            let mut conn = cipher::scratch().unwrap();
            if at == CLINICAL {
                let path = clinic.home.clinical_db();
                cipher::attach(&conn, schema(at), &path, &clinic.keys.office, cipher::Mode::Create).unwrap();
            }
            let released = &steps(at)[..version as usize];
            run(&mut conn, at, released, clinic.device, &key).unwrap();
            insta::assert_snapshot!(format!("{}_version_{version}", schema(at)), tables(&conn, at));
        }
    }
    let versions: Vec<u32> = steps(OFFICE).iter().map(|step| step.version).collect();
    assert!(
        versions.iter().zip(1..).all(|(found, expected)| *found == expected),
        "numbered without gaps"
    );
}

/// Takes the tables of all later versions away again: what is left is a file as the first version wrote it.
fn downgrade(store: &Store, at: Compartment) {
    let s = schema(at);
    let mut text = format!("DROP INDEX {s}.record_review;");
    for table in [
        "travelling",
        "sync",
        "epoch_key",
        "chain",
        "segment_op",
        "outbox",
        "quarantine",
        "digest",
        "snapshot_base",
        "record_base",
    ] {
        text.push_str(&format!("DROP TABLE {s}.{table};"));
    }
    if at == CLINICAL {
        text.push_str(&format!("DROP TABLE {s}.glass;"));
    }
    let fresh = [
        "patient",
        "name",
        "pair",
        "birth",
        "phone",
        "identifier",
        "place",
        "near",
    ];
    for table in fresh.iter().filter(|_| at == OFFICE) {
        text.push_str(&format!("DROP TABLE {s}.fresh_{table};"));
    }
    text.push_str(&format!("PRAGMA {s}.user_version = 1;"));
    store.conn.execute_batch(&text).unwrap();
}

#[test]
fn a_vault_of_version_1_opens_with_all_that_is_in_it() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let patients = vec![
        patient_edit(record(1), "A", "1956"),
        patient_edit(record(2), "B", "1957"),
    ];
    write(&mut store, OFFICE, |tx| tx.put(patients)).unwrap();
    write(&mut store, OFFICE, |tx| tx.remove(record(2), "entered twice")).unwrap();
    write(&mut store, CLINICAL, |tx| {
        tx.put(vec![observation_edit(record(3), "2020", "a")])
    })
    .unwrap();
    let before = super::convergence::dump(&store);
    for at in [OFFICE, CLINICAL] {
        downgrade(&store, at);
        // The very text that the first version was released with.
        insta::assert_snapshot!(format!("{}_version_1", schema(at)), tables(&store.conn, at));
    }
    drop(store);

    let mut store = clinic.open();
    assert_eq!(super::convergence::dump(&store), before);
    for at in [OFFICE, CLINICAL] {
        assert_eq!(user_version(&store.conn, at).unwrap(), known_version(at));
        assert_eq!(store.read().verify_audit(at).unwrap().fault, None);
        assert!(store.read().unsent(at).unwrap().ops > 0, "nothing of it has left yet");
        assert_eq!(store.read().digest(at).unwrap(), None);
    }
    let key = wardkeep_sync::secret::DigestKey::from_slice(&[7; 32]).unwrap();
    store.start_digest(OFFICE, &key).unwrap();
    write(&mut store, OFFICE, |tx| tx.restore(record(2))).unwrap();
    let view = store.read();
    assert_eq!(view.digest(OFFICE).unwrap(), view.digest_of_rows(OFFICE).unwrap());
    assert_eq!(view.digest(OFFICE).unwrap().unwrap().iter().next().unwrap().1.rows, 2);
}

#[test]
fn an_index_of_the_version_before_is_made_anew() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| {
        tx.put(vec![patient_edit(record(1), "Osei", "1956")])
    })
    .unwrap();
    let key = AuditKey::derive(&clinic.keys.office);
    let rows = "SELECT group_concat(family) FROM patient_row";
    let families = |store: &Store| -> Option<String> { store.conn.query_row(rows, [], |row| row.get(0)).unwrap() };
    let stale = "UPDATE patient_row SET family = 'as it was before'";
    store.conn.execute(stale, []).unwrap();
    let step = [Migration::reindex(known_version(OFFICE) + 1)];
    run(&mut store.conn, OFFICE, &step, clinic.device, &key).unwrap();
    assert_eq!(families(&store).as_deref(), Some("Osei"));
    // Once: what is there is not made anew at every start.
    store.conn.execute(stale, []).unwrap();
    run(&mut store.conn, OFFICE, &step, clinic.device, &key).unwrap();
    assert_eq!(families(&store).as_deref(), Some("as it was before"));
}
