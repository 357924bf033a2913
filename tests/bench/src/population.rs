//! Patients who do not exist, with names as frequent as real ones.
//!
//! With a folder of name files the frequencies are those of the United States (surnames of the census of 2010, given names by
//! decade of birth), Brazil, Egypt (in Arabic), Israel (in Hebrew) and Japan. Without it, names are made of syllables and
//! their frequencies follow Zipf's law with the exponents that those files show.

mod address;
mod made;
mod read;

use crate::random::{Random, Weighted};
use address::Region;
use std::path::Path;
use wardkeep_vault::search::{BirthDay, IndexedName, PatientIndexEntry};

/// How a people makes its names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Custom {
    /// Given, often a middle name or initial, family; some women have a maiden name.
    American,
    /// Two given names at times, two family names.
    Brazilian,
    /// Own name, father's, grandfather's, often great-grandfather's.
    Egyptian,
    /// Given and family.
    Plain,
}

/// The names of one people.
struct People {
    custom: Custom,
    family: Weighted<String>,
    /// Given names by sex (male, female) and, where known, by decade of birth.
    given: [Vec<(u32, Weighted<String>)>; 2],
    country_code: &'static str,
    phone_digits: usize,
}

/// Everyone who could walk in.
pub struct Population {
    peoples: Vec<(People, usize)>,
    region: Region,
}

/// Where names come from.
pub enum Source<'a> {
    /// A folder of name files.
    Folder(&'a Path),
    /// Made of syllables.
    Made,
}

impl Population {
    /// Reads or makes the names.
    pub fn new(source: &Source<'_>) -> anyhow::Result<Self> {
        let peoples = match source {
            Source::Folder(folder) => read::peoples(folder)?,
            Source::Made => made::peoples(),
        };
        Ok(Self {
            peoples,
            region: Region::new(),
        })
    }

    /// How many different names there are.
    pub fn names(&self) -> usize {
        let given = |people: &People| {
            people
                .given
                .iter()
                .flatten()
                .map(|(_, names)| names.len())
                .max()
                .unwrap_or(0)
        };
        self.peoples
            .iter()
            .map(|(people, _)| people.family.len() + given(people))
            .sum()
    }

    /// The patient of a number; the same number gives the same patient.
    pub fn patient(&self, seed: u64, n: i64) -> PatientIndexEntry {
        let mut random = Random::new(seed ^ (n as u64).wrapping_mul(0xd134_2543_de82_ef95));
        let mut at = random.below(100);
        let people = self
            .peoples
            .iter()
            .find(|(_, share)| {
                let here = at < *share;
                at = at.saturating_sub(*share);
                here
            })
            .map_or(&self.peoples[0].0, |(people, _)| people);
        let birth = birth(&mut random);
        let sex = random.below(2);
        let names = people.names(sex, birth.0 / 10_000, &mut random);
        let given = names[0].given.clone();
        PatientIndexEntry {
            id: id(&mut random),
            preferred: random.chance(5).then(|| given.chars().take(3).collect()),
            names,
            birth,
            gender: if sex == 0 { 1 } else { 2 },
            phones: phones(people, &mut random),
            mrn: mrn(&mut random),
            identifiers: Vec::new(),
            addresses: vec![self.region.address(&mut random)],
            deceased: random.chance(4),
            removed: false,
        }
    }
}

impl People {
    fn given(&self, sex: usize, year: u32, random: &mut Random) -> String {
        let by_decade = &self.given[sex];
        let decade = by_decade
            .iter()
            .rev()
            .find(|(decade, _)| *decade <= year)
            .or(by_decade.first());
        decade.map_or(String::new(), |(_, names)| names.pick(random).clone())
    }

    fn names(&self, sex: usize, year: u32, random: &mut Random) -> Vec<IndexedName> {
        let mut given = self.given(sex, year, random);
        let mut family = self.family.pick(random).clone();
        let mut former = None;
        match self.custom {
            Custom::American => {
                if random.chance(60) {
                    let middle = self.given(sex, year, random);
                    let initial = random.chance(50);
                    given = format!(
                        "{given} {}",
                        if initial {
                            middle.chars().take(1).collect()
                        } else {
                            middle
                        }
                    );
                }
                if sex == 1 && random.chance(15) {
                    former = Some(self.family.pick(random).clone());
                }
            }
            Custom::Brazilian => {
                if random.chance(30) {
                    given = format!("{given} {}", self.given(sex, year, random));
                }
                family = format!("{family} {}", self.family.pick(random));
            }
            Custom::Egyptian => {
                family = (0..if random.chance(40) { 3 } else { 2 })
                    .map(|_| self.given(0, year, random))
                    .collect::<Vec<_>>()
                    .join(" ");
            }
            Custom::Plain => {}
        }
        let mut names = vec![IndexedName {
            family,
            given: given.clone(),
        }];
        names.extend(former.map(|family| IndexedName { family, given }));
        names
    }
}

/// Dates of birth over a century, denser for the living; one in a hundred is known in part, one in two hundred not at all.
fn birth(random: &mut Random) -> BirthDay {
    let year = 2026 - (random.between(0, 100) * random.between(60, 100) / 100);
    let (month, day) = (random.between(1, 12), random.between(1, 28));
    BirthDay(match random.below(200) {
        0 => 0,
        1 => year * 10_000,
        2 => year * 10_000 + month * 100,
        _ => year * 10_000 + month * 100 + day,
    })
}

fn id(random: &mut Random) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&random.next().to_be_bytes());
    id[8..].copy_from_slice(&random.next().to_be_bytes());
    id
}

fn phones(people: &People, random: &mut Random) -> Vec<String> {
    let count = if random.chance(15) { 2 } else { 1 };
    let number = |random: &mut Random| {
        let area = random.between(2, 9);
        format!(
            "+{}{area}{}",
            people.country_code,
            random.digits(people.phone_digits - 1)
        )
    };
    (0..count).map(|_| number(random)).collect()
}

fn mrn(random: &mut Random) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let sign = |random: &mut Random| char::from(SIGNS[random.below(SIGNS.len())]);
    let text: String = (0..8).map(|_| sign(random)).collect();
    format!("{}-{}", &text[..4], &text[4..])
}
