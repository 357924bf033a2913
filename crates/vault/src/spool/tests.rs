//! Tests of the spool.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::cipher::OpenError;
use crate::key::SigningSeed;
use crate::unlock::tests::Machine;
use std::fs;
use wardkeep_record::id::DeviceId;
use wardkeep_roster::{ClinicId, Compartment, EntryHash, SigningKey};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Incarnation, RosterHead, SegmentHash, Tip};
use wardkeep_sync::secret::EpochKey;
use wardkeep_sync::segment::{Place, Segment, seal_ops};

fn chain(device: u8) -> Chain {
    Chain {
        device: crate::store::wire_device(DeviceId::from_bytes([device; 16])),
        incarnation: Incarnation([1; 16]),
        compartment: Compartment::Clinical,
    }
}

/// A sealed segment after `tip`, whose one op says `what`.
fn segment(chain: Chain, tip: Option<Tip>, what: &str) -> (Vec<u8>, Tip) {
    let place = Place {
        clinic: ClinicId([1; 32]),
        chain,
        tip,
        roster: RosterHead {
            number: 1,
            hash: EntryHash([2; 32]),
        },
        epoch: 1,
    };
    let (key, signing) = (EpochKey::from_slice(&[3; 32]).unwrap(), SigningKey::from_seed(&[4; 32]));
    let bytes = seal_ops(
        &place,
        &key,
        1,
        &[what.as_bytes()],
        &signing,
        &mut |out: &mut [u8]| out.fill(7),
    )
    .unwrap();
    let parsed = Segment::parse(&bytes).unwrap();
    let tip = Tip {
        seq: parsed.header().seq,
        hash: parsed.hash(),
    };
    (bytes, tip)
}

#[test]
fn it_opens_without_a_password_and_not_without_the_keychain() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open(&machine.env).unwrap();
    let seed = SigningSeed::generate(&*machine.env.random);
    assert!(spool.device_seed().unwrap().is_none());
    spool.set_device_seed(&seed).unwrap();
    drop(spool);
    let spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    assert!(spool.device_seed().unwrap().unwrap().same(&seed));
    drop(spool);
    let bytes = fs::read(machine.env.home.spool_db()).unwrap();
    assert!(!bytes.windows(32).any(|part| part == seed.expose()));
    assert!(!bytes.starts_with(b"SQLite format 3"));

    let other = DeviceSecret::generate(&*machine.env.random);
    let refused = Spool::open_with(&machine.env.home, anna.vault, &other).unwrap_err();
    assert!(
        matches!(refused, SpoolError::File(OpenError::WrongKey { .. })),
        "{refused:?}"
    );
    let refused = Spool::open_with(&machine.env.home, Uuid::from_bytes([9; 16]), anna.device());
    assert!(refused.is_err(), "the key is of this vault");
    machine.env.keychain.remove(&anna.vault, Item::Device).unwrap();
    let refused = Spool::open(&machine.env).unwrap_err();
    assert!(
        matches!(refused, SpoolError::Key(UnlockError::KeychainEntryMissing)),
        "{refused:?}"
    );
    let bare = Spool::open(&Machine::bare().env).unwrap_err();
    assert!(matches!(bare, SpoolError::Key(UnlockError::NoVault)));
}

