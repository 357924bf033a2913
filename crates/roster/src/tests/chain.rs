//! Forks, gaps, shorter chains, and entries of other clinics.

use super::verify;
use crate::entry::{Body, Draft, Grant, Policy, hash_of};
use crate::key::SigningKey;
use crate::role::{Role, Roles};
use crate::roster::{Comparison, Refusal, Roster, VerifyError};
use crate::sample::{self, Sample, enrollment_key, founder};

fn clinic_of_two() -> Sample {
    let mut sample = Sample::default();
    sample.join(2, 2, Roles::of(&[Role::Clinician])).unwrap();
    sample
}

fn policy(idle_lock_s: u32) -> Body {
    Body::Policy(Policy {
        idle_lock_s,
        ..sample::policy()
    })
}

fn chain(sample: &Sample) -> impl Iterator<Item = &[u8]> {
    sample.roster.entries_after(0)
}

#[test]
fn a_chain_verifies_to_the_same_roster() {
    let sample = clinic_of_two();
    let again = Roster::verify(chain(&sample)).unwrap();
    assert_eq!(again.head(), sample.roster.head());
    assert_eq!(again.clinic(), sample.clinic());
    assert_eq!(again.entry_bytes(2), sample.roster.entry_bytes(2));
    assert_eq!(again.entry_bytes(0), None);
    assert_eq!(again.entry_bytes(5), None);
    let (number, hash) = again.head();
    assert_eq!(number, 4);
    assert_eq!(again.knows(&hash), Some(4));
    assert_eq!(again.hash_at(4), Some(hash));
    assert_eq!(again.entry(4).unwrap().number, 4);
    assert_eq!(hash_of(again.entry_bytes(4).unwrap()), hash);
    assert_eq!(again.entries_after(3).count(), 1);
    assert_eq!(again.entries_after(u32::MAX).count(), 0);
}

#[test]
fn an_empty_chain_is_none() {
    assert_eq!(verify(&[]).err(), Some(VerifyError::Empty));
}

#[test]
fn the_same_entry_again_is_known() {
    let mut sample = clinic_of_two();
    for (number, bytes) in (1..).zip(sample.entries()) {
        assert_eq!(sample.roster.append(&bytes).err(), Some(Refusal::Known { number }));
    }
}

#[test]
fn two_entries_of_one_number_are_a_fork() {
    let mut mine = clinic_of_two();
    let mut theirs = clinic_of_two();
    mine.say(founder(), policy(60)).unwrap();
    let other = theirs.say(founder(), policy(61)).unwrap();
    let head = mine.roster.head();
    assert_eq!(mine.roster.append(&other).err(), Some(Refusal::Fork { at: 5 }));
    let after = theirs.say(founder(), policy(62)).unwrap();
    assert_eq!(mine.roster.append(&after).err(), Some(Refusal::Fork { at: 5 }));
    assert_eq!(mine.roster.head(), head);
    let fork = Roster::verify_seen(chain(&theirs), head).err();
    assert_eq!(fork, Some(VerifyError::Fork { at: 5 }));
}

#[test]
fn a_gap_is_refused() {
    let mut sample = clinic_of_two();
    let mut behind = Roster::verify(chain(&sample)).unwrap();
    sample.say(founder(), policy(60)).unwrap();
    let bytes = sample.say(founder(), policy(61)).unwrap();
    assert_eq!(behind.append(&bytes).err(), Some(Refusal::Gap { head: 4, found: 6 }));
    let mut draft = behind.draft(founder(), 0, policy(60));
    draft.number = 0;
    let zero = draft.sign(&enrollment_key(&founder()));
    assert_eq!(behind.append(&zero).err(), Some(Refusal::Gap { head: 4, found: 0 }));
}

#[test]
fn a_shorter_chain_than_was_seen_is_refused() {
    let sample = clinic_of_two();
    let seen = sample.roster.head();
    let old = &sample.entries()[..2];
    let refused = Roster::verify_seen(old.iter().map(Vec::as_slice), seen).err();
    assert_eq!(refused, Some(VerifyError::Shorter { seen: 4, found: 2 }));
    assert!(Roster::verify_seen(chain(&sample), seen).is_ok());
    let earlier = (2, sample.roster.hash_at(2).unwrap());
    assert!(Roster::verify_seen(chain(&sample), earlier).is_ok());
}

