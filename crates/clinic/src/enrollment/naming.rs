//! The clinic's name on laptops that have joined: a record of the office, which travels sealed like any other.
//!
//! The record is the clinic's own Organization, under an id that follows from the clinic's: every laptop knows where to look.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::session::open::CLINIC_NAME;
use crate::sync::Desk;
use wardkeep_record::field::{BODY, Kind};
use wardkeep_record::id::RecordId;
use wardkeep_record::op::{Compartment, FieldKey};
use wardkeep_roster::ClinicId;
use wardkeep_vault::store::{Action, AuditEntry, Edit};

/// What the record's id is derived under.
const CONTEXT: &str = "wardkeep 2026 organization of the clinic v1";

/// Publishes the name where this laptop founded the clinic and nobody has published one; takes it over everywhere else.
pub(crate) fn follow(clinic: &Clinic) -> Result<(), CommandError> {
    let done = clinic.with_both(|session, desk| match published(session, desk)? {
        Some(name) if name == session.clinic_name() => Ok(()),
        Some(name) => adopt(session, name),
        None => publish(session, desk),
    });
    match done {
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

fn record_of(clinic: ClinicId) -> RecordId {
    let hash = blake3::derive_key(CONTEXT, &clinic.0);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    RecordId::from_bytes(id)
}

fn organization() -> Result<Kind, CommandError> {
    Kind::of_type("Organization").ok_or_else(|| CommandError::internal("kind of a clinic"))
}

/// The name that the clinic's record has.
fn published(session: &Session, desk: &Desk) -> Result<Option<String>, CommandError> {
    let id = record_of(desk.roster()?.clinic());
    let stored = session.read(|view| Ok(view.record(Compartment::Office, id)?))?;
    let body = stored.and_then(|stored| {
        let body: serde_json::Value = serde_json::from_str(stored.state.fields.one(BODY)?).ok()?;
        body.get("name")?.as_str().map(str::to_owned)
    });
    Ok(body.and_then(|name| crate::user::checked_name(&name, "clinic_name").ok()))
}

fn publish(session: &Session, desk: &Desk) -> Result<(), CommandError> {
    let (roster, me) = (desk.roster()?, desk.device()?);
    let founder = roster.device(&me).is_some_and(|device| device.added_at == 1);
    if !founder || desk.is_revoked()? || session.roles().is_empty() {
        return Ok(());
    }
    let body = serde_json::json!({ "name": session.clinic_name() }).to_string();
    let edit = Edit {
        record: record_of(roster.clinic()),
        kind: organization()?,
        patient: None,
        values: vec![(
            FieldKey {
                field: BODY,
                item: None,
            },
            Some(body.into()),
        )],
    };
    session.write(Compartment::Office, |tx| {
        let record = edit.record;
        tx.put(vec![edit])?;
        Ok(tx.audit(&AuditEntry::new(Action::Settings).record(record))?)
    })
}

fn adopt(session: &Session, name: String) -> Result<(), CommandError> {
    let text = serde_json::to_string(&name).map_err(|_| CommandError::internal("setting as JSON"))?;
    session.write(Compartment::Office, |tx| {
        tx.put_setting(CLINIC_NAME, &text)?;
        let detail = serde_json::json!({ "clinic_name": "from the clinic" });
        Ok(tx.audit(&AuditEntry::new(Action::Settings).detail(&detail))?)
    })?;
    session.adopt_clinic_name(name);
    Ok(())
}