#[test]
fn keys_clinic_and_roster_are_never_replaced() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let (seed, other) = (
        SigningSeed::generate(&*machine.env.random),
        SigningSeed::generate(&*machine.env.random),
    );
    spool.set_device_seed(&seed).unwrap();
    spool.set_device_seed(&seed).unwrap();
    assert!(matches!(spool.set_device_seed(&other), Err(SpoolError::Exists { .. })));
    let link = ServerLink {
        address: "clinic.example:4433".into(),
        pin: [1; 32],
        clinic: ClinicId([2; 32]),
    };
    spool.set_server(&link).unwrap();
    let moved = ServerLink {
        address: "10.0.0.9:4433".into(),
        pin: [5; 32],
        ..link.clone()
    };
    spool.set_server(&moved).unwrap();
    assert_eq!(spool.server().unwrap(), Some(moved));
    let foreign = ServerLink {
        clinic: ClinicId([3; 32]),
        ..link
    };
    assert!(matches!(spool.set_server(&foreign), Err(SpoolError::Exists { .. })));

    spool.keep_roster(1, &[b"one", b"two"]).unwrap();
    spool.keep_roster(2, &[&b"two"[..], b"three"]).unwrap();
    assert!(matches!(spool.keep_roster(5, &[b"five"]), Err(SpoolError::Gap { .. })));
    let forged = spool.keep_roster(3, &[&b"three!"[..], b"four"]);
    assert!(matches!(forged, Err(SpoolError::Exists { .. })));
    assert_eq!(spool.roster().unwrap(), [&b"one"[..], b"two", b"three"]);
}

#[test]
fn a_new_device_key_takes_the_place_of_the_former_in_one_step() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let fresh = || SigningSeed::generate(&*machine.env.random);
    let (first, second) = (fresh(), fresh());
    let renewal = |seed: &SigningSeed, entry: &[u8]| Renewal {
        seed: SigningSeed::from_slice(seed.expose()).unwrap(),
        entry: entry.to_vec(),
    };
    spool.set_device_seed(&first).unwrap();
    assert!(spool.renewal().unwrap().is_none());
    spool.finish_renewal().unwrap();
    assert!(
        spool.device_seed().unwrap().unwrap().same(&first),
        "nothing under way, nothing replaced"
    );
    spool.begin_renewal(&renewal(&second, b"entry")).unwrap();
    let again = spool.begin_renewal(&renewal(&fresh(), b"another"));
    assert!(matches!(again, Err(SpoolError::Exists { .. })));
    drop(spool);
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let kept = spool.renewal().unwrap().unwrap();
    assert!(kept.seed.same(&second) && kept.entry == b"entry");
    assert!(
        spool.device_seed().unwrap().unwrap().same(&first),
        "until the roster has it"
    );
    spool.drop_renewal().unwrap();
    assert!(spool.renewal().unwrap().is_none());
    spool.begin_renewal(&renewal(&second, b"entry")).unwrap();
    spool.finish_renewal().unwrap();
    assert!(spool.renewal().unwrap().is_none());
    assert!(spool.device_seed().unwrap().unwrap().same(&second));
}

#[test]
fn segments_are_kept_once_in_order_as_they_came() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let (one, tip_one) = segment(chain(1), None, "one");
    let (two, tip_two) = segment(chain(1), Some(tip_one), "two");
    let (three, _) = segment(chain(1), Some(tip_two), "three");
    let (other, other_tip) = segment(chain(1), None, "another one");
    let (after_other, _) = segment(chain(1), Some(other_tip), "two");
    let (foreign, foreign_tip) = segment(chain(2), None, "one");
    let kept = spool.keep_segments(&[
        &three,
        &one,
        &other,
        &one,
        &two,
        &after_other,
        &foreign,
        &b"junk".to_vec(),
    ]);
    let kept = kept.unwrap();
    assert_eq!(
        kept[..7],
        [
            Kept::Gap,
            Kept::New,
            Kept::Other(tip_one.hash),
            Kept::Known,
            Kept::New,
            Kept::Other(tip_two.hash),
            Kept::New
        ]
    );
    assert!(matches!(kept[7], Kept::Malformed(_)));
    let expected: Frontier = [(chain(1), tip_two), (chain(2), foreign_tip)].into_iter().collect();
    assert_eq!(spool.frontier().unwrap(), expected);
    assert_eq!(
        spool.segments(&chain(1), 1, usize::MAX).unwrap(),
        [one.clone(), two.clone()]
    );
    assert_eq!(
        spool.segments(&chain(1), 1, one.len()).unwrap(),
        std::slice::from_ref(&one)
    );
    assert_eq!(spool.segments(&chain(1), 1, 0).unwrap(), [one]);
    assert_eq!(spool.segment(&chain(1), 3).unwrap(), None);
    assert_eq!(spool.hash_at(&chain(1), 2).unwrap(), Some(tip_two.hash));
    // A branch that continues what is not here is a fork, not a gap.
    let (branch, _) = segment(chain(2), Some(other_tip), "branch");
    assert_eq!(spool.keep_segments(&[branch]).unwrap(), [Kept::Other(foreign_tip.hash)]);
    spool.forget_after(&chain(1), 1).unwrap();
    assert_eq!(spool.frontier().unwrap().tip(&chain(1)), Some(tip_one));
    assert_eq!(spool.keep_segments(&[&two]).unwrap(), [Kept::New]);
    spool.forget_after(&chain(1), 0).unwrap();
    assert_eq!(spool.frontier().unwrap().len(), 1);
    assert_eq!(
        spool.keep_segments(&[&other, &after_other]).unwrap(),
        [Kept::New, Kept::New]
    );
    let report = spool.check().unwrap();
    assert!(report.is_whole() && report.file == "spool.db");
}

