//! What a trail says of chains that were cut, changed, exchanged or withheld, and who opens it.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::random::OsRandom;
use crate::store::{AuditRow, OpRef, audit_entry_hash};
use proptest::prelude::*;
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, Dot};

const LIFE: [u8; 16] = [7; 16];
const OFFICE: Compartment = Compartment::Office;

fn device() -> DeviceId {
    DeviceId::from_bytes([7; 16])
}

fn reader() -> UserId {
    UserId::from_bytes([9; 16])
}

fn row(n: u64, text: &str) -> AuditRow {
    AuditRow {
        n,
        at_ms: 1_000 + n,
        user: UserId::from_bytes([(n % 3) as u8; 16]),
        action: (n % 5) as u16 + 1,
        patient: n.is_multiple_of(2).then(|| RecordId::from_bytes([n as u8; 16])),
        record: None,
        detail: format!("{{\"said\":\"{text}\"}}"),
    }
}

/// A chain of `count` entries as a device writes it.
fn chain(chain: Compartment, count: u64) -> Vec<TrailEntry> {
    let mut before = None;
    let mut entries = Vec::new();
    for n in 1..=count {
        let row = row(n, "as it was");
        let hash = audit_entry_hash(device(), chain, &row, before);
        before = Some(hash);
        entries.push(TrailEntry::new(chain, row, hash));
    }
    entries
}

fn trail() -> (tempfile::TempDir, Home, KemSeed, Trail) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::open(dir.path()).unwrap();
    let seed = KemSeed::generate(&OsRandom);
    let trail = Trail::open(&home, reader(), &seed).unwrap();
    (dir, home, seed, trail)
}

fn faults_of(entries: &[TrailEntry]) -> Vec<(u64, TrailFaultKind)> {
    let (_dir, _home, _seed, mut trail) = trail();
    trail.take(device(), (&LIFE, 1), entries).unwrap();
    let faults = trail.faults().unwrap();
    faults.into_iter().map(|fault| (fault.n, fault.kind)).collect()
}

#[test]
fn a_whole_chain_has_no_fault_and_comes_twice_without_harm() {
    let (_dir, _home, _seed, mut trail) = trail();
    let entries = chain(OFFICE, 20);
    trail.take(device(), (&LIFE, 1), &entries[..12]).unwrap();
    trail.take(device(), (&LIFE, 2), &entries[8..]).unwrap();
    trail.take(device(), (&LIFE, 1), &entries[..12]).unwrap();
    assert_eq!(trail.faults().unwrap(), []);
    assert_eq!(trail.taken(device(), &LIFE).unwrap(), 2);
    assert_eq!(trail.devices().unwrap()[0].entries, 20);
}

#[test]
fn a_deleted_entry_is_named() {
    let mut entries = chain(OFFICE, 9);
    entries.remove(4);
    assert_eq!(faults_of(&entries), [(5, TrailFaultKind::Missing)]);
}

#[test]
fn what_was_sealed_to_others_before_is_no_gap() {
    let (_dir, _home, _seed, mut trail) = trail();
    let entries = chain(OFFICE, 9);
    trail.pass_over(device(), (&LIFE, 1)).unwrap();
    trail.take(device(), (&LIFE, 2), &entries[4..6]).unwrap();
    assert_eq!(trail.faults().unwrap(), []);
    trail.take(device(), (&LIFE, 3), &entries[7..]).unwrap();
    assert_eq!(trail.faults().unwrap()[0].n, 7);
}

#[test]
fn an_altered_entry_is_named() {
    let mut entries = chain(OFFICE, 9);
    entries[4].row.user = UserId::from_bytes([0xee; 16]);
    assert_eq!(faults_of(&entries), [(5, TrailFaultKind::Altered)]);
}

#[test]
fn two_exchanged_entries_are_named() {
    let mut entries = chain(OFFICE, 9);
    entries.swap(3, 4);
    let (first, second) = (entries[3].row.n, entries[4].row.n);
    entries[3].row.n = second;
    entries[4].row.n = first;
    let faults = faults_of(&entries);
    assert!(faults.contains(&(4, TrailFaultKind::Altered)), "{faults:?}");
    assert!(faults.contains(&(5, TrailFaultKind::Altered)), "{faults:?}");
}

