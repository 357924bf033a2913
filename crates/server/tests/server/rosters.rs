//! The roster on the server: compare-and-swap, verified, the same bytes for everybody.

use super::support::client::split;
use super::support::{Running, SampleClinic};
use wardkeep_roster::sample;
use wardkeep_sync::wire::RosterReply;
use wardkeep_sync::{Message, RosterHead};

#[tokio::test]
async fn what_was_posted_comes_back_as_it_was() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(40);
    let mut founder = running.found(&clinic).await;
    let all = split(&founder.get("/v1/roster").await.body);
    assert_eq!(all, clinic.entries());
    let some = split(&founder.get("/v1/roster?after=3").await.body);
    assert_eq!(some, clinic.entries_after(3));
    assert!(founder.get("/v1/roster?after=4000000000").await.body.is_empty());
    assert_eq!(founder.get("/v1/roster?after=x").await.status, 400);
    let running = running.restart().await;
    let mut again = running.connect(&clinic, 40).await;
    assert_eq!(split(&again.get("/v1/roster").await.body), clinic.entries());
}

#[tokio::test]
async fn of_two_who_append_at_once_one_is_told_the_new_head() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let head = clinic.head();
    let (first, second) = (clinic.sign(clinic.device_body(2)), clinic.sign(clinic.device_body(3)));
    let taken: RosterReply = founder.post_roster(head, vec![first.clone()]).await.message();
    clinic.roster.append(&first).unwrap();
    assert_eq!(taken.head, clinic.head());

    let conflict = founder.post_roster(head, vec![second]).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(RosterReply::from_bytes(&conflict.body).unwrap().head, clinic.head());
    // Whoever did not hear the answer asks again.
    let again: RosterReply = founder.post_roster(head, vec![first]).await.message();
    assert_eq!(again.head, clinic.head());
    assert_eq!(split(&founder.get("/v1/roster").await.body), clinic.entries());
}

#[tokio::test]
async fn entries_that_do_not_verify_are_refused_whole() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let head = clinic.head();
    let good = clinic.say(clinic.device_body(2));
    let mut forged = clinic.sign(clinic.device_body(3));
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert_eq!(founder.post_roster(head, vec![good, forged]).await.status, 422);
    assert_eq!(founder.post("/v1/roster", "garbage").await.status, 400);
    assert_eq!(founder.post("/v1/roster", vec![0; 5 << 20]).await.status, 413);
    let reply: wardkeep_sync::wire::VectorReply = founder.get("/v1/vector").await.message();
    assert_eq!(reply.roster, head);
}

#[tokio::test]
async fn a_device_that_was_just_added_is_in_on_the_connection_that_it_has() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let mut joiner = running.connect(&clinic, 2).await;
    assert_eq!(joiner.get("/v1/roster").await.status, 403);
    let head: RosterHead = clinic.head();
    let entry = clinic.say(clinic.device_body(2));
    founder.post_roster(head, vec![entry]).await;
    assert_eq!(split(&joiner.get("/v1/roster").await.body), clinic.entries());
    assert_eq!(
        clinic.roster.device(&sample::device(2)).unwrap().added_at,
        clinic.head().number
    );
}
