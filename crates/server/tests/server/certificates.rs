//! A new certificate while running: old connections go on, new ones are shown the new one, the pin stays.

use super::support::client::shake;
use super::support::tls::client_config;
use super::support::{Running, SampleClinic, settings};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wardkeep_roster::Compartment;
use wardkeep_server::certificate;
use wardkeep_server::clock::{Clock, DAY_MS};
use wardkeep_server::config::Config;
use wardkeep_sync::wire::PushResult;

async fn shown(running: &Running) -> Vec<u8> {
    let config = client_config(running.server.pin(), &[9; 32]);
    let stream = shake(running.server.address(), config).await.unwrap();
    let (_, session) = stream.get_ref();
    session.peer_certificates().unwrap()[0].to_vec()
}

async fn changes(running: &Running, from: &[u8]) {
    for _ in 0..100 {
        if shown(running).await != from {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the certificate was not exchanged");
}

#[tokio::test]
async fn swapped_while_devices_push() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let mut author = clinic.author(1, Compartment::Office);
    let (first, pin) = (shown(&running).await, running.server.pin());
    let config = Config::load(running.home.path()).unwrap();
    certificate::renew(&config, Clock::system().now_ms()).unwrap();
    running.server.look_at_certificate();
    for _ in 0..50 {
        assert_eq!(founder.push(&[author.write(100)]).await, [PushResult::Stored]);
    }
    changes(&running, &first).await;
    assert_eq!(running.server.pin(), pin);
    assert_eq!(founder.push(&[author.write(100)]).await, [PushResult::Stored]);
    assert_eq!(running.connect(&clinic, 1).await.vector().await.len(), 1);
}

#[tokio::test]
async fn a_broken_certificate_on_disk_leaves_the_former_one() {
    let running = Running::start().await;
    let first = shown(&running).await;
    std::fs::write(running.home.path().join("keys/server.pem"), "garbage").unwrap();
    running.server.look_at_certificate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(shown(&running).await == first);
}

#[tokio::test]
async fn the_server_renews_its_own_before_it_ends() {
    let start = Clock::system().now_ms();
    let now = Arc::new(AtomicU64::new(start));
    let turned = Arc::clone(&now);
    let clock = Clock::from(move || turned.load(Ordering::Relaxed));
    let running = Running::with(settings(), clock).await;
    let first = shown(&running).await;
    now.store(start + 119 * DAY_MS, Ordering::Relaxed);
    running.server.look_at_certificate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(shown(&running).await == first);
    // Not further: the test's own clock must still find the new one valid.
    now.store(start + 120 * DAY_MS, Ordering::Relaxed);
    let (_, reached) = tokio::join!(async { running.server.look_at_certificate() }, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let config = Config::load(running.home.path()).unwrap();
        certificate::Chain::load(&config, &wardkeep_server::tls::provider())
            .unwrap()
            .ends_ms
    });
    assert_eq!(reached / DAY_MS, (start + 300 * DAY_MS) / DAY_MS);
}
