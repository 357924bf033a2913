//! Typing errors: how many misspelt lookups still show the patient who was meant.

use super::typing::{Way, lookup};
use super::{Engine, Options, ROWS, THIS_YEAR};
use crate::figure::progress;
use crate::population::Population;
use crate::random::Random;
use anyhow::Result;
use wardkeep_vault::search::{Query, search};

/// The lookups that are misspelt: whole names, alone or with a date.
const WAYS: [Way; 6] = [
    Way::Family,
    Way::FamilyGiven,
    Way::GivenFamily,
    Way::FamilyGivenYear,
    Way::FamilyDate,
    Way::GivenFamilyDate,
];

/// The share of misspelt lookups with the patient among the first rows, of those whose right spelling shows the patient there.
#[allow(clippy::print_stderr, reason = "asked for by an option")]
pub(super) fn recall(engine: &Engine, population: &Population, options: &Options) -> Result<f64> {
    progress("misspelling names");
    let mut random = Random::new(options.seed ^ 0x74_7970_6f73);
    let (mut shown, mut asked, mut tried) = (0_usize, 0_usize, 0_usize);
    while asked < options.typos && tried < options.typos * 20 {
        tried += 1;
        let n = 1 + random.below(usize::try_from(options.patients).unwrap_or(1)) as i64;
        let patient = population.patient(options.seed, n);
        let way = *random.pick(&WAYS);
        let Some(right) = lookup(&patient, way, &mut random) else {
            continue;
        };
        let wrong = misspell(&right, &mut random);
        if wrong == right || !shows(engine, &right, n)? {
            continue;
        }
        asked += 1;
        if shows(engine, &wrong, n)? {
            shown += 1;
        } else if options.misses {
            eprintln!("    {right:<40} {wrong}");
        }
    }
    progress(&format!("{shown} of {asked} misspelt lookups show whom they mean"));
    Ok(shown as f64 / asked.max(1) as f64)
}

fn shows(engine: &Engine, text: &str, n: i64) -> Result<bool> {
    let query = Query {
        text,
        limit: ROWS,
        this_year: THIS_YEAR,
    };
    Ok(search(&engine.conn, &query)?.rows.iter().any(|row| row.n == n))
}

/// One letter inserted, left out, wrong or swapped with the next, anywhere in the names: the first letter too.
pub(super) fn misspell(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let months = [
        " jan ", " feb ", " mar ", " apr ", " may ", " jun ", " jul ", " aug ", " sep ", " oct ", " nov ", " dec ",
    ];
    let month = months
        .iter()
        .find_map(|month| text.find(month))
        .map(|at| text[..at].chars().count());
    let names = month.unwrap_or(chars.len());
    let letters: Vec<usize> = (0..names).filter(|at| chars[*at].is_alphabetic()).collect();
    if letters.is_empty() {
        return text.to_owned();
    }
    let at = *random.pick(&letters);
    let other = other_letter(&chars, &letters, at, random);
    match random.below(4) {
        0 => chars.insert(at, other),
        1 => drop(chars.remove(at)),
        2 => chars[at] = other,
        _ if chars.get(at + 1).is_some_and(|next| next.is_alphabetic()) => chars.swap(at, at + 1),
        _ => chars[at] = other,
    }
    chars.into_iter().collect()
}

/// A letter of the same script.
fn other_letter(chars: &[char], letters: &[usize], at: usize, random: &mut Random) -> char {
    if chars[at].is_ascii() {
        char::from(b'a' + random.below(26) as u8)
    } else {
        chars[*random.pick(letters)]
    }
}
