//! Pushing and pulling: durable, in order, once, and by whom the roster lists.

use super::support::client::items;
use super::support::{Running, SampleClinic};
use wardkeep_roster::{Compartment, Role, Roles};
use wardkeep_sync::wire::{PushReply, PushResult, RefusalCode};
use wardkeep_sync::{Chain, Frontier, Message, Segment, Tip};

const MIB: u64 = 1 << 20;

fn refused(code: RefusalCode) -> PushResult {
    PushResult::Refused(code)
}

#[tokio::test]
async fn pushed_segments_come_back_in_chain_order_and_survive_a_restart() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut chart = clinic.author(1, Compartment::Clinical);
    let mut office = clinic.author(1, Compartment::Office);
    let (chart_segments, office_segments) = (chart.write_many(300, 40), office.write_many(5, 90_000));
    // Interleaved, in pieces that cut items anywhere.
    let mut mixed = Vec::new();
    for (n, segment) in chart_segments.iter().enumerate() {
        mixed.push(segment.clone());
        mixed.extend(office_segments.get(n).cloned());
    }
    let reply = founder
        .post_pieces("/v1/segments", &items(&mixed), 1000)
        .await
        .message::<PushReply>();
    assert_eq!(reply.results, vec![PushResult::Stored; 305]);

    let expected: Vec<_> = office_segments.iter().chain(&chart_segments).cloned().collect();
    let mut other = running.connect(&clinic, 2).await;
    assert_eq!(other.pull(Frontier::new(), 64 * MIB).await, expected);
    let running = running.restart().await;
    let mut other = running.connect(&clinic, 2).await;
    assert_eq!(other.pull(Frontier::new(), 64 * MIB).await, expected);
    let tips: Frontier = [(office.chain, office.tip.unwrap()), (chart.chain, chart.tip.unwrap())]
        .into_iter()
        .collect();
    assert_eq!(other.vector().await, tips);
    assert!(other.pull(tips, 64 * MIB).await.is_empty());
}

#[tokio::test]
async fn a_pull_is_taken_up_where_it_ended() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut author = clinic.author(1, Compartment::Clinical);
    let segments = author.write_many(60, 3_000);
    founder.push(&segments).await;
    let mut office = clinic.author(1, Compartment::Office);
    let big = office.write(600_000);
    founder.push(std::slice::from_ref(&big)).await;

    let (mut have, mut got, mut pulls) = (Frontier::new(), Vec::new(), 0);
    loop {
        let part = founder.pull(have.clone(), 20_000).await;
        if part.is_empty() {
            break;
        }
        pulls += 1;
        assert!(part.len() == 1 || part.iter().map(Vec::len).sum::<usize>() <= 20_000);
        for bytes in part {
            let segment = Segment::parse(&bytes).unwrap();
            let header = *segment.header();
            assert_eq!(header.seq, have.seq(&header.chain) + 1);
            have.raise(
                header.chain,
                Tip {
                    seq: header.seq,
                    hash: segment.hash(),
                },
            );
            got.push(bytes);
        }
    }
    assert!(pulls > 10);
    assert_eq!(got.len(), 61);
    assert_eq!(got[0], big);
    assert_eq!(got[1..], segments);
}

#[tokio::test]
async fn pushing_twice_is_harmless_and_what_is_out_of_order_is_refused() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let mut author = clinic.author(1, Compartment::Clinical);
    let start = author.clone();
    let segments = author.write_many(6, 100);
    let (stored, duplicate, gap) = (PushResult::Stored, PushResult::Duplicate, refused(RefusalCode::Gap));
    assert_eq!(founder.push(&segments[1..2]).await, [gap]);
    assert_eq!(
        founder.push(&[segments[0].clone(), segments[2].clone()]).await,
        [stored, gap]
    );
    assert_eq!(founder.push(&segments[..4]).await, [duplicate, stored, stored, stored]);
    assert_eq!(
        founder.push(&segments).await,
        [duplicate, duplicate, duplicate, duplicate, stored, stored]
    );
    let twice = [segments[5].clone(), segments[5].clone(), segments[0].clone()];
    assert_eq!(founder.push(&twice).await, [duplicate; 3]);

    // Another segment in the place of one that is here, at the tip and before it.
    let mut other = start;
    other.salt = 1;
    let forks = other.write_many(7, 100);
    let fork = refused(RefusalCode::Fork);
    assert_eq!(founder.push(&forks[1..2]).await, [fork]);
    assert_eq!(founder.push(&forks[5..6]).await, [fork]);
    assert_eq!(founder.push(&forks[6..7]).await, [fork]);
    assert_eq!(founder.pull(Frontier::new(), MIB).await, segments);
}

