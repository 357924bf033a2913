//! Reproducible chance: SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same patients and the same typing.

/// A stream of numbers.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// A stream that the seed determines.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The bias is below one in a billion for the sizes here.
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// A number of the range.
    pub fn between(&mut self, first: u32, last: u32) -> u32 {
        first + (self.next() % u64::from(last - first + 1)) as u32
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several, which must not be none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// `count` decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// Things that are picked as often as their weight says.
#[derive(Default)]
pub struct Weighted<T> {
    items: Vec<T>,
    sums: Vec<u64>,
}

impl<T> Weighted<T> {
    /// Adds a thing; weight 0 is never picked.
    pub fn add(&mut self, item: T, weight: u64) {
        if weight > 0 {
            self.sums.push(self.sums.last().copied().unwrap_or(0) + weight);
            self.items.push(item);
        }
    }

    /// How many different things there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// One of them; there must be one.
    pub fn pick(&self, random: &mut Random) -> &T {
        let total = self.sums.last().copied().unwrap_or(1);
        let at = random.next() % total;
        &self.items[self.sums.partition_point(|sum| *sum <= at)]
    }
}
