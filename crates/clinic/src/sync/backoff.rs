//! How long to wait before the next try: longer after each failure, and never the same for all devices of a clinic whose server
//! comes back.

/// The first wait, in milliseconds: a connection that was cut while it was used is opened again at once. A device that its clinic has
/// just revoked learns it so.
const AGAIN_MS: u64 = 100;
/// The second, from which on they grow.
const FIRST_MS: u64 = 1_000;
/// The longest.
const LONGEST_MS: u64 = 5 * 60_000;

/// Waits between tries.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It worked.
    pub(super) fn succeed(&mut self) {
        self.failures = 0;
    }

    /// It failed: how long to wait now, in milliseconds, between half of the step and all of it. `least_ms` is what the server asked
    /// for; it counts up to the longest wait.
    pub(super) fn fail(&mut self, random: u16, least_ms: u64) -> u64 {
        let step = match self.failures.checked_sub(1) {
            None => AGAIN_MS,
            Some(before) => FIRST_MS.saturating_shl(before).min(LONGEST_MS),
        };
        self.failures = self.failures.saturating_add(1);
        let jitter = step / 2 * u64::from(random) / u64::from(u16::MAX);
        (step / 2 + jitter).max(least_ms.min(LONGEST_MS))
    }
}

/// A shift that stops at the greatest number.
trait SaturatingShl {
    fn saturating_shl(self, by: u32) -> Self;
}

impl SaturatingShl for u64 {
    fn saturating_shl(self, by: u32) -> Self {
        1_u64
            .checked_shl(by)
            .map_or(Self::MAX, |factor| self.saturating_mul(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_at_the_longest() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.fail(u16::MAX, 0), 100);
        assert_eq!(backoff.fail(u16::MAX, 0), 1_000);
        assert_eq!(backoff.fail(0, 0), 1_000);
        assert_eq!(backoff.fail(u16::MAX, 0), 4_000);
        for _ in 0..100 {
            assert!(backoff.fail(u16::MAX, 0) <= LONGEST_MS);
        }
        assert_eq!(backoff.fail(0, 0), LONGEST_MS / 2);
        assert_eq!(
            backoff.fail(0, u64::MAX),
            LONGEST_MS,
            "a server cannot silence a device for good"
        );
        backoff.succeed();
        assert_eq!(backoff.fail(u16::MAX, 700), 700);
    }
}
