//! What goes wrong in a clinic without anybody lying.

use crate::clinic::{KEPT, head_of};
use crate::device::{Wish, canonical};
use crate::ledger::tokens_of;
use crate::program;
use crate::world::World;
use wardkeep_record::field::patient::BIRTH_DATE;
use wardkeep_record::op::FieldKey;
use wardkeep_roster::Compartment;
use wardkeep_roster::entry::LastAccepted;
use wardkeep_sync::{Action, Alarm};

const OFFICE: Compartment = Compartment::Office;
const BIRTH: FieldKey = FieldKey {
    field: BIRTH_DATE,
    item: None,
};

/// Everybody holds the same, and what people were told.
fn agreed(world: &World) {
    for part in KEPT {
        for device in world
            .devices
            .iter()
            .filter(|device| device.peer.compartments().contains(&part))
        {
            assert_eq!(device.digests(part), world.devices[0].digests(part));
            world.ledger.check(part, device);
        }
    }
}

#[test]
fn a_device_a_year_ahead_or_behind_for_a_month_loses_nothing_and_wins_nothing_it_has_seen_replaced() {
    const YEAR_MS: i64 = 365 * 86_400_000;
    for off in [YEAR_MS, -YEAR_MS] {
        let mut world = World::new(3, 7);
        let record = world.register(0, OFFICE);
        world.rounds(2);
        world.devices[1].clock_off_ms = off;
        for day in 0..30 {
            world.now_ms += 86_400_000;
            world.act(1, OFFICE, Wish::Edit(record, day % 4));
            world.rounds(2);
            world.act(0, OFFICE, Wish::Edit(record, day % 4));
            world.rounds(2);
        }
        agreed(&world);
        let row = &world.devices[1].vault(OFFICE).rows[&record];
        assert_eq!(row.conflicts().len(), 0, "each had seen the other");
        let latest = row.heads(BIRTH)[0].stamp.dot.device;
        assert_eq!(
            latest.as_bytes(),
            &world.devices[0].member.device().0,
            "who wrote last shows"
        );
    }
}

#[test]
fn the_same_field_edited_on_five_devices_keeps_five_values_until_a_person_settles_it() {
    let mut world = World::new(5, 3);
    let record = world.register(0, OFFICE);
    world.rounds(2);
    (0..5).for_each(|at| world.act(at, OFFICE, Wish::Edit(record, 0)));
    for device in &mut world.devices {
        device.update(program::LAST).unwrap();
    }
    world.rounds(3);
    for device in &world.devices {
        assert_eq!(tokens_of(&device.vault(OFFICE).rows[&record], BIRTH).len(), 5);
    }
    agreed(&world);
    world.act(2, OFFICE, Wish::Edit(record, 0));
    world.rounds(3);
    agreed(&world);
    assert_eq!(tokens_of(&world.devices[4].vault(OFFICE).rows[&record], BIRTH).len(), 1);
}

#[test]
fn the_same_patient_registered_on_two_devices_is_two_records_on_all() {
    let mut world = World::new(3, 4);
    let (first, second) = (world.register(0, OFFICE), world.register(1, OFFICE));
    world.rounds(3);
    agreed(&world);
    for device in &world.devices {
        let rows = &device.vault(OFFICE).rows;
        assert!(
            rows.contains_key(&first) && rows.contains_key(&second),
            "both are kept, to be flagged"
        );
    }
}

#[test]
fn versions_one_and_three_mixed_pass_on_what_they_cannot_read_and_apply_it_after_the_update() {
    let mut world = World::new(3, 5);
    world.devices[0].program = program::LAST;
    let record = world.register(1, OFFICE);
    world.rounds(2);
    for _ in 0..20 {
        world.act(0, OFFICE, Wish::Edit(record, 0));
        world.rounds(1);
        world.act(1, OFFICE, Wish::Edit(record, 1));
    }
    world.rounds(3);
    assert!(world.devices[1].waits_for_update(OFFICE) && world.devices[2].waits_for_update(OFFICE));
    // What the old ones hold they hold whole: the first laptop burns and the server is empty.
    let before: Vec<_> = world.devices[0].vault(OFFICE).rows.values().map(canonical).collect();
    world.server.roll_back(Default::default());
    world.sync(1);
    for at in [1, 2] {
        world.devices[at].update(program::LAST).unwrap();
    }
    world.rounds(2);
    agreed(&world);
    let after: Vec<_> = world.devices[2].vault(OFFICE).rows.values().map(canonical).collect();
    assert_eq!(before, after);
}

