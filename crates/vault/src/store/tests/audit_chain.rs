//! Whatever is done to the chain behind the store's back shows.

use super::clinic::*;
use crate::store::{Action, AuditEntry, AuditFault, Store, StoreError};

/// A store with five entries in the office's chain.
fn chained(clinic: &Clinic) -> Store {
    let mut store = clinic.create();
    for n in 1..=5 {
        clinic.clock.advance_ms(10);
        store
            .write(OFFICE, user(n), |tx| {
                let detail = serde_json::json!({ "n": n });
                tx.audit(&AuditEntry::new(Action::View).patient(record(n)).detail(&detail))
            })
            .unwrap();
    }
    store
}

fn fault(store: &Store) -> Option<AuditFault> {
    store.read().verify_audit(OFFICE).unwrap().fault
}

#[test]
fn an_honest_chain_verifies_and_reads_back() {
    let clinic = Clinic::new(1);
    let store = chained(&clinic);
    let report = store.read().verify_audit(OFFICE).unwrap();
    assert_eq!((report.entries, report.fault), (5, None));
    assert_eq!(store.read().verify_audit(CLINICAL).unwrap().fault, None);
    let page = store.read().audit_entries(OFFICE, None, Some(5), 2).unwrap();
    assert_eq!(page.iter().map(|row| row.n).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(page[0].user, user(4));
    assert_eq!(Action::of_number(page[0].action), Some(Action::View));
    assert_eq!(page[0].at_ms, 1_800_000_000_040);
    let page = store.read().audit_entries(OFFICE, Some(record(2)), None, 10).unwrap();
    assert_eq!(
        page.iter().map(|row| (row.n, row.detail.as_str())).collect::<Vec<_>>(),
        [(2, "{\"n\":2}")]
    );
}

#[test]
fn every_altered_column_shows() {
    for change in [
        "at_ms = at_ms + 1",
        "user = (SELECT n FROM user_ref WHERE id <> (SELECT id FROM user_ref WHERE n = audit.user) LIMIT 1)",
        "user = 99",
        "action = 9",
        "patient = NULL",
        "record = patient",
        "detail = '{}'",
        "hash = randomblob(32)",
    ] {
        let clinic = Clinic::new(1);
        let store = chained(&clinic);
        store.conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        assert_eq!(
            store
                .conn
                .execute(&format!("UPDATE audit SET {change} WHERE n = 3"), [])
                .unwrap(),
            1
        );
        assert_eq!(fault(&store), Some(AuditFault::Altered { n: 3 }), "{change}");
    }
    let clinic = Clinic::new(1);
    let store = chained(&clinic);
    store
        .conn
        .execute("UPDATE audit SET prev = randomblob(32) WHERE n = 3", [])
        .unwrap();
    assert_eq!(fault(&store), Some(AuditFault::Broken { n: 3 }));
}

#[test]
fn deletion_reordering_and_truncation_show() {
    let cases: [(&str, AuditFault); 5] = [
        ("DELETE FROM audit WHERE n = 1", AuditFault::Broken { n: 1 }),
        ("DELETE FROM audit WHERE n = 3", AuditFault::Broken { n: 3 }),
        ("DELETE FROM audit WHERE n >= 4", AuditFault::Cut { n: 3 }),
        ("DELETE FROM audit", AuditFault::Cut { n: 0 }),
        (
            "UPDATE audit SET n = 103 WHERE n = 3; UPDATE audit SET n = 3 WHERE n = 4; UPDATE audit SET n = 4 WHERE n = 103",
            AuditFault::Broken { n: 3 },
        ),
    ];
    for (sql, expected) in cases {
        let clinic = Clinic::new(1);
        let store = chained(&clinic);
        store.conn.execute_batch(sql).unwrap();
        assert_eq!(fault(&store), Some(expected), "{sql}");
    }
}

#[test]
fn a_head_that_was_set_back_is_neither_believed_nor_sealed_again() {
    let clinic = Clinic::new(1);
    let mut store = chained(&clinic);
    store
        .conn
        .execute_batch(
            "DELETE FROM audit WHERE n > 3;
             UPDATE meta SET audit_n = 3, audit_hash = (SELECT hash FROM audit WHERE n = 3)",
        )
        .unwrap();
    assert_eq!(fault(&store), Some(AuditFault::HeadForged));
    let refused = store.write(OFFICE, user(1), |tx| tx.audit(&AuditEntry::new(Action::View)));
    assert_eq!(refused.unwrap_err(), StoreError::Damaged { file: "office.db" });
}

#[test]
fn a_detail_beyond_the_limit_is_refused() {
    let clinic = Clinic::new(1);
    let mut store = clinic.create();
    let mut entry = AuditEntry::new(Action::View);
    entry.detail = "x".repeat(crate::store::DETAIL_MAX + 1);
    let refused = store.write(OFFICE, user(1), |tx| tx.audit(&entry));
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
}

#[test]
fn numbers_and_names_of_actions_are_frozen() {
    let list: Vec<String> = Action::ALL
        .iter()
        .map(|action| format!("{} {}", action.number(), action.name()))
        .collect();
    insta::assert_snapshot!(list.join("\n"));
    for action in Action::ALL {
        assert_eq!(Action::of_number(action.number()), Some(*action));
    }
    assert_eq!(Action::of_number(9_999), None);
}