#[test]
fn what_the_server_holds_may_go_back_and_cursors_stay() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let tip = |seq| Tip {
        seq,
        hash: SegmentHash([seq as u8; 32]),
    };
    let all: Frontier = [(chain(1), tip(9)), (chain(2), tip(4))].into_iter().collect();
    spool.set_acknowledged(&all).unwrap();
    assert_eq!(spool.acknowledged().unwrap(), all);
    let fewer: Frontier = [(chain(1), tip(3))].into_iter().collect();
    spool.set_acknowledged(&fewer).unwrap();
    spool.set_cursor(Cursor::HeardMs, 1_800_000_000_000).unwrap();
    spool.keep_parcels(&[(3, b"c"), (1, b"a")]).unwrap();
    spool.keep_parcels(&[(3, b"x")]).unwrap();
    spool.set_joining(Some(b"half-way")).unwrap();
    assert_eq!(spool.memory().unwrap(), None);
    spool.set_memory(b"what was").unwrap();
    spool.set_memory(b"what is").unwrap();
    drop(spool);
    let mut spool = Spool::open(&machine.env).unwrap();
    assert_eq!(spool.acknowledged().unwrap(), fewer);
    assert_eq!(spool.cursor(Cursor::HeardMs).unwrap(), 1_800_000_000_000);
    assert_eq!(
        (
            spool.cursor(Cursor::Parcels).unwrap(),
            spool.cursor(Cursor::InStepMs).unwrap()
        ),
        (3, 0)
    );
    assert_eq!(spool.parcels().unwrap(), [(1, b"a".to_vec()), (3, b"c".to_vec())]);
    spool.parcel_done(1).unwrap();
    assert_eq!(spool.parcels().unwrap().len(), 1);
    assert_eq!(spool.joining().unwrap().unwrap()[..], b"half-way"[..]);
    assert_eq!(spool.memory().unwrap().unwrap(), b"what is");
    spool.set_joining(None).unwrap();
    assert!(spool.joining().unwrap().is_none());
    let large = vec![0; JOINING_MAX + 1];
    assert!(matches!(
        spool.set_joining(Some(&large)),
        Err(SpoolError::TooLarge { .. })
    ));
    assert!(matches!(
        spool.keep_parcels(&[(4, &large)]),
        Err(SpoolError::TooLarge { .. })
    ));
}

