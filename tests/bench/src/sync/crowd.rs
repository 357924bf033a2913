//! Everybody connected at once: each device with its event stream open, as all devices of a large clinic have in office hours.

use super::clinic::Clinic;
use super::device::Device;
use super::edits::Edits;
use super::server::Server;
use crate::meter::milliseconds;
use anyhow::{Context, Result};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::time::{Duration, Instant};
use wardkeep_sync::wire::Event;

/// How long the server is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(1);
/// How long a wake-up may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a crowd costs.
pub struct Crowd {
    /// The server's memory with nobody connected but the founder, and all devices listed.
    pub listed_mb: f64,
    /// With every event stream open.
    pub connected_mb: f64,
    /// Processor time that the server uses in a second in which nothing happens, in milliseconds.
    pub idle_cpu_ms_per_s: f64,
    /// From a push until the last device is woken, in milliseconds.
    pub woken_ms: f64,
}

/// Connects so many devices, and wakes them all.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub async fn run(devices: u32, seed: u64) -> Result<Crowd> {
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    setrlimit(Resource::Nofile, files)?;
    let server = Server::start()?;
    let clinic = Clinic::of(devices)?;
    let founder = Device::connect(&server, 1).await?;
    founder.found(&server, &clinic).await?;
    let listed_mb = server.resident_mb()?;
    let mut streams = Vec::new();
    for number in 2..=devices {
        let device = Device::connect(&server, number).await?;
        let events = device.events().await?;
        streams.push((device, events));
    }
    for (_, events) in &mut streams {
        // What a device may have missed, said once.
        until_segments(events).await?;
    }
    tokio::time::sleep(SETTLE).await;
    let (start, cpu_ms) = (Instant::now(), server.cpu_ms()?);
    tokio::time::sleep(SETTLE).await;
    let idle_cpu_ms_per_s = (server.cpu_ms()? - cpu_ms) / start.elapsed().as_secs_f64();
    let connected_mb = server.resident_mb()?;

    let segment = clinic.author(1).seal(&Edits::new(Clinic::device(1).0, seed).take(1)?)?;
    let start = Instant::now();
    founder.push(&[segment]).await?;
    for (_, events) in &mut streams {
        until_segments(events).await?;
    }
    Ok(Crowd {
        listed_mb,
        connected_mb,
        idle_cpu_ms_per_s,
        woken_ms: milliseconds(start.elapsed()),
    })
}

/// Waits until the stream says that there are segments. Events are short: none is cut in two.
async fn until_segments(events: &mut Response<Incoming>) -> Result<()> {
    let wanted = format!("data: {}\n", Event::Segments);
    loop {
        let frame = tokio::time::timeout(PATIENCE, events.body_mut().frame()).await;
        let frame = frame
            .context("a device is not woken")?
            .context("an event stream ended")??;
        let text = frame.into_data().ok();
        if text.is_some_and(|text| String::from_utf8_lossy(&text).contains(&wanted)) {
            return Ok(());
        }
    }
}
