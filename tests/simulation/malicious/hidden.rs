//! What the server keeps from a device.

use super::join::Newcomer;
use super::{OFFICE, healed, in_step, last, one_more, own_chain, rows, told};
use wardkeep_sync::{Alarm, Gap};

#[test]
fn a03_a_tail_hidden_from_one_device_is_an_alarm() {
    let (mut world, record) = in_step();
    let hidden = own_chain(&world, 1);
    let shown = last(&world, 1);
    world
        .server
        .hidden
        .insert((world.devices[0].member.device(), hidden), shown);
    one_more(&mut world, record);
    let before = rows(&world.devices[0]);
    world.sync(3);
    world.checkpoint(3, OFFICE);
    world.sync(3);
    world.sync(0);
    let withheld = Alarm::Withheld {
        gap: Gap {
            chain: hidden,
            from: shown + 1,
            to: shown + 1,
        },
        witness: world.devices[3].member.device(),
    };
    assert_eq!(world.devices[0].alarms, [withheld]);
    assert_eq!(rows(&world.devices[0]), before);
    assert_eq!(world.devices[0].peer.standing(world.now_ms).missing, 1);
    healed(&mut world);
}

#[test]
fn a04_a_newly_enrolled_device_is_not_given_an_old_state() {
    let (mut world, record) = in_step();
    let hidden = own_chain(&world, 1);
    let shown = last(&world, 1);
    one_more(&mut world, record);
    world.rounds(2);
    let newcomer = Newcomer::of(&world.clinic, 9);
    newcomer.approve(&mut world);
    let at = world.devices.len() - 1;
    let device = world.devices[at].member.device();
    world.server.hidden.insert((device, hidden), shown);
    let welcome = newcomer.welcome(&world);
    let welcomed = newcomer.joined().open(&welcome, &world.clinic.roster).unwrap();
    let it = &mut world.devices[at];
    it.peer.on_welcome(&it.disk.spool.segments, &welcomed);
    world.sync(at);
    let gap = Gap {
        chain: hidden,
        from: shown + 1,
        to: shown + 1,
    };
    let witness = world.devices[0].member.device();
    assert!(
        world.devices[at].alarms.contains(&Alarm::Withheld { gap, witness }),
        "{:?}",
        world.devices[at].alarms
    );
    healed(&mut world);
}

#[test]
fn a05_a_segment_dropped_from_the_middle_is_an_alarm() {
    let (mut world, record) = in_step();
    let chain = own_chain(&world, 1);
    let before = last(&world, 1);
    for _ in 0..3 {
        one_more(&mut world, record);
    }
    world.server.tamper = Some(Box::new(|mut segments| {
        if segments.len() == 3 {
            segments.remove(1);
        }
        segments
    }));
    world.sync(0);
    let missing = |gap: &Gap| gap.chain == chain && gap.from == before + 2;
    assert!(told(
        &world,
        0,
        |alarm| matches!(alarm, Alarm::NotDelivered { gaps } if gaps.iter().any(missing))
    ));
    healed(&mut world);
}

#[test]
fn a11_what_is_withheld_from_one_is_revealed_by_anothers_checkpoint() {
    let (mut world, record) = in_step();
    let hidden = own_chain(&world, 1);
    let shown = last(&world, 1);
    // The second person's tail is kept from the first; the fourth has seen it, and its checkpoint stands in a chain that the first gets.
    world
        .server
        .hidden
        .insert((world.devices[0].member.device(), hidden), shown);
    for _ in 0..4 {
        one_more(&mut world, record);
    }
    world.sync(3);
    world.sync(0);
    assert_eq!(world.devices[0].alarms, [], "nobody has said yet that there is more");
    world.checkpoint(3, OFFICE);
    world.sync(3);
    world.sync(0);
    let witness = world.devices[3].member.device();
    let named =
        |alarm: &Alarm| matches!(alarm, Alarm::Withheld { gap, witness: by } if gap.chain == hidden && *by == witness);
    assert!(told(&world, 0, named));
    // To hide the checkpoint too is to hide a tail of the fourth, who will name it again.
    healed(&mut world);
    assert_eq!(world.devices[0].peer.standing(world.now_ms).missing, 0);
}

#[test]
fn a12_a_device_that_is_isolated_says_since_when() {
    let (mut world, record) = in_step();
    let me = world.devices[0].member.device();
    for of in 1..world.devices.len() {
        let shown = last(&world, of);
        world.server.hidden.insert((me, own_chain(&world, of)), shown);
    }
    let heard = world.devices[0].peer.standing(world.now_ms).last_heard_ms.unwrap();
    world.now_ms += wardkeep_sync::peer::STALE_AFTER_MS + 1;
    one_more(&mut world, record);
    world.sync(0);
    let standing = world.devices[0].peer.standing(world.now_ms);
    assert_eq!(standing.last_heard_ms, Some(heard));
    assert_eq!(standing.stale.len(), world.devices.len() - 1);
    healed(&mut world);
    let stale = world.devices[0].peer.standing(world.now_ms).stale;
    assert!(
        stale
            .iter()
            .all(|stale| stale.device != world.devices[1].member.device())
    );
}
