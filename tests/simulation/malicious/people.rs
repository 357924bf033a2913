//! Who belongs to the clinic, and who says so.

use super::join::{Newcomer, ask};
use super::{OFFICE, healed, in_step, one_more, rows, told};
use crate::clinic::{ALL_ROLES, Clinic, Member, head_of};
use crate::random::Seeded;
use wardkeep_roster::entry::{Body, Grant, Wipe};
use wardkeep_roster::roster::VerifyError;
use wardkeep_roster::{DeviceId, EnrollmentKeys, Refusal, Roles, Roster, Scope};
use wardkeep_sync::epoch::EpochError;
use wardkeep_sync::join::{JoinRequest, RequestError, WelcomeError};
use wardkeep_sync::parcel::ParcelError;
use wardkeep_sync::wire::{PushReply, PushResult, RefusalCode, VectorReply};
use wardkeep_sync::words::Words;
use wardkeep_sync::{Alarm, EpochKey, Frontier, Invitation};

/// Entries arrive at the first device; why they were refused.
fn why(world: &mut crate::world::World, entry: &[u8]) -> Option<Refusal> {
    let head = world.devices[0].peer.roster().head();
    let actions = world.devices[0].peer.on_roster([entry]);
    world.devices[0].note(actions);
    assert_eq!(world.devices[0].peer.roster().head(), head, "the roster is as it was");
    match world.devices[0].alarms.pop() {
        Some(Alarm::RosterRefused(VerifyError::Refused { why, .. })) => Some(why),
        _ => None,
    }
}

#[test]
fn a15_a_key_swapped_in_a_request_is_rejected_and_the_words_differ() {
    let (world, _) = in_step();
    let newcomer = Newcomer::of(&world.clinic, 9);
    let words = Words::of_join(&newcomer.invitation, &newcomer.request);
    for at in 0..newcomer.request.len() {
        let mut swapped = newcomer.request.clone();
        swapped[at] ^= 1;
        assert!(
            JoinRequest::verify(&newcomer.invitation, &swapped).is_err(),
            "byte {at}"
        );
        assert_ne!(Words::of_join(&newcomer.invitation, &swapped), words);
    }
    // The server makes a request of its own, with proofs for its own keys: it does not hold the secret.
    let (id, head) = (world.clinic.roster.clinic(), head_of(&world.clinic.roster));
    let guess = Invitation::make("server:443", [5; 32], id, head, &mut Seeded::new(99).source()).unwrap();
    let forged = ask(&guess, &Member::new(10), 1);
    let rejected = JoinRequest::verify(&newcomer.invitation, &forged).err();
    assert_eq!(rejected, Some(RequestError::OtherInvitation));
}

#[test]
fn a16_an_old_approval_or_an_attackers_key_under_a_real_name_is_rejected() {
    let (mut world, _) = in_step();
    let first = Newcomer::of(&world.clinic, 9);
    first.approve(&mut world);
    let old = first.welcome(&world);
    // The same person asks again: the approval is of another request.
    let mut again = first;
    again.request = ask(&again.invitation, &again.member, 77);
    assert_eq!(
        again.joined().open(&old, &world.clinic.roster).err(),
        Some(WelcomeError::OtherRequest)
    );
    // The roster lists an attacker's keys under the newcomer's name.
    let victim = Newcomer::of(&world.clinic, 11);
    let attacker = Member {
        me: victim.member.me,
        ..Member::new(12)
    };
    world.clinic.join(attacker, ALL_ROLES);
    let welcome = victim.welcome_by(&world.clinic, 0, 0, &Frontier::new());
    assert_eq!(
        victim.joined().open(&welcome, &world.clinic.roster).err(),
        Some(WelcomeError::OtherKeys)
    );
}

