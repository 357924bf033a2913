//! Who opens a chart: set, changed, lifted, and met by what others wrote.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::field::Kind;
use crate::hlc::Hlc;
use crate::id::{DeviceId, RecordId};
use crate::merge::{Stamp, merge};
use crate::op::{Change, Dot, Write};

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn people(all: &[u8]) -> BTreeSet<UserId> {
    all.iter().map(|n| user(*n)).collect()
}

fn dot(device: u8, seq: u64) -> Dot {
    Dot {
        device: DeviceId::from_bytes([device; 16]),
        seq,
    }
}

/// The patient after a device wrote this, having seen `cites` or, with nothing named, all that there is.
fn after(state: Option<RecordState>, by: Dot, cites: Option<&[Dot]>, values: NewValues) -> RecordState {
    let seen = |key| {
        let heads = state.as_ref().map(|state| state.heads(key)).unwrap_or_default();
        cites.map_or_else(|| heads.iter().map(|head| head.stamp.dot).collect(), <[Dot]>::to_vec)
    };
    let writes = values
        .into_iter()
        .map(|(key, value)| Write {
            key,
            cites: seen(key),
            value,
        })
        .collect();
    let change = Change {
        record: RecordId::from_bytes([9; 16]),
        kind: Kind::PATIENT,
        patient: None,
        writes,
    };
    let stamp = Stamp {
        dot: by,
        hlc: Hlc(by.seq),
        user: user(1),
    };
    merge(state, change, stamp).state
}

fn patient_with(meta: Option<&str>) -> RecordState {
    let meta = meta.map(|meta| (one(field::META), Some(meta.into())));
    let gender = (one(patient::GENDER), Some("\"female\"".into()));
    after(None, dot(1, 1), None, meta.into_iter().chain([gender]).collect())
}

fn restricted(state: RecordState, by: Dot, to: &[u8]) -> RecordState {
    let values = restrict(&state, &people(to));
    after(Some(state), by, None, values)
}

#[test]
fn it_is_set_changed_and_lifted_and_nothing_else_of_meta_is_touched() {
    let meta = r#"{"versionId":"3","tag":[{"system":"x","code":"y"}]}"#;
    let state = patient_with(Some(meta));
    assert_eq!(Restriction::of(&state), None);
    let state = restricted(state, dot(1, 2), &[1, 2]);
    let found = Restriction::of(&state).unwrap();
    assert!(found.lets(user(1)) && found.lets(user(2)) && !found.lets(user(3)));
    let label = state.fields.one(field::META).unwrap();
    assert!(
        label.contains("\"R\"") && label.contains("versionId") && json::is_minified(label),
        "{label}"
    );
    let state = restricted(state, dot(1, 3), &[3]);
    assert_eq!(Restriction::of(&state).unwrap().users(), [user(3)]);
    assert_eq!(state.fields.one(field::META).unwrap().matches("\"R\"").count(), 1);
    let values = lift(&state);
    let state = after(Some(state), dot(1, 4), None, values);
    assert_eq!(Restriction::of(&state), None);
    let left: Value = serde_json::from_str(state.fields.one(field::META).unwrap()).unwrap();
    assert_eq!(left, serde_json::from_str::<Value>(meta).unwrap());
}

#[test]
fn a_list_of_nobody_seals_the_chart() {
    let state = restricted(patient_with(None), dot(1, 2), &[]);
    let found = Restriction::of(&state).unwrap();
    assert!(!found.has_no_list() && !found.lets(user(1)) && !found.names(user(1)));
    let values = lift(&state);
    let state = after(Some(state), dot(1, 3), None, values);
    assert_eq!(state.fields.one(field::META), None);
}

#[test]
fn a_label_from_elsewhere_restricts_and_has_no_list() {
    for code in ["R", "V"] {
        let meta = format!(r#"{{"security":[{{"system":"{CONFIDENTIALITY}","code":"{code}"}}]}}"#);
        let found = Restriction::of(&patient_with(Some(&meta))).unwrap();
        assert!(found.has_no_list() && !found.lets(user(1)), "{code}");
    }
    for other in ["N", "L"] {
        let meta = format!(r#"{{"security":[{{"system":"{CONFIDENTIALITY}","code":"{other}"}}]}}"#);
        assert_eq!(Restriction::of(&patient_with(Some(&meta))), None, "{other}");
    }
    let strange = [r#"{"security":7}"#, r#"{"security":[{"code":"R"}]}"#, "7"];
    assert!(
        strange
            .iter()
            .all(|meta| Restriction::of(&patient_with(Some(meta))).is_none())
    );
}

#[test]
fn what_met_without_being_seen_opens_nothing() {
    let start = patient_with(None);
    // One laptop names 1 and 2, another 2 and 3: only 2 is named by both.
    let values = restrict(&start, &people(&[2, 3]));
    let state = restricted(start.clone(), dot(1, 2), &[1, 2]);
    let both = after(Some(state.clone()), dot(2, 9), Some(&[]), values);
    let found = Restriction::of(&both).unwrap();
    assert_eq!(found.users(), [user(2)]);
    assert!(found.names(user(1)) && found.names(user(3)) && !found.lets(user(1)));
    // A meta that was written beside the label does not take the restriction away, nor does a lift of a list never seen.
    let plain = vec![(one(field::META), Some(r#"{"versionId":"4"}"#.into()))];
    let beside = after(Some(state.clone()), dot(2, 9), Some(&[]), plain);
    assert_eq!(Restriction::of(&beside).unwrap().users(), [user(1), user(2)]);
    let cleared = vec![(one(patient::RESTRICTION), None), (one(field::META), None)];
    let beside = after(Some(state), dot(2, 9), Some(&[]), cleared);
    assert!(Restriction::of(&beside).is_some());
    // Whoever sees all of it can lift it.
    let values = lift(&beside);
    assert_eq!(Restriction::of(&after(Some(beside), dot(1, 10), None, values)), None);
}

#[test]
fn what_cannot_be_read_names_nobody() {
    for text in ["7", "{}", r#"{"extension":[{"url":"user","valueUuid":"urn:uuid:x"}]}"#] {
        let state = after(
            Some(patient_with(None)),
            dot(1, 2),
            None,
            vec![(one(patient::RESTRICTION), Some(text.into()))],
        );
        assert!(!Restriction::of(&state).unwrap().lets(user(1)), "{text}");
    }
}
