//! `patient_restrict`: from now on only these people open the patient's chart as usual. Said again, it changes who they are.

use super::{may_change, people};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::patient::{PatientDetail, detail, load};
use crate::session::Session;
use serde::Deserialize;
use std::collections::BTreeSet;
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::restriction::{MOST_USERS, Restriction, restrict};
use wardkeep_record::role::{Permission, Role};
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// Whom, and to whom.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// Who opens the chart as usual. Nobody, which only an admin can say, seals it for emergencies.
    pub users: Vec<UserId>,
}

impl Command for Input {
    type Output = PatientDetail;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::PatientRestrict);

    fn run(self, clinic: &Clinic) -> Result<PatientDetail, CommandError> {
        let users: BTreeSet<UserId> = self.users.iter().copied().collect();
        if users.len() > MOST_USERS {
            return Err(CommandError::new(ErrorCode::TooLarge).at("users"));
        }
        let people: BTreeSet<UserId> = people::all(clinic)?.into_iter().map(|one| one.id).collect();
        if !users.is_subset(&people) {
            return Err(CommandError::new(ErrorCode::NotFound).at("users"));
        }
        clinic.with_session(|session| write(session, self.patient, &users))
    }
}

fn write(session: &Session, patient: RecordId, users: &BTreeSet<UserId>) -> Result<PatientDetail, CommandError> {
    // A clinician who shuts themselves out could not undo the slip.
    if !session.roles().contains(&Role::Admin) && !users.contains(&session.user) {
        return Err(CommandError::invalid("users"));
    }
    session.write(Compartment::Office, |tx| {
        let stored = load(&tx.read(), patient)?;
        if !may_change(session, &stored) {
            return Err(ErrorCode::Forbidden.into());
        }
        let before = Restriction::of(&stored.state);
        let former: BTreeSet<UserId> = before.iter().flat_map(Restriction::users).collect();
        let action = match &before {
            None => Action::RestrictionSet,
            Some(_) => Action::RestrictionChange,
        };
        tx.put(vec![Edit {
            record: patient,
            kind: Kind::PATIENT,
            patient: None,
            values: restrict(&stored.state, users),
        }])?;
        let told = serde_json::json!({
            "added": users.difference(&former).collect::<Vec<_>>(),
            "removed": former.difference(users).collect::<Vec<_>>(),
        });
        let entry = AuditEntry::new(action).patient(patient).record(patient);
        tx.audit(&entry.detail(&told))?;
        detail(session, &tx.read(), patient)
    })
}
