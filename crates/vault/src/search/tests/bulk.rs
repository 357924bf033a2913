//! Patients that come in bulk: found from the moment on, whatever is half done, and in the end as if they had come one by one.

use super::*;
use crate::search::level::fresh_count;

/// What may happen to an index.
#[derive(Clone, Debug)]
enum Step {
    /// Several new patients at once.
    Bulk(Vec<PatientIndexEntry>),
    /// One patient changes, comes or goes.
    Change(usize, Option<PatientIndexEntry>),
    /// Some rows are settled.
    Settle(u32),
    /// The program is killed: how far it had come is forgotten.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(patient(), 1..6).prop_map(Step::Bulk),
        3 => (0_usize..40, prop::option::weighted(0.8, patient())).prop_map(|(at, new)| Step::Change(at, new)),
        6 => (1_u32..12).prop_map(Step::Settle),
        1 => Just(Step::Kill),
    ]
}

/// A vault's index, with the rule that the store keeps: no bulk between the first step of settling and the last.
struct Vault {
    conn: Connection,
    patients: BTreeMap<i64, PatientIndexEntry>,
    last: i64,
    settling: Option<Settling>,
}

impl Vault {
    fn new() -> Self {
        Self {
            conn: empty(),
            patients: BTreeMap::new(),
            last: 0,
            settling: None,
        }
    }

    fn apply(&mut self, step: Step) {
        match step {
            Step::Bulk(entries) => {
                let new: Vec<_> = entries
                    .into_iter()
                    .zip(self.last + 1..)
                    .map(|(entry, n)| (n, entry))
                    .collect();
                self.last += new.len() as i64;
                if self.settling.is_none() {
                    index_in_bulk(&self.conn, &new).unwrap();
                } else {
                    for (n, entry) in &new {
                        index_patient(&self.conn, *n, None, Some(entry)).unwrap();
                    }
                }
                self.patients.extend(new);
            }
            Step::Change(at, new) => {
                let known = self.patients.keys().nth(at).copied();
                let n = known.unwrap_or_else(|| {
                    self.last += 1;
                    self.last
                });
                index_patient(&self.conn, n, self.patients.get(&n), new.as_ref()).unwrap();
                match new {
                    Some(new) => drop(self.patients.insert(n, new)),
                    None => drop(self.patients.remove(&n)),
                }
            }
            Step::Settle(rows) => {
                let mut settling = self.settling.take().unwrap_or_default();
                if !settling.step(&self.conn, rows).unwrap() {
                    self.settling = Some(settling);
                }
            }
            Step::Kill => self.settling = None,
        }
    }

    /// Whom an index built anew finds, this one finds too, by number, by names and by a misspelt name.
    fn finds_everybody(&self) -> Result<(), TestCaseError> {
        let whole = built(&self.patients);
        for entry in self.patients.values() {
            let words = words_of(entry);
            let misspelt = words.first().map(|word| word.chars().skip(1).collect::<String>());
            let typed = [
                entry.mrn.clone(),
                words.iter().take(2).cloned().collect::<Vec<_>>().join(" "),
            ];
            for text in typed.into_iter().chain(misspelt) {
                let wanted: BTreeSet<i64> = find(&whole, &text).rows.iter().map(|row| row.n).collect();
                let found: BTreeSet<i64> = find(&self.conn, &text).rows.iter().map(|row| row.n).collect();
                prop_assert!(found.is_superset(&wanted), "{text}: {found:?} of {wanted:?}");
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn whoever_came_in_bulk_is_found_at_every_moment_and_settled_in_the_end(
        steps in prop::collection::vec(step(), 1..24),
    ) {
        let mut vault = Vault::new();
        for step in steps {
            vault.apply(step);
            vault.finds_everybody()?;
        }
        let mut settling = vault.settling.take().unwrap_or_default();
        while !settling.step(&vault.conn, 7).unwrap() {}
        prop_assert_eq!(fresh_count(&vault.conn).unwrap(), 0);
        prop_assert_eq!(contents(&vault.conn), contents(&built(&vault.patients)));
        for (name, _) in level::TWINS {
            let sql = format!("SELECT count(*) FROM fresh_{name}");
            let left: i64 = vault.conn.query_row(&sql, [], |row| row.get(0)).unwrap();
            prop_assert_eq!(left, 0, "{}", name);
        }
    }
}
