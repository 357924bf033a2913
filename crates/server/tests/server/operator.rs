//! What the operator sees: health, figures, status; and what nobody may see there.

use super::support::{Running, SampleClinic, settings};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wardkeep_roster::Compartment;
use wardkeep_server::clock::{Clock, DAY_MS};
use wardkeep_server::config::{Config, Limits};
use wardkeep_server::init::{InitError, init};
use wardkeep_server::status::status;

async fn ask(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn health_figures_and_status() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    founder
        .push(&clinic.author(1, Compartment::Office).write_many(7, 100))
        .await;
    let local = running.server.local_address();
    assert_eq!(ask(local, "/healthz").await, (200, "ok\n".into()));
    assert_eq!(ask(local, "/readyz").await, (200, "ready\n".into()));
    let (_, metrics) = ask(local, "/metrics").await;
    for line in [
        "wardkeep_segments_total{outcome=\"Stored\"} 7",
        "wardkeep_connections 1",
        "wardkeep_clinics 1",
        "wardkeep_requests_total{route=\"/v1/segments\",status=\"200\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let device = wardkeep_roster::sample::device(1).to_string();
    assert!(!metrics.contains(&device[..8]));

    let mut config = Config::load(running.home.path()).unwrap();
    config.local_listen = local;
    let found = status(&config, Clock::system().now_ms()).await.unwrap();
    assert!(found.running);
    assert_eq!(found.report.pin, running.server.pin().to_string());
    assert_eq!(found.report.clinics[0].clinic, clinic.id().to_string());
    assert_eq!(
        (found.report.clinics[0].devices, found.report.clinics[0].connected),
        (2, 1)
    );
    assert!(found.report.clinics[0].stored_bytes > 2_000);
    assert!(found.report.warnings.is_empty());

    running.server.stop().await.unwrap();
    let stopped = status(&config, Clock::system().now_ms()).await.unwrap();
    assert!(!stopped.running);
    assert_eq!(
        stopped.report.clinics[0].stored_bytes,
        found.report.clinics[0].stored_bytes
    );
    assert!(stopped.to_text(0).contains("not running"));
    let later = status(&config, Clock::system().now_ms() + 170 * DAY_MS).await.unwrap();
    assert_eq!(later.report.warnings.len(), 1);
}

#[tokio::test]
async fn a_full_disk_is_said_and_refuses_pushes_only() {
    let full = Config {
        limits: Limits {
            keep_free_bytes: u64::MAX,
            ..Limits::default()
        },
        ..settings()
    };
    let running = Running::with(full, Clock::system()).await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let (code, said) = ask(running.server.local_address(), "/readyz").await;
    assert_eq!((code, &*said), (503, "the disk is nearly full\n"));
    use wardkeep_sync::wire::{PushResult, RefusalCode};
    let pushed = founder.push(&[clinic.author(1, Compartment::Office).write(10)]).await;
    assert_eq!(pushed, [PushResult::Refused(RefusalCode::Storage)]);
    assert!(founder.vector().await.is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn init_makes_private_files_and_never_writes_over_a_server() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let at = home.path().join("server");
    init(&at, settings(), &Clock::system()).await.unwrap();
    let mode = |path: &str| std::fs::metadata(at.join(path)).unwrap().permissions().mode() & 0o777;
    for folder in ["", "keys", "data", "data/blobs"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in [
        "server.toml",
        "keys/ca.key",
        "keys/server.pem",
        "keys/database.key",
        "data/server.db",
    ] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    let before = std::fs::read(at.join("keys/ca.key")).unwrap();
    let again = init(&at, settings(), &Clock::system()).await;
    assert!(matches!(again, Err(InitError::Exists(_))));
    assert_eq!(std::fs::read(at.join("keys/ca.key")).unwrap(), before);
}

#[tokio::test]
async fn the_database_is_of_no_use_without_its_key() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    running.found(&clinic).await;
    running.server.stop().await.unwrap();
    let home = running.home.path();
    let file = std::fs::read(home.join("data/server.db")).unwrap();
    assert!(!file.starts_with(b"SQLite format 3"));
    let id = clinic.id().0;
    assert!(!file.windows(32).any(|window| window == id));
    std::fs::write(home.join("keys/database.key"), "00".repeat(32)).unwrap();
    let config = Config::load(home).unwrap();
    let started = wardkeep_server::serve::Server::start(config, Clock::system()).await;
    assert!(
        started
            .err()
            .unwrap()
            .to_string()
            .contains("does not open with this key")
    );
}
