//! When nobody has done anything for as long as the policy allows: decided here, asked for by the surface's timer.

use std::sync::atomic::{AtomicU64, Ordering};
use wardkeep_vault::clock::Clock;

/// The last time that a person did something, by both clocks.
#[derive(Debug, Default)]
pub struct Idle {
    wall_ms: AtomicU64,
    monotonic_ms: AtomicU64,
}

impl Idle {
    /// A person did something now.
    pub fn touch(&self, clock: &dyn Clock) {
        self.wall_ms.store(clock.now_ms(), Ordering::Relaxed);
        self.monotonic_ms.store(clock.monotonic_ms(), Ordering::Relaxed);
    }

    /// Milliseconds without a person. The larger of both clocks counts: the monotonic one stands still while the machine
    /// sleeps, the wall clock can be turned back.
    pub fn idle_ms(&self, clock: &dyn Clock) -> u64 {
        let wall = clock.now_ms().saturating_sub(self.wall_ms.load(Ordering::Relaxed));
        let monotonic = clock
            .monotonic_ms()
            .saturating_sub(self.monotonic_ms.load(Ordering::Relaxed));
        wall.max(monotonic)
    }

    /// Seconds until the lock, rounded up; 0 when it is due.
    pub fn due_in_s(&self, clock: &dyn Clock, limit_s: u32) -> u32 {
        let left = (u64::from(limit_s) * 1000).saturating_sub(self.idle_ms(clock));
        u32::try_from(left.div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;
    use wardkeep_vault::clock::BootTime;

    /// Two clocks that move apart.
    #[derive(Default)]
    struct Two {
        wall: AtomicU64,
        monotonic: AtomicU64,
    }

    impl Clock for Two {
        fn boot(&self) -> Option<BootTime> {
            None
        }
        fn now_ms(&self) -> u64 {
            self.wall.load(Ordering::Relaxed)
        }
        fn monotonic_ms(&self) -> u64 {
            self.monotonic.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_clock_turned_back_and_a_sleeping_machine_both_count() {
        let clock = Two {
            wall: 1_000_000.into(),
            monotonic: 500.into(),
        };
        let idle = Idle::default();
        idle.touch(&clock);
        assert_eq!(idle.due_in_s(&clock, 300), 300);
        clock.wall.store(0, Ordering::Relaxed);
        clock.monotonic.store(300_500, Ordering::Relaxed);
        assert_eq!(idle.due_in_s(&clock, 300), 0, "the wall clock went back");
        clock.monotonic.store(501, Ordering::Relaxed);
        clock.wall.store(1_299_001, Ordering::Relaxed);
        assert_eq!(idle.due_in_s(&clock, 300), 1, "the monotonic clock stood still");
        idle.touch(&clock);
        assert_eq!(idle.due_in_s(&clock, 300), 300);
    }
}
