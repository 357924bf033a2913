//! `note_list`: the finished notes of a chart, the latest first.

use super::{Note, of_record};
use crate::chart::viewed;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

/// Most notes of one answer.
const LIMIT: u32 = 5_000;

impl Command for Input {
    type Output = Vec<Note>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartRead);

    fn run(self, session: &Session) -> Result<Vec<Note>, CommandError> {
        viewed(session, self.patient)?;
        let found =
            session.read(|view| Ok(view.records_of(Compartment::Clinical, self.patient, Kind::NOTE, LIMIT)?))?;
        Ok(found.iter().filter_map(of_record).collect())
    }
}
