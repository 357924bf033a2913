//! Lease shares: one for each device, for ever the same, given back to a server that lost it, and to nobody whom the roster takes out.

use super::support::{Running, SampleClinic};
use wardkeep_roster::entry::{Body, Wipe};
use wardkeep_roster::sample;
use wardkeep_sync::Message;
use wardkeep_sync::wire::{LeasePost, LeaseReply, LeasesReply, SHARE_BYTES};
use zeroize::Zeroizing;

const LEASE: &str = "/v1/lease";

#[tokio::test]
async fn each_device_has_a_share_of_its_own_which_stays_the_same() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut first = running.found(&clinic).await;
    let mut second = running.connect(&clinic, 2).await;
    assert_eq!(first.post(LEASE, LeasePost::Again.to_bytes()).await.status, 404);
    let share: LeaseReply = first.post(LEASE, LeasePost::First.to_bytes()).await.message();
    let other: LeaseReply = second.post(LEASE, LeasePost::First.to_bytes()).await.message();
    assert!(share.share != other.share);
    let running = running.restart().await;
    let mut first = running.connect(&clinic, 1).await;
    for ask in [LeasePost::First, LeasePost::Again] {
        let again: LeaseReply = first.post(LEASE, ask.to_bytes()).await.message();
        assert!(again.share == share.share);
    }
    let given: LeasesReply = first.get("/v1/leases").await.message();
    assert_eq!(given.leases.len(), 2);
    assert_eq!(first.post(LEASE, "garbage").await.status, 400);
}

#[tokio::test]
async fn what_the_device_holds_wins_over_what_the_server_has() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut device = running.found(&clinic).await;
    let _made: LeaseReply = device.post(LEASE, LeasePost::First.to_bytes()).await.message();
    let mine = LeasePost::Holds(Zeroizing::new([9; SHARE_BYTES]));
    for ask in [mine, LeasePost::Again, LeasePost::First] {
        let reply: LeaseReply = device.post(LEASE, ask.to_bytes()).await.message();
        assert!(reply.share[..] == [9; SHARE_BYTES]);
    }
}

#[tokio::test]
async fn a_device_that_is_to_be_wiped_hears_of_it_and_gets_no_share() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(3);
    let mut founder = running.found(&clinic).await;
    let mut lost = running.connect(&clinic, 2).await;
    assert_eq!(lost.post(LEASE, LeasePost::First.to_bytes()).await.status, 200);
    let head = clinic.head();
    let order = clinic.say(Body::Wipe(Wipe {
        device: sample::device(2),
        nonce: [3; 16],
        post_outbox: true,
    }));
    assert_eq!(founder.post_roster(head, vec![order]).await.status, 200);
    // It may still connect, to hear of the order; which question it asks changes nothing.
    let mut lost = running.connect(&clinic, 2).await;
    assert_eq!(lost.get("/v1/roster").await.status, 200);
    for ask in [
        LeasePost::First,
        LeasePost::Again,
        LeasePost::Holds(Zeroizing::new([9; SHARE_BYTES])),
    ] {
        assert_eq!(lost.post(LEASE, ask.to_bytes()).await.status, 403);
    }
    let head = clinic.head();
    let gone = clinic.revoke(3);
    let third = running.connect(&clinic, 3).await;
    assert_eq!(founder.post_roster(head, vec![gone]).await.status, 200);
    third.closed().await;
    assert!(running.try_connect(&clinic, 3).await.is_err());
}
