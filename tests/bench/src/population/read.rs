//! Name files: tab-separated, most frequent first; what each column is stands with its reader.

use super::{Custom, People};
use crate::random::Weighted;
use anyhow::{Context, Result};
use std::path::Path;

/// All peoples of a folder with their shares in a hundred.
pub(super) fn peoples(folder: &Path) -> Result<Vec<(People, usize)>> {
    Ok(vec![
        (american(folder)?, 70),
        (brazilian(folder)?, 8),
        (egyptian(folder)?, 8),
        (israeli(folder)?, 7),
        (japanese(folder)?, 7),
    ])
}

/// The lines of a file, cut at tabs.
fn rows(folder: &Path, name: &str) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(folder.join(name)).with_context(|| format!("reading {name}"))?;
    Ok(text
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect())
}

/// A frequency; files of ranks without numbers give Zipf's share of the rank.
fn weight(row: &[String], column: usize) -> u64 {
    row.get(column).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn american(folder: &Path) -> Result<People> {
    let mut family = Weighted::default();
    for row in rows(folder, "us_surnames_census2010.tsv")? {
        family.add(capitalised(&row[0]), weight(&row, 1));
    }
    // decade, sex, name, count
    let mut given: [Vec<(u32, Weighted<String>)>; 2] = Default::default();
    for row in rows(folder, "us_given_by_decade.tsv")? {
        let (Some(decade), Some(sex), Some(name)) = (row.first(), row.get(1), row.get(2)) else {
            continue;
        };
        let decade = decade.parse::<f64>().unwrap_or(0.0) as u32;
        let decades = &mut given[usize::from(sex == "F")];
        if decades.last().is_none_or(|(last, _)| *last != decade) {
            decades.push((decade, Weighted::default()));
        }
        if let Some((_, names)) = decades.last_mut() {
            names.add(name.clone(), weight(&row, 3));
        }
    }
    given
        .iter_mut()
        .for_each(|decades| decades.sort_by_key(|(decade, _)| *decade));
    Ok(People {
        custom: Custom::American,
        family,
        given,
        country_code: "1",
        phone_digits: 10,
    })
}

/// Given names by census; family names are taken from the middle ranks of the same list, for want of a file of them.
fn brazilian(folder: &Path) -> Result<People> {
    let mut given: [Weighted<String>; 2] = Default::default();
    let mut family = Weighted::default();
    for (rank, row) in rows(folder, "br_given_ibge2010.tsv")?.iter().enumerate() {
        let Some(name) = row.first() else { continue };
        let female = row.get(2).is_some_and(|sex| sex == "F");
        given[usize::from(female)].add(capitalised(name), weight(row, 1));
        if (200..8_000).contains(&rank) {
            family.add(capitalised(name), (10_000_000 / (rank - 150)) as u64);
        }
    }
    Ok(People {
        custom: Custom::Brazilian,
        family,
        given: given.map(|names| vec![(0, names)]),
        country_code: "55",
        phone_digits: 11,
    })
}

/// Names in Arabic and Latin letters without numbers, most frequent first.
fn egyptian(folder: &Path) -> Result<People> {
    let mut given: [Weighted<String>; 2] = Default::default();
    let mut family = Weighted::default();
    for (rank, row) in rows(folder, "eg_names.tsv")?.iter().enumerate() {
        let Some(name) = row.first() else { continue };
        let share = (100_000_000 / (rank + 3)) as u64;
        match row.get(2).map(String::as_str) {
            Some("m") => given[0].add(name.clone(), share),
            Some("f") => given[1].add(name.clone(), share),
            _ => {}
        }
        family.add(name.clone(), share);
    }
    Ok(People {
        custom: Custom::Egyptian,
        family,
        given: given.map(|names| vec![(0, names)]),
        country_code: "20",
        phone_digits: 10,
    })
}

fn israeli(folder: &Path) -> Result<People> {
    let mut family = Weighted::default();
    for row in rows(folder, "il_surnames.tsv")? {
        family.add(row[0].clone(), weight(&row, 1));
    }
    let mut given: [Weighted<String>; 2] = Default::default();
    for row in rows(folder, "il_given_cbs.tsv")? {
        let female = row.get(2).is_some_and(|sex| sex == "F");
        given[usize::from(female)].add(row[0].clone(), weight(&row, 1));
    }
    Ok(People {
        custom: Custom::Plain,
        family,
        given: given.map(|names| vec![(0, names)]),
        country_code: "972",
        phone_digits: 9,
    })
}

fn japanese(folder: &Path) -> Result<People> {
    let mut family = Weighted::default();
    for row in rows(folder, "jp_surnames.tsv")? {
        family.add(row[0].clone(), weight(&row, 1));
    }
    let mut given: [Weighted<String>; 2] = Default::default();
    for row in rows(folder, "jp_given.tsv")? {
        let female = row.get(3).is_some_and(|sex| sex == "F");
        given[usize::from(female)].add(row[0].clone(), 1);
    }
    Ok(People {
        custom: Custom::Plain,
        family,
        given: given.map(|names| vec![(0, names)]),
        country_code: "81",
        phone_digits: 10,
    })
}

/// `SMITH` as `Smith`.
fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()
    })
}
