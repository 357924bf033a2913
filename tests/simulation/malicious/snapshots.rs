//! (25) and (27): snapshots that are not what two devices have signed, and segments that went before everybody had them.

use super::join::Newcomer;
use super::{OFFICE, healed, in_step, last, one_more, own_chain, rows, told};
use crate::device::Made;
use crate::random::Seeded;
use crate::world::World;
use wardkeep_record::id::RecordId;
use wardkeep_sync::Alarm;

/// A snapshot of the office by the first device, signed by the second, and somebody who begins.
fn offered() -> (World, Made, usize, RecordId) {
    let (mut world, record) = in_step();
    let mut made = world.devices[0]
        .make_snapshot(OFFICE, &mut Seeded::new(8), world.now_ms)
        .unwrap();
    assert!(world.devices[1].countersign(OFFICE, &mut made));
    Newcomer::of(&world.clinic, 50).approve(&mut world);
    let at = world.devices.len() - 1;
    (world, made, at, record)
}

/// The newcomer takes nothing of it, and every segment instead.
fn refused(mut world: World, made: &Made, at: usize) {
    let (now_ms, before) = (world.now_ms, rows(&world.devices[at]));
    assert!(world.devices[at].take_snapshot(OFFICE, made, now_ms).unwrap().is_err());
    assert_eq!(rows(&world.devices[at]), before, "no record changed");
    healed(&mut world);
}

#[test]
fn a_snapshot_that_two_have_signed_and_its_tail_are_everything() {
    let (mut world, made, at, record) = offered();
    one_more(&mut world, record);
    let now_ms = world.now_ms;
    assert_eq!(world.devices[at].take_snapshot(OFFICE, &made, now_ms).unwrap(), Ok(()));
    healed(&mut world);
    assert!(world.devices.iter().all(|device| device.alarms.is_empty()));
}

#[test]
fn a25_a_snapshot_with_one_signer() {
    let (world, mut made, at, _) = offered();
    made.countersignatures.clear();
    refused(world, &made, at);
}

#[test]
fn a25_a_signature_over_other_rows() {
    let (mut world, mut made, at, record) = offered();
    let old = made.countersignatures.clone();
    one_more(&mut world, record);
    world.rounds(2);
    made = world.devices[0]
        .make_snapshot(OFFICE, &mut Seeded::new(9), world.now_ms)
        .unwrap();
    made.countersignatures = old;
    refused(world, &made, at);
}

#[test]
fn a25_a_stale_vector_without_its_tail() {
    let (mut world, record) = in_step();
    let mut made = world.devices[0]
        .make_snapshot(OFFICE, &mut Seeded::new(8), world.now_ms)
        .unwrap();
    assert!(world.devices[1].countersign(OFFICE, &mut made));
    let (hidden, shown) = (own_chain(&world, 1), last(&world, 1));
    one_more(&mut world, record);
    world.rounds(2);
    let newcomer = Newcomer::of(&world.clinic, 9);
    newcomer.approve(&mut world);
    let at = world.devices.len() - 1;
    let (device, now_ms) = (world.devices[at].member.device(), world.now_ms);
    world.server.hidden.insert((device, hidden), shown);
    let welcome = newcomer.welcome(&world);
    let welcomed = newcomer.joined().open(&welcome, &world.clinic.roster).unwrap();
    let it = &mut world.devices[at];
    it.peer.on_welcome(&it.disk.spool.segments, &welcomed);
    assert_eq!(it.take_snapshot(OFFICE, &made, now_ms).unwrap(), Ok(()));
    world.sync(at);
    assert!(told(&world, at, |alarm| matches!(alarm, Alarm::Withheld { .. })));
    healed(&mut world);
}

#[test]
fn a25_chunks_swapped_missing_extra_or_changed() {
    for lie in 0..4 {
        let (world, mut made, at, _) = offered();
        match lie {
            0 => made.chunks[0] = made.chunks[0].iter().rev().copied().collect(),
            1 => made.chunks.clear(),
            2 => made.chunks.push(made.chunks[0].clone()),
            _ => made.chunks[0][20] ^= 1,
        }
        refused(world, &made, at);
    }
}

#[test]
fn a25_a_chunk_of_another_snapshot() {
    let (world, mut made, at, _) = offered();
    // The same rows, sealed once more: other keys.
    made.chunks = world.devices[0]
        .make_snapshot(OFFICE, &mut Seeded::new(10), world.now_ms)
        .unwrap()
        .chunks;
    refused(world, &made, at);
}

#[test]
fn a27_segments_dropped_early_that_a_device_still_needs() {
    let (mut world, record) = in_step();
    // The fourth is away and writes; the others go on.
    world.register(3, OFFICE);
    for _ in 0..3 {
        one_more(&mut world, record);
    }
    world.sync(0);
    let mut made = world.devices[0]
        .make_snapshot(OFFICE, &mut Seeded::new(8), world.now_ms)
        .unwrap();
    assert!(world.devices[1].countersign(OFFICE, &mut made));
    world.server.store.drop_upto(&made.read().vector);
    world.server.snapshots.insert(OFFICE, made);
    one_more(&mut world, record);
    world.sync(3);
    assert!(told(&world, 3, |alarm| matches!(alarm, Alarm::Dropped { .. })));
    healed(&mut world);
}

#[test]
fn a27_segments_dropped_without_a_snapshot_that_anybody_believes() {
    let (mut world, record) = in_step();
    one_more(&mut world, record);
    let made = world.devices[1]
        .make_snapshot(OFFICE, &mut Seeded::new(8), world.now_ms)
        .unwrap();
    let whole = world.server.store.clone();
    world.server.store.drop_upto(&made.read().vector);
    world.server.snapshots.insert(OFFICE, made);
    world.sync(0);
    assert!(told(&world, 0, |alarm| matches!(alarm, Alarm::NotDelivered { .. })));
    // Whoever runs it puts the segments back.
    world.server.store = whole;
    world.server.snapshots.clear();
    healed(&mut world);
}
