//! The device against a server that lies: each lie ends in an alarm that names it, in nothing lost, and where that is possible in
//! everything healed.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

mod device_key;

use super::*;
use crate::join::Welcomed;
use crate::segment::Segment;
use crate::tests::hex;
use crate::tests::world::{Store, World};
use crate::wire::{PushReply, PushResult, RefusalCode, VectorReply};
use crate::{Checkpoint, Digests, TableDigest};
use wardkeep_roster::EntryHash;
use wardkeep_roster::entry::{Accept, Body};

const OFFICE: Compartment = Compartment::Office;

/// Two or three devices in step, each with one op.
fn in_step(members: u8) -> World {
    let mut world = World::new(members, 1);
    for at in 0..world.nodes.len() {
        world.write(at, OFFICE, &format!("from {at}"));
    }
    both_ways(&mut world);
    world.nodes.iter().for_each(|node| assert_eq!(node.alarms, []));
    world
}

fn both_ways(world: &mut World) {
    for _ in 0..2 {
        (0..world.nodes.len()).for_each(|at| world.sync(at));
    }
}

fn chain(world: &World, at: usize) -> Chain {
    world.nodes[at].peer.own_chain(OFFICE)
}

/// Everybody holds everything again.
fn healed(world: &World) -> bool {
    let held = world.server.relay.held();
    world
        .nodes
        .iter()
        .all(|node| node.peer.held() == held && node.rows == world.nodes[0].rows)
}

fn vector(world: &World) -> VectorReply {
    world.server.relay.vector_for(&chain(world, 0).device)
}

#[test]
fn a_tail_hidden_from_one_device_is_named_by_another() {
    let mut world = in_step(3);
    let hidden = chain(&world, 1);
    world.server.hidden.insert((0, hidden), 1);
    world.write(1, OFFICE, "hidden");
    world.sync(1);
    world.sync(2);
    world.sync(0);
    assert_eq!(world.nodes[0].alarms, [], "nobody has said yet that there is more");
    world.checkpoint(2, OFFICE);
    world.sync(2);
    world.sync(0);
    let witness = chain(&world, 2).device;
    let gap = Gap {
        chain: hidden,
        from: 2,
        to: 2,
    };
    assert_eq!(world.nodes[0].alarms, [Alarm::Withheld { gap, witness }]);
    assert_eq!(world.nodes[0].peer.standing(0).missing, 1);
    world.sync(0);
    assert_eq!(world.nodes[0].alarms.len(), 1, "said once");
    world.server.hidden.clear();
    both_ways(&mut world);
    assert!(healed(&world));
    assert_eq!(world.nodes[0].peer.standing(0).missing, 0);
}

#[test]
fn a_new_device_is_not_given_an_old_state() {
    let mut world = in_step(3);
    world.write(1, OFFICE, "newest");
    world.sync(1);
    let (number, hash) = world.clinic.roster.head();
    let welcome = Welcomed {
        sender: world.clinic.members[1].me,
        me: world.clinic.members[0].me,
        roster: RosterHead { number, hash },
        vector: world.nodes[1].peer.held().clone(),
    };
    let hidden = chain(&world, 1);
    world.server.hidden.insert((0, hidden), 1);
    let node = &mut world.nodes[0];
    assert_eq!(node.peer.on_welcome(&node.store, &welcome), [Action::AskVector]);
    world.sync(0);
    let gap = Gap {
        chain: hidden,
        from: 2,
        to: 2,
    };
    assert_eq!(
        world.nodes[0].alarms,
        [Alarm::Withheld {
            gap,
            witness: welcome.sender.device
        }]
    );
    // An older roster than the welcome names is withheld too.
    let later = RosterHead {
        number: number + 1,
        hash: EntryHash([7; 32]),
    };
    let node = &mut world.nodes[0];
    let actions = node.peer.on_welcome(
        &node.store,
        &Welcomed {
            roster: later,
            ..welcome.clone()
        },
    );
    assert!(actions.contains(&Action::FetchRoster { after: number }));
    world.sync(0);
    let alarm = Alarm::RosterWithheld {
        number: number + 1,
        witness: welcome.sender.device,
    };
    assert!(world.nodes[0].alarms.contains(&alarm));
}

