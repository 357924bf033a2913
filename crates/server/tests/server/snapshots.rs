//! Snapshots on the server: kept and handed out to whom the roster allows, and the only reason for which segments ever go.

use super::support::client::full;
use super::support::clinic::{epoch_key, every_role};
use super::support::{Answer, Client, Running, SampleClinic};
use bytes::Bytes;
use http::Method;
use wardkeep_roster::{Compartment, Role, Roles, sample};
use wardkeep_server::clock::Clock;
use wardkeep_sync::checkpoint::Digests;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::snapshot::{Claim, Countersignature, Draft, Manifest, Sealer};
use wardkeep_sync::wire::{Message, PushResult, Signed, SnapshotsReply};

const OFFICE: Compartment = Compartment::Office;
const DAY_MS: u64 = 24 * 3_600_000;

/// A snapshot of these segments' vector, made by a device.
struct Made {
    manifest: Vec<u8>,
    chunks: Vec<Vec<u8>>,
    id: String,
}

fn make(clinic: &SampleClinic, maker: u32, vector: &Frontier) -> Made {
    let chains = vector.iter().map(|(chain, tip)| (*chain, *tip, 1));
    let draft = Draft {
        clinic: clinic.id(),
        maker: sample::device(maker),
        roster: clinic.head(),
        epoch: 1,
        schema: 1,
        made_ms: 1,
        claim: Claim::new(OFFICE, chains, Digests::default()),
    };
    let mut sealer = Sealer::new(draft, &epoch_key(), &mut |bytes: &mut [u8]| bytes.fill(3)).unwrap();
    let mut chunks = Vec::new();
    for n in 0..40_u64 {
        sealer.push(&super::support::clinic::noise(50_000, n, 1)).unwrap();
        chunks.extend(sealer.chunk().unwrap().map(|chunk| chunk.bytes));
    }
    let (last, manifest, id) = sealer.finish(&sample::device_key(&sample::device(maker))).unwrap();
    chunks.push(last.bytes);
    let id = id.to_string();
    Made { manifest, chunks, id }
}

async fn put(client: &mut Client, path: &str, bytes: &[u8]) -> Answer {
    let body = full(Bytes::copy_from_slice(bytes));
    super::support::client::read(client.send(Method::PUT, path, body).await.unwrap()).await
}

fn chunk_path(bytes: &[u8]) -> String {
    format!("/v1/chunks/{}", blake3::hash(bytes).to_hex())
}

async fn post(client: &mut Client, path: &str, bytes: &[u8]) -> u16 {
    let body = Signed { bytes: bytes.to_vec() }.to_bytes();
    client.post(path, body).await.status
}

async fn offer(client: &mut Client, made: &Made) -> u16 {
    for chunk in &made.chunks {
        assert_eq!(put(client, &chunk_path(chunk), chunk).await.status, 201);
    }
    post(client, "/v1/snapshots", &made.manifest).await
}

fn sign(clinic: &SampleClinic, device: u32, made: &Made) -> Vec<u8> {
    let claim = Manifest::parse(&made.manifest).unwrap().claim();
    let device = sample::device(device);
    Countersignature::make(
        (clinic.id(), OFFICE, claim),
        device,
        clinic.head(),
        &sample::device_key(&device),
    )
}

async fn list(client: &mut Client) -> SnapshotsReply {
    SnapshotsReply::from_bytes(&client.get("/v1/snapshots").await.body).unwrap()
}

async fn pulled(client: &mut Client) -> usize {
    client.pull(Frontier::new(), 64 << 20).await.len()
}

/// Everything that is pushed is taken.
async fn push(client: &mut Client, segments: &[Vec<u8>]) {
    let results = client.push(segments).await;
    assert!(
        results.iter().all(|result| *result == PushResult::Stored),
        "{results:?}"
    );
}

