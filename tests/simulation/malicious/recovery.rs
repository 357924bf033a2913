//! The recovery key: what is typed wrong, what a holder of a share forges, and what a server keeps back or puts in its place.

use super::{OFFICE, in_step};
use crate::clinic::{Clinic, KEPT};
use crate::random::Seeded;
use wardkeep_roster::entry::{Body, RECIPIENTS_CONTEXT, Recovery};
use wardkeep_roster::key::digest;
use wardkeep_roster::{Compartment, Enrollment, Refusal};
use wardkeep_sync::EpochKey;
use wardkeep_sync::epoch::former_keys;
use wardkeep_sync::recovery::{
    PaperError, Share, SharesError, WordsError, combine, from_words, listed, split, to_words,
};
use wardkeep_sync::secret::RecoverySecret;

fn paper(seed: u64) -> RecoverySecret {
    RecoverySecret::make(&mut Seeded::new(seed).source())
}

/// The founder makes this paper the clinic's.
fn enroll(clinic: &mut Clinic, paper: &RecoverySecret) {
    let keys = paper.keys(clinic.roster.clinic()).unwrap();
    clinic.say(Body::Recovery(Recovery { keys }));
    clinic.renew_due();
}

/// What lies in the paper's mailbox: the present keys, and whatever else.
fn mailbox(clinic: &Clinic) -> Vec<Vec<u8>> {
    let number = |part| clinic.roster.epoch(part).unwrap().epoch.number;
    KEPT.map(|part| clinic.parcel(part, number(part), Enrollment::RECOVERY))
        .into()
}

fn opened(clinic: &Clinic, paper: &RecoverySecret, parcels: &[Vec<u8>]) -> Vec<(Compartment, u32, EpochKey)> {
    paper.newest_keys(&clinic.roster, parcels.iter().map(Vec::as_slice))
}

#[test]
fn a30_wrong_words_end_in_an_error_that_names_them_and_never_in_a_key() {
    let (mut world, _) = in_step();
    let mine = paper(1);
    enroll(&mut world.clinic, &mine);
    let roster = &world.clinic.roster;
    let text = to_words(&mine);
    let right: Vec<&str> = text.split(' ').collect();
    let read = |words: &[&str]| from_words(&words.join(" "));
    assert_eq!(read(&right).unwrap().check(roster), Ok(()));
    assert_eq!(read(&right[..23]).err(), Some(WordsError::Count(23)), "cut short");
    let mut typed = right.clone();
    typed[4] = "wardkeep";
    assert_eq!(read(&typed).err(), Some(WordsError::Unknown(5)));
    // Every swap: named by the check characters; without them refused by the check bits or, once in 256, by the roster.
    for (first, second) in [(0, 1), (3, 20), (22, 23)] {
        let mut typed = right.clone();
        typed.swap(first, second);
        match read(&typed) {
            Err(why) => assert_eq!(why, WordsError::Mixed),
            Ok(other) => assert_eq!(other.check(roster), Err(PaperError::Other)),
        }
        let with_check = format!("{} {}", typed.join(" "), mine.paper());
        assert_eq!(
            from_words(&with_check).err(),
            Some(WordsError::Swapped(first + 1, second + 1))
        );
    }
    // Another paper altogether, and the one before.
    assert_eq!(paper(2).check(roster), Err(PaperError::Other));
    enroll(&mut world.clinic, &paper(3));
    let by = world.clinic.roster.enrollment(&Enrollment::RECOVERY).unwrap().added_at;
    assert_eq!(mine.check(&world.clinic.roster), Err(PaperError::Replaced { by }));
    assert_eq!(paper(3).check(&world.clinic.roster), Ok(()));
}

#[test]
fn a30_a_bad_or_foreign_share_ends_in_an_error_that_names_it() {
    let (mut world, _) = in_step();
    let (mine, other) = (paper(4), paper(5));
    enroll(&mut world.clinic, &mine);
    let wanted = listed(&world.clinic.roster);
    let deal = |paper: &RecoverySecret| split(paper, &mut Seeded::new(40).source()).map(|share| share.to_text());
    let (texts, foreign) = (deal(&mine), deal(&other));
    let share = |text: &str, at| Share::from_text(text, at).unwrap();
    let pair = |one: &str, two: &str| combine(&[share(one, 1), share(two, 2)], wanted);
    for (one, two) in [(0, 1), (1, 2), (2, 0)] {
        let whole = pair(&texts[one], &texts[two]).unwrap();
        assert_eq!(whole.check(&world.clinic.roster), Ok(()));
    }
    assert_eq!(combine(&[share(&texts[0], 1)], wanted).err(), Some(SharesError::TooFew));
    assert_eq!(pair(&texts[1], &texts[1]).err(), Some(SharesError::Twice { number: 2 }));
    assert_eq!(pair(&texts[0], &foreign[1]).err(), Some(SharesError::Foreign { at: 2 }));
    assert_eq!(
        pair(&foreign[0], &foreign[1]).err(),
        Some(SharesError::Foreign { at: 1 }),
        "whole, and another clinic's"
    );
    // Any character of a share.
    for at in (0..texts[0].len()).filter(|at| texts[0].as_bytes()[*at] != b' ') {
        let mut typed = texts[0].to_string();
        typed.replace_range(at..=at, if &typed[at..=at] == "Z" { "Y" } else { "Z" });
        assert_eq!(Share::from_text(&typed, 1).err(), Some(SharesError::Mistyped { at: 1 }));
    }
    // Two deals of one key do not mix into a third.
    let again = split(&mine, &mut Seeded::new(41).source()).map(|share| share.to_text());
    assert!(matches!(
        pair(&texts[0], &again[1]).err(),
        Some(SharesError::Altered { .. } | SharesError::Disagree)
    ));
}

