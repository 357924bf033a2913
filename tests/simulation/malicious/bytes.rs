//! Bytes that are not those that a device has sealed and signed.

use super::{OFFICE, healed, in_step, last, one_more, refused, rejected, rows, segment, signed_by, told};
use crate::device::Wish;
use wardkeep_sync::segment::{HEADER_BYTES, MalformedSegment, OpenError, Segment};
use wardkeep_sync::{Alarm, EpochKey, Reject};

#[test]
fn a01_no_flipped_byte_of_header_ciphertext_or_signature_is_taken() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let good = segment(&world, 1, last(&world, 1));
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(refused(&mut world, &bad), "byte {at}");
    }
    assert!(told(&world, 0, rejected));
    healed(&mut world);
}

#[test]
fn a02_no_altered_metadata_is_taken_whoever_signs_it() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let seq = last(&world, 1);
    let good = segment(&world, 1, seq);
    for at in 0..HEADER_BYTES {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        // A colleague signs what the server altered: it is not that device's signature.
        let bad = signed_by(&world, 2, &bad);
        assert!(refused(&mut world, &bad), "byte {at}");
    }
    // Even the device itself cannot alter what it has sealed: salt and commitment are what the key is bound to.
    let now_ms = world.now_ms;
    let mut bad = good.clone();
    bad[150] ^= 1;
    let bad = signed_by(&world, 1, &bad);
    let before = rows(&world.devices[0]);
    world.devices[0].take(&bad, now_ms).unwrap();
    world.devices[0].apply().unwrap();
    assert_eq!(rows(&world.devices[0]), before);
    assert!(told(
        &world,
        0,
        |alarm| matches!(alarm, Alarm::Unreadable { seq: at, .. } if *at == seq)
    ));
}

#[test]
fn a07_a_corrupted_newest_write_is_an_alarm_and_no_way_back_to_the_older_value() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let mut bad = segment(&world, 1, last(&world, 1));
    let middle = HEADER_BYTES + 5;
    bad[middle] ^= 1;
    let newest = super::own_chain(&world, 1);
    world.server.tamper = Some(Box::new(move |segments| {
        let swap = |bytes: Vec<u8>| if bytes.len() == bad.len() { bad.clone() } else { bytes };
        segments.into_iter().map(swap).collect()
    }));
    world.sync(0);
    assert!(told(&world, 0, rejected));
    let waits =
        |alarm: &Alarm| matches!(alarm, Alarm::NotDelivered { gaps } if gaps.iter().any(|gap| gap.chain == newest));
    assert!(
        told(&world, 0, waits),
        "it is said that the newest is not here: {:?}",
        world.devices[0].alarms
    );
    // What it shows meanwhile it writes over as what it is: the newest stays beside it, both are shown.
    world.act(0, OFFICE, Wish::Edit(record, 0));
    healed(&mut world);
    let conflicts = world.devices[0].vault(OFFICE).rows[&record].conflicts();
    assert_eq!(conflicts.len(), 1, "a person settles it");
}

#[test]
fn a20_no_ciphertext_opens_under_two_keys() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let good = segment(&world, 1, last(&world, 1));
    let parsed = Segment::parse(&good).unwrap();
    let verified = parsed.verify(&world.clinic.roster).unwrap();
    assert!(verified.open(world.clinic.key(OFFICE)).is_ok());
    let mut other = *world.clinic.key(OFFICE).expose();
    for at in 0..32 {
        other[at] ^= 1;
        let key = EpochKey::from_slice(&other).unwrap();
        assert_eq!(
            verified.open(&key).err(),
            Some(OpenError::Commitment),
            "before anything is decrypted"
        );
    }
    // A device that signs a commitment to another key of its own is not opened under the clinic's.
    let mut bad = good;
    bad[164..196].copy_from_slice(&[7; 32]);
    let bad = signed_by(&world, 1, &bad);
    let before = rows(&world.devices[0]);
    let now_ms = world.now_ms;
    world.devices[0].take(&bad, now_ms).unwrap();
    world.devices[0].apply().unwrap();
    assert_eq!(rows(&world.devices[0]), before);
    assert!(told(&world, 0, |alarm| matches!(alarm, Alarm::Unreadable { .. })));
}

#[test]
fn a21_no_other_suite_kind_or_reserved_byte_is_taken_even_when_it_is_signed() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let good = segment(&world, 1, last(&world, 1));
    let of_place = [
        MalformedSegment::Suite,
        MalformedSegment::Kind,
        MalformedSegment::Compartment,
        MalformedSegment::Reserved,
    ];
    for (at, why) in of_place.into_iter().enumerate() {
        for value in [0_u8, 9, 0xff] {
            let mut bad = good.clone();
            if bad[at] == value {
                continue;
            }
            bad[at] = value;
            let bad = signed_by(&world, 1, &bad);
            assert!(refused(&mut world, &bad));
            assert_eq!(
                world.devices[0].alarms.last(),
                Some(&Alarm::Rejected(Reject::Malformed(why)))
            );
        }
    }
    healed(&mut world);
}

#[test]
fn a22_nothing_is_taken_for_what_it_is_not() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let good = segment(&world, 1, last(&world, 1));
    // A run of ops as a checkpoint, signed by the device itself: the kind is in the derivation of the key.
    let mut confused = good.clone();
    confused[1] = 2;
    let confused = signed_by(&world, 1, &confused);
    let entry = world.clinic.roster.entry_bytes(2).unwrap().to_vec();
    let parcel = world.clinic.parcel(OFFICE, 1, world.clinic.members[1].me);
    for other in [&entry, &parcel] {
        assert!(refused(&mut world, other), "no segment");
    }
    let roster = world.devices[0].peer.roster().head();
    for other in [&good, &parcel] {
        let actions = world.devices[0].peer.on_roster([&other[..]]);
        world.devices[0].note(actions);
        assert_eq!(world.devices[0].peer.roster().head(), roster, "no roster entry");
        assert!(told(&world, 0, |alarm| matches!(alarm, Alarm::RosterRefused(_))));
    }
    for other in [&good, &entry] {
        assert!(world.devices[0].take_parcel(other).unwrap().is_err(), "no parcel");
    }
    let now_ms = world.now_ms;
    let before = rows(&world.devices[0]);
    world.devices[0].take(&confused, now_ms).unwrap();
    world.devices[0].apply().unwrap();
    assert_eq!(rows(&world.devices[0]), before);
    assert!(told(&world, 0, |alarm| matches!(alarm, Alarm::Unreadable { .. })));
}
