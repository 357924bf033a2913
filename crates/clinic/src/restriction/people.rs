//! `restriction_people`: who can be named for a restricted patient: those who read charts at this clinic.

use super::Named;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::user::{Role, members};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::role::Permission;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<Named>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRestrict);

    fn run(self, clinic: &Clinic) -> Result<Vec<Named>, CommandError> {
        all(clinic)
    }
}

/// Everybody who reads charts, by name.
pub(super) fn all(clinic: &Clinic) -> Result<Vec<Named>, CommandError> {
    let members = members::rows(clinic)?;
    if !members.is_empty() {
        let reads = members.into_iter().filter(|one| one.roles.contains(&Role::Clinician));
        return Ok(reads.map(|one| named(one.id, one.name)).collect());
    }
    clinic.with_session(|session| {
        let rows = session.user_rows().into_iter();
        let reads = rows.filter(|row| row.roles.as_ref().is_some_and(|roles| roles.contains(&Role::Clinician)));
        Ok(reads.map(|row| named(row.id, row.name)).collect())
    })
}

fn named(id: UserId, name: String) -> Named {
    Named { id, name }
}
