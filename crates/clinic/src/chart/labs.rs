//! `chart_labs`: laboratory results, one series for each.

use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::clinical::{ObservationGroup, ObservationSeries};
use wardkeep_record::id::RecordId;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = Vec<ObservationSeries>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartRead);

    fn run(self, session: &Session) -> Result<Vec<ObservationSeries>, CommandError> {
        super::series(session, self.patient, ObservationGroup::Laboratory)
    }
}
