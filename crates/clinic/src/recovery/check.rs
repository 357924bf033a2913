//! `recovery_check`: tries a paper without using it: is it this clinic's, does the server know it, does it open every key.

use super::wire::RecoveryReport;
use super::{paper, visit};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::secret::Password;
use crate::sync;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_sync::recovery::listed;
use wardkeep_vault::store::{Action, AuditEntry};

/// What was typed.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The words in one text, or two or three shares.
    pub key: Vec<Password>,
}

impl Command for Input {
    type Output = RecoveryReport;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<RecoveryReport, CommandError> {
        sync::fetch_roster(clinic)?;
        let wanted = clinic.with_clinic_desk(|desk| Ok(listed(desk.roster()?)))?;
        let secret = paper::read(&self.key, wanted)?;
        let report = visit::report(clinic, &secret)?;
        let opens = report.parts.iter().filter(|part| part.opens).count();
        let detail = serde_json::json!({
            "recovery_key": report.paper, "parts": report.parts.len(), "opens": opens,
        });
        clinic.with_session(|session| {
            session.write(Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::RecoveryCheck).detail(&detail))?)
            })
        })?;
        Ok(report)
    }
}
