//! Properties of the merge over random histories of several devices, against an oracle that knows who had seen what.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::field::{REMOVED, patient};
use crate::id::DeviceId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DEVICES: usize = 4;

fn id(byte: u8) -> [u8; 16] {
    let mut bytes = [7; 16];
    bytes[0] = byte;
    bytes
}

fn device(n: usize) -> DeviceId {
    DeviceId::from_bytes(id(n as u8))
}

fn stamp(n: usize, seq: u64, time: u64) -> Stamp {
    let user = UserId::from_bytes(id(100 + n as u8));
    Stamp {
        dot: Dot { device: device(n), seq },
        hlc: Hlc(time),
        user,
    }
}

fn key(n: u8) -> FieldKey {
    match n % 4 {
        0 => FieldKey {
            field: patient::GENDER,
            item: None,
        },
        1 => FieldKey {
            field: patient::BIRTH_DATE,
            item: None,
        },
        2 => FieldKey {
            field: patient::NAME,
            item: Some(1),
        },
        _ => FieldKey {
            field: patient::NAME,
            item: Some(2),
        },
    }
}

fn change(writes: Vec<Write>) -> Change {
    Change {
        record: RecordId::from_bytes(id(9)),
        kind: Kind::PATIENT,
        patient: None,
        writes,
    }
}

fn write(key: FieldKey, cites: Vec<Dot>, value: &str) -> Write {
    Write {
        key,
        cites,
        value: Some(format!("\"{value}\"").into()),
    }
}

/// What a device does next in a random history.
#[derive(Clone, Debug)]
enum Step {
    /// Writes these fields, each with a value of its own or none.
    Edit {
        at: usize,
        keys: Vec<(u8, bool)>,
        time: u64,
    },
    Remove {
        at: usize,
        time: u64,
    },
    Restore {
        at: usize,
        time: u64,
    },
    /// Takes in everything that another device has.
    Pull {
        at: usize,
        from: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let at = 0..DEVICES;
    prop_oneof![
        5 => (at.clone(), prop::collection::vec((0..4_u8, any::<bool>()), 1..4), 0..20_u64)
            .prop_map(|(at, keys, time)| Step::Edit { at, keys, time }),
        1 => (at.clone(), 0..20_u64).prop_map(|(at, time)| Step::Remove { at, time }),
        1 => (at.clone(), 0..20_u64).prop_map(|(at, time)| Step::Restore { at, time }),
        4 => (at, 0..DEVICES).prop_map(|(at, from)| Step::Pull { at, from }),
    ]
}

/// One op and everything that its author had seen.
#[derive(Clone, Debug)]
struct Made {
    stamp: Stamp,
    change: Change,
    past: BTreeSet<Dot>,
}

#[derive(Clone, Default)]
struct Replica {
    state: Option<RecordState>,
    seen: BTreeSet<Dot>,
}

impl Replica {
    fn take(&mut self, made: &Made) {
        self.state = Some(merge(self.state.take(), made.change.clone(), made.stamp).state);
        self.seen.insert(made.stamp.dot);
    }
}

/// Plays a history; the ops in the order in which they were made.
fn play(steps: &[Step]) -> Vec<Made> {
    let mut replicas = vec![Replica::default(); DEVICES];
    let mut made: Vec<Made> = Vec::new();
    let mut seqs = [0_u64; DEVICES];
    for step in steps {
        let (at, time, writes) = match step {
            Step::Pull { at, from } => {
                let theirs: Vec<Made> = made
                    .iter()
                    .filter(|made| replicas[*from].seen.contains(&made.stamp.dot))
                    .cloned()
                    .collect();
                for op in theirs {
                    if !replicas[*at].seen.contains(&op.stamp.dot) {
                        replicas[*at].take(&op);
                    }
                }
                continue;
            }
            Step::Edit { at, keys, time } => {
                let unique: BTreeMap<u8, bool> = keys.iter().copied().collect();
                let state = replicas[*at].state.clone();
                let writes = unique.into_iter().map(|(n, clear)| {
                    let cites = state.as_ref().map(|state| cites(state, key(n))).unwrap_or_default();
                    let value = (!clear).then(|| format!("\"{at}.{}.{n}\"", seqs[*at]).into());
                    Write {
                        key: key(n),
                        cites,
                        value,
                    }
                });
                (*at, *time, writes.collect())
            }
            Step::Remove { at, time } => match &replicas[*at].state {
                Some(state) => (*at, *time, vec![removal(state, "moved away")]),
                None => continue,
            },
            Step::Restore { at, time } => match &replicas[*at].state {
                Some(state) => (*at, *time, vec![restoral(state)]),
                None => continue,
            },
        };
        seqs[at] += 1;
        let op = Made {
            stamp: stamp(at, seqs[at], time),
            change: change(writes),
            past: replicas[at].seen.clone(),
        };
        replicas[at].take(&op);
        made.push(op);
    }
    made
}

fn merge_all<'m>(ops: impl IntoIterator<Item = &'m Made>) -> RecordState {
    let mut replica = Replica::default();
    ops.into_iter().for_each(|op| replica.take(op));
    replica.state.unwrap()
}

