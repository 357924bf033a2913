//! `incident_evidence`: all that is known of an incident as one file with hashes, where the admin wants it. It names the people of the clinic and
//! no patient: patients stand in it by their ids.

use super::book::{self, name_of};
use super::facts;
use super::wire::{IncidentStep, IncidentView};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::sync::key::KEPT;
use crate::sync::trail;
use serde::Deserialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_vault::home::create_private;

/// Which incident, and the file to be made.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The incident.
    pub id: u32,
    /// The whole path of a file that is not there yet.
    pub path: String,
}

impl Command for Input {
    type Output = IncidentView;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<IncidentView, CommandError> {
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        let path = PathBuf::from(&self.path);
        if !path.is_absolute() {
            return Err(CommandError::invalid("path"));
        }
        trail::refresh(clinic)?;
        let view = facts::view(clinic, &kept)?;
        let (text, hash) = report(clinic, &view)?;
        write(&path, text.as_bytes()).map_err(|error| {
            use std::io::ErrorKind as K;
            match error.kind() {
                K::AlreadyExists => CommandError::invalid("path").file(self.path.clone()),
                K::StorageFull | K::QuotaExceeded => ErrorCode::DiskFull.into(),
                _ => CommandError::new(ErrorCode::FileUnreadable).file(self.path.clone()),
            }
        })?;
        clinic.with_session(|session| {
            let now_ms = session.now_ms();
            book::change(session, self.id, "evidence", |one| {
                one.evidence = Some((self.path, hash));
                one.done_ms.insert(name_of(IncidentStep::Evidence).to_owned(), now_ms);
            })
        })?;
        let kept = clinic.with_session(|session| book::find(session, self.id))?;
        facts::view(clinic, &kept)
    }
}

/// The report, and the hash over it that stands in the log. The ends of roster and log are in it, so that it can be held against them later.
fn report(clinic: &Clinic, view: &IncidentView) -> Result<(String, String), CommandError> {
    let report = clinic.with_both(|session, desk| {
        let (number, hash) = desk.roster()?.head();
        let logs = session.snapshot(|read| {
            let mut logs = Vec::new();
            for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
                let verified = read.verify_audit(at)?;
                let head = blake3::Hash::from(verified.head).to_hex().to_string();
                logs.push(serde_json::json!({
                    "compartment": at, "entries": verified.entries, "whole": verified.fault.is_none(), "head": head,
                }));
            }
            Ok(logs)
        })?;
        let viewed: Vec<_> = view
            .viewed
            .iter()
            .map(|row| {
                serde_json::json!({ "n": row.n, "device": row.device, "compartment": row.compartment, "at_ms": row.at_ms,
                    "user": row.user, "action": row.action, "patient": row.patient, "detail": row.detail,
                    "withheld": row.withheld })
            })
            .collect();
        Ok(serde_json::json!({
            "format": "wardkeep incident report 2",
            "made": session.now_text(),
            "made_by": session.user_name(session.user),
            "clinic": session.clinic_name(),
            "clinic_id": desk.roster()?.clinic().to_string(),
            "roster": { "entries": number, "head": hash.to_string() },
            "logs_of_this_laptop": logs,
            "incident": view.row,
            "could_read": view.could_read,
            "patients": view.patients,
            "devices": view.devices,
            "steps": view.steps,
            "done_in_the_last_days": {
                "days": view.viewed_days, "entries": viewed, "there_are_more": view.viewed_more,
                "known_from_ms": view.viewed_known_from_ms,
            },
        }))
    })?;
    let text = serde_json::to_string_pretty(&report).map_err(|_| CommandError::internal("incident report"))?;
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    Ok((text, hash))
}

/// A new file, readable by its owner alone, whole or not there.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = create_private(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(std::fs::remove_file(path)))
}
