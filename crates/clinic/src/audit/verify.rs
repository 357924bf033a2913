//! `audit_verify`: whether every chain that this session can open is whole.

use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{AuditFault, AuditReport};

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

/// The verdict on one chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ChainVerdict {
    /// Which chain.
    pub compartment: Compartment,
    /// Entries that were read.
    #[ts(type = "number")]
    pub entries: u64,
    /// Nothing was altered, taken out, exchanged or cut off.
    pub ok: bool,
    /// The first entry that is not as it was written.
    #[ts(type = "number | null")]
    pub first_bad: Option<u64>,
}

impl ChainVerdict {
    /// The compartment's name on every surface.
    pub fn compartment_name(&self) -> &'static str {
        match self.compartment {
            Compartment::Office => "office",
            Compartment::Clinical => "clinical",
        }
    }
}

impl From<AuditReport> for ChainVerdict {
    fn from(report: AuditReport) -> Self {
        let first_bad = match report.fault {
            Some(AuditFault::Broken { n } | AuditFault::Altered { n }) => Some(n),
            // The entries that are missing came after the last one that is there.
            Some(AuditFault::Cut { n }) => Some(n + 1),
            Some(AuditFault::HeadForged) | None => None,
        };
        Self {
            compartment: report.compartment,
            entries: report.entries,
            ok: report.fault.is_none(),
            first_bad,
        }
    }
}

/// The verdict on all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct AuditVerification {
    /// One for each chain that the session can open.
    pub compartments: Vec<ChainVerdict>,
}

impl Command for Input {
    type Output = AuditVerification;
    type Place = Session;
    const NEED: Need = Need::Unlocked;

    fn run(self, session: &Session) -> Result<AuditVerification, CommandError> {
        let all = [Compartment::Office, Compartment::Clinical];
        let verdict = |at| session.read(|view| Ok(ChainVerdict::from(view.verify_audit(at)?)));
        let compartments = all
            .into_iter()
            .filter(|at| session.holds(*at))
            .map(verdict)
            .collect::<Result<_, _>>()?;
        Ok(AuditVerification { compartments })
    }
}
