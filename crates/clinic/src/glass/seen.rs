//! `glass_seen`: the admin who asks has seen that the glass was broken. An entry in the trail, so that every admin knows who has.

use super::list::{GlassRow, key_of, rows};
use crate::audit::source::Fresh;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// At most so many at once.
const MOST: usize = 100;
/// Rows that are looked through and answered.
const ROWS: u32 = 500;

/// Which times.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Their `id`s, as the list has them.
    pub ids: Vec<String>,
}

impl Command for Input {
    type Output = Vec<GlassRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Vec<GlassRow>, CommandError> {
        if self.ids.len() > MOST {
            return Err(CommandError::new(ErrorCode::TooLarge).at("ids"));
        }
        let known = rows(clinic, Fresh::Now, ROWS)?;
        let unknown = self.ids.iter().any(|id| known.iter().all(|row| row.id != *id));
        if unknown {
            return Err(CommandError::new(ErrorCode::NotFound).at("ids"));
        }
        let new: Vec<_> = known
            .iter()
            .filter(|row| !row.seen && self.ids.contains(&row.id))
            .filter_map(|row| Some((key_of(&row.id)?, row.patient)))
            .collect();
        if new.is_empty() {
            return Ok(known);
        }
        clinic.with_session(|session| {
            session.write(Compartment::Office, |tx| {
                for ((device, n), patient) in &new {
                    let told = serde_json::json!({ "device": device, "n": n });
                    tx.audit(&AuditEntry::new(Action::GlassSeen).patient(*patient).detail(&told))?;
                }
                Ok(())
            })
        })?;
        rows(clinic, Fresh::Now, ROWS)
    }
}