#[test]
fn a_segment_dropped_from_the_middle_is_missed() {
    let mut world = in_step(2);
    for number in 0..3 {
        world.write(1, OFFICE, &format!("more {number}"));
    }
    world.sync(1);
    let reply = vector(&world);
    let node = &mut world.nodes[0];
    assert_eq!(node.peer.on_vector(&node.store, &reply), [Action::Pull]);
    let dropped = chain(&world, 1);
    let segments = world.server.store.range(&Gap {
        chain: dropped,
        from: 2,
        to: 4,
    });
    world.take(0, &segments[0]);
    let node = &mut world.nodes[0];
    let missing = Gap {
        chain: dropped,
        from: 3,
        to: 3,
    };
    assert!(matches!(node.peer.on_segment(&node.store, &segments[2]), Step::Missing(gap) if gap == missing));
    let gaps = vec![Gap {
        chain: dropped,
        from: 3,
        to: 4,
    }];
    assert_eq!(node.peer.pulled(), [Action::Alarm(Alarm::NotDelivered { gaps })]);
    world.sync(0);
    assert!(healed(&world));
}

#[test]
fn a_server_rolled_back_is_healed_by_everybody() {
    let mut world = in_step(3);
    let backup = world.server.store.clone();
    world.write(1, OFFICE, "this week");
    both_ways(&mut world);
    world.server.roll_back(backup);
    // The one who wrote it is away: another device brings it back.
    world.sync(0);
    let gaps = vec![Gap {
        chain: chain(&world, 1),
        from: 2,
        to: 2,
    }];
    assert_eq!(world.nodes[0].alarms, [Alarm::ServerLost { gaps }]);
    assert_eq!(world.server.relay.held(), world.nodes[1].peer.held());
    world.sync(0);
    assert_eq!(world.nodes[0].alarms.len(), 1, "said once");
}

#[test]
fn an_empty_server_deletes_nothing_and_is_filled_again() {
    let mut world = in_step(2);
    let rows = world.nodes[0].rows.clone();
    world.server.roll_back(Store::default());
    assert!(world.nodes[0].peer.has_left(&chain(&world, 0), 1));
    world.sync(0);
    assert!(matches!(&world.nodes[0].alarms[..], [Alarm::ServerLost { gaps }] if gaps.len() == 2));
    assert_eq!(world.nodes[0].rows, rows);
    assert_eq!(world.server.relay.held(), world.nodes[0].peer.held());
}

#[test]
fn acknowledged_and_not_stored_is_noticed() {
    let mut world = in_step(2);
    world.server.forgets = true;
    world.write(0, OFFICE, "into the void");
    world.sync(0);
    let own = chain(&world, 0);
    assert!(world.nodes[0].alarms.contains(&Alarm::ServerLost {
        gaps: vec![Gap {
            chain: own,
            from: 2,
            to: 2
        }]
    }));
    world.server.forgets = false;
    both_ways(&mut world);
    assert!(healed(&world) && world.nodes[0].peer.has_left(&own, 2));
}

