//! The hybrid logical clock (Kulkarni et al., 2014): 48 bits of Unix milliseconds and a 16-bit counter.

use serde::{Deserialize, Serialize};

/// A hybrid logical time. Orders like an integer; never goes back on one device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hlc(pub u64);

impl Hlc {
    /// From Unix milliseconds (the low 48 bits count) and a counter.
    pub fn new(unix_ms: u64, counter: u16) -> Self {
        Self((unix_ms & 0xffff_ffff_ffff) << 16 | u64::from(counter))
    }

    /// The physical part, in Unix milliseconds.
    pub fn unix_ms(self) -> u64 {
        self.0 >> 16
    }

    /// The next local time, given the wall clock: later than every time seen so far, whatever the wall clock says.
    #[must_use]
    pub fn tick(self, unix_ms: u64) -> Self {
        Self::new(unix_ms, 0).max(Self(self.0.saturating_add(1)))
    }

    /// Takes in a time received from another device. No time is ever refused.
    #[must_use]
    pub fn observe(self, other: Self) -> Self {
        self.max(other)
    }
}
