//! A device that renews its key, and those who read what it has signed.

use super::*;
use wardkeep_roster::entry::Reached;

#[test]
fn a_device_goes_on_under_a_new_key_and_a_new_one_reads_all_of_it() {
    let mut world = in_step(3);
    let own = chain(&world, 1);
    world.write(1, OFFICE, "sealed under the former key, not sent");
    world.renew_device_key(1, 0x71);
    world.write(1, OFFICE, "under the new key");
    both_ways(&mut world);
    assert!(healed(&world));
    world.renew_device_key(1, 0x72);
    world.write(1, OFFICE, "under the third key");
    both_ways(&mut world);
    assert_eq!(chain(&world, 1), own, "the same life, the same chain");
    // One that has nothing and reads from the beginning.
    world.nodes[2].restore(Store::default(), Memory::default());
    both_ways(&mut world);
    assert!(healed(&world));
    for at in [0, 1] {
        assert_eq!(world.nodes[at].alarms, []);
    }
}

#[test]
fn nothing_is_sealed_while_nobody_knows_under_which_key() {
    let mut world = in_step(2);
    world.nodes[0].peer.set_key_under_way(true);
    assert_eq!(world.nodes[0].peer.place(OFFICE).err(), Some(NotNow::KeyUnderWay));
    assert_eq!(world.nodes[0].peer.audit_place().err(), Some(NotNow::KeyUnderWay));
    world.write(0, OFFICE, "waits");
    world.nodes[0].peer.set_key_under_way(false);
    both_ways(&mut world);
    assert!(healed(&world));
}

#[test]
fn whoever_has_more_of_a_device_than_it_says_with_its_new_key_is_told() {
    let mut world = in_step(2);
    let own = chain(&world, 1);
    world.write(1, OFFICE, "of which the device will know nothing");
    both_ways(&mut world);
    let line = world.nodes[1].peer.reached().unwrap();
    assert_eq!((line.len(), line[0].seq), (1, 2));
    let short = Reached {
        seq: 1,
        hash: world.nodes[0].store.hash_at(&own, 1).unwrap().0,
        ..line[0]
    };
    world.clinic.renew_device_key(1, 0x71, vec![short]);
    world.publish();
    world.sync(0);
    assert_eq!(world.nodes[0].alarms, [Alarm::Cloned { chain: own, seq: 2 }]);
}

#[test]
fn a_device_that_has_less_than_it_said_with_its_new_key_waits_for_it() {
    let mut world = in_step(2);
    let store = world.nodes[0].store.clone();
    world.write(0, OFFICE, "said, and lost");
    both_ways(&mut world);
    world.renew_device_key(0, 0x71);
    world.nodes[0].restore(store, Memory::default());
    assert_eq!(world.nodes[0].peer.place(OFFICE).err(), Some(NotNow::Behind));
    world.write(0, OFFICE, "later");
    both_ways(&mut world);
    assert!(healed(&world));
}