#[test]
fn a_chain_that_was_cut_and_went_on_is_named() {
    let mut entries = chain(OFFICE, 9);
    let mut again = chain(OFFICE, 5).split_off(4);
    again[0].row = row(5, "something else");
    let before = Some(entries[3].hash);
    again[0].hash = audit_entry_hash(device(), OFFICE, &again[0].row, before);
    entries.extend(again);
    assert_eq!(faults_of(&entries), [(5, TrailFaultKind::Rewritten)]);
}

#[test]
fn what_the_chart_says_in_detail_does_not_come_along() {
    let entries = chain(Compartment::Clinical, 3);
    for entry in &entries {
        assert!(entry.withheld);
        let bytes = entry.to_bytes();
        assert!(!bytes.windows(9).any(|part| part == b"as it was"));
        assert_eq!(TrailEntry::from_bytes(&bytes).unwrap(), *entry);
    }
    assert_eq!(faults_of(&entries), []);
}

#[test]
fn a_reader_who_came_later_misses_nothing_of_before_and_a_gap_behind_it_shows() {
    let (_dir, _home, _seed, mut trail) = trail();
    trail.pass_over(device(), (&LIFE, 1)).unwrap();
    let office = chain(OFFICE, 6).split_off(3);
    trail.take(device(), (&LIFE, 2), &office).unwrap();
    // The chart's first entry for this reader comes in a later segment.
    let mut chart = chain(Compartment::Clinical, 5).split_off(2);
    trail.take(device(), (&LIFE, 3), &chart[..1]).unwrap();
    assert!(trail.faults().unwrap().is_empty(), "it was for readers of then");
    chart.remove(1);
    trail.take(device(), (&LIFE, 4), &chart[1..]).unwrap();
    let faults = trail.faults().unwrap();
    assert_eq!(
        (faults.len(), faults[0].n, faults[0].kind),
        (1, 4, TrailFaultKind::Missing)
    );
}

#[test]
fn the_name_of_the_op_comes_along_and_a_detail_that_says_nothing_else_is_not_withheld() {
    let op = OpRef {
        dot: Dot {
            device: device(),
            seq: 7,
        },
        hlc: Hlc::new(1_800_000_000_000, 3),
    };
    let detail = |text: &str| format!("{{{text}\"op\":\"{op}\"}}");
    let made = |n: u64, detail: String, before| {
        let row = AuditRow { detail, ..row(n, "") };
        let hash = audit_entry_hash(device(), Compartment::Clinical, &row, before);
        TrailEntry::new(Compartment::Clinical, row, hash)
    };
    let withheld = made(1, detail("\"fields\":[\"code\"],"), None);
    let plain = made(2, detail(""), Some(withheld.hash));
    assert!(withheld.withheld && withheld.row.detail.is_empty());
    assert!(!plain.withheld);
    for entry in [&withheld, &plain] {
        assert_eq!(entry.op(), Some(op));
        let read = TrailEntry::from_bytes(&entry.to_bytes()).unwrap();
        assert_eq!((read.op(), &read), (Some(op), entry));
    }
    assert!(!withheld.to_bytes().windows(4).any(|part| part == b"code"));
    let (_dir, _home, _seed, mut trail) = trail();
    trail.take(device(), (&LIFE, 1), &[withheld.clone(), plain]).unwrap();
    assert!(trail.faults().unwrap().is_empty());
    let found = trail.entry(device(), Compartment::Clinical, 1).unwrap().unwrap();
    assert_eq!(found, withheld);
    assert!(trail.entry(device(), Compartment::Clinical, 3).unwrap().is_none());
}

#[test]
fn that_it_was_under_broken_glass_comes_along_and_agrees_with_the_segment() {
    let mut row = row(1, "as it was");
    row.detail = row.detail.replacen('{', "{\"btg\":true,", 1);
    let hash = audit_entry_hash(device(), Compartment::Clinical, &row, None);
    let entry = TrailEntry::new(Compartment::Clinical, row, hash);
    assert!(entry.withheld);
    assert_eq!(entry.row.detail, crate::store::GLASS_MARK);
    assert_eq!(TrailEntry::from_bytes(&entry.to_bytes()).unwrap(), entry);
    assert_eq!(faults_of(std::slice::from_ref(&entry)), []);
    let (_dir, _home, _seed, mut trail) = trail();
    trail.take(device(), (&LIFE, 1), std::slice::from_ref(&entry)).unwrap();
    assert!(trail.agrees(device(), &entry).unwrap());
    let mut more = entry;
    more.row.detail = "{\"btg\":true,\"said\":\"more\"}".into();
    assert!(TrailEntry::from_bytes(&more.to_bytes()).is_err());
}

