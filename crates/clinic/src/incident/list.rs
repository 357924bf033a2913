//! `incident_list`: the incidents of this laptop, open ones first.

use super::wire::IncidentRow;
use super::{book, facts};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<IncidentRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<IncidentRow>, CommandError> {
        let kept = clinic.with_session(book::all)?;
        let views = kept.iter().map(|one| facts::view(clinic, one).map(|view| view.row));
        let mut rows: Vec<IncidentRow> = views.collect::<Result<_, _>>()?;
        rows.sort_by_key(|row| (row.closed_ms.is_some(), std::cmp::Reverse(row.opened_ms)));
        Ok(rows)
    }
}
