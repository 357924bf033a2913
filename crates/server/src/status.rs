//! `status`: what the running server says of itself, or what its files say when it does not run.

use crate::certificate::Chain;
use crate::clock::DAY_MS;
use crate::config::Config;
use crate::local::{ClinicReport, Report};
use crate::store::sqlite::DatabaseKey;
use crate::store::{SqliteStore, Store};
use crate::tls;
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long the running server may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// The most bytes of an answer.
const ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// Whether the server runs, and what it is.
pub struct Status {
    /// Whether the running server answered. Otherwise the files did.
    pub running: bool,
    /// The figures.
    pub report: Report,
}

/// Asks the running server, or reads its files.
pub async fn status(config: &Config, now_ms: u64) -> Result<Status> {
    let address = config.local_listen;
    if let Ok(Ok(report)) = tokio::task::spawn_blocking(move || ask(address)).await {
        return Ok(Status { running: true, report });
    }
    Ok(Status {
        running: false,
        report: from_files(config, now_ms).await?,
    })
}

fn ask(address: SocketAddr) -> Result<Report> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    if !head.starts_with("HTTP/1.1 200 ") {
        bail!("the server answers {}", head.lines().next().unwrap_or_default());
    }
    Ok(serde_json::from_str(body)?)
}

async fn from_files(config: &Config, now_ms: u64) -> Result<Report> {
    let chain = Chain::load(config, &tls::provider())?;
    let store = SqliteStore::open(&config.database(), &DatabaseKey::load(&config.database_key)?)?;
    let mut clinics = Vec::new();
    for usage in store.clinics().await? {
        let entries = store.entries(usage.clinic).await?;
        let roster = wardkeep_roster::Roster::verify(entries.iter().map(Vec::as_slice));
        clinics.push(ClinicReport {
            clinic: usage.clinic.to_string(),
            entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            devices: roster.map(|roster| roster.devices().count()).unwrap_or(0),
            connected: 0,
            stored_bytes: usage.stored_bytes,
        });
    }
    store.close().await?;
    let mut warnings = Vec::new();
    if chain.ends_ms <= now_ms + config.certificate.warn_before_days * DAY_MS {
        warnings.push("the certificate has ended or ends soon: it is renewed when the server starts".to_owned());
    }
    Ok(Report {
        version: env!("CARGO_PKG_VERSION").into(),
        pin: chain.pin.to_string(),
        certificate_ends_ms: chain.ends_ms,
        connections: 0,
        clinics,
        warnings,
    })
}

impl Status {
    /// For a person.
    pub fn to_text(&self, now_ms: u64) -> String {
        let report = &self.report;
        let state = if self.running { "running" } else { "not running" };
        let days = report.certificate_ends_ms.saturating_sub(now_ms) / DAY_MS;
        let mut text = format!(
            "wardkeep-server {}: {state}\npin          {}\ncertificate  ends in {days} days\nconnections  {}\n",
            report.version, report.pin, report.connections
        );
        for clinic in &report.clinics {
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "clinic       {}  {} devices, {} connected, {} roster entries, {} MB",
                &clinic.clinic[..16.min(clinic.clinic.len())],
                clinic.devices,
                clinic.connected,
                clinic.entries,
                clinic.stored_bytes.div_ceil(1_000_000)
            );
        }
        if report.clinics.is_empty() {
            text.push_str("clinic       none yet\n");
        }
        for warning in &report.warnings {
            let _ = writeln!(text, "WARNING      {warning}");
        }
        text
    }
}
