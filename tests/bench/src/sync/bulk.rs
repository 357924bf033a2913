//! Many changes at once: pushed by one device, pulled by another, in segments of a given number of ops.

use super::clinic::Clinic;
use super::device::Device;
use super::edits::Edits;
use super::server::Server;
use anyhow::{Result, ensure};
use std::time::Instant;
use wardkeep_sync::Frontier;

/// Sealed and pushed at a time: a device does not seal its whole outbox before it sends.
const STEP_OPS: usize = 50_000;
/// Requests that push one op each: below what the server lets one device send at once.
const ALONE: usize = 1_000;

/// What a number of ops cost.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// From ops in memory to ops acknowledged, or from nothing to ops opened, in seconds.
    pub seconds: f64,
    /// Processor time of the server in milliseconds.
    pub server_cpu_ms: f64,
    /// Bytes over the socket, both ways; the connection stands already.
    pub wire: f64,
}

/// One server that took and gave them all.
pub struct Run {
    /// How many ops.
    pub ops: f64,
    /// Their bytes, unsealed.
    pub plain: f64,
    /// Of the push.
    pub push: Cost,
    /// Of the pull.
    pub pull: Cost,
    /// What they added to the data folder of the running server, its log included, and of the stopped one.
    pub disk_running: f64,
    /// See `disk_running`.
    pub disk: f64,
    /// The server's memory at the end.
    pub resident_mb: f64,
}

/// How ops go into segments and requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// So many in a segment, as many segments in a request as fit.
    Segments(usize),
    /// One in a segment, one segment in a request: what a commit pushes by itself.
    Alone,
}

impl Packing {
    fn ops_in_segment(self) -> usize {
        match self {
            Self::Segments(ops) => ops,
            Self::Alone => 1,
        }
    }

    /// In one push.
    fn ops_in_step(self) -> usize {
        match self {
            Self::Segments(_) => STEP_OPS,
            Self::Alone => 1,
        }
    }
}

/// Pushes and pulls so many ops on a new server.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub async fn run(packing: Packing, ops: usize, seed: u64) -> Result<Run> {
    let ops = if packing == Packing::Alone { ops.min(ALONE) } else { ops };
    let mut server = Server::start()?;
    let clinic = Clinic::of(2)?;
    Device::connect(&server, 1).await?.found(&server, &clinic).await?;
    // So that what the roster left in the log is not counted to the segments.
    server.restart()?;
    let writer = Device::connect(&server, 1).await?;
    let edits = Edits::new(Clinic::device(1).0, seed).take(ops)?;
    let mut author = clinic.author(1);
    let disk_before = server.disk_bytes()?;

    let watch = Watch::start(&server, &writer)?;
    for step in edits.chunks(packing.ops_in_step()) {
        let segments: Result<Vec<_>> = step
            .chunks(packing.ops_in_segment())
            .map(|ops| author.seal(ops))
            .collect();
        writer.push(&segments?).await?;
    }
    let push = watch.stop(&server, &writer)?;
    let disk_running = server.disk_bytes()? - disk_before;

    let reader = Device::connect(&server, 2).await?;
    let mut pulled = 0;
    let mut same = true;
    let watch = Watch::start(&server, &reader)?;
    let count = reader
        .pull(&clinic, &mut Frontier::new(), |number, op| {
            same &= number == pulled as u64 + 1 && edits.get(pulled).is_some_and(|edit| edit == op);
            pulled += 1;
        })
        .await?;
    let pull = watch.stop(&server, &reader)?;
    ensure!(count == ops && same, "what was pulled is not what was pushed");

    let resident_mb = server.resident_mb()?;
    drop((writer, reader));
    let disk = server.stop()?.saturating_sub(disk_before);
    Ok(Run {
        ops: ops as f64,
        plain: edits.iter().map(Vec::len).sum::<usize>() as f64,
        push,
        pull,
        disk_running: disk_running as f64,
        disk: disk as f64,
        resident_mb,
    })
}

/// Clock, processor and socket at the beginning of something.
struct Watch {
    start: Instant,
    cpu_ms: f64,
    wire: u64,
}

impl Watch {
    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn start(server: &Server, device: &Device) -> Result<Self> {
        Ok(Self {
            cpu_ms: server.cpu_ms()?,
            wire: device.meter.bytes(),
            start: Instant::now(),
        })
    }

    fn stop(self, server: &Server, device: &Device) -> Result<Cost> {
        Ok(Cost {
            seconds: self.start.elapsed().as_secs_f64(),
            server_cpu_ms: server.cpu_ms()? - self.cpu_ms,
            wire: (device.meter.bytes() - self.wire) as f64,
        })
    }
}