#[test]
fn an_entry_of_another_clinic_is_refused() {
    let mut sample = clinic_of_two();
    let mut genesis = sample::genesis(|_| crate::KemKey::from_bytes(&[1; 1_216]).unwrap());
    genesis.recovery = None;
    let first = Draft::genesis(0, genesis).sign(&enrollment_key(&founder()));
    let mut other = Roster::found(&first).unwrap();
    assert_ne!(other.clinic(), sample.clinic());
    assert_eq!(sample.roster.append(&first).err(), Some(Refusal::WrongClinic));
    let mut moved = sample.roster.draft(founder(), 0, policy(60));
    moved.clinic = other.clinic();
    let bytes = moved.sign(&enrollment_key(&founder()));
    assert_eq!(sample.roster.append(&bytes).err(), Some(Refusal::WrongClinic));
    // The same number and keys, but their entry cites our first entry.
    let ours = sample.entries()[1].clone();
    assert_eq!(other.append(&ours).err(), Some(Refusal::WrongClinic));
}

#[test]
fn all_entries_or_none() {
    let mut ahead = clinic_of_two();
    let mut behind = Roster::verify(chain(&ahead)).unwrap();
    let good = ahead.say(founder(), policy(60)).unwrap();
    let mut bad = ahead.say(founder(), policy(61)).unwrap();
    *bad.last_mut().unwrap() ^= 1;
    let head = behind.head();
    let refused = behind.extend([good.as_slice(), bad.as_slice()]).err();
    let why = Refusal::BadSignature;
    assert_eq!(refused, Some(VerifyError::Refused { number: 6, why }));
    assert_eq!(behind.head(), head);
    assert_eq!(behind.policy().idle_lock_s, 300);
    behind.extend([good.as_slice()]).unwrap();
    assert_eq!(behind.policy().idle_lock_s, 60);
    let refused = behind.extend([bad.as_slice()]).err();
    assert_eq!(refused, Some(VerifyError::Refused { number: 6, why }));
    behind.extend([]).unwrap();
    assert!(format!("{behind:?}").contains(", 5, EntryHash("));
}

#[test]
fn chains_are_compared() {
    let mut sample = clinic_of_two();
    let mine = Roster::verify(chain(&sample)).unwrap();
    assert_eq!(mine.compare(chain(&sample)), Comparison::Same);
    assert_eq!(mine.compare(chain(&sample).take(1)), Comparison::Shorter { by: 3 });
    assert_eq!(mine.compare([]), Comparison::Shorter { by: 4 });
    sample.say(founder(), policy(60)).unwrap();
    sample.say(founder(), policy(61)).unwrap();
    assert_eq!(mine.compare(chain(&sample)), Comparison::Extends { by: 2 });
    let mut other = clinic_of_two();
    other.say(founder(), policy(99)).unwrap();
    assert_eq!(sample.roster.compare(chain(&other)), Comparison::Fork { at: 5 });
    assert_eq!(other.roster.compare(chain(&sample)), Comparison::Fork { at: 5 });
    assert_eq!(
        sample.roster.compare([b"nonsense".as_slice()]),
        Comparison::Fork { at: 1 }
    );
}

#[test]
fn time_never_refuses() {
    let mut sample = clinic_of_two();
    for at_ms in [0, u64::MAX, 1, 1 << 52] {
        let draft = sample.roster.draft(founder(), at_ms, policy(60));
        let bytes = draft.sign(&enrollment_key(&founder()));
        sample.roster.append(&bytes).unwrap();
    }
    assert_eq!(sample.roster.entry(6).unwrap().at_ms, u64::MAX);
}

#[test]
fn signatures_are_the_authors_and_of_these_bytes() {
    let mut sample = clinic_of_two();
    let strangers = [
        SigningKey::from_seed(&[0; 32]),
        enrollment_key(&sample::enrollment(2, 2)),
        sample::device_key(&founder().device),
    ];
    for stranger in strangers {
        let bytes = sample.roster.draft(founder(), 0, policy(60)).sign(&stranger);
        assert_eq!(sample.roster.append(&bytes).err(), Some(Refusal::BadSignature));
    }
    let grant = Grant {
        user: sample::user(2),
        roles: Roles::ALL,
    };
    let lent = sample.sign(founder(), policy(60));
    let mut entry = crate::codec::decode(&lent).unwrap();
    entry.body = Body::Grant(grant);
    let bytes = crate::codec::encode(&entry);
    assert_eq!(sample.roster.append(&bytes).err(), Some(Refusal::BadSignature));
}

#[test]
fn what_an_entry_says_is_returned() {
    let mut sample = clinic_of_two();
    let bytes = sample.sign(founder(), policy(60));
    assert_eq!(sample.roster.append(&bytes), Ok(&policy(60)));
}
