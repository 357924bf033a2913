//! `chart_other`: how many records of other types the chart holds, kept verbatim.

use super::viewed;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

/// Whose chart.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

/// Records of one type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct OtherCount {
    /// FHIR's name of the type.
    pub resource_type: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
}

impl Command for Input {
    type Output = Vec<OtherCount>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::ChartRead);

    fn run(self, session: &Session) -> Result<Vec<OtherCount>, CommandError> {
        viewed(session, self.patient)?;
        let counts = session.read(|view| Ok(view.count_by_kind(Compartment::Clinical, self.patient)?))?;
        let other = counts.into_iter().filter(|(kind, _)| !kind.is_typed());
        let mut rows: Vec<_> = other
            .map(|(kind, count)| OtherCount {
                resource_type: kind.resource_type().to_owned(),
                count,
            })
            .collect();
        rows.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.resource_type.cmp(&b.resource_type))
        });
        Ok(rows)
    }
}
