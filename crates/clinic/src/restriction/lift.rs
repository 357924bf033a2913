//! `patient_unrestrict`: everybody who reads charts opens this one again.

use super::may_change;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::patient::{PatientDetail, detail, load};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::restriction::{Restriction, lift};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Whose.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Session;
    const NEED: Need = Need::May(Permission::PatientRestrict);

    fn run(self, session: &Session) -> Result<PatientDetail, CommandError> {
        session.write(Compartment::Office, |tx| {
            let stored = load(&tx.read(), self.patient)?;
            if !may_change(session, &stored) {
                return Err(ErrorCode::Forbidden.into());
            }
            if let Some(before) = Restriction::of(&stored.state) {
                tx.put(vec![Edit {
                    record: self.patient,
                    kind: Kind::PATIENT,
                    patient: None,
                    values: lift(&stored.state),
                }])?;
                let told = serde_json::json!({ "removed": before.users() });
                let entry = AuditEntry::new(Action::RestrictionLift);
                tx.audit(&entry.patient(self.patient).record(self.patient).detail(&told))?;
            }
            detail(session, &tx.read(), self.patient)
        })
    }
}
