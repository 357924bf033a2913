//! Founding a clinic: with a token, once, and each clinic apart from the others.

use super::support::{Running, SampleClinic};
use wardkeep_server::config::{Config, Limits};
use wardkeep_sync::wire::{Founded, Hello, VectorReply};

#[tokio::test]
async fn anybody_is_greeted_and_the_token_founds_once() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.connect(&clinic, 1).await;
    let hello: Hello = founder.get("/v1/hello").await.message();
    assert_eq!((hello.version, hello.suites), (1, vec![1]));

    assert_eq!(
        founder
            .found(&clinic, "AAAAAAAA-AAAAAAAA-AAAAAAAA-AAAAAAAA")
            .await
            .status,
        422
    );
    assert_eq!(founder.found(&clinic, "nonsense").await.status, 422);
    let token = running.token.to_string();
    let founded: Founded = founder.found(&clinic, &token).await.message();
    assert_eq!(founded.clinic, clinic.id());
    // Whoever did not hear the answer asks again.
    assert_eq!(founder.found(&clinic, &token).await.message::<Founded>(), founded);
    // The same connection is a device's from now on.
    let vector: VectorReply = founder.get("/v1/vector").await.message();
    assert_eq!(vector.roster, clinic.head_at(1));

    let other = other_clinic();
    assert_eq!(founder.found(&other, &token).await.status, 422);
}

#[tokio::test]
async fn two_clinics_see_nothing_of_each_other() {
    let running = Running::start().await;
    let (a, b) = (SampleClinic::new(), other_clinic());
    let mut of_a = running.found(&a).await;
    let token = running.server.make_token().await.unwrap().to_string();
    let mut of_b = running.found_with(&b, &token).await;
    let segments = a.author(1, wardkeep_roster::Compartment::Office).write_many(3, 50);
    of_a.push(&segments).await;

    assert!(of_b.vector().await.is_empty());
    assert!(of_b.pull(Default::default(), 1 << 20).await.is_empty());
    use wardkeep_sync::wire::{PushResult, RefusalCode};
    let foreign = of_b.push(&segments).await;
    assert_eq!(foreign, [PushResult::Refused(RefusalCode::OtherClinic); 3]);
    let entries = super::support::client::split(&of_b.get("/v1/roster").await.body);
    assert_eq!(entries, b.entries());
    assert_eq!(of_a.pull(Default::default(), 1 << 20).await, segments);
}

#[tokio::test]
async fn a_key_cannot_be_listed_by_a_second_clinic() {
    let running = Running::start().await;
    let a = SampleClinic::new();
    running.found(&a).await;
    // The same device key under another nonce: another clinic's id.
    let other = SampleClinic::found(1, [8; 32]);
    let mut stranger = running.stranger(9).await;
    let token = running.server.make_token().await.unwrap().to_string();
    assert_eq!(stranger.found(&other, &token).await.status, 422);
}

#[tokio::test]
async fn the_number_of_clinics_is_limited() {
    let settings = Config {
        limits: Limits {
            clinics: 1,
            ..Limits::default()
        },
        ..super::support::settings()
    };
    let running = Running::with(settings, wardkeep_server::clock::Clock::system()).await;
    running.found(&SampleClinic::new()).await;
    let other = other_clinic();
    let token = running.server.make_token().await.unwrap().to_string();
    let mut founder = running.stranger(7).await;
    assert_eq!(founder.found(&other, &token).await.status, 507);
}

#[tokio::test]
async fn strangers_may_do_nothing_else() {
    let running = Running::start().await;
    running.found(&SampleClinic::new()).await;
    let mut stranger = running.stranger(9).await;
    for path in ["/v1/roster", "/v1/vector", "/v1/parcels", "/v1/joins", "/v1/events"] {
        assert_eq!(stranger.get(path).await.status, 403, "{path}");
    }
    for path in [
        "/v1/roster",
        "/v1/segments",
        "/v1/pull",
        "/v1/parcels",
        "/v1/invitations",
    ] {
        assert_eq!(stranger.post(path, "").await.status, 403, "{path}");
    }
    assert_eq!(stranger.get("/v1/nothing").await.status, 404);
    assert_eq!(stranger.get("/healthz").await.status, 404);
    assert_eq!(stranger.get("/metrics").await.status, 404);
}

/// A clinic whose founder sits at device 7.
fn other_clinic() -> SampleClinic {
    SampleClinic::found(7, [8; 32])
}
