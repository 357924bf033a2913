//! The index against its definition: history does not matter, and what is there is found.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]
#![allow(
    clippy::inconsistent_digit_grouping,
    reason = "a number that is a date is grouped as one"
)]

mod bulk;

use super::rows;
use super::schema::TABLES;
use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const FAMILIES: [&str; 24] = [
    "Smith",
    "Smithers",
    "Smyth",
    "O'Brien",
    "García Márquez",
    "Müller",
    "Ng",
    "van der Berg",
    "Jones-Smith",
    "محمود",
    "כהן",
    "佐藤",
    "Lee",
    "Leigh",
    "Johnson",
    "Johnston",
    "Brown",
    "Braun",
    "Katz",
    "Kay",
    "Schmidt",
    "Rosenbaum",
    "Silva",
    "de Souza",
];
const GIVEN: [&str; 20] = [
    "John",
    "Jon",
    "Joan",
    "Mary Ann",
    "María",
    "Catherine",
    "Katherine",
    "J.",
    "",
    "Ana",
    "أحمد",
    "יעל",
    "Zoë",
    "Łukasz",
    "Robert",
    "Roberta",
    "Li",
    "Wei",
    "Thomas",
    "Tomas",
];

fn patient() -> impl Strategy<Value = PatientIndexEntry> {
    let name = (0..FAMILIES.len(), 0..GIVEN.len(), 0..GIVEN.len()).prop_map(|(family, given, middle)| IndexedName {
        family: FAMILIES[family].to_owned(),
        given: format!("{} {}", GIVEN[given], GIVEN[middle]),
    });
    let birth = prop_oneof![
        8 => (1950_u32..1960, 1_u32..13, 1_u32..29).prop_map(|(y, m, d)| y * 10_000 + m * 100 + d),
        1 => (1950_u32..1960).prop_map(|y| y * 10_000),
        1 => Just(0),
    ];
    let address = (1_u32..200, 0_usize..3).prop_map(|(number, town)| IndexedAddress {
        line: format!("{number} Main Street"),
        city: ["Leeds", "New York", "Zürich"][town].to_owned(),
        postal_code: format!("AB{number}"),
    });
    (
        prop::collection::vec(name, 0..3),
        birth,
        0_u32..10_000,
        prop::option::of(address),
        any::<[u8; 16]>(),
        0..20_u8,
    )
        .prop_map(|(names, birth, number, address, id, chance)| PatientIndexEntry {
            id,
            preferred: (chance == 1).then(|| "Sunny".to_owned()),
            names,
            birth: BirthDay(birth),
            gender: chance % 5,
            phones: vec![format!("+1617555{number:04}")],
            mrn: format!("WK-{number:04}"),
            identifiers: vec![format!("X{id:?}", id = id[0])],
            addresses: address.into_iter().collect(),
            deceased: chance == 2,
            removed: chance == 3,
        })
}

fn empty() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.execute_batch(SCHEMA).unwrap();
    conn.execute_batch(FRESH_SCHEMA).unwrap();
    conn
}

fn built(patients: &BTreeMap<i64, PatientIndexEntry>) -> Connection {
    let conn = empty();
    rebuild(&conn, patients.iter().map(|(n, entry)| (*n, entry.clone()))).unwrap();
    conn
}

/// Every row of every index table, as text.
fn contents(conn: &Connection) -> Vec<String> {
    let mut all = Vec::new();
    for table in TABLES {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> = (0..columns)
                .map(|at| format!("{:?}", row.get_ref(at).unwrap()))
                .collect();
            all.push(format!("{table} {}", values.join(" | ")));
        }
    }
    all
}

fn find(conn: &Connection, text: &str) -> SearchResult {
    search(
        conn,
        &Query {
            text,
            limit: MOST_ROWS,
            this_year: 2026,
        },
    )
    .unwrap()
}

/// The patients that are found, not counting near misses and places.
fn found(conn: &Connection, text: &str) -> BTreeSet<i64> {
    find(conn, text)
        .rows
        .iter()
        .filter(|row| row.fit <= Match::OtherName)
        .map(|row| row.n)
        .collect()
}

