//! Lengths, depths and endless answers.

use super::{OFFICE, healed, in_step, last, one_more, own_chain, refused, rows, segment, signed_by, told};
use crate::random::Seeded;
use wardkeep_sync::segment::MAX_SEGMENT_BYTES;
use wardkeep_sync::stream::{ItemReader, StreamError};
use wardkeep_sync::wire::{Message, PushReply, VectorReply};
use wardkeep_sync::{Alarm, Frontier, seal_ops};

#[test]
fn a29_no_claimed_length_is_believed() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let good = segment(&world, 1, last(&world, 1));
    for length in [0_u32, 1, u32::MAX, 1 << 30] {
        let mut bad = good.clone();
        bad[196..200].copy_from_slice(&length.to_be_bytes());
        let bad = signed_by(&world, 1, &bad);
        assert!(refused(&mut world, &bad));
    }
    let mut giant = good.clone();
    giant.resize(MAX_SEGMENT_BYTES + 1, 0);
    assert!(refused(&mut world, &giant));
    let mut reader = ItemReader::new(MAX_SEGMENT_BYTES);
    reader.push(&u32::MAX.to_be_bytes());
    assert_eq!(reader.take(), Err(StreamError::TooLong), "before its bytes come");
    // Arrays and strings of a length that nobody sends, and arrays in arrays.
    for head in [
        &[0x9a, 0xff, 0xff, 0xff, 0xff][..],
        &[0x5a, 0xff, 0xff, 0xff, 0xff],
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        let nested = [vec![0x81; 100_000], head.to_vec()].concat();
        for bytes in [head, &nested] {
            assert!(Frontier::from_bytes(bytes).is_err());
            assert!(VectorReply::from_bytes(bytes).is_err() && PushReply::from_bytes(bytes).is_err());
            assert!(wardkeep_record::op::decode_op(bytes).is_err());
            assert!(wardkeep_sync::peer::Memory::from_bytes(bytes).is_err());
        }
    }
    healed(&mut world);
}

/// A member's own device seals what no version could have written: it is genuine, and still changes nothing.
#[test]
fn a29_a_genuine_segment_of_nested_or_broken_ops_stops_its_chain_and_no_other() {
    let (mut world, record) = in_step();
    let chain = own_chain(&world, 1);
    let mut place = world.devices[1].peer.place(OFFICE).unwrap();
    place.tip = world.server.relay.held().tip(&chain);
    let nested = [vec![0x81; 200_000], vec![0x80]].concat();
    let first = world.devices[1].vault(OFFICE).last_op + 1;
    let key = world.clinic.key(OFFICE).duplicate();
    let member = &world.clinic.members[1];
    let poisoned = seal_ops(
        &place,
        &key,
        first,
        &[nested],
        &member.device_key,
        &mut Seeded::new(2).source(),
    )
    .unwrap();
    assert!(poisoned.len() < 2_000, "small on the wire");
    let before = rows(&world.devices[0]);
    let now_ms = world.now_ms;
    world.devices[0].take(&poisoned, now_ms).unwrap();
    world.devices[0].apply().unwrap();
    assert_eq!(rows(&world.devices[0]), before);
    assert!(told(
        &world,
        0,
        |alarm| matches!(alarm, Alarm::Unreadable { chain: at, .. } if *at == chain)
    ));
    // The others' chains go on.
    world.act(3, OFFICE, crate::device::Wish::Edit(record, 0));
    world.sync(3);
    world.sync(0);
    assert_ne!(rows(&world.devices[0]), before);
}

#[test]
fn a29_an_endless_pull_ends_and_is_said() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let first = segment(&world, 1, 1);
    world.server.tamper = Some(Box::new(move |_| vec![first.clone(); 500]));
    let before = rows(&world.devices[0]);
    world.sync(0);
    assert_eq!(rows(&world.devices[0]), before);
    assert!(told(&world, 0, |alarm| matches!(alarm, Alarm::NotDelivered { .. })));
    healed(&mut world);
}
