//! From one device's edit to another's eyes: the other waits on its event stream, is woken, pulls, believes and opens.

use super::clinic::Clinic;
use super::device::Device;
use super::edits::Edits;
use super::server::Server;
use crate::meter::milliseconds;
use crate::random::Random;
use anyhow::{Context, Result};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use wardkeep_sync::Frontier;

/// How long an edit may take to be seen before something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Milliseconds from before an op is sealed until the other device has its bytes, one for each of so many edits. The edits come one
/// by one with pauses of up to 10 ms, so that the server is idle when they come.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub async fn latencies(edits: usize, seed: u64) -> Result<Vec<f64>> {
    let server = Server::start()?;
    let clinic = Arc::new(Clinic::of(2)?);
    let writer = Device::connect(&server, 1).await?;
    writer.found(&server, &clinic).await?;
    let reader = Device::connect(&server, 2).await?;
    let (tell, mut told) = mpsc::unbounded_channel();
    let watching = tokio::spawn(watch(reader, Arc::clone(&clinic), tell));

    let mut ops = Edits::new(Clinic::device(1).0, seed);
    let mut author = clinic.author(1);
    let mut random = Random::new(seed);
    let mut latencies = Vec::with_capacity(edits);
    for _ in 0..edits {
        tokio::time::sleep(Duration::from_millis(random.between(1, 10).into())).await;
        let op = ops.next()?;
        let start = Instant::now();
        let segment = author.seal(&[op])?;
        writer.push(&[segment]).await?;
        loop {
            let seen = tokio::time::timeout(PATIENCE, told.recv()).await;
            let (number, at): (u64, Instant) = seen.context("an edit is not seen")?.context("the reader ended")?;
            if number == author.last_op() {
                latencies.push(milliseconds(at.saturating_duration_since(start)));
                break;
            }
        }
    }
    watching.abort();
    Ok(latencies)
}

/// Says of every op when it was there.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
async fn watch(reader: Device, clinic: Arc<Clinic>, tell: mpsc::UnboundedSender<(u64, Instant)>) -> Result<()> {
    let mut events = reader.events().await?;
    let mut frontier = Frontier::new();
    while let Some(event) = events.body_mut().frame().await {
        event?;
        let seen = |number, _: &[u8]| {
            // Nobody listens any more once all edits are seen.
            let _ = tell.send((number, Instant::now()));
        };
        reader.pull(&clinic, &mut frontier, seen).await?;
    }
    Ok(())
}
