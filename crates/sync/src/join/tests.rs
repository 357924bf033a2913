//! Joining, from the invitation to the welcome, and everybody who tries to get between.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

use super::*;
use crate::frontier::Frontier;
use crate::id::{RosterHead, Tip};
use crate::invitation::Invitation;
use crate::relay::Relay;
use crate::tests::clinic::{Clinic, Member, chain};
use crate::tests::{Seeded, hex};
use crate::words::Words;
use proptest::prelude::*;
use wardkeep_roster::entry::{AddDevice, Body, Enroll, SealedName};
use wardkeep_roster::{ClinicId, Compartment, DeviceId, Role, UserId};

const ALL: [Role; 3] = [Role::FrontDesk, Role::Clinician, Role::Admin];

fn invitation(clinic: &Clinic) -> Invitation {
    let id = clinic.roster.clinic();
    Invitation::make(
        "sync.example:8443",
        [1; 32],
        id,
        clinic.head(),
        &mut Seeded::new(11).source(),
    )
    .unwrap()
}

fn request(invitation: &Invitation, member: &Member) -> Vec<u8> {
    let joiner = Joiner {
        device: member.device(),
        user: None,
        device_key: &member.device_key,
        sign_key: &member.sign_key,
        kem: &member.kem,
        device_name: "Laptop at the desk",
        user_name: "Ada Byron",
    };
    JoinRequest::make(invitation, &joiner, &mut Seeded::new(12).source()).unwrap()
}

fn joined<'a>(invitation: &'a Invitation, request: &'a [u8], member: &'a Member) -> Joined<'a> {
    Joined {
        invitation,
        request,
        device: member.device(),
        device_key: member.device_key.verifying_key(),
        sign_key: member.sign_key.verifying_key(),
        kem: &member.kem,
    }
}

/// The clinic with the new device in it, and what an admin's device knows of chains.
fn approved() -> (Clinic, Invitation, Vec<u8>, Frontier) {
    let mut clinic = Clinic::of(2);
    let invitation = invitation(&clinic);
    let request = request(&invitation, &Member::new(3));
    clinic.join(Member::new(3), &ALL);
    let mut vector = Frontier::new();
    let tip = Tip {
        seq: 5,
        hash: crate::SegmentHash([5; 32]),
    };
    vector.set(chain(&clinic.members[0], Compartment::Office), tip);
    (clinic, invitation, request, vector)
}

fn welcome(clinic: &Clinic, request: &[u8], vector: &Frontier, sender: usize) -> Vec<u8> {
    let welcome = Welcome {
        request,
        roster: &clinic.roster,
        sender: clinic.members[sender].me,
        user: clinic.members[2].me.user,
        vector,
    };
    let to = clinic.members[2].kem.public().unwrap();
    welcome
        .seal(&to, &clinic.members[sender].sign_key, &mut Seeded::new(13).source())
        .unwrap()
}

#[test]
fn a_device_joins() {
    let (clinic, invitation, request, vector) = approved();
    insta::assert_snapshot!("request", hex(&request));
    insta::assert_snapshot!("words", Words::of_join(&invitation, &request).to_string());
    let relay = Relay::new(clinic.roster.clone(), Frontier::new());
    assert_eq!(
        relay.judge_join(&invitation.id(), &request),
        Ok(Member::new(3).device())
    );
    assert_eq!(relay.judge_join(&[0; 16], &request), Err(RequestError::OtherInvitation));
    let verified = JoinRequest::verify(&invitation, &request).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(
        (&*verified.device_name, &*verified.user_name),
        ("Laptop at the desk", "Ada Byron")
    );
    assert_eq!(verified.device, Member::new(3).device());
    let bytes = welcome(&clinic, &request, &vector, 1);
    insta::assert_snapshot!("welcome", hex(&bytes));
    let welcomed = joined(&invitation, &request, &clinic.members[2])
        .open(&bytes, &clinic.roster)
        .unwrap();
    assert_eq!(welcomed.vector, vector);
    assert_eq!(
        (welcomed.sender, welcomed.me),
        (clinic.members[1].me, clinic.members[2].me)
    );
    assert_eq!(welcomed.roster, clinic.head());
}

#[test]
fn a_flipped_byte_of_a_request_is_noticed() {
    let (_, invitation, request, _) = approved();
    for at in 0..request.len() {
        let mut bad = request.clone();
        bad[at] ^= 1;
        assert!(JoinRequest::verify(&invitation, &bad).is_err(), "byte {at}");
        assert!(JoinRequest::parse(&request[..at]).is_err(), "length {at}");
        assert_ne!(Words::of_join(&invitation, &bad), Words::of_join(&invitation, &request));
    }
}

#[test]
fn a_swapped_key_is_noticed() {
    // The server makes a request of its own: it does not hold the invitation's secret.
    let (clinic, invitation, _, _) = approved();
    let mut guessed = Invitation::from_code(&invitation.to_code()).unwrap();
    guessed.secret = crate::InvitationSecret::from_slice(&[0; 16]).unwrap();
    let attacker = Member::new(66);
    let theirs = request(&guessed, &attacker);
    assert_eq!(
        JoinRequest::verify(&invitation, &theirs).err(),
        Some(RequestError::OtherInvitation)
    );
    // Somebody who found the invitation can, and is told by the words.
    let found = request(&invitation, &attacker);
    assert!(JoinRequest::verify(&invitation, &found).is_ok());
    let honest = request(&invitation, &clinic.members[2]);
    assert_ne!(
        Words::of_join(&invitation, &found),
        Words::of_join(&invitation, &honest)
    );
}

