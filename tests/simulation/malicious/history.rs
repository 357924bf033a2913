//! A server that forgets, forks, forges and lies about time.

use super::{OFFICE, healed, in_step, last, one_more, own_chain, rows, told};
use crate::device::Wish;
use crate::disk::Segments;
use crate::server::Server;
use wardkeep_sync::peer::Replica;
use wardkeep_sync::wire::VectorReply;
use wardkeep_sync::{Action, Alarm, Checkpoint, Digests, Gap, SegmentHash, TableDigest, Tip};

fn lost(alarm: &Alarm) -> bool {
    matches!(alarm, Alarm::ServerLost { .. })
}

#[test]
fn a08_a_server_rolled_back_a_week_is_an_alarm_and_healed_by_everybody() {
    let (mut world, record) = in_step();
    let backup = world.server.store.clone();
    for _ in 0..5 {
        world.now_ms += 86_400_000;
        one_more(&mut world, record);
    }
    world.rounds(2);
    let before = rows(&world.devices[0]);
    world.server.roll_back(backup);
    // The one who wrote it is away.
    world.sync(0);
    assert!(told(&world, 0, lost));
    assert_eq!(rows(&world.devices[0]), before);
    assert_eq!(world.server.relay.held().seq(&own_chain(&world, 1)), last(&world, 1));
    healed(&mut world);
}

#[test]
fn a09_an_empty_server_deletes_nothing_and_is_filled_again() {
    let (mut world, _) = in_step();
    let before: Vec<_> = world.devices.iter().map(rows).collect();
    world.server.roll_back(Segments::default());
    world.rounds(2);
    assert!(told(&world, 0, lost));
    let after: Vec<_> = world.devices.iter().map(rows).collect();
    assert_eq!(before, after);
    assert_eq!(world.server.relay.held(), world.devices[0].peer.held());
    healed(&mut world);
}

#[test]
fn a10_a_fork_between_two_devices_is_an_alarm_when_they_meet() {
    let (mut world, record) = in_step();
    let image = world.devices[1].disk.clone();
    let forked = own_chain(&world, 1);
    // One world is shown to the first device, another to the fourth: a laptop and its clone write into each.
    let mut other = Server::new(world.clinic.roster.clone());
    other.roll_back(world.server.store.clone());
    one_more(&mut world, record);
    world.sync(0);
    let first = world.devices[1].disk.clone();
    std::mem::swap(&mut world.server, &mut other);
    world.devices[1].disk = image;
    world.devices[1].restart();
    world.act(1, OFFICE, Wish::Edit(record, 1));
    world.sync(1);
    world.sync(3);
    let (before, branch) = (rows(&world.devices[0]), rows(&world.devices[3]));
    assert_ne!(before, branch);
    // They are joined again: the fourth device meets the server of the first.
    std::mem::swap(&mut world.server, &mut other);
    world.sync(3);
    let by_name = |alarm: &Alarm| matches!(alarm, Alarm::Forked { chain, .. } if *chain == forked);
    assert!(told(&world, 3, by_name), "{:?}", world.devices[3].alarms);
    assert!(rows(&world.devices[3]) == branch, "nothing that it held is gone");
    // A checkpoint across the fork says so too, and changes nothing.
    world.sync(0);
    world.checkpoint(3, OFFICE);
    world.sync(3);
    world.sync(0);
    let disagrees = |alarm: &Alarm| matches!(alarm, Alarm::WitnessDisagrees { chain, .. } if *chain == forked);
    assert!(told(&world, 0, disagrees), "{:?}", world.devices[0].alarms);
    assert_eq!(rows(&world.devices[0]), before);
    assert!(first.spool.segments.seq(&forked) > 1);
}

#[test]
fn a13_acknowledged_and_not_stored_is_an_alarm() {
    let (mut world, record) = in_step();
    world.server.forgets = true;
    world.act(0, OFFICE, Wish::Edit(record, 0));
    world.sync(0);
    assert!(told(&world, 0, lost));
    let own = own_chain(&world, 0);
    assert_eq!(world.server.relay.held().seq(&own), 1, "it has not stored it");
    healed(&mut world);
    assert!(
        world.devices[0]
            .peer
            .has_left(&own, world.devices[0].peer.held().seq(&own))
    );
}

#[test]
fn a14_a_forged_vector_or_hash_is_an_alarm() {
    let (mut world, _) = in_step();
    let other = own_chain(&world, 1);
    let before = rows(&world.devices[0]);
    let mut forge = |seq| {
        let mut forged: VectorReply = world.server.vector_for(&world.devices[0]);
        let hash = SegmentHash([1; 32]);
        forged.tips.set(other, Tip { seq, hash });
        let device = &mut world.devices[0];
        let mut actions = device.peer.on_vector(&device.disk.spool.segments, &forged);
        actions.extend(device.peer.pulled());
        actions
    };
    let gaps = vec![Gap {
        chain: other,
        from: 2,
        to: 9,
    }];
    assert!(
        forge(9).contains(&Action::Alarm(Alarm::NotDelivered { gaps })),
        "more than there is"
    );
    let disagrees = Alarm::ServerDisagrees { chain: other, seq: 1 };
    assert!(forge(1).contains(&Action::Alarm(disagrees)), "another hash");
    assert_eq!(rows(&world.devices[0]), before);
    healed(&mut world);
}

#[test]
fn a14_a_forged_digest_is_an_alarm() {
    let (mut world, _) = in_step();
    let witness = world.devices[1].member.device();
    let vector = world.devices[0].vault(OFFICE).applied();
    let ours = world.devices[0].digests(OFFICE).unwrap();
    let forged = Digests::new(vec![(1, TableDigest { rows: 4, sum: [9; 32] })]).unwrap();
    let mut see = |digests| {
        let checkpoint = Checkpoint::new(vector.clone(), crate::clinic::head_of(&world.clinic.roster), digests, 0);
        let here = Replica {
            applied: &vector,
            digests: &ours,
        };
        let device = &mut world.devices[0];
        let store = &device.disk.spool.segments;
        device
            .peer
            .on_checkpoint(store, witness, OFFICE, &checkpoint, Some(&here))
    };
    assert_eq!(see(ours.clone()), []);
    let diverged = Alarm::Diverged {
        compartment: OFFICE,
        tables: vec![1],
        witness,
    };
    assert_eq!(see(forged), [Action::Alarm(diverged)]);
    healed(&mut world);
}

/// No message carries a time of the server. What it can do is to turn the clock of a laptop that asks it for the time.
#[test]
fn a28_a_lying_clock_in_either_direction_changes_no_record_and_lasts_no_longer_than_the_lie() {
    const YEAR_MS: i64 = 365 * 86_400_000;
    let (mut world, record) = in_step();
    for off in [20 * YEAR_MS, -20 * YEAR_MS] {
        let before = rows(&world.devices[0]);
        world.devices[0].clock_off_ms = off;
        world.sync(0);
        assert_eq!(rows(&world.devices[0]), before);
        world.act(0, OFFICE, Wish::Edit(record, 0));
        world.devices[0].clock_off_ms = 0;
        world.rounds(2);
        // A colleague with the right clock has seen it, and wins over it.
        world.act(1, OFFICE, Wish::Edit(record, 0));
        world.rounds(2);
        let row = &world.devices[0].vault(OFFICE).rows[&record];
        assert_eq!(row.conflicts().len(), 0);
    }
    let standing = world.devices[0].peer.standing(world.now_ms);
    assert!(
        standing.last_heard_ms.is_some_and(|at| at <= world.now_ms),
        "not heard of in the future"
    );
    healed(&mut world);
}
