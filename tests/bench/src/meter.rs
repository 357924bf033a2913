//! Time of this thread's own work and time on the clock.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// What a piece of work took.
#[derive(Clone, Copy, Default, Debug)]
pub struct Cost {
    /// Processor time of the thread, in milliseconds.
    pub cpu_ms: f64,
    /// Time on the clock, in milliseconds.
    pub wall_ms: f64,
}

/// Runs work on this thread and says what it took.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (wall, cpu) = (Instant::now(), thread_cpu());
    let result = work();
    let cost = Cost {
        cpu_ms: milliseconds(thread_cpu().saturating_sub(cpu)),
        wall_ms: milliseconds(wall.elapsed()),
    };
    (result, cost)
}

/// Processor time that this thread has used.
pub fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or(0),
        time.tv_nsec.try_into().unwrap_or(0),
    )
}

/// Processor time that all threads of this process have used.
pub fn process_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or(0),
        time.tv_nsec.try_into().unwrap_or(0),
    )
}

/// A duration in milliseconds.
pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The value below which `percent` of all lie.
pub fn percentile(values: &mut [f64], percent: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() as f64 * percent / 100.0).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The mean.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Resident memory of a process in bytes, from the kernel's own count; `None` when it is gone.
pub fn resident_bytes(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
