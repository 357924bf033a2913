//! Rows that are no records: users, settings, drafts, sealed files.

use super::clinic::*;
use crate::store::{BlobRow, LocalUser, StoreError};
use wardkeep_record::id::BlobId;
use zeroize::Zeroizing;

fn local_user(n: u8, name: &str) -> LocalUser {
    LocalUser {
        id: user(n),
        name: name.into(),
        roles: 1,
        created_ms: 5,
        closed_ms: None,
    }
}

#[test]
fn users_are_added_changed_and_never_share_a_name() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    write(&mut store, OFFICE, |tx| tx.put_user(&local_user(1, "Ada"))).unwrap();
    write(&mut store, OFFICE, |tx| tx.put_user(&local_user(2, "Ben"))).unwrap();
    let taken = write(&mut store, OFFICE, |tx| tx.put_user(&local_user(3, "Ada")));
    assert_eq!(taken.unwrap_err(), StoreError::Exists { what: "user name" });
    let closed = LocalUser {
        closed_ms: Some(9),
        roles: 3,
        ..local_user(2, "Ben")
    };
    write(&mut store, OFFICE, |tx| tx.put_user(&closed)).unwrap();
    assert_eq!(store.read().users().unwrap(), [local_user(1, "Ada"), closed.clone()]);
    assert_eq!(store.read().user(user(2)).unwrap(), Some(closed));
    assert_eq!(store.read().user(user(3)).unwrap(), None);
}

#[test]
fn settings_are_set_and_set_again() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    for value in ["1", "2"] {
        write(&mut store, OFFICE, |tx| tx.put_setting("idle_lock_s", value)).unwrap();
        assert_eq!(store.read().setting("idle_lock_s").unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.read().setting("other").unwrap(), None);
    let wrong = write(&mut store, CLINICAL, |tx| tx.put_setting("idle_lock_s", "3"));
    assert_eq!(wrong.unwrap_err(), StoreError::WrongCompartment);
}

#[test]
fn a_draft_needs_no_audit_and_is_each_users_own() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let saved = store
        .write(CLINICAL, user(1), |tx| tx.save_draft(record(1), "note", "Patient sa"))
        .unwrap();
    assert_eq!(saved, 1_800_000_000_000);
    store
        .write(CLINICAL, user(1), |tx| tx.save_draft(record(1), "note", "Patient says"))
        .unwrap();
    let draft = store.read().draft(user(1), record(1), "note").unwrap().unwrap();
    assert_eq!(draft.body, "Patient says");
    assert_eq!(store.read().draft(user(2), record(1), "note").unwrap(), None);
    assert_eq!(store.read().draft(user(1), record(2), "note").unwrap(), None);
    store
        .write(CLINICAL, user(1), |tx| tx.discard_draft(record(1), "note"))
        .unwrap();
    store
        .write(CLINICAL, user(1), |tx| tx.discard_draft(record(9), "note"))
        .unwrap();
    assert_eq!(store.read().draft(user(1), record(1), "note").unwrap(), None);
}

#[test]
fn sealed_files_are_found_by_id_and_by_record() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let blob = BlobRow {
        id: BlobId::from_bytes([3; 16]),
        key: Zeroizing::new([4; 32]),
        size: 1 << 40,
        media_type: "image/jpeg".into(),
        digest: [5; 32],
        record: Some(record(1)),
        at_ms: 0,
    };
    write(&mut store, OFFICE, |tx| tx.put_blob(&blob)).unwrap();
    let found = store.read().blob(OFFICE, blob.id).unwrap().unwrap();
    assert_eq!(
        (&*found.key, found.size, found.at_ms),
        (&[4; 32], 1 << 40, 1_800_000_000_000)
    );
    assert_eq!(store.read().blobs_of(OFFICE, record(1)).unwrap().len(), 1);
    assert!(store.read().blob(CLINICAL, blob.id).unwrap().is_none());
    write(&mut store, OFFICE, |tx| tx.remove_blob(blob.id)).unwrap();
    assert!(store.read().blob_ids(OFFICE).unwrap().is_empty());
}