#[test]
fn keys_without_proof_do_not_wait() {
    let (clinic, invitation, _, _) = approved();
    let member = &clinic.members[2];
    let request = request(&invitation, member);
    // The device id of another, with the same proofs.
    let at = request.windows(16).position(|part| part == member.device().0).unwrap();
    let mut stolen = request.clone();
    stolen[at..at + 16].copy_from_slice(&[0x77; 16]);
    assert_eq!(JoinRequest::parse(&stolen).err(), Some(RequestError::Proof));
}

#[test]
fn a_flipped_byte_of_a_welcome_is_noticed() {
    let (clinic, invitation, request, vector) = approved();
    let bytes = welcome(&clinic, &request, &vector, 1);
    let joined = joined(&invitation, &request, &clinic.members[2]);
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        assert!(joined.open(&bad, &clinic.roster).is_err(), "byte {at}");
        assert!(joined.open(&bytes[..at], &clinic.roster).is_err(), "length {at}");
    }
}

#[test]
fn only_an_admin_of_this_clinic_welcomes_to_this_request() {
    let (mut clinic, invitation, request, vector) = approved();
    let bytes = welcome(&clinic, &request, &vector, 1);
    let newcomer = Member::new(3);
    let opened = |bytes: &[u8], request: &[u8], roster: &wardkeep_roster::Roster| {
        joined(&invitation, request, &newcomer).open(bytes, roster).err()
    };
    // An old approval of another request.
    assert_eq!(
        opened(&bytes, b"another request", &clinic.roster),
        Some(WelcomeError::OtherRequest)
    );
    // A roster that is not that of the invitation, or older.
    let other = Clinic::of(1);
    assert_eq!(opened(&bytes, &request, &other.roster), Some(WelcomeError::OldRoster));
    let before = Clinic::of(2);
    let cited = clinic.head();
    assert_eq!(
        opened(&bytes, &request, &before.roster),
        Some(WelcomeError::UnknownRoster(cited))
    );
    // Signed by somebody else, or by one who is no admin.
    let welcome = Welcome {
        request: &request,
        roster: &clinic.roster,
        sender: clinic.members[1].me,
        user: clinic.members[2].me.user,
        vector: &vector,
    };
    let to = clinic.members[2].kem.public().unwrap();
    let forged = welcome
        .seal(&to, &clinic.members[2].sign_key, &mut Seeded::new(1).source())
        .unwrap();
    assert_eq!(opened(&forged, &request, &clinic.roster), Some(WelcomeError::Signature));
    clinic.grant(1, &[Role::Clinician]);
    assert_eq!(opened(&bytes, &request, &clinic.roster), Some(WelcomeError::NotAdmin));
}

#[test]
fn other_keys_in_the_roster_are_noticed() {
    // The admin's program, or somebody in between, listed other keys under the new device's id.
    let (_, invitation, request, vector) = approved();
    let mut clinic = Clinic::of(2);
    let mut other = Member::new(66);
    other.me = Member::new(3).me;
    clinic.join(other, &ALL);
    let newcomer = Member::new(3);
    let welcome = Welcome {
        request: &request,
        roster: &clinic.roster,
        sender: clinic.members[1].me,
        user: newcomer.me.user,
        vector: &vector,
    };
    let to = newcomer.kem.public().unwrap();
    let bytes = welcome
        .seal(&to, &clinic.members[1].sign_key, &mut Seeded::new(1).source())
        .unwrap();
    let opened = joined(&invitation, &request, &newcomer).open(&bytes, &clinic.roster);
    assert_eq!(opened.err(), Some(WelcomeError::OtherKeys));
}

#[test]
fn what_is_verified_fits_into_the_roster() {
    let mut clinic = Clinic::of(2);
    let invitation = invitation(&clinic);
    let verified =
        JoinRequest::verify(&invitation, &request(&invitation, &Member::new(3))).unwrap_or_else(|why| panic!("{why}"));
    let name = || SealedName::new(vec![1; 16]).unwrap();
    clinic.say(Body::Device(AddDevice {
        device: verified.device,
        key: verified.device_key,
        name: name(),
    }));
    let user = UserId([0x99; 16]);
    clinic.say(Body::Enroll(Enroll {
        device: verified.device,
        user,
        keys: verified.keys,
        user_name: name(),
    }));
    assert!(clinic.roster.device(&verified.device).is_some());
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let head = RosterHead { number: 1, ..RosterHead::NONE };
        let invitation = Invitation::make("a:1", [0; 32], ClinicId([0; 32]), head, &mut |_| {}).unwrap();
        prop_assert!(JoinRequest::verify(&invitation, &bytes).is_err());
        let clinic = Clinic::found();
        let member = &clinic.members[0];
        prop_assert!(joined(&invitation, &bytes, member).open(&bytes, &clinic.roster).is_err());
        prop_assert!(member.device() != DeviceId([0; 16]));
    }
}