#[test]
fn a_forged_vector_promises_what_does_not_come() {
    let mut world = in_step(2);
    let mut forged = vector(&world);
    let (own, other) = (chain(&world, 0), chain(&world, 1));
    forged.tips.set(
        other,
        Tip {
            seq: 9,
            hash: SegmentHash([1; 32]),
        },
    );
    let node = &mut world.nodes[0];
    assert_eq!(node.peer.on_vector(&node.store, &forged), [Action::Pull]);
    let gaps = vec![Gap {
        chain: other,
        from: 2,
        to: 9,
    }];
    assert_eq!(node.peer.pulled(), [Action::Alarm(Alarm::NotDelivered { gaps })]);
    // Another hash in a known place.
    let mut forged = vector(&world);
    forged.tips.set(
        other,
        Tip {
            seq: 1,
            hash: SegmentHash([1; 32]),
        },
    );
    let node = &mut world.nodes[0];
    let said = Action::Alarm(Alarm::ServerDisagrees { chain: other, seq: 1 });
    let proof = Action::PullFrom { chain: other, after: 0 };
    assert_eq!(node.peer.on_vector(&node.store, &forged), [said, proof]);
    // A later segment of my own: nothing is sealed until it is settled.
    let mut forged = vector(&world);
    forged.tips.set(
        own,
        Tip {
            seq: 5,
            hash: SegmentHash([1; 32]),
        },
    );
    let node = &mut world.nodes[0];
    assert!(node.peer.on_vector(&node.store, &forged).contains(&Action::Pull));
    assert_eq!(node.peer.place(OFFICE).err(), Some(NotNow::Behind));
    node.peer.pulled();
    assert!(node.peer.place(OFFICE).is_ok());
}

#[test]
fn a_device_restored_from_an_image_begins_a_new_life() {
    let mut world = in_step(2);
    let (store, memory) = (world.nodes[0].store.clone(), world.nodes[0].peer.memory().clone());
    world.write(0, OFFICE, "after the image");
    both_ways(&mut world);
    let old = chain(&world, 0);
    world.nodes[0].restore(store.clone(), memory.clone());
    world.sync(0);
    assert_eq!(world.nodes[0].alarms, [Alarm::Cloned { chain: old, seq: 2 }]);
    assert_ne!(chain(&world, 0), old);
    world.write(0, OFFICE, "in the new life");
    both_ways(&mut world);
    assert!(healed(&world));
    // The same, but it writes before it asks: the server has something else in that place.
    world.nodes[0].restore(store, memory);
    world.nodes[0].peer.begin(old.incarnation);
    world.write(0, OFFICE, "written by the clone");
    world.nodes[0].alarms.clear();
    both_ways(&mut world);
    let forked = |alarm: &Alarm| matches!(alarm, Alarm::Forked { chain, seq: 2, .. } if *chain == old);
    assert!(world.nodes[0].alarms.iter().any(forked), "{:?}", world.nodes[0].alarms);
    assert!(world.nodes[0].alarms.contains(&Alarm::Cloned { chain: old, seq: 2 }));
    assert!(healed(&world));
    assert!(
        world.nodes[1]
            .rows
            .contains(&(OFFICE, b"written by the clone".to_vec()))
    );
}

#[test]
fn a_poisoned_segment_does_not_stop_the_rest() {
    let mut world = in_step(2);
    world.write(1, OFFICE, "good");
    let good = world.nodes[1]
        .store
        .range(&Gap {
            chain: chain(&world, 1),
            from: 2,
            to: 2,
        })
        .remove(0);
    let mut bad = good.clone();
    bad[210] ^= 1;
    let actions = world.take(0, &bad);
    assert!(matches!(&actions[..], [Action::Alarm(Alarm::Rejected(_))]));
    assert!(world.take(0, &good).is_empty());
    assert_eq!(world.nodes[0].peer.held().seq(&chain(&world, 1)), 2);
    assert!(matches!(
        &world.nodes[0].peer.unreadable(chain(&world, 1), 2)[..],
        [Action::Alarm(Alarm::Unreadable { .. })]
    ));
}

