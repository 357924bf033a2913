//! `patient_open`: one patient's registration. Written in the log before anything is shown.

use super::{PatientDetail, detail, load};
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// How the person came to the patient.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Out of search results.
    Search,
    /// Out of the list of recent patients.
    Recent,
    /// By a link, or by an id that the person has.
    Link,
    /// Right after registering.
    Register,
}

/// Whom, and how.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub id: RecordId,
    /// How the person came here.
    pub via: Via,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRead);

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        let action = if self.via == Via::Search {
            Action::SearchOpen
        } else {
            Action::View
        };
        session.write(Compartment::Office, |tx| {
            load(&tx.read(), self.id)?;
            let via = serde_json::json!({ "via": self.via });
            tx.audit(&AuditEntry::new(action).patient(self.id).record(self.id).detail(&via))?;
            detail(session, &tx.read(), self.id)
        })
    }
}
