//! What an entry's op wrote in place of what: looked up, never guessed.

use super::clinic::*;
use super::sync_state::two;
use crate::store::{Action, AuditEntry, OpRef, Store, Told, without_op};
use proptest::prelude::*;
use wardkeep_record::field::{SEALED, patient};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::op::Dot;

fn edit(store: &mut Store, family: &str, birth_date: &str) -> OpRef {
    let id = record(1);
    let write = |tx: &mut crate::store::Tx<'_>| {
        tx.put(vec![patient_edit(id, family, birth_date)])?;
        tx.audit(
            &AuditEntry::new(Action::Edit)
                .record(id)
                .detail(&serde_json::json!({ "fields": ["name"] })),
        )
    };
    store.write(OFFICE, user(1), write).unwrap();
    let last = store.read().audit_entries(OFFICE, None, None, 1).unwrap().remove(0);
    assert_eq!(without_op(&last.detail), r#"{"fields":["name"]}"#);
    OpRef::of_detail(&last.detail).unwrap()
}

fn told(store: &Store, op: OpRef) -> Option<Told> {
    store.read().told(OFFICE, op, (user(1), record(1))).unwrap()
}

/// What a told op says of the birth date.
fn birth_date(told: &Told) -> (Vec<&str>, bool, Option<&str>) {
    let one = told
        .values
        .iter()
        .find(|value| value.key.field == patient::BIRTH_DATE)
        .unwrap();
    (
        one.before.iter().map(AsRef::as_ref).collect(),
        one.missing,
        one.after.as_deref(),
    )
}

#[test]
fn an_entry_leads_to_the_values_before_and_after() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let first = edit(&mut store, "Okafor", "1980-02-03");
    let second = edit(&mut store, "Okafor", "1980-02-04");
    let made = told(&store, first).unwrap();
    assert_eq!(birth_date(&made), (vec![], false, Some("\"1980-02-03\"")));
    let changed = told(&store, second).unwrap();
    assert_eq!(changed.values.len(), 1, "what stayed as it was is no change");
    assert_eq!(
        birth_date(&changed),
        (vec!["\"1980-02-03\""], false, Some("\"1980-02-04\""))
    );
    // A reference to another time, user or record finds nothing rather than something else.
    let other = OpRef {
        hlc: Hlc(second.hlc.0 + 1),
        ..second
    };
    assert!(told(&store, other).is_none());
    let view = store.read();
    assert!(view.told(OFFICE, second, (user(2), record(1))).unwrap().is_none());
    assert!(view.told(OFFICE, second, (user(1), record(2))).unwrap().is_none());
    let next = OpRef {
        dot: Dot {
            seq: second.dot.seq + 1,
            ..second.dot
        },
        ..second
    };
    assert!(told(&store, next).is_none());
    assert_eq!(store.read().verify_audit(OFFICE).unwrap().fault, None);
}

#[test]
fn the_key_of_a_sealed_file_is_in_no_answer() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    edit(&mut store, "Okafor", "1980-02-03");
    let id = record(1);
    let mut with_file = patient_edit(id, "Okafor", "1980-02-05");
    with_file.values.push((one(SEALED), None));
    store
        .write(OFFICE, user(1), |tx| {
            tx.put(vec![with_file])?;
            tx.audit(&AuditEntry::new(Action::Edit).record(id))
        })
        .unwrap();
    let last = store.read().audit_entries(OFFICE, None, None, 1).unwrap().remove(0);
    let found = told(&store, OpRef::of_detail(&last.detail).unwrap()).unwrap();
    assert!(found.values.iter().all(|value| value.key.field != SEALED));
}

#[test]
fn two_ops_about_one_record_are_named_by_no_entry() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let id = record(1);
    store
        .write(OFFICE, user(1), |tx| {
            tx.put(vec![patient_edit(id, "One", "1980-02-03")])?;
            tx.put(vec![patient_edit(id, "Two", "1980-02-04")])?;
            tx.audit(&AuditEntry::new(Action::Edit).record(id))
        })
        .unwrap();
    let last = store.read().audit_entries(OFFICE, None, None, 1).unwrap().remove(0);
    assert_eq!(OpRef::of_detail(&last.detail), None);
}

#[test]
fn what_lay_behind_the_snapshot_is_told_where_it_came_with_it_and_missing_where_not() {
    let (members, _clinics, [mut store, mut newcomer]) = two();
    let early = edit(&mut store, "Okafor", "1980-02-03");
    let middle = edit(&mut store, "Okafor", "1980-02-04");
    members.drain(&mut store);
    let snapshot = super::taking::give(&store, OFFICE);
    super::taking::take(&mut newcomer, OFFICE, &snapshot).unwrap();
    assert!(told(&newcomer, early).is_none(), "no op of before the snapshot is here");
    assert!(told(&newcomer, middle).is_none());
    // Its own next change replaces a value that came with the snapshot.
    let own = edit(&mut newcomer, "Okafor", "1980-02-05");
    let found = told(&newcomer, own).unwrap();
    assert_eq!(
        birth_date(&found),
        (vec!["\"1980-02-04\""], false, Some("\"1980-02-05\""))
    );
    // One that replaces what the snapshot had no more (its author had not seen the later value) says that the value is not here.
    let bytes = |change: OpRef| {
        let after = Dot {
            seq: change.dot.seq - 1,
            ..change.dot
        };
        store.read().ops_after(OFFICE, after, 1).unwrap().remove(0).bytes
    };
    newcomer
        .write(OFFICE, user(1), |tx| {
            tx.apply_remote(middle.dot, &bytes(middle))?;
            tx.audit(&AuditEntry::new(Action::Receive))
        })
        .unwrap();
    let found = told(&newcomer, middle).unwrap();
    assert_eq!(birth_date(&found), (vec![], true, Some("\"1980-02-04\"")));
}

proptest! {
    #[test]
    fn a_reference_is_read_back_and_nothing_else_is_one(text in ".{0,90}", bytes in any::<[u8; 32]>()) {
        if let Ok(op) = text.parse::<OpRef>() {
            prop_assert_eq!(op.to_string().parse::<OpRef>().unwrap(), op);
        }
        if let Some(op) = OpRef::from_bytes(&bytes) {
            prop_assert_eq!(op.to_bytes(), bytes);
            prop_assert_eq!(op.to_string().parse::<OpRef>().unwrap(), op);
        }
        let _ = without_op(&text);
    }
}
