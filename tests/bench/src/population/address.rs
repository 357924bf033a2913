//! Addresses of one region: some towns, many streets.

use crate::random::{Random, Weighted};
use wardkeep_vault::search::IndexedAddress;

const STREETS: usize = 3_000;
const TOWNS: usize = 60;
const STREET_KINDS: [&str; 5] = ["Street", "Avenue", "Road", "Lane", "Drive"];
const BEGINNINGS: [&str; 20] = [
    "Oak", "Maple", "Mill", "Church", "Bridge", "Spring", "Hill", "River", "Lake", "Stone", "Green", "High", "North",
    "South", "East", "West", "Fair", "King", "Queen", "Harbor",
];
const ENDINGS: [&str; 12] = [
    "ton", "ville", " Falls", "field", "ford", "burg", " Grove", "wood", "port", "dale", " Creek", "mont",
];

/// Where patients live.
pub(super) struct Region {
    towns: Weighted<String>,
    streets: Vec<String>,
}

impl Region {
    /// The region; there is only one.
    pub(super) fn new() -> Self {
        let mut random = Random::new(7);
        let mut towns = Weighted::default();
        for rank in 1..=TOWNS {
            let name = format!("{}{}", random.pick(&BEGINNINGS), random.pick(&ENDINGS));
            towns.add(name, (1_000_000 / rank) as u64);
        }
        let streets = (0..STREETS)
            .map(|_| {
                let (one, two) = (random.pick(&BEGINNINGS), random.pick(&BEGINNINGS).to_lowercase());
                format!("{one}{two}{} {}", random.pick(&ENDINGS), random.pick(&STREET_KINDS))
            })
            .collect();
        Self { towns, streets }
    }

    /// An address.
    pub(super) fn address(&self, random: &mut Random) -> IndexedAddress {
        IndexedAddress {
            line: format!("{} {}", random.between(1, 2_500), random.pick(&self.streets)),
            city: self.towns.pick(random).clone(),
            postal_code: format!("0{}", random.between(1_000, 1_199)),
        }
    }
}