fn words_of(entry: &PatientIndexEntry) -> Vec<String> {
    let mut words: Vec<String> = entry
        .names
        .iter()
        .flat_map(|name| [&name.family, &name.given])
        .chain(&entry.preferred)
        .flat_map(|text| fold::words(text))
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Whether each typed word begins a word of its own.
fn fits(typed: &[String], words: &[String]) -> bool {
    let Some((first, rest)) = typed.split_first() else {
        return true;
    };
    (0..words.len()).any(|at| {
        let others: Vec<String> = words
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != at)
            .map(|(_, word)| word.clone())
            .collect();
        words[at].starts_with(first.as_str()) && fits(rest, &others)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn history_does_not_matter(steps in prop::collection::vec((0_i64..12, prop::option::weighted(0.8, patient())), 1..60)) {
        let conn = empty();
        let mut patients: BTreeMap<i64, PatientIndexEntry> = BTreeMap::new();
        for (n, new) in steps {
            index_patient(&conn, n, patients.get(&n), new.as_ref()).unwrap();
            match new {
                Some(new) => drop(patients.insert(n, new)),
                None => drop(patients.remove(&n)),
            }
        }
        prop_assert_eq!(contents(&conn), contents(&built(&patients)));
    }

    #[test]
    fn nothing_is_left_of_the_last_patient(entry in patient(), other in patient()) {
        let conn = empty();
        index_patient(&conn, 1, None, Some(&entry)).unwrap();
        index_patient(&conn, 1, Some(&entry), Some(&other)).unwrap();
        index_patient(&conn, 1, Some(&other), None).unwrap();
        prop_assert_eq!(contents(&conn), Vec::<String>::new());
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}", entry in patient()) {
        let conn = empty();
        index_patient(&conn, 1, None, Some(&entry)).unwrap();
        let result = find(&conn, &text);
        prop_assert!(result.rows.len() <= 1);
    }
}

/// A few thousand patients from a fixed seed: enough that ranges hold more than they may show.
fn clinic() -> BTreeMap<i64, PatientIndexEntry> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = patient();
    (1..=3_000)
        .map(|n| (n, strategy.new_tree(&mut runner).unwrap().current()))
        .collect()
}

#[test]
fn names_in_any_order_find_what_a_scan_finds() {
    let patients = clinic();
    let conn = built(&patients);
    let mut compared = 0;
    for (_, entry) in patients.iter().step_by(7) {
        let words = words_of(entry);
        for typed in [
            words.iter().rev().take(2).cloned().collect::<Vec<_>>(),
            words
                .iter()
                .take(3)
                .map(|word| word.chars().take(3).collect())
                .collect(),
            words.iter().rev().take(4).cloned().collect(),
            words
                .iter()
                .take(2)
                .map(|word| word.chars().take(1).collect())
                .collect(),
        ] {
            let typed: Vec<String> = typed.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            if typed.is_empty() {
                continue;
            }
            let expected: BTreeSet<i64> = patients
                .iter()
                .filter(|(_, e)| !e.removed && words_of(e).len() <= rows::PAIRED_WORDS)
                .filter(|(_, e)| fits(&typed, &words_of(e)))
                .map(|(n, _)| *n)
                .collect();
            let got = found(&conn, &typed.join(" "));
            if typed.iter().all(|word| word.chars().count() == 1) {
                // Letters alone are answered within the budget, not in full.
                assert!(got.len() >= expected.len().min(20), "{typed:?}");
            } else if expected.len() < 90 {
                assert!(
                    expected.is_subset(&got),
                    "{typed:?}: {} of {}",
                    got.len(),
                    expected.len()
                );
                compared += 1;
            } else {
                assert!(got.len() >= 90, "{typed:?}");
            }
            let loose = |n: &i64| {
                typed
                    .iter()
                    .all(|t| words_of(&patients[n]).iter().any(|word| word.starts_with(t.as_str())))
            };
            assert!(got.iter().all(loose), "{typed:?}");
        }
    }
    assert!(compared > 400, "{compared}");
}

#[test]
fn names_with_dates_find_what_a_scan_finds() {
    let patients = clinic();
    let conn = built(&patients);
    for (_, entry) in patients
        .iter()
        .step_by(11)
        .filter(|(_, entry)| entry.birth.0 % 100 != 0 && !entry.removed)
    {
        let Some(word) = words_of(entry).pop() else { continue };
        let beginning: String = word.chars().take(3).collect();
        let date = entry.birth.to_fhir().unwrap();
        for (typed, first, last) in [
            (date.as_str(), entry.birth.0, entry.birth.0),
            (&date[..7], entry.birth.0 / 100 * 100, entry.birth.0 / 100 * 100 + 99),
            (
                &date[..4],
                entry.birth.0 / 10_000 * 10_000,
                entry.birth.0 / 10_000 * 10_000 + 9_999,
            ),
        ] {
            for name in [&word, &beginning] {
                let expected: BTreeSet<i64> = patients
                    .iter()
                    .filter(|(_, e)| !e.removed && (first..=last).contains(&e.birth.0))
                    .filter(|(_, e)| words_of(e).iter().any(|w| w.starts_with(name.as_str())))
                    .map(|(n, _)| *n)
                    .collect();
                for text in [format!("{name} {typed}"), format!("{typed} {name}")] {
                    let got = found(&conn, &text);
                    assert!(expected.len() > 99 || expected.is_subset(&got), "{text}");
                }
            }
        }
    }
}