#[test]
fn a30_the_paper_opens_every_epoch_and_nothing_that_is_put_in_its_place() {
    let (mut world, _) = in_step();
    let mine = paper(6);
    enroll(&mut world.clinic, &mine);
    world.clinic.renew(OFFICE);
    let clinic = &world.clinic;
    let parcels = mailbox(clinic);
    let keys = opened(clinic, &mine, &parcels);
    assert_eq!(keys.len(), 2);
    for (part, number, key) in &keys {
        assert!(key.same(clinic.key(*part)));
        let former = former_keys(&clinic.roster, *part, *number, key, 1).unwrap();
        assert_eq!(former.len(), *number as usize - 1, "and with it all before");
    }
    // A server that flips a byte, hands out another's parcels, or the ones of a former paper: no key, or the right one.
    for at in (0..parcels[0].len()).step_by(11) {
        let mut bad = parcels[0].clone();
        bad[at] ^= 1;
        assert!(opened(clinic, &mine, &[bad]).is_empty(), "byte {at}");
    }
    let others = clinic.parcel(OFFICE, 2, clinic.members[1].me);
    assert!(opened(clinic, &mine, &[others, vec![], vec![0; 9_000]]).is_empty());
    let old = clinic.parcel(OFFICE, 1, Enrollment::RECOVERY);
    let found = opened(clinic, &mine, &[parcels[0].clone(), old]);
    assert_eq!(
        found[0].1,
        clinic.roster.epoch(OFFICE).unwrap().epoch.number,
        "the newest counts"
    );
    assert!(opened(clinic, &paper(7), &parcels).is_empty());
}

#[test]
fn a30_a_new_paper_shuts_the_former_out_of_what_follows() {
    let (mut world, _) = in_step();
    let (former, next) = (paper(8), paper(9));
    enroll(&mut world.clinic, &former);
    let before = world.clinic.roster.epoch(OFFICE).unwrap().epoch.number;
    let old_mail = mailbox(&world.clinic);
    enroll(&mut world.clinic, &next);
    let after = world.clinic.roster.epoch(OFFICE).unwrap().epoch.number;
    assert_eq!(after, before + 1, "new epochs begin with it");
    let clinic = &world.clinic;
    assert!(opened(clinic, &former, &mailbox(clinic)).is_empty());
    // The server still has what was sealed to the former paper: it opens what it always opened.
    assert!(
        opened(clinic, &former, &old_mail)
            .iter()
            .all(|(part, number, _)| { *number < clinic.roster.epoch(*part).unwrap().epoch.number })
    );
    let draft = clinic
        .roster
        .draft(Enrollment::RECOVERY, 1, Body::Policy(crate::clinic::policy()));
    let mut roster = clinic.roster.clone();
    assert_eq!(
        roster.append(&draft.sign(&former.sign_key())).err(),
        Some(Refusal::BadSignature)
    );
}

#[test]
fn a30_an_epoch_that_leaves_the_paper_out_is_refused() {
    let (mut world, _) = in_step();
    enroll(&mut world.clinic, &paper(10));
    let clinic = &world.clinic;
    let next = clinic.roster.epoch(OFFICE).unwrap().epoch.number + 1;
    let (id, key) = (
        clinic.epoch_id(OFFICE, next),
        EpochKey::make(&mut Seeded::new(5).source()),
    );
    let wrapped = key.wrap(&id, clinic.key(OFFICE));
    // Made by an admin whose program knows of no paper.
    let Body::Epoch(mut epoch) = clinic.roster.next_epoch(OFFICE, key.commitment(&id), wrapped) else {
        panic!("an epoch");
    };
    let members = clinic
        .roster
        .active_enrollments(OFFICE)
        .filter(|one| *one != Enrollment::RECOVERY);
    let members: Vec<[u8; 32]> = members.map(|one| one.to_bytes()).collect();
    let parts: Vec<&[u8]> = members.iter().map(|one| &one[..]).collect();
    epoch.recipients.count -= 1;
    epoch.recipients.hash = digest(RECIPIENTS_CONTEXT, &parts);
    let mut roster = clinic.roster.clone();
    let refused = roster.append(&clinic.entry(0, Body::Epoch(epoch))).err();
    assert_eq!(refused, Some(Refusal::EpochRecipients));
}

#[test]
fn a30_no_clinic_of_the_servers_own_passes_for_the_papers() {
    // The server knows the paper's public keys and proofs, and builds a chain around them.
    let (mut world, _) = in_step();
    let mine = paper(11);
    enroll(&mut world.clinic, &mine);
    let listed = world
        .clinic
        .roster
        .enrollment(&Enrollment::RECOVERY)
        .unwrap()
        .keys
        .clone();
    let mut fake = Clinic::found(77);
    let entry = fake.entry(0, Body::Recovery(Recovery { keys: listed }));
    assert_eq!(fake.roster.append(&entry).err(), Some(Refusal::BadProof));
    assert_eq!(mine.check(&fake.roster), Err(PaperError::None));
}