fn bytes(state: &RecordState) -> (Vec<u8>, Vec<u8>) {
    (state.fields.to_bytes(), state.clocks.to_bytes())
}

/// By definition: the writes of a field that no other write of it had seen.
fn true_heads(ops: &[Made], key: FieldKey) -> BTreeSet<Dot> {
    let writers: Vec<&Made> = ops
        .iter()
        .filter(|op| op.change.writes.iter().any(|write| write.key == key))
        .collect();
    let seen_by_another = |dot: &Dot| writers.iter().any(|op| op.past.contains(dot));
    writers
        .iter()
        .map(|op| op.stamp.dot)
        .filter(|dot| !seen_by_another(dot))
        .collect()
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_order_and_any_repetition_give_the_same_bytes(
        (ops, order) in history().prop_map(|steps| play(&steps)).prop_filter("no ops", |ops| !ops.is_empty()).prop_flat_map(|ops| {
            let twice: Vec<usize> = (0..ops.len()).chain(0..ops.len()).collect();
            (Just(ops), Just(twice).prop_shuffle())
        })
    ) {
        let in_order = merge_all(&ops);
        let shuffled = merge_all(order.iter().map(|n| &ops[*n]));
        prop_assert_eq!(bytes(&in_order), bytes(&shuffled));
        prop_assert_eq!(&in_order, &shuffled);
        prop_assert_eq!(in_order.removal_state(), shuffled.removal_state());
    }

    #[test]
    fn heads_are_exactly_the_writes_that_none_had_seen(steps in history()) {
        let ops = play(&steps);
        prop_assume!(!ops.is_empty());
        let state = merge_all(&ops);
        for key in (0..4).map(key).chain([FieldKey { field: REMOVED, item: None }]) {
            let heads = state.heads(key);
            let dots: BTreeSet<Dot> = heads.iter().map(|head| head.stamp.dot).collect();
            prop_assert_eq!(&dots, &true_heads(&ops, key));
            let shown = heads.iter().map(|head| (head.stamp.hlc, head.stamp.dot.device)).max();
            prop_assert_eq!(heads.first().map(|head| (head.stamp.hlc, head.stamp.dot.device)), shown);
            for head in &heads {
                let made = ops.iter().find(|op| op.stamp.dot == head.stamp.dot).unwrap();
                let wrote = made.change.writes.iter().find(|write| write.key == key).unwrap();
                prop_assert_eq!(head.value, wrote.value.as_deref());
            }
        }
    }

    #[test]
    fn an_edit_that_no_removal_saw_keeps_the_record(steps in history()) {
        let ops = play(&steps);
        prop_assume!(!ops.is_empty());
        let state = merge_all(&ops);
        let tombs = state.heads(FieldKey { field: REMOVED, item: None });
        let removals: Vec<&Made> = ops.iter().filter(|op| tombs.iter().any(|tomb| tomb.stamp.dot == op.stamp.dot)).collect();
        let seen_by_removals = |dot: &Dot| removals.iter().any(|removal| removal.past.contains(dot));
        let all_seen = (0..4).map(key).flat_map(|key| true_heads(&ops, key)).all(|dot| seen_by_removals(&dot));
        let expected = if tombs.iter().all(|tomb| tomb.value.is_none()) {
            RemovalState::Present
        } else if all_seen && tombs.iter().all(|tomb| tomb.value.is_some()) {
            RemovalState::Removed
        } else {
            RemovalState::Flagged
        };
        prop_assert_eq!(state.removal_state(), expected);
    }

    #[test]
    fn clocks_survive_their_bytes(steps in history()) {
        let ops = play(&steps);
        prop_assume!(!ops.is_empty());
        let state = merge_all(&ops);
        prop_assert_eq!(&Clocks::from_bytes(&state.clocks.to_bytes()).unwrap(), &state.clocks);
    }

    #[test]
    fn writes_that_cite_each_other_in_a_circle_never_panic(
        ops in prop::collection::vec((0..DEVICES, 1..4_u64, 0..4_u8, prop::collection::vec((0..DEVICES, 1..5_u64), 0..3)), 1..20)
    ) {
        let mut state = None;
        for (at, seq, n, cited) in ops {
            let cites = cited.into_iter().map(|(n, seq)| Dot { device: device(n), seq }).collect();
            let merged = merge(state, change(vec![write(key(n), cites, "x")]), stamp(at, seq, 3)).state;
            prop_assert_eq!(&Clocks::from_bytes(&merged.clocks.to_bytes()).unwrap(), &merged.clocks);
            state = Some(merged);
        }
    }

    #[test]
    fn garbage_is_no_clocks(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Clocks::from_bytes(&bytes);
    }
}