#[test]
fn one_error_in_a_name_finds_what_a_scan_finds() {
    let patients = clinic();
    let conn = built(&patients);
    for typed in [
        "smiht",
        "rosenbuam",
        "mrquez",
        "obrein",
        "jonhston",
        "cathrine",
        "schmit",
        "hmid",
        "mulller",
    ] {
        let near: BTreeSet<i64> = patients
            .iter()
            .filter(|(_, e)| !e.removed && words_of(e).iter().any(|word| strsim::osa_distance(typed, word) == 1))
            .map(|(n, _)| *n)
            .collect();
        let got: BTreeSet<i64> = find(&conn, typed).rows.iter().map(|row| row.n).collect();
        assert!(got.is_superset(&near) || got.len() >= 100, "{typed}");
        assert!(typed == "hmid" || !near.is_empty(), "{typed}");
        assert!(found(&conn, typed).is_empty(), "{typed}");
    }
}

#[test]
fn numbers_and_places_are_found() {
    let mut patients = clinic();
    patients.insert(
        9_999,
        PatientIndexEntry {
            id: [9; 16],
            names: vec![
                IndexedName {
                    family: "Quist".into(),
                    given: "Ole".into(),
                },
                IndexedName {
                    family: "Former".into(),
                    given: "Ole".into(),
                },
            ],
            birth: BirthDay(1931_07_04),
            phones: vec!["+4530123456".into()],
            mrn: "QQ-7Z".into(),
            addresses: vec![IndexedAddress {
                line: "12 Nyhavn".into(),
                city: "København".into(),
                postal_code: "DK-1051".into(),
            }],
            ..PatientIndexEntry::default()
        },
    );
    let conn = built(&patients);
    for text in [
        "+45 30 12 34 56",
        "30123456",
        "3012",
        "123456",
        "0045 3012",
        "qq7z",
        "QQ-7",
        "04/07/1931",
        "7/4/1931",
        "4 jul 1931",
        "1931-07-04",
        "nyhavn",
        "12 nyhavn",
        "nyhavn 12",
        "kobenhavn",
        "quist kobenhavn",
        "quist dk-1051",
        "quist 3012",
        "ole quist 1931",
        "former",
        "qist",
        "quist 4.7.31",
        "QUIST, OLE",
        "quist ole 5/5/1955",
    ] {
        assert!(
            find(&conn, text).rows.iter().take(20).any(|row| row.n == 9_999),
            "{text}"
        );
    }
    assert_eq!(find(&conn, "former").rows[0].fit, Match::OtherName);
    assert_eq!(find(&conn, "quist").rows[0].fit, Match::Exact);
    let understood = find(&conn, "quist 4.7.31").understood;
    assert_eq!(
        (understood.names, understood.birth_date),
        (vec!["quist".to_owned()], Some("4.7.31".to_owned()))
    );
}

#[test]
fn a_removed_patient_is_found_by_number_only() {
    let conn = empty();
    let entry = PatientIndexEntry {
        names: vec![IndexedName {
            family: "Gone".into(),
            given: "Girl".into(),
        }],
        birth: BirthDay(1990_01_01),
        mrn: "WK-12".into(),
        removed: true,
        ..PatientIndexEntry::default()
    };
    index_patient(&conn, 1, None, Some(&entry)).unwrap();
    assert!(find(&conn, "gone").rows.is_empty() && find(&conn, "1990-01-01").rows.is_empty());
    let rows = find(&conn, "wk-12").rows;
    assert!(rows.len() == 1 && rows[0].removed);
}

#[test]
fn better_fits_stand_first() {
    let conn = empty();
    let name = |family: &str, given: &str| PatientIndexEntry {
        names: vec![IndexedName {
            family: family.into(),
            given: given.into(),
        }],
        ..PatientIndexEntry::default()
    };
    for (n, (family, given)) in [("Smyth", "John"), ("Smithson", "John"), ("Smith", "John")]
        .into_iter()
        .enumerate()
    {
        index_patient(&conn, n as i64, None, Some(&name(family, given))).unwrap();
    }
    for text in ["smith john", "john smith", "smith", "smith j"] {
        let rows = find(&conn, text).rows;
        let order: Vec<(&str, Match)> = rows.iter().map(|row| (row.family.as_str(), row.fit)).collect();
        let exact = if text == "smith j" { Match::Begins } else { Match::Exact };
        assert_eq!(order[0], ("Smith", exact), "{text}");
        assert_eq!(order[1], ("Smithson", Match::Begins), "{text}");
        // With one letter of the given name, someone is still typing.
        assert_eq!(
            order.get(2),
            (text != "smith j").then_some(&("Smyth", Match::Near)),
            "{text}"
        );
    }
}
