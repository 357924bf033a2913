//! What people type when they look someone up, keystroke by keystroke.

use super::Options;
use crate::population::Population;
use crate::random::Random;
use wardkeep_vault::search::PatientIndexEntry;

/// The ways of looking someone up, with their shares in a hundred.
const WAYS: [(Way, usize); 10] = [
    (Way::Family, 14),
    (Way::FamilyGiven, 26),
    (Way::GivenFamily, 14),
    (Way::FamilyGivenYear, 12),
    (Way::FamilyDate, 8),
    (Way::Date, 8),
    (Way::Phone, 7),
    (Way::Mrn, 5),
    (Way::Street, 3),
    (Way::FamilyTown, 3),
];

/// In a hundred lookups, so many have a typing error in a name.
const MISSPELT: usize = 15;

/// A way of looking someone up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Family,
    FamilyGiven,
    GivenFamily,
    FamilyGivenYear,
    FamilyDate,
    GivenFamilyDate,
    Date,
    Phone,
    Mrn,
    Street,
    FamilyTown,
}

/// So many keystrokes: whole lookups of patients drawn at random, each from its first character to its last.
pub(super) fn keystrokes(population: &Population, options: &Options) -> Vec<String> {
    let mut random = Random::new(options.seed ^ 0x7479_7069_6e67);
    let mut all = Vec::with_capacity(options.keystrokes + 64);
    while all.len() < options.keystrokes {
        let n = 1 + random.below(usize::try_from(options.patients).unwrap_or(1)) as i64;
        let patient = population.patient(options.seed, n);
        let Some(mut text) = lookup(&patient, way(&mut random), &mut random) else {
            continue;
        };
        if random.chance(MISSPELT) {
            text = super::typo::misspell(&text, &mut random);
        }
        let mut typed = String::new();
        for c in text.chars() {
            typed.push(c);
            if c != ' ' {
                all.push(typed.clone());
            }
        }
    }
    all.truncate(options.keystrokes);
    all
}

fn way(random: &mut Random) -> Way {
    let mut at = random.below(100);
    for (way, share) in WAYS {
        if at < share {
            return way;
        }
        at -= share;
    }
    Way::FamilyGiven
}

/// The whole text of a lookup; none where the patient lacks what it needs.
pub(super) fn lookup(patient: &PatientIndexEntry, way: Way, random: &mut Random) -> Option<String> {
    let name = patient.names.first()?;
    let family = name.family.to_lowercase();
    let given = name.given.split(' ').next().unwrap_or_default().to_lowercase();
    let text = match way {
        Way::Family => family,
        Way::FamilyGiven => format!("{family} {given}"),
        Way::GivenFamily => format!("{given} {family}"),
        Way::FamilyGivenYear => format!("{family} {given} {}", patient.birth.to_fhir()?.get(..4)?),
        Way::FamilyDate => format!("{family} {}", date(patient, random)?),
        Way::GivenFamilyDate => format!("{given} {family} {}", date(patient, random)?),
        Way::Date => date(patient, random)?,
        Way::Phone => patient
            .phones
            .first()?
            .chars()
            .skip(if random.chance(50) { 2 } else { 0 })
            .collect(),
        Way::Mrn => patient.mrn.to_lowercase(),
        Way::Street => patient.addresses.first()?.line.to_lowercase(),
        Way::FamilyTown => format!("{family} {}", patient.addresses.first()?.city.to_lowercase()),
    };
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// A whole birth date in one of the usual writings.
fn date(patient: &PatientIndexEntry, random: &mut Random) -> Option<String> {
    let number = patient.birth.0;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    if day == 0 {
        return None;
    }
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    Some(match random.below(5) {
        0 => format!("{year:04}-{month:02}-{day:02}"),
        1 => format!("{day:02}/{month:02}/{year:04}"),
        2 => format!("{month}/{day}/{year:04}"),
        3 => format!("{day} {} {year:04}", MONTHS[(month - 1) as usize]),
        _ => format!("{day:02}.{month:02}.{:02}", year % 100),
    })
}