#[tokio::test]
async fn what_the_roster_does_not_bear_out_is_refused_and_stops_nothing_else() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut good = clinic.author(1, Compartment::Clinical);
    let first = good.write(10);
    let mut flipped = clinic.author(2, Compartment::Clinical).write(10);
    let end = flipped.len() - 1;
    flipped[end] ^= 1;
    let unlisted = clinic.author(9, Compartment::Clinical).write(10);
    let not_begun = clinic.author(1, Compartment::Audit).write(10);
    clinic.say(clinic.device_body(3));
    let ahead = clinic.author(1, Compartment::Office).write(10);
    let pushed = [
        first,
        flipped,
        unlisted,
        not_begun,
        ahead,
        vec![1, 2, 3],
        good.write(10),
    ];
    let expected = [
        PushResult::Stored,
        refused(RefusalCode::Signature),
        refused(RefusalCode::Signature),
        refused(RefusalCode::Roster),
        refused(RefusalCode::UnknownRoster),
        refused(RefusalCode::Malformed),
        PushResult::Stored,
    ];
    assert_eq!(founder.push(&pushed).await, expected);
}

#[tokio::test]
async fn any_device_may_bring_back_anybodys_segments() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    running.found(&clinic).await;
    let segments = clinic.author(1, Compartment::Clinical).write_many(3, 100);
    let mut other = running.connect(&clinic, 2).await;
    assert_eq!(other.push(&segments).await, [PushResult::Stored; 3]);
}

#[tokio::test]
async fn after_a_revocation_nothing_new_of_the_device_is_taken() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut author = clinic.author(2, Compartment::Clinical);
    assert_eq!(founder.push(&[author.write(10)]).await, [PushResult::Stored]);
    let head = clinic.head();
    let entry = clinic.revoke(2);
    founder.post_roster(head, vec![entry]).await;
    assert_eq!(founder.push(&[author.write(10)]).await, [refused(RefusalCode::Revoked)]);
}

#[tokio::test]
async fn a_front_desk_device_is_given_no_chart() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::found(1, [7; 32]);
    clinic.join(2, Roles::of(&[Role::FrontDesk]));
    clinic.begin_epochs();
    let mut founder = running.found(&clinic).await;
    let mut office = clinic.author(1, Compartment::Office);
    let (chart, desk) = (clinic.author(1, Compartment::Clinical).write(10), office.write(10));
    founder.push(&[chart, desk.clone()]).await;
    let mut front_desk = running.connect(&clinic, 2).await;
    assert_eq!(front_desk.pull(Frontier::new(), MIB).await, [desk]);
    let seen: Vec<Chain> = front_desk.vector().await.iter().map(|(chain, _)| *chain).collect();
    assert_eq!(seen, [office.chain]);
}

#[tokio::test]
async fn garbage_and_giants_are_refused() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let status = |answer: super::support::Answer| answer.status;
    assert_eq!(status(founder.post("/v1/segments", vec![0xff; 4000]).await), 413);
    assert_eq!(status(founder.post("/v1/segments", vec![0, 0, 0, 0]).await), 400);
    assert_eq!(status(founder.post("/v1/segments", vec![0, 0, 0, 9, 1]).await), 400);
    assert_eq!(status(founder.post("/v1/segments", "").await), 200);
    let many = items(&vec![vec![7]; 5000]);
    assert_eq!(status(founder.post("/v1/segments", many).await), 413);
    assert_eq!(status(founder.post("/v1/pull", vec![0xff; 100]).await), 400);
    assert_eq!(status(founder.post("/v1/pull", vec![0x83; 6 << 20]).await), 413);
    assert_eq!(status(founder.post("/v1/parcels", "x").await), 400);
    assert_eq!(status(founder.post("/v1/joins", "x").await), 400);
    assert_eq!(status(founder.post("/v1/clinics", vec![0; 100_000]).await), 413);
    assert!(founder.vector().await.is_empty());
    // The connection is still good.
    assert_eq!(
        PushReply::from_bytes(&founder.post("/v1/segments", "").await.body)
            .unwrap()
            .results,
        []
    );
}

#[tokio::test]
async fn pushes_of_many_devices_at_once_are_all_taken() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(12);
    running.found(&clinic).await;
    let mut pushes = tokio::task::JoinSet::new();
    for device in 1..=12 {
        let mut client = running.connect(&clinic, device).await;
        let mut author = clinic.author(device, Compartment::Clinical);
        pushes.spawn(async move {
            for _ in 0..20 {
                assert_eq!(client.push(&author.write_many(3, 200)).await, [PushResult::Stored; 3]);
            }
        });
    }
    pushes.join_all().await;
    let mut founder = running.connect(&clinic, 1).await;
    assert_eq!(founder.pull(Frontier::new(), 64 * MIB).await.len(), 12 * 60);
}

/// Two connections push the same chain at once: each segment is stored once, and both are told so.
#[tokio::test]
async fn two_who_push_the_same_agree() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut a = running.found(&clinic).await;
    let mut b = running.connect(&clinic, 2).await;
    let segments = clinic.author(1, Compartment::Clinical).write_many(400, 50);
    let (of_a, of_b) = tokio::join!(a.push(&segments), b.push(&segments));
    let known = |results: &[PushResult]| results.iter().all(|result| !matches!(result, PushResult::Refused(_)));
    assert!(known(&of_a) && known(&of_b));
    assert_eq!(a.pull(Frontier::new(), MIB).await, segments);
}