#[test]
fn a_write_that_saw_another_wins_whatever_the_clocks_say() {
    let first = stamp(0, 1, 1_000_000);
    let later = stamp(1, 1, 3);
    let old = merge(None, change(vec![write(key(0), vec![], "male")]), first).state;
    let merged = merge(
        Some(old.clone()),
        change(vec![write(key(0), cites(&old, key(0)), "female")]),
        later,
    );
    assert_eq!(merged.state.fields.one(patient::GENDER), Some("\"female\""));
    assert_eq!(merged.changed, vec![key(0)]);
    assert!(merged.conflicts.is_empty() && !merged.mismatch);
    assert_eq!(merged.before, Some(RemovalState::Present));
}

#[test]
fn writes_that_met_are_both_kept_until_one_cites_both() {
    let base = merge(None, change(vec![write(key(1), vec![], "1984")]), stamp(0, 1, 1)).state;
    let cited = cites(&base, key(1));
    let left = change(vec![write(key(1), cited.clone(), "1984-03")]);
    let merged = merge(Some(base), left, stamp(1, 1, 5)).state;
    let merged = merge(
        Some(merged),
        change(vec![write(key(1), cited, "1984-04")]),
        stamp(2, 1, 4),
    );
    assert_eq!(merged.conflicts, vec![key(1)]);
    assert!(merged.changed.is_empty());
    let conflicts = merged.state.conflicts();
    let values: Vec<_> = conflicts[0]
        .1
        .iter()
        .map(|head| (head.value.unwrap(), head.stamp.user))
        .collect();
    assert_eq!(
        values,
        [
            ("\"1984-03\"", stamp(1, 1, 0).user),
            ("\"1984-04\"", stamp(2, 1, 0).user)
        ]
    );

    let settled = edit(&merged.state, vec![(key(1), Some("\"1984-03\"".into()))]);
    assert_eq!(settled[0].cites.len(), 2);
    let merged = merge(Some(merged.state), change(settled), stamp(0, 2, 6));
    assert!(merged.state.conflicts().is_empty() && merged.changed.is_empty());
    assert!(edit(&merged.state, vec![(key(1), Some("\"1984-03\"".into()))]).is_empty());
}

#[test]
fn a_record_written_once_has_no_entries_over_its_base() {
    let fields = Fields::from_vec(vec![(key(2), "{}".into()), (key(0), "\"male\"".into())]);
    let first = first_change(RecordId::from_bytes(id(9)), Kind::PATIENT, None, fields);
    let merged = merge(None, first.clone(), stamp(0, 1, 1));
    assert_eq!(
        merged.state.clocks,
        Clocks {
            base: Some(stamp(0, 1, 1)),
            over: BTreeMap::new()
        }
    );
    assert_eq!(merged.before, None);
    assert_eq!(merged.state.latest(), Some(stamp(0, 1, 1)));
    let again = merge(Some(merged.state.clone()), first, stamp(0, 1, 1));
    assert_eq!(again.state, merged.state);
    assert!(again.changed.is_empty());
}

