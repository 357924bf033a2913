//! Wipe orders and their receipts: forged, replayed, misaddressed, suppressed.

use super::in_step;
use wardkeep_roster::entry::{Body, Wipe};
use wardkeep_sync::receipt::{Answered, Receipt, ReceiptError, Stage};

#[test]
fn a23_an_order_counts_for_the_device_that_it_names_and_for_no_other() {
    let (world, _) = in_step();
    let (lost, other) = (world.devices[1].member.device(), world.devices[2].member.device());
    let body = Body::Wipe(Wipe {
        device: lost,
        nonce: [3; 16],
        post_outbox: true,
    });
    let entry = world.clinic.entry(0, body);
    let mut roster = world.devices[2].peer.roster().clone();
    assert!(roster.append(&entry).is_ok());
    assert!(Answered::of(&roster, lost).is_some());
    assert!(
        Answered::of(&roster, other).is_none(),
        "another device does not obey it"
    );
    assert!(roster.append(&entry).is_err(), "replayed, it is no second order");
    // Altered anywhere, or given to another clinic, it is no order at all.
    let mut fresh = world.devices[2].peer.roster().clone();
    for at in (0..entry.len()).step_by(3) {
        let mut bad = entry.clone();
        bad[at] ^= 1;
        assert!(fresh.append(&bad).is_err(), "byte {at}");
    }
    assert!(Answered::of(&fresh, lost).is_none());
    let (stranger, _) = in_step();
    let mut elsewhere = stranger.devices[0].peer.roster().clone();
    if elsewhere.clinic() != roster.clinic() {
        assert!(elsewhere.append(&entry).is_err());
    }
}

#[test]
fn a24_a_server_that_suppresses_the_order_cannot_answer_for_the_device() {
    let (world, _) = in_step();
    let lost = world.devices[1].member.device();
    let body = Body::Wipe(Wipe {
        device: lost,
        nonce: [3; 16],
        post_outbox: true,
    });
    let entry = world.clinic.entry(0, body);
    let mut admins = world.devices[0].peer.roster().clone();
    assert!(admins.append(&entry).is_ok());
    let (answered, _) = Answered::of(&admins, lost).unwrap();
    // The server has every public byte and no key of the device: whoever else signs proves nothing.
    for other in [0, 2, 3] {
        let key = &world.devices[other].member.device_key;
        let receipt = Receipt::sign(&answered, Stage::Done, 1, key);
        assert_eq!(Receipt::verify(&admins, &receipt).err(), Some(ReceiptError::Signature));
    }
    // A receipt of the device for another order, as one that it gave in an earlier life of the clinic, is none for this one.
    let earlier = Answered {
        nonce: [4; 16],
        ..answered
    };
    let replayed = Receipt::sign(&earlier, Stage::Done, 1, &world.devices[1].member.device_key);
    assert_eq!(Receipt::verify(&admins, &replayed).err(), Some(ReceiptError::NoOrder));
    // What it said when it heard of the order is not taken for the end.
    let heard = Receipt::sign(&answered, Stage::Heard, 1, &world.devices[1].member.device_key);
    assert_eq!(
        Receipt::verify(&admins, &heard).map(|receipt| receipt.stage),
        Ok(Stage::Heard)
    );
}