#[test]
fn an_alarm_stays_until_it_is_seen_and_comes_back_when_it_is_found_again() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    spool.raise_alarm("server_rolled_back", "server", "{}", 10).unwrap();
    spool.raise_alarm("fork", "device 1", "{\"seq\":3}", 20).unwrap();
    spool.raise_alarm("fork", "device 1", "{\"seq\":4}", 30).unwrap();
    let alarms = spool.alarms().unwrap();
    assert_eq!(alarms.len(), 2);
    assert_eq!((alarms[0].kind.as_str(), alarms[0].times), ("fork", 2));
    assert_eq!((alarms[0].first_ms, alarms[0].last_ms), (20, 30));
    spool.alarm_seen(alarms[0].n, 40).unwrap();
    let seen = spool.alarms().unwrap();
    assert_eq!(
        (seen[1].kind.as_str(), seen[1].seen_ms),
        ("fork", Some(40)),
        "unseen ones come first"
    );
    spool.raise_alarm("fork", "device 1", "{}", 50).unwrap();
    assert_eq!(spool.alarms().unwrap()[0].seen_ms, None);
    for n in 0..1_100 {
        spool.raise_alarm("fork", &format!("device {n}"), "{}", 60).unwrap();
    }
    assert_eq!(spool.alarms().unwrap().len(), 1_000, "a limit on everything");
}

#[test]
fn damage_is_named_and_moved_aside_and_a_newer_file_left_alone() {
    let (machine, anna) = Machine::founded();
    let open = || Spool::open_unlocked(&machine.env, &anna);
    let path = machine.env.home.spool_db();
    let mut spool = open().unwrap();
    let (one, _) = segment(chain(1), None, &"one".repeat(2_000));
    spool.keep_segments(&[one]).unwrap();
    spool.conn.execute_batch("PRAGMA user_version = 77").unwrap();
    drop(spool);
    let newer = open().unwrap_err();
    assert!(matches!(
        newer,
        SpoolError::File(OpenError::Newer {
            found: 77,
            known: 6,
            ..
        })
    ));
    let mut bytes = fs::read(&path).unwrap();
    bytes[2_000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let damaged = open().unwrap_err();
    assert!(
        matches!(damaged, SpoolError::File(OpenError::Damaged { .. })),
        "{damaged:?}"
    );
    let aside = move_aside(&machine.env.home, 5).unwrap();
    assert!(aside.join("spool.db").exists());
    assert_eq!(open().unwrap().frontier().unwrap(), Frontier::new());
    destroy(&machine.env.home).unwrap();
    assert!(!path.exists());
    destroy(&machine.env.home).unwrap();
}

#[test]
fn what_does_not_count_is_kept_apart_until_it_does() {
    let (machine, anna) = Machine::founded();
    let mut spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let (first, one) = segment(chain(3), None, "late");
    let (second, two) = segment(chain(3), Some(one), "later");
    assert_eq!(spool.put_aside(&[&second, &first, b"no segment"], 5).unwrap(), 0);
    assert_eq!(spool.put_aside(&[&first], 9).unwrap(), 0, "what is here stays as it is");
    let aside = spool.aside().unwrap();
    let places: Vec<_> = aside.iter().map(|one| (one.tip, one.at_ms)).collect();
    assert_eq!(places, [(one, 5), (two, 5)], "in the order of the chain");
    assert_eq!(spool.aside_bytes(&one.hash).unwrap(), Some(first));
    assert_eq!(spool.frontier().unwrap(), Frontier::new(), "none of it is held");
    spool.aside_done(&one.hash).unwrap();
    assert_eq!(spool.aside().unwrap().len(), 1);
    spool.rescues_seen(7).unwrap();
    spool.rescues_seen(3).unwrap();
    assert_eq!(spool.cursor(Cursor::Rescues).unwrap(), 7);
}

#[test]
fn the_tables_are_frozen() {
    let (machine, anna) = Machine::founded();
    let spool = Spool::open_unlocked(&machine.env, &anna).unwrap();
    let mut query = spool
        .conn
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .unwrap();
    let all: Vec<String> = query
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    insta::assert_snapshot!(format!("spool_version_{}", migrate::STEPS.len()), all.join("\n"));
}
