//! Token buckets: so many at once, so many in a second on average.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;

/// Buckets that are remembered; above it full ones are forgotten.
const REMEMBERED: usize = 4096;
/// Tokens are counted in thousandths, because time comes in milliseconds.
const MILLI: u64 = 1000;

/// How fast buckets fill and how much they hold.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tokens in a second.
    pub per_s: u64,
    /// Tokens of a full bucket.
    pub burst: u64,
}

struct Bucket {
    milli_tokens: u64,
    at_ms: u64,
}

impl Bucket {
    fn fill(&mut self, rate: Rate, now_ms: u64) {
        let since_ms = now_ms.saturating_sub(self.at_ms);
        self.at_ms = now_ms;
        let gained = since_ms.saturating_mul(rate.per_s);
        self.milli_tokens = self
            .milli_tokens
            .saturating_add(gained)
            .min(rate.burst.saturating_mul(MILLI));
    }
}

/// One bucket for each key.
pub struct Rates<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash + Copy> Rates<K> {
    /// All buckets start full.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one token, or says how long until there is one.
    pub fn take(&self, key: K, now_ms: u64) -> Result<(), Duration> {
        self.with(key, now_ms, |bucket, rate| {
            if bucket.milli_tokens < MILLI {
                return Err(wait(MILLI - bucket.milli_tokens, rate));
            }
            bucket.milli_tokens -= MILLI;
            Ok(())
        })
    }

    /// Takes so many tokens in any case. What is missing is to be waited for before the next are taken.
    pub fn spend(&self, key: K, tokens: u64, now_ms: u64) -> Duration {
        self.with(key, now_ms, |bucket, rate| {
            let price = tokens.saturating_mul(MILLI);
            let missing = price.saturating_sub(bucket.milli_tokens);
            bucket.milli_tokens = bucket.milli_tokens.saturating_sub(price);
            wait(missing, rate)
        })
    }

    fn with<T>(&self, key: K, now_ms: u64, act: impl FnOnce(&mut Bucket, Rate) -> T) -> T {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rate = self.rate;
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| {
                bucket.fill(rate, now_ms);
                bucket.milli_tokens < rate.burst.saturating_mul(MILLI)
            });
        }
        let full = Bucket {
            milli_tokens: rate.burst.saturating_mul(MILLI),
            at_ms: now_ms,
        };
        let bucket = buckets.entry(key).or_insert(full);
        bucket.fill(rate, now_ms);
        act(bucket, rate)
    }
}

fn wait(milli_tokens: u64, rate: Rate) -> Duration {
    Duration::from_millis(milli_tokens.div_ceil(rate.per_s.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_average() {
        let rates = Rates::new(Rate { per_s: 10, burst: 3 });
        assert!((0..3).all(|_| rates.take(1, 1000).is_ok()));
        assert_eq!(rates.take(1, 1000), Err(Duration::from_millis(100)));
        assert!(rates.take(2, 1000).is_ok());
        assert!(rates.take(1, 1100).is_ok());
        assert!(rates.take(1, 1150).is_err());
        // A clock that is set back gives nothing and breaks nothing.
        assert!(rates.take(1, 0).is_err());
    }

    #[test]
    fn spending_ahead_is_waited_for() {
        let rates = Rates::new(Rate {
            per_s: 1000,
            burst: 1000,
        });
        assert_eq!(rates.spend(1, 1000, 0), Duration::ZERO);
        assert_eq!(rates.spend(1, 500, 0), Duration::from_millis(500));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let rates = Rates::new(Rate { per_s: 1, burst: 2 });
        for key in 0..REMEMBERED {
            assert!(rates.take(key, 0).is_ok());
        }
        assert!(rates.take(REMEMBERED, 5000).is_ok());
        assert_eq!(rates.buckets.lock().unwrap().len(), 1);
    }
}