#[test]
fn to_whom_records_were_given_comes_along() {
    let mut row = row(1, "to the hospital");
    row.action = crate::store::Action::Export.number();
    let hash = audit_entry_hash(device(), Compartment::Clinical, &row, None);
    let entry = TrailEntry::new(Compartment::Clinical, row.clone(), hash);
    assert!(!entry.withheld);
    assert_eq!(entry.row.detail, row.detail);
    assert_eq!(faults_of(std::slice::from_ref(&entry)), []);
    let mut altered = entry;
    altered.row.detail = "{\"said\":\"to nobody\"}".into();
    assert_eq!(faults_of(&[altered]), [(1, TrailFaultKind::Altered)]);
}

#[test]
fn what_was_changed_in_the_file_does_not_agree_with_the_segment() {
    let (_dir, _home, _seed, mut trail) = trail();
    let entries = chain(OFFICE, 4);
    trail.take(device(), (&LIFE, 1), &entries).unwrap();
    let agree = |trail: &Trail| -> Vec<bool> {
        let agrees = |entry| trail.agrees(device(), entry).unwrap();
        entries.iter().map(agrees).collect()
    };
    assert_eq!(agree(&trail), [true; 4]);
    trail
        .conn
        .execute("UPDATE entry SET action = 99 WHERE n = 2", [])
        .unwrap();
    trail.conn.execute("DELETE FROM entry WHERE n = 4", []).unwrap();
    assert_eq!(agree(&trail), [true, false, true, false]);
}

#[test]
fn another_user_of_the_laptop_opens_nothing() {
    let (_dir, home, seed, trail) = trail();
    drop(trail);
    let other = KemSeed::generate(&OsRandom);
    assert!(Trail::open(&home, reader(), &other).is_err());
    assert!(Trail::open(&home, reader(), &seed).is_ok());
}

#[test]
fn pages_follow_each_other_and_every_filter_filters() {
    let (_dir, _home, _seed, mut trail) = trail();
    trail.take(device(), (&LIFE, 1), &chain(OFFICE, 40)).unwrap();
    let numbers = |filter: &TrailFilter| {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = trail.page(filter, before, 7).unwrap();
            let Some(last) = page.last() else {
                return all;
            };
            before = Some(last.id);
            all.extend(page.iter().map(|row| row.entry.row.n));
        }
    };
    let all: Vec<u64> = (1..=40).rev().collect();
    let only = |test: fn(&u64) -> bool| all.iter().copied().filter(test).collect::<Vec<_>>();
    let none = TrailFilter::default;
    assert_eq!(numbers(&none()), all);
    let user = Some(UserId::from_bytes([1; 16]));
    assert_eq!(numbers(&TrailFilter { user, ..none() }), only(|n| n % 3 == 1));
    let patient = Some(RecordId::from_bytes([8; 16]));
    assert_eq!(numbers(&TrailFilter { patient, ..none() }), [8]);
    let actions = vec![1, 3];
    assert_eq!(
        numbers(&TrailFilter { actions, ..none() }),
        only(|n| matches!(n % 5, 0 | 2))
    );
    let period = TrailFilter {
        from_ms: Some(1_010),
        until_ms: Some(1_020),
        ..none()
    };
    assert_eq!(numbers(&period), only(|n| (10..20).contains(n)));
    assert_eq!(trail.count(&period).unwrap(), 10);
    assert!(period.takes(device(), &row(10, "")) && !period.takes(device(), &row(20, "")));
    let device = Some(DeviceId::from_bytes([1; 16]));
    assert_eq!(numbers(&TrailFilter { device, ..none() }), [0; 0]);
    assert_eq!(trail.oldest_ms().unwrap(), Some(1_001));
}

proptest! {
    #[test]
    fn garbage_is_refused_or_comes_back_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(entry) = TrailEntry::from_bytes(&bytes) {
            prop_assert_eq!(entry.to_bytes(), bytes);
        }
    }
}