#[test]
fn an_older_roster_is_not_believed() {
    let mut world = in_step(2);
    let old = world.clinic.head();
    world.clinic.renew(OFFICE);
    world.publish();
    both_ways(&mut world);
    let head = world.clinic.head();
    let tips = vector(&world).tips;
    let reply = |roster| VectorReply {
        roster,
        tips: tips.clone(),
    };
    let node = &mut world.nodes[0];
    let rolled = Alarm::RosterRolledBack {
        had: head.number,
        has: old.number,
    };
    let actions = node.peer.on_vector(&node.store, &reply(old));
    assert_eq!(actions, [Action::Alarm(rolled), Action::PushRoster { expected: old }]);
    let forked = RosterHead {
        hash: EntryHash([1; 32]),
        ..head
    };
    let alarm = Alarm::RosterForked {
        at: head.number,
        witness: None,
    };
    assert_eq!(node.peer.on_vector(&node.store, &reply(forked)), [Action::Alarm(alarm)]);
    let refused = node.peer.on_roster([&b"no entry"[..]]);
    assert!(matches!(&refused[..], [Action::Alarm(Alarm::RosterRefused(_))]));
    assert_eq!(node.peer.roster().head().0, head.number);
}

#[test]
fn refusals_cause_questions_and_never_a_deletion() {
    let mut world = in_step(2);
    let own = chain(&world, 0);
    let tip = world.nodes[0].peer.held().tip(&own).unwrap();
    let head = world.clinic.head().number;
    let peer = &mut world.nodes[0].peer;
    let mut answer = |why| {
        peer.on_push_reply(
            &[(own, tip)],
            &PushReply {
                results: vec![PushResult::Refused(why)],
            },
        )
    };
    assert_eq!(answer(RefusalCode::Revoked), [Action::FetchRoster { after: head }]);
    assert_eq!(answer(RefusalCode::Full), [Action::Backoff]);
    assert_eq!(answer(RefusalCode::Other(99)), [Action::Backoff]);
    assert_eq!(answer(RefusalCode::Gap), [Action::AskVector]);
    assert!(matches!(
        answer(RefusalCode::Malformed)[..],
        [Action::Alarm(Alarm::Refused { .. })]
    ));
    let nothing = PushReply { results: vec![] };
    assert_eq!(
        peer.on_push_reply(&[(own, tip)], &nothing),
        [Action::Alarm(Alarm::BadAnswer)]
    );
    assert_eq!(peer.held().seq(&own), 1);
}

#[test]
fn replicas_that_differ_are_told_apart() {
    let mut world = in_step(2);
    let witness = chain(&world, 1).device;
    let vector = world.nodes[0].peer.held().clone();
    let table = |rows| Digests::new(vec![(1, TableDigest { rows, sum: [0; 32] })]).unwrap();
    let mut checkpoint = Checkpoint::new(vector.clone(), world.clinic.head(), table(5), 0);
    let (ours, same) = (table(4), table(5));
    let node = &mut world.nodes[0];
    let mut see = |checkpoint: &Checkpoint, digests| {
        let here = Replica {
            applied: &vector,
            digests,
        };
        node.peer
            .on_checkpoint(&node.store, witness, OFFICE, checkpoint, Some(&here))
    };
    let diverged = Alarm::Diverged {
        compartment: OFFICE,
        tables: vec![1],
        witness,
    };
    assert_eq!(see(&checkpoint, &ours), [Action::Alarm(diverged)]);
    assert_eq!(see(&checkpoint, &same), []);
    // Two devices that were shown different histories.
    let disputed = chain(&world, 1);
    checkpoint.vector.set(
        disputed,
        Tip {
            seq: 1,
            hash: SegmentHash([1; 32]),
        },
    );
    let node = &mut world.nodes[0];
    let actions = node.peer.on_checkpoint(&node.store, witness, OFFICE, &checkpoint, None);
    assert_eq!(
        actions,
        [Action::Alarm(Alarm::WitnessDisagrees {
            chain: disputed,
            seq: 1,
            witness
        })]
    );
    // A witness's roster that is not ours.
    checkpoint.roster.hash = EntryHash([1; 32]);
    let at = checkpoint.roster.number;
    let actions = node.peer.on_checkpoint(&node.store, witness, OFFICE, &checkpoint, None);
    assert!(actions.contains(&Action::Alarm(Alarm::RosterForked {
        at,
        witness: Some(witness)
    })));
}

