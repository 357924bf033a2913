//! Limits: of requests, connections, storage; and what a slow or greedy caller is told.

use super::support::{Running, SampleClinic, settings};
use wardkeep_roster::Compartment;
use wardkeep_server::clock::Clock;
use wardkeep_server::config::{Config, Limits};
use wardkeep_sync::Message;
use wardkeep_sync::wire::{Failure, FailureCode, PushResult, RefusalCode};

async fn with(limits: Limits) -> Running {
    Running::with(Config { limits, ..settings() }, Clock::system()).await
}

#[tokio::test]
async fn requests_of_a_device_and_of_strangers() {
    let running = with(Limits {
        requests_per_s: 1,
        request_burst: 5,
        stranger_requests_per_s: 1,
        stranger_request_burst: 6,
        ..Limits::default()
    })
    .await;
    let clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut refused = None;
    for _ in 0..6 {
        let answer = founder.get("/v1/vector").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    let failure = Failure::from_bytes(&refused.body).unwrap();
    assert_eq!(failure.code, FailureCode::TooMany);
    assert!(failure.retry_after_ms > 0);
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Another device has its own.
    let mut other = running.connect(&clinic, 2).await;
    assert_eq!(other.get("/v1/vector").await.status, 200);
    let mut stranger = running.stranger(9).await;
    let mut last = 200;
    for _ in 0..6 {
        last = stranger.get("/v1/hello").await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn connections_of_one_key_and_of_strangers() {
    let running = with(Limits {
        connections_per_device: 2,
        connections_of_strangers: 1,
        ..Limits::default()
    })
    .await;
    let clinic = SampleClinic::new();
    let _one = running.found(&clinic).await;
    let _two = running.connect(&clinic, 1).await;
    assert!(running.try_connect(&clinic, 1).await.is_err());
    let _stranger = running.stranger(9).await;
    assert!(running.try_connect(&clinic, 5).await.is_err());
}

#[tokio::test]
async fn storage_of_one_clinic_leaves_the_other_alone() {
    let running = with(Limits {
        storage_per_clinic_bytes: 2 << 20,
        ..Limits::default()
    })
    .await;
    let (a, b) = (SampleClinic::new(), SampleClinic::found(7, [8; 32]));
    let mut of_a = running.found(&a).await;
    let token = running.server.make_token().await.unwrap().to_string();
    let mut of_b = running.found_with(&b, &token).await;
    let mut author = a.author(1, Compartment::Office);
    let segments = author.write_many(3, 900_000);
    let (stored, full) = (PushResult::Stored, PushResult::Refused(RefusalCode::Full));
    assert_eq!(of_a.push(&segments).await, [stored, stored, full]);
    assert_eq!(of_a.vector().await.seq(&author.chain), 2);
    let bytes = vec![7; 900_000];
    let path = format!("/v1/blobs/{}", blake3::hash(&bytes).to_hex());
    let put = |bytes: Vec<u8>| super::support::client::full(bytes);
    let of = |answer: http::Response<hyper::body::Incoming>| answer.status().as_u16();
    assert_eq!(
        of(of_a.send(http::Method::PUT, &path, put(bytes.clone())).await.unwrap()),
        507
    );
    assert_eq!(of(of_b.send(http::Method::PUT, &path, put(bytes)).await.unwrap()), 201);
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up() {
    use futures_util::StreamExt;
    let running = with(Limits {
        idle_request_s: 1,
        ..Limits::default()
    })
    .await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let piece = Ok(hyper::body::Frame::data(bytes::Bytes::from_static(&[0, 0, 1])));
    let body = futures_util::stream::iter([piece]).chain(futures_util::stream::pending());
    let sending = founder.send(
        http::Method::POST,
        "/v1/segments",
        http_body_util::StreamBody::new(body),
    );
    assert_eq!(sending.await.unwrap().status(), 408);
    assert_eq!(founder.get("/v1/vector").await.status, 200);
}

#[tokio::test]
async fn devices_of_one_clinic() {
    let running = with(Limits {
        devices_per_clinic: 2,
        ..Limits::default()
    })
    .await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let head = clinic.head();
    let entry = clinic.say(clinic.device_body(3));
    assert_eq!(founder.post_roster(head, vec![entry]).await.status, 507);
}
