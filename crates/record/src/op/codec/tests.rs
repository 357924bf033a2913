//! Ops survive their bytes; bytes that are no op are told apart and never panic.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::field::{BODY, OTHER, patient};
use proptest::prelude::*;

fn sample() -> Op {
    let id = |byte: u8| [byte; 16];
    let dot = |byte, seq| Dot {
        device: DeviceId::from_bytes(id(byte)),
        seq,
    };
    let name = FieldKey {
        field: patient::NAME,
        item: Some(65_536),
    };
    let gender = FieldKey {
        field: patient::GENDER,
        item: None,
    };
    let writes = vec![
        Write {
            key: name,
            cites: vec![],
            value: Some(r#"{"family":"O’Brien"}"#.into()),
        },
        Write {
            key: gender,
            cites: vec![dot(1, 6), dot(9, 3), dot(4, 300)],
            value: None,
        },
    ];
    let body = Write {
        key: FieldKey {
            field: BODY,
            item: None,
        },
        cites: vec![],
        value: Some("{}".into()),
    };
    let organization = Kind::of_type("Organization").unwrap();
    Op {
        dot: dot(1, 7),
        hlc: Hlc::new(1_700_000_000_000, 2),
        user: UserId::from_bytes(id(5)),
        compartment: Compartment::Office,
        changes: vec![
            Change {
                record: RecordId::from_bytes(id(2)),
                kind: Kind::PATIENT,
                patient: None,
                writes,
            },
            Change {
                record: RecordId::from_bytes(id(3)),
                kind: organization,
                patient: Some(RecordId::from_bytes(id(2))),
                writes: vec![body],
            },
        ],
    }
}

/// Cites are a set; the codec sorts them by its device table.
fn normal(mut op: Op) -> Op {
    let author = op.dot.device;
    for write in op.changes.iter_mut().flat_map(|change| &mut change.writes) {
        write
            .cites
            .sort_by_key(|dot| (dot.device != author, dot.device, dot.seq));
        write.cites.dedup();
    }
    op
}

#[test]
fn the_bytes_are_frozen() {
    let bytes = check_op(&sample()).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(hex);
    assert_eq!(decode_op(&bytes), Ok(normal(sample())));
}

#[test]
fn what_a_later_version_writes_is_told_apart_from_damage() {
    let mut bytes = encode_op(&sample());
    bytes[1] = 2;
    assert_eq!(decode_op(&bytes), Err(DecodeError::Newer));
    bytes[1] = 0;
    assert!(matches!(decode_op(&bytes), Err(DecodeError::Malformed(_))));
    let mut op = sample();
    op.changes[1].kind = Kind(60_000);
    assert_eq!(decode_op(&encode_op(&op)), Err(DecodeError::Newer));
    let mut op = sample();
    op.changes[0].writes[1].key.field = 9_999;
    assert_eq!(decode_op(&encode_op(&op)), Err(DecodeError::Newer));
}

#[test]
fn rules_hold_on_both_sides() {
    let rejected = |spoil: fn(&mut Op)| {
        let mut op = sample();
        spoil(&mut op);
        assert!(matches!(check_op(&op), Err(OpError::Invalid(_))), "{:?}", check_op(&op));
        assert!(matches!(decode_op(&encode_op(&op)), Err(DecodeError::Malformed(_))));
    };
    rejected(|op| op.dot.seq = 0);
    rejected(|op| op.changes.clear());
    rejected(|op| op.changes[0].writes.clear());
    rejected(|op| op.compartment = Compartment::Clinical);
    rejected(|op| op.changes[1].record = op.changes[0].record);
    rejected(|op| op.changes[0].writes[1].key = op.changes[0].writes[0].key);
    rejected(|op| op.changes[0].writes[0].key.item = None);
    rejected(|op| op.changes[0].writes[1].key.item = Some(1));
    rejected(|op| op.changes[0].writes[0].value = Some("{ }".into()));
    rejected(|op| op.changes[0].writes[0].value = Some("{}{}".into()));
    rejected(|op| op.changes[0].writes[1].cites[0].seq = op.dot.seq);
    rejected(|op| op.changes[0].writes[1].cites[1].seq = 0);
}

#[test]
fn limits_hold_on_both_sides() {
    let mut op = sample();
    op.changes[0].writes[0].value = Some(format!("\"{}\"", "x".repeat(MAX_OP_BYTES)).into());
    assert_eq!(check_op(&op), Err(OpError::TooLarge));
    assert_eq!(decode_op(&encode_op(&op)), Err(DecodeError::TooLarge));

    let mut op = sample();
    let record = |n: usize| RecordId::from_bytes((n as u128).to_be_bytes());
    op.changes = (0..=MAX_CHANGES)
        .map(|n| Change {
            record: record(n),
            ..op.changes[1].clone()
        })
        .collect();
    assert_eq!(check_op(&op), Err(OpError::TooLarge));
    assert_eq!(decode_op(&encode_op(&op)), Err(DecodeError::TooLarge));
    op.changes.pop();
    assert_eq!(decode_op(&check_op(&op).unwrap()), Ok(op));

    // A declared length costs nothing.
    assert!(decode_op(&[0x87, 1, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
}

fn any_dot() -> impl Strategy<Value = Dot> {
    (0..4_u8, 1..u64::MAX).prop_map(|(device, seq)| Dot {
        device: DeviceId::from_bytes([device; 16]),
        seq,
    })
}

fn any_write() -> impl Strategy<Value = Write> {
    let key = prop_oneof![
        any::<u32>().prop_map(|item| FieldKey {
            field: patient::NAME,
            item: Some(item)
        }),
        Just(FieldKey {
            field: patient::GENDER,
            item: None
        }),
        Just(FieldKey {
            field: OTHER,
            item: None
        }),
    ];
    let value = prop::option::of(any::<String>().prop_map(|text| json::quote(&text)));
    (key, prop::collection::vec(any_dot(), 0..4), value).prop_map(|(key, cites, value)| Write { key, cites, value })
}

fn any_op() -> impl Strategy<Value = Op> {
    let change = (
        any::<u128>(),
        any::<Option<u128>>(),
        prop::collection::vec(any_write(), 1..4),
    );
    let changes = prop::collection::vec(change, 1..4);
    (any::<[u8; 16]>(), 1..u64::MAX, any::<u64>(), any::<u128>(), changes).prop_map(
        |(device, seq, hlc, user, changes)| Op {
            dot: Dot {
                device: DeviceId::from_bytes(device),
                seq,
            },
            hlc: Hlc(hlc),
            user: UserId::from_bytes(user.to_be_bytes()),
            compartment: Compartment::Office,
            changes: changes
                .into_iter()
                .map(|(record, patient, writes)| Change {
                    record: RecordId::from_bytes(record.to_be_bytes()),
                    kind: Kind::PATIENT,
                    patient: patient.map(|id| RecordId::from_bytes(id.to_be_bytes())),
                    writes,
                })
                .collect(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn ops_survive_their_bytes(op in any_op()) {
        if let Ok(bytes) = check_op(&op) {
            prop_assert_eq!(&bytes, &encode_op(&normal(op.clone())));
            prop_assert_eq!(decode_op(&bytes), Ok(normal(op)));
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode_op(&bytes).is_err());
    }

    #[test]
    fn one_changed_byte_never_panics(at in 0..10_000_usize, byte in any::<u8>()) {
        let mut bytes = encode_op(&sample());
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(op) = decode_op(&bytes) {
            prop_assert_eq!(decode_op(&encode_op(&op)), Ok(normal(op)));
        }
    }
}