#[test]
fn a17_an_unsigned_or_self_signed_admin_is_rejected_by_name() {
    let (mut world, _) = in_step();
    let grant = |clinic: &Clinic, at: usize| {
        let user = clinic.members[at].me.user;
        Body::Grant(Grant {
            user,
            roles: Roles::of(ALL_ROLES),
        })
    };
    let to_self = world.clinic.entry(1, grant(&world.clinic, 1));
    assert_eq!(why(&mut world, &to_self), Some(Refusal::NotAdmin));
    let mut unsigned = world.clinic.entry(0, grant(&world.clinic, 1));
    let end = unsigned.len();
    unsigned[end - 64..].fill(0);
    assert_eq!(why(&mut world, &unsigned), Some(Refusal::BadSignature));
    // In the admin's name, with the clinician's key.
    let forged = world
        .clinic
        .roster
        .draft(world.clinic.members[0].me, 1, grant(&world.clinic, 1));
    let forged = forged.sign(&world.clinic.members[1].sign_key);
    assert_eq!(why(&mut world, &forged), Some(Refusal::BadSignature));
    // A welcome by somebody who is no admin, and one in the admin's name.
    let newcomer = Newcomer::of(&world.clinic, 9);
    newcomer.approve(&mut world);
    for (name, key, error) in [(1, 1, WelcomeError::NotAdmin), (0, 1, WelcomeError::Signature)] {
        let welcome = newcomer.welcome_by(&world.clinic, name, key, &Frontier::new());
        assert_eq!(
            newcomer.joined().open(&welcome, &world.clinic.roster).err(),
            Some(error)
        );
    }
    healed(&mut world);
}

#[test]
fn a18_an_old_roster_brings_nobody_back() {
    let (mut world, _) = in_step();
    let old = world.clinic.roster.clone();
    world.clinic.revoke(3, Some(Vec::new()));
    world.clinic.renew_due();
    world.publish();
    world.sync(0);
    let gone = world.clinic.members[3].device();
    let seen = world.clinic.roster.head();
    assert!(told(
        &world,
        0,
        |alarm| matches!(alarm, Alarm::BeyondRevocation { gap } if gap.chain.device == gone)
    ));
    world.server.relay = wardkeep_sync::Relay::new(old.clone(), world.server.relay.held().clone());
    world.devices[0].alarms.clear();
    world.sync(0);
    assert!(told(
        &world,
        0,
        |alarm| matches!(alarm, Alarm::RosterRolledBack { had, .. } if *had == seen.0)
    ));
    assert_eq!(world.devices[0].peer.roster().head(), seen);
    assert_eq!(world.server.relay.roster().head(), seen, "and it is posted again");
    // To a device that begins anew, which knows the head from its invitation.
    let entries: Vec<_> = old.entries_after(0).collect();
    let shorter = Roster::verify_seen(entries.iter().copied(), seen).err();
    assert!(matches!(shorter, Some(VerifyError::Shorter { .. })));
    let mut other = Clinic::found(9);
    other.renew_due();
    let forked = VectorReply {
        roster: wardkeep_sync::RosterHead {
            hash: head_of(&other.roster).hash,
            number: seen.0,
        },
        tips: world.server.relay.held().clone(),
    };
    let device = &mut world.devices[0];
    let actions = device.peer.on_vector(&device.disk.spool.segments, &forked);
    device.note(actions);
    assert!(told(&world, 0, |alarm| matches!(
        alarm,
        Alarm::RosterForked { witness: None, .. }
    )));
}

