//! How much of a lease has passed, by the device's own clocks alone: nothing that a server says is an input.
//!
//! - The highest wall time ever seen counts, so turning the clock back gains nothing and turning it forward costs.
//! - Time for which the machine has run counts whatever the wall clock says, sleep included, also over a restart: a start that is seen
//!   for the first time began after the last look.
//! - What nobody can count is the time for which a machine is off, when its clock is set back to the moment at which it was put off.

/// A moment within one start of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Running {
    /// Which start.
    pub start: [u8; 16],
    /// Milliseconds since then, sleep included.
    pub since_ms: u64,
}

/// The time that has passed since a lease was given. It never becomes less.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passed {
    /// In milliseconds.
    pub ms: u64,
    /// The highest wall time seen.
    pub highest_ms: u64,
    /// How long the machine had run at the last look, where the platform tells it.
    pub running: Option<Running>,
}

impl Passed {
    /// Nothing has: the lease is given now.
    pub fn begin(now_ms: u64, running: Option<Running>) -> Self {
        Self {
            ms: 0,
            highest_ms: now_ms,
            running,
        }
    }

    /// Looks at the clocks. The larger of what both say has passed since the last look is added.
    pub fn look(&mut self, now_ms: u64, running: Option<Running>) {
        let by_wall = now_ms.saturating_sub(self.highest_ms);
        let by_running = match (self.running, running) {
            (Some(then), Some(now)) if then.start == now.start => now.since_ms.saturating_sub(then.since_ms),
            (Some(_), Some(now)) => now.since_ms,
            _ => 0,
        };
        self.ms = self.ms.saturating_add(by_wall.max(by_running));
        self.highest_ms = self.highest_ms.max(now_ms);
        self.running = running.or(self.running);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 86_400_000;
    const GIVEN: u64 = 20_000 * DAY;

    fn running(start: u8, since_ms: u64) -> Option<Running> {
        Some(Running {
            start: [start; 16],
            since_ms,
        })
    }

    #[test]
    fn a_clock_turned_back_gains_nothing() {
        let mut passed = Passed::begin(GIVEN, None);
        passed.look(GIVEN + 10 * DAY, None);
        passed.look(GIVEN, None);
        assert_eq!(passed.ms, 10 * DAY);
        passed.look(GIVEN + 9 * DAY, None);
        assert_eq!(passed.ms, 10 * DAY);
        passed.look(GIVEN + 11 * DAY, None);
        assert_eq!(passed.ms, 11 * DAY);
    }

    #[test]
    fn a_machine_that_runs_spends_its_lease_whatever_the_wall_clock_says() {
        let mut passed = Passed::begin(GIVEN, running(1, 5 * DAY));
        // Day after day the clock is turned back to the same moment.
        for day in 1..=7 {
            passed.look(GIVEN, running(1, (5 + day) * DAY));
        }
        assert_eq!(passed.ms, 7 * DAY);
        // A restart, and two days in it.
        passed.look(GIVEN, running(2, 2 * DAY));
        assert_eq!(passed.ms, 9 * DAY);
    }

    #[test]
    fn weeks_asleep_count_once() {
        let mut passed = Passed::begin(GIVEN, running(1, 0));
        passed.look(GIVEN + 21 * DAY, running(1, 21 * DAY));
        assert_eq!(passed.ms, 21 * DAY);
        passed.look(GIVEN + 21 * DAY + 1, running(1, 21 * DAY + 1));
        assert_eq!(passed.ms, 21 * DAY + 1);
    }

    #[test]
    fn a_clock_that_wavers_costs_its_widest_swing_once() {
        let mut passed = Passed::begin(GIVEN, None);
        for _ in 0..100 {
            passed.look(GIVEN + DAY, None);
            passed.look(GIVEN - DAY, None);
        }
        assert_eq!(passed.ms, DAY);
    }

    proptest! {
        #[test]
        fn it_never_shrinks_and_never_lags_behind_either_clock(
            looks in proptest::collection::vec((any::<u64>(), any::<u8>(), any::<u64>()), 0..40)
        ) {
            let mut passed = Passed::begin(GIVEN, running(0, 0));
            let mut highest = GIVEN;
            for (now_ms, start, since_ms) in looks {
                let before = passed.ms;
                passed.look(now_ms, running(start % 3, since_ms));
                highest = highest.max(now_ms);
                prop_assert!(passed.ms >= before);
                prop_assert!(passed.ms >= highest - GIVEN);
                prop_assert_eq!(passed.highest_ms, highest);
            }
        }
    }
}
