//! Genuine segments where they do not belong.

use super::{OFFICE, healed, in_step, last, one_more, refused, rejected, segment, told};
use crate::clinic::{Clinic, head_of};
use crate::random::Seeded;
use crate::world::World;
use wardkeep_roster::Compartment;
use wardkeep_sync::segment::{Place, Unverified};
use wardkeep_sync::{Alarm, Reject, seal_ops};

#[test]
fn a06_no_segment_is_taken_in_another_order_place_device_compartment_clinic_or_epoch() {
    let (mut world, record) = in_step();
    for _ in 0..3 {
        one_more(&mut world, record);
    }
    let seq = last(&world, 1);
    let (first, newest) = (segment(&world, 1, 1), segment(&world, 1, seq));
    // Reordered: it waits for those before it. Replayed: it is here already.
    let now_ms = world.now_ms;
    assert_eq!(world.devices[0].take(&newest, now_ms).unwrap(), []);
    assert_eq!(world.devices[0].take(&first, now_ms).unwrap(), []);
    assert_eq!(world.devices[0].peer.held().seq(&super::own_chain(&world, 1)), 1);
    // Another device, another life, another compartment, another clinic: header offsets of the frozen layout.
    for (at, value) in [(36, 1_u8), (52, 9), (2, 2), (4, 9)] {
        let mut moved = newest.clone();
        moved[at] = value;
        assert!(refused(&mut world, &moved));
    }
    assert!(told(&world, 0, rejected));
    healed(&mut world);
}

#[test]
fn a06_another_clinics_segment_is_rejected_by_name() {
    let (mut world, _) = in_step();
    let mut elsewhere = Clinic::found(77);
    elsewhere.renew_due();
    let mut other = World::of(elsewhere, 5);
    other.register(0, OFFICE);
    other.sync(0);
    let foreign = segment(&other, 0, 1);
    assert!(refused(&mut world, &foreign));
    let why = Alarm::Rejected(Reject::Unverified(Unverified::OtherClinic));
    assert_eq!(world.devices[0].alarms.last(), Some(&why));
}

#[test]
fn a06_a_segment_of_a_former_epoch_is_rejected_by_name() {
    let (mut world, _) = in_step();
    world.clinic.renew(OFFICE);
    world.publish();
    world.rounds(2);
    let chain = super::own_chain(&world, 1);
    let sealed = |compartment, epoch, tip, key: &wardkeep_sync::EpochKey, of: usize| {
        let place = Place {
            clinic: world.clinic.roster.clinic(),
            chain: wardkeep_sync::Chain { compartment, ..chain },
            tip,
            roster: head_of(&world.clinic.roster),
            epoch,
        };
        let random = &mut Seeded::new(3);
        let owner = &world.clinic.members[of];
        seal_ops(&place, key, 9, &[b"x"], &owner.device_key, &mut random.source()).unwrap()
    };
    let old = sealed(
        OFFICE,
        1,
        world.devices[1].peer.held().tip(&chain),
        &world.clinic.keys[&(OFFICE, 1)],
        1,
    );
    assert!(refused(&mut world, &old));
    let why = Alarm::Rejected(Reject::Unverified(Unverified::Epoch));
    assert_eq!(world.devices[0].alarms.last(), Some(&why));
    // The front desk writes no chart, whatever key it was lent.
    let desk = super::own_chain(&world, 2);
    let place = Place {
        clinic: world.clinic.roster.clinic(),
        chain: wardkeep_sync::Chain {
            compartment: Compartment::Clinical,
            ..desk
        },
        tip: None,
        roster: head_of(&world.clinic.roster),
        epoch: 1,
    };
    let key = &world.clinic.keys[&(Compartment::Clinical, 1)];
    let chart = seal_ops(
        &place,
        key,
        1,
        &[b"x"],
        &world.clinic.members[2].device_key,
        &mut Seeded::new(4).source(),
    )
    .unwrap();
    assert!(refused(&mut world, &chart));
    let why = Alarm::Rejected(Reject::Unverified(Unverified::NotEntitled));
    assert_eq!(world.devices[0].alarms.last(), Some(&why));
    healed(&mut world);
}