#[test]
fn a19_a_recipient_left_out_or_a_wrong_key_is_rejected_by_name() {
    let (mut world, _) = in_step();
    // An epoch whose recipients lack somebody: made over a roster that does not have them.
    let clinic = &world.clinic;
    let next = clinic.roster.epoch(OFFICE).unwrap().epoch.number + 1;
    let key = EpochKey::make(&mut Seeded::new(5).source());
    let id = clinic.epoch_id(OFFICE, next);
    let Body::Epoch(mut epoch) =
        clinic
            .roster
            .next_epoch(OFFICE, key.commitment(&id), key.wrap(&id, clinic.key(OFFICE)))
    else {
        panic!("an epoch");
    };
    epoch.recipients.count -= 1;
    let left_out = clinic.entry(0, Body::Epoch(epoch));
    assert_eq!(why(&mut world, &left_out), Some(Refusal::EpochRecipients));
    // A key that is not the epoch's, from somebody who may send it: not even made, and not taken when it is.
    let label = world.clinic.label(OFFICE, 1, world.clinic.members[1].me);
    let sign_key = &world.clinic.members[0].sign_key;
    let other = wardkeep_sync::Parcel::seal(
        &world.clinic.roster,
        &label,
        &key,
        sign_key,
        &mut Seeded::new(1).source(),
    );
    assert_eq!(other.err(), Some(ParcelError::Key(EpochError::Commitment(1))));
    let parcel = world.clinic.parcel(OFFICE, 1, world.clinic.members[1].me);
    let keys = world.devices[1].vault(OFFICE).keys.len();
    for at in (0..parcel.len()).step_by(7) {
        let mut bad = parcel.clone();
        bad[at] ^= 1;
        assert!(world.devices[1].take_parcel(&bad).unwrap().is_err(), "byte {at}");
    }
    assert_eq!(
        world.devices[3].take_parcel(&parcel).unwrap().err(),
        Some(ParcelError::NotMine)
    );
    assert_eq!(world.devices[1].vault(OFFICE).keys.len(), keys);
    healed(&mut world);
}

#[test]
fn a23_no_answer_and_no_forged_order_erases_anything() {
    let (mut world, record) = in_step();
    let order = |device: DeviceId| {
        Body::Wipe(Wipe {
            device,
            nonce: [3; 16],
            post_outbox: false,
        })
    };
    let me = world.devices[0].member.device();
    let forged = world.clinic.entry(1, order(me));
    assert_eq!(why(&mut world, &forged), Some(Refusal::NotAdmin));
    let nobody = world.clinic.entry(0, order(DeviceId([0x77; 16])));
    assert_eq!(why(&mut world, &nobody), Some(Refusal::DeviceUnknown));
    assert!(world.devices[0].peer.roster().wipe_order(&me).is_none());
    // Shut out, refused, told that it was revoked: it asks, and keeps everything.
    one_more(&mut world, record);
    world.sync(0);
    let (before, own) = (rows(&world.devices[0]), super::own_chain(&world, 0));
    let tip = world.devices[0].peer.held().tip(&own).unwrap();
    for code in 1..=20 {
        let results = vec![PushResult::Refused(RefusalCode::from_number(code))];
        let actions = world.devices[0]
            .peer
            .on_push_reply(&[(own, tip)], &PushReply { results });
        world.devices[0].act(actions).unwrap();
        world.devices[0].restart();
    }
    assert_eq!(rows(&world.devices[0]), before);
    assert_eq!(world.devices[0].peer.held().tip(&own), Some(tip));
    healed(&mut world);
}

#[test]
fn a15_a_device_key_without_its_proof_is_rejected_by_name() {
    let (mut world, _) = in_step();
    // The admin's device is handed another's public key as if it were the newcomer's.
    let (newcomer, other) = (Member::new(13), Member::new(14));
    let mixed = Member {
        device_key: other.device_key,
        ..newcomer
    };
    let Body::Device(mut body) = world.clinic.device_body(&mixed) else {
        panic!("a device");
    };
    body.device = DeviceId([0x44; 16]);
    let entry = world.clinic.entry(0, Body::Device(body));
    assert_eq!(why(&mut world, &entry), Some(Refusal::BadProof));
    let scope = Scope::Founding([1; 32]);
    let elsewhere = EnrollmentKeys::prove(scope, &mixed.me.device, &mixed.sign_key, mixed.kem.public().unwrap());
    assert!(!elsewhere.is_proven(Scope::Clinic(world.clinic.roster.clinic()), &mixed.me.device));
}