#[test]
fn an_isolated_device_knows_since_when() {
    let mut world = in_step(2);
    let other = chain(&world, 1).device;
    let peer = &mut world.nodes[0].peer;
    let heard = peer.standing(u64::MAX).last_heard_ms.unwrap();
    assert!(peer.standing(heard + STALE_AFTER_MS).stale.is_empty());
    let late = heard + STALE_AFTER_MS + 1;
    assert_eq!(
        peer.standing(late).stale,
        [Stale {
            device: other,
            since_ms: heard
        }]
    );
    // A clock that was years ahead and came back does not hide it for years.
    let chain = Chain {
        device: other,
        ..peer.own_chain(OFFICE)
    };
    peer.stored(
        chain,
        Tip {
            seq: 1,
            hash: SegmentHash([1; 32]),
        },
        u64::MAX,
    );
    peer.tick(late);
    assert_eq!(peer.standing(late + STALE_AFTER_MS + 1).stale.len(), 1);
}

#[test]
fn what_came_in_before_a_revocation_and_does_not_count_is_said() {
    let mut world = in_step(3);
    world.clinic.revoke(2, Some(vec![]));
    world.publish();
    world.sync(0);
    let gap = Gap {
        chain: chain(&world, 2),
        from: 1,
        to: 1,
    };
    assert_eq!(world.nodes[0].alarms, [Alarm::BeyondRevocation { gap }]);
    assert_eq!(world.nodes[0].peer.place(OFFICE).err(), Some(NotNow::EpochDue));
    world.clinic.renew_due();
    world.publish();
    world.sync(0);
    assert!(world.nodes[0].peer.place(OFFICE).is_ok());
    // What it writes now is put aside, once.
    let tip = world.nodes[2].peer.held().tip(&chain(&world, 2));
    world.write(2, OFFICE, "too late");
    let late = world.nodes[2]
        .store
        .range(&Gap {
            chain: chain(&world, 2),
            from: 2,
            to: 2,
        })
        .remove(0);
    assert!(tip.is_some() && Segment::parse(&late).is_ok());
    let node = &mut world.nodes[0];
    assert!(matches!(node.peer.on_segment(&node.store, &late), Step::Quarantine(_)));
    node.peer.quarantined(gap.chain, 2);
    assert!(matches!(node.peer.on_segment(&node.store, &late), Step::Skip));
    // An admin accepts it, and whoever had put it aside takes it in.
    let hash = Segment::parse(&late).unwrap().hash();
    let early = node.peer.held().tip(&gap.chain).unwrap();
    world.clinic.say(Body::Accept(Accept {
        device: gap.chain.device,
        incarnation: gap.chain.incarnation.0,
        compartment: OFFICE,
        after: 0,
        segments: vec![early.hash.0, hash.0],
    }));
    world.publish();
    world.sync(0);
    let node = &mut world.nodes[0];
    assert!(matches!(node.peer.on_segment(&node.store, &late), Step::Store(..)));
}

#[test]
fn its_memory_is_frozen() {
    let mut world = in_step(2);
    let other = chain(&world, 1);
    let mut vector = Frontier::new();
    vector.set(
        other,
        Tip {
            seq: 7,
            hash: SegmentHash([7; 32]),
        },
    );
    let roster = RosterHead {
        number: 99,
        hash: EntryHash([9; 32]),
    };
    let node = &mut world.nodes[0];
    let checkpoint = Checkpoint::new(vector, roster, Digests::default(), 0);
    node.peer
        .on_checkpoint(&node.store, other.device, OFFICE, &checkpoint, None);
    node.peer.quarantined(other, 3);
    let memory = node.peer.memory();
    assert_eq!(&Memory::from_bytes(&memory.to_bytes()).unwrap(), memory);
    insta::assert_snapshot!(hex(&memory.to_bytes()));
    let bytes = memory.to_bytes();
    (0..bytes.len()).for_each(|at| assert!(Memory::from_bytes(&bytes[..at]).is_err()));
}