#[test]
fn another_kind_or_patient_is_reported_and_joined_the_same_way_round() {
    let mut other = change(vec![write(key(1), vec![], "1984")]);
    other.patient = Some(RecordId::from_bytes(id(3)));
    let plain = change(vec![write(key(0), vec![], "male")]);
    let one = merge(
        Some(merge(None, plain.clone(), stamp(0, 1, 1)).state),
        other.clone(),
        stamp(1, 1, 1),
    );
    let two = merge(Some(merge(None, other, stamp(1, 1, 1)).state), plain, stamp(0, 1, 1));
    assert!(one.mismatch && two.mismatch);
    assert_eq!(one.state, two.state);
}

#[test]
fn of_two_writes_with_equally_many_fields_the_smaller_dot_is_the_base() {
    let first = merge(None, change(vec![write(key(0), vec![], "male")]), stamp(1, 1, 1)).state;
    let both = merge(Some(first), change(vec![write(key(1), vec![], "1984")]), stamp(0, 5, 2)).state;
    assert_eq!(both.clocks.base, Some(stamp(0, 5, 2)));
    assert_eq!(both.clocks.over.len(), 1);
    let more = merge(Some(both), change(vec![write(key(2), vec![], "Ada")]), stamp(1, 2, 3)).state;
    assert_eq!(more.clocks.base, Some(stamp(0, 5, 2)));
}

/// A device that kept an op aside for a newer version has seen later ops of the same author, but not that one.
#[test]
fn a_removal_covers_only_the_writes_it_saw_and_not_earlier_ones_of_the_same_device() {
    let seen = merge(None, change(vec![write(key(0), vec![], "male")]), stamp(0, 2, 1)).state;
    let removed = merge(
        Some(seen.clone()),
        change(vec![removal(&seen, "double")]),
        stamp(1, 1, 9),
    )
    .state;
    assert!(removed.is_removed() && !removed.is_flagged());
    assert_eq!(removed.removal_reason().as_deref(), Some("double"));
    let later = merge(
        Some(removed),
        change(vec![write(key(1), vec![], "1984")]),
        stamp(0, 1, 1),
    );
    assert_eq!(
        (later.before, later.after),
        (Some(RemovalState::Removed), RemovalState::Flagged)
    );
    let settled = change(vec![removal(&later.state, "double, seen again")]);
    assert!(
        merge(Some(later.state.clone()), settled, stamp(1, 2, 10))
            .state
            .is_removed()
    );
    let back = merge(
        Some(later.state.clone()),
        change(vec![restoral(&later.state)]),
        stamp(1, 2, 10),
    )
    .state;
    assert_eq!(back.removal_state(), RemovalState::Present);
}

/// The bytes on disk: a change here is a new version of the form, never a new snapshot alone.
#[test]
fn the_bytes_are_frozen() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let base = merge(
        None,
        change(vec![write(key(0), vec![], "male"), write(key(2), vec![], "Ada")]),
        stamp(0, 1, 77),
    )
    .state;
    insta::assert_snapshot!("clocks_of_one_write", hex(&base.clocks.to_bytes()));
    let left = change(vec![write(key(0), cites(&base, key(0)), "other")]);
    let right = change(vec![Write {
        key: key(0),
        cites: cites(&base, key(0)),
        value: None,
    }]);
    let state = merge(Some(base), left, stamp(1, 1, 80)).state;
    let state = merge(Some(state), right, stamp(2, 1, 79)).state;
    insta::assert_snapshot!("clocks_of_a_conflict", hex(&state.clocks.to_bytes()));
    insta::assert_snapshot!("fields", hex(&state.fields.to_bytes()));
    insta::assert_snapshot!("removal", removal(&state, "twice in the list").value.unwrap());
}