#[tokio::test]
async fn segments_go_only_under_a_snapshot_that_two_have_signed_and_all_have_acknowledged() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(3);
    let mut maker = running.found(&clinic).await;
    let segments = clinic.author(1, OFFICE).write_many(30, 900);
    push(&mut maker, &segments).await;
    let upto = maker.vector().await;
    let made = make(&clinic, 1, &upto);
    // The manifest waits for its chunks, and no chunk is taken under another name.
    assert_eq!(post(&mut maker, "/v1/snapshots", &made.manifest).await, 409);
    assert_eq!(
        put(&mut maker, &chunk_path(b"other"), &made.chunks[0]).await.status,
        422
    );
    assert_eq!(offer(&mut maker, &made).await, 201);
    assert_eq!(
        post(&mut maker, "/v1/snapshots", &made.manifest).await,
        201,
        "twice is harmless"
    );
    let mut second = running.connect(&clinic, 2).await;
    let mut third = running.connect(&clinic, 3).await;
    // Another device's manifest, and a signature by somebody else.
    assert_eq!(post(&mut second, "/v1/snapshots", &made.manifest).await, 422);
    let path = format!("/v1/snapshots/{}/countersignature", made.id);
    assert_eq!(post(&mut third, &path, &sign(&clinic, 2, &made)).await, 422);
    let now_ms = Clock::system().now_ms();
    let let_go = || running.server.let_go(now_ms + 8 * DAY_MS);
    let_go().await.unwrap();
    assert!(pulled(&mut third).await == 30, "one signature");
    assert_eq!(post(&mut second, &path, &sign(&clinic, 2, &made)).await, 204);
    let_go().await.unwrap();
    assert!(pulled(&mut third).await == 30, "the third has not acknowledged it");
    let acknowledge = format!("/v1/snapshots/{}/acknowledgement", made.id);
    assert_eq!(third.post(&acknowledge, Vec::new()).await.status, 204);
    running.server.let_go(now_ms + DAY_MS).await.unwrap();
    assert!(pulled(&mut third).await == 30, "the time of grace is not over");
    let_go().await.unwrap();
    assert_eq!(pulled(&mut third).await, 0);
    assert_eq!(third.vector().await, upto, "the chains keep their tips");
    let item = &list(&mut third).await.snapshots[0];
    assert!(item.dropped && item.acknowledged);
    assert_eq!(item.countersignatures.len(), 1);
    for chunk in &made.chunks {
        assert!(third.get(&chunk_path(chunk)).await.body == *chunk);
    }
    let manifest = third.get(&format!("/v1/snapshots/{}", made.id)).await;
    assert_eq!(Signed::from_bytes(&manifest.body).unwrap().bytes, made.manifest);
    // The chains go on, across a restart too.
    let mut author = clinic.author(1, OFFICE);
    author.tip = upto.iter().next().map(|(_, tip)| *tip);
    let more = author.write_many(2, 900);
    let running = running.restart().await;
    let mut maker = running.connect(&clinic, 1).await;
    push(&mut maker, &more).await;
    assert_eq!(
        pulled(&mut maker).await,
        0,
        "what follows is of no use without what is gone"
    );
    assert_eq!(maker.pull(upto, 64 << 20).await, more);
    assert_eq!(
        list(&mut maker).await.snapshots.len(),
        1,
        "what stands in for segments stays"
    );
}

#[tokio::test]
async fn whoever_may_not_read_a_compartment_sees_nothing_of_its_snapshots() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(1);
    clinic.join(2, every_role());
    clinic.join(3, Roles::of(&[Role::FrontDesk]));
    let mut maker = running.found(&clinic).await;
    push(&mut maker, &clinic.author(1, OFFICE).write_many(2, 900)).await;
    let made = make(&clinic, 1, &maker.vector().await);
    assert_eq!(offer(&mut maker, &made).await, 201);
    let mut desk = running.connect(&clinic, 3).await;
    assert_eq!(list(&mut desk).await.snapshots.len(), 1, "the office is everybody's");
    // A segment is no manifest; a vector ahead of the server is refused.
    let segment = clinic.author(1, OFFICE).write(10);
    assert_eq!(post(&mut maker, "/v1/snapshots", &segment).await, 422);
    let mut ahead = clinic.author(2, OFFICE);
    ahead.write(10);
    let ahead: Frontier = [(ahead.chain, ahead.tip.unwrap())].into_iter().collect();
    let ahead = make(&clinic, 1, &ahead);
    assert_eq!(offer(&mut maker, &ahead).await, 422);
    assert_eq!(desk.get("/v1/snapshots/zz").await.status, 404);
    let token = running.server.make_token().await.unwrap().to_string();
    let mut other = running.found_with(&SampleClinic::found(9, [9; 32]), &token).await;
    assert_eq!(
        other.get(&format!("/v1/snapshots/{}", made.id)).await.status,
        404,
        "another clinic"
    );
    assert_eq!(other.get(&chunk_path(&made.chunks[0])).await.status, 404);
}