#[test]
fn a_cloned_machine_is_told_and_loses_nothing_of_either() {
    let mut world = World::new(3, 6);
    let record = world.register(1, OFFICE);
    world.rounds(2);
    let image = world.devices[1].disk.clone();
    world.act(1, OFFICE, Wish::Edit(record, 0));
    world.sync(1);
    // The clone is switched on, writes before it asks anybody, and the other is not heard of again.
    world.devices[1].disk = image;
    world.devices[1].restart();
    world.act(1, OFFICE, Wish::Edit(record, 1));
    world.act(1, OFFICE, Wish::Edit(record, 2));
    world.rounds(4);
    let cloned = |alarm: &Alarm| matches!(alarm, Alarm::Cloned { .. });
    assert!(world.devices[1].alarms.iter().any(cloned));
    agreed(&world);
    assert_eq!(
        world
            .server
            .relay
            .held()
            .iter()
            .filter(|(chain, _)| chain.device == world.devices[1].member.device())
            .count(),
        2
    );
}

#[test]
fn what_a_device_wrote_after_it_was_revoked_waits_for_an_admin() {
    let mut world = World::new(4, 8);
    let record = world.register(3, OFFICE);
    world.rounds(2);
    // Offline: it is revoked, and writes on under the roster that it knows.
    let chain = world.devices[3].peer.own_chain(OFFICE);
    let last = LastAccepted {
        device: chain.device,
        incarnation: chain.incarnation.0,
        compartment: OFFICE,
        seq: world.devices[0].peer.held().seq(&chain),
    };
    world.act(3, OFFICE, Wish::Edit(record, 0));
    let now_ms = world.now_ms;
    world.devices[3].seal(&mut world.random, now_ms).unwrap();
    let late = world.devices[3]
        .disk
        .spool
        .segments
        .get(&chain, last.seq + 1)
        .unwrap()
        .to_vec();
    world.clinic.revoke(3, Some(vec![last]));
    world.clinic.renew_due();
    world.publish();
    let before = head_of(world.server.relay.roster());
    world.sync(3);
    assert_eq!(world.server.relay.held().seq(&chain), last.seq, "it is not let in");
    (0..3).for_each(|at| world.sync(at));
    // By another way its segment reaches a colleague: it is put aside, sealed as it is, and said once.
    let now_ms = world.now_ms;
    assert_eq!(world.devices[0].take(&late, now_ms).unwrap(), Vec::<Action>::new());
    assert_eq!(world.devices[0].disk.spool.aside[0], late);
    world.devices[0].remember().unwrap();
    world.devices[0].restart();
    world.devices[0].take(&late, now_ms).unwrap();
    assert_eq!(world.devices[0].disk.spool.aside.len(), 1);
    assert_eq!(world.devices[0].peer.held().seq(&chain), last.seq);
    assert_eq!(head_of(world.server.relay.roster()), before);
    // What comes next nobody revoked can open.
    world.act(0, OFFICE, Wish::Edit(record, 1));
    (0..3).for_each(|at| world.sync(at));
    let newest = world.server.relay.roster().epoch(OFFICE).unwrap().epoch.number;
    assert!(!world.devices[3].vault(OFFICE).keys.contains_key(&newest));
    let all = world.devices[1].digests(OFFICE);
    assert_eq!(world.devices[0].digests(OFFICE), all);
}

#[test]
fn two_hundred_devices_come_back_after_fourteen_days_without_a_network() {
    let mut world = World::new(200, 9);
    let record = world.register(0, OFFICE);
    (0..200).for_each(|at| world.sync(at));
    for device in &mut world.devices {
        device.update(program::LAST).unwrap();
    }
    for at in 0..200 {
        world.now_ms += 14 * 86_400_000 / 200;
        world.act(at, OFFICE, Wish::Edit(record, at % 4));
    }
    world.rounds(2);
    let first = world.devices[0].digests(OFFICE);
    assert!(world.devices.iter().all(|device| device.digests(OFFICE) == first));
    let row = &world.devices[199].vault(OFFICE).rows[&record];
    assert_eq!(
        tokens_of(row, BIRTH).len(),
        50,
        "fifty people wrote it without seeing each other"
    );
    [0, 199]
        .iter()
        .for_each(|at| world.ledger.check(OFFICE, &world.devices[*at]));
}
