//! Names made of syllables, for machines without name files.
//!
//! Frequencies follow Zipf's law, frequency = 1 / (rank + q)^s. The surnames of the United States' census of 2010 fit
//! s = 0.97, q = 25 over 160,000 names, given names of one decade s = 1.15, q = 12 over 2,500; these are the numbers here.

use super::{Custom, People};
use crate::random::{Random, Weighted};
use std::collections::HashSet;

const ONSETS: [&str; 28] = [
    "b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "mc", "n", "p", "r", "s", "sch", "sh",
    "st", "t", "tr", "v", "w", "y", "z",
];
const VOWELS: [&str; 12] = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ie", "oo", "ou", "y"];
const CODAS: [&str; 18] = [
    "", "", "", "n", "r", "l", "s", "t", "m", "ck", "ll", "nd", "rt", "ng", "tt", "x", "d", "ss",
];

/// One people, American by custom.
pub(super) fn peoples() -> Vec<(People, usize)> {
    let mut random = Random::new(1);
    let family = zipf(names(160_000, 3, &mut random), 0.97, 25.0);
    let male = zipf(names(2_500, 2, &mut random), 1.15, 12.0);
    let female = zipf(names(2_500, 2, &mut random), 1.15, 12.0);
    let people = People {
        custom: Custom::American,
        family,
        given: [vec![(0, male)], vec![(0, female)]],
        country_code: "1",
        phone_digits: 10,
    };
    vec![(people, 100)]
}

/// So many different names of up to so many syllables, the shorter ones first as in life.
fn names(count: usize, syllables: usize, random: &mut Random) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(count);
    while names.len() < count {
        let length = if names.len() < count / 50 {
            2
        } else {
            1 + random.below(syllables).max(1)
        };
        let mut name: String = (0..length)
            .map(|_| {
                format!(
                    "{}{}{}",
                    random.pick(&ONSETS),
                    random.pick(&VOWELS),
                    random.pick(&CODAS)
                )
            })
            .collect();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    names
}

fn zipf(names: Vec<String>, s: f64, q: f64) -> Weighted<String> {
    let mut weighted = Weighted::default();
    for (rank, name) in names.into_iter().enumerate() {
        weighted.add(name, (1e9 / (rank as f64 + 1.0 + q).powf(s)) as u64);
    }
    weighted
}
