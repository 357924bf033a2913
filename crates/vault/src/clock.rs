//! Time as an argument: nothing in this crate asks the machine for it except [`SystemClock`].
//!
//! Wall time can be turned back by anyone with the right to set the clock, so waits and windows are also measured by the
//! time since the machine started, where the platform says which start that was.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Wall time in Unix milliseconds. May jump either way.
    fn now_ms(&self) -> u64;

    /// Milliseconds since some fixed moment of this process. Never goes back.
    fn monotonic_ms(&self) -> u64;

    /// The present start of the machine and the time since then, where the platform tells both.
    fn boot(&self) -> Option<BootTime>;
}

/// A moment within one start of the machine. Counts while it sleeps; ends with a restart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BootTime {
    /// Which start this is: differs after each restart.
    pub id: [u8; 16],
    /// Milliseconds since that start, sleep included.
    pub since_ms: u64,
}

/// The machine's own clock.
#[derive(Clone, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts counting monotonic time from now.
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the one place that reads the machine's clock
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    #[cfg(target_os = "linux")]
    fn boot(&self) -> Option<BootTime> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let id = uuid::Uuid::try_parse(id.trim()).ok()?.into_bytes();
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        Some(BootTime {
            id,
            since_ms: parse_uptime_ms(&uptime)?,
        })
    }

    /// The standard library cannot say it here; the callers fall back to wall time and the highest time seen.
    #[cfg(not(target_os = "linux"))]
    fn boot(&self) -> Option<BootTime> {
        None
    }
}

/// The first number of `/proc/uptime` (seconds with two decimals, see proc_uptime(5)) in milliseconds.
#[cfg(target_os = "linux")]
fn parse_uptime_ms(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_ascii_whitespace().next()?.split_once('.')?;
    let seconds: u64 = seconds.parse().ok()?;
    let hundredths: u64 = hundredths.get(..2)?.parse().ok()?;
    seconds.checked_mul(1000)?.checked_add(hundredths * 10)
}

/// A clock that stands still until it is moved.
#[cfg(any(test, feature = "test-support"))]
#[derive(Debug)]
pub struct ManualClock {
    state: std::sync::Mutex<(u64, u64, [u8; 16])>,
}

#[cfg(any(test, feature = "test-support"))]
#[allow(clippy::unwrap_used)] // a poisoned lock means that a test has failed already
impl ManualClock {
    /// Shows this wall time, in a machine that has run for an hour.
    pub fn at(now_ms: u64) -> Self {
        Self {
            state: std::sync::Mutex::new((now_ms, 3_600_000, [1; 16])),
        }
    }

    /// Time passes: wall, monotonic and boot time alike.
    pub fn advance_ms(&self, ms: u64) {
        let mut state = self.state.lock().unwrap();
        state.0 += ms;
        state.1 += ms;
    }

    /// Somebody sets the wall clock; no time passes.
    pub fn set_wall_ms(&self, now_ms: u64) {
        self.state.lock().unwrap().0 = now_ms;
    }

    /// The machine restarts; the wall clock stays.
    pub fn restart(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 = 0;
        state.2[0] = state.2[0].wrapping_add(1);
    }
}

#[cfg(any(test, feature = "test-support"))]
#[allow(clippy::unwrap_used)] // a poisoned lock means that a test has failed already
impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.state.lock().unwrap().0
    }

    fn monotonic_ms(&self) -> u64 {
        self.state.lock().unwrap().1
    }

    fn boot(&self) -> Option<BootTime> {
        let state = self.state.lock().unwrap();
        Some(BootTime {
            id: state.2,
            since_ms: state.1,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn uptime_is_read_to_the_hundredth() {
        assert_eq!(parse_uptime_ms("350735.47 234388.90\n"), Some(350_735_470));
        for bad in ["", "1", "x.10 2", "1.2", "99999999999999999999.00 1"] {
            assert_eq!(parse_uptime_ms(bad), None, "{bad:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_clock_knows_its_boot() {
        let clock = SystemClock::new();
        let (first, second) = (clock.boot().unwrap(), clock.boot().unwrap());
        assert_eq!(first.id, second.id);
        assert!(second.since_ms >= first.since_ms);
        assert!(clock.now_ms() > 1_700_000_000_000);
    }
}
