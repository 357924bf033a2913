//! Which incidents are open: a small JSON text in the office file of this laptop, written with an entry in the log.

use super::wire::{IncidentKind, IncidentStep};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry};

/// Where it stands.
const KEY: &str = "incidents";
/// Incidents that are remembered; closed ones go first.
const MOST: usize = 100;

/// One incident.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: u32,
    pub(super) kind: IncidentKind,
    pub(super) device: Option<DeviceId>,
    pub(super) user: Option<UserId>,
    pub(super) opened_ms: u64,
    pub(super) closed_ms: Option<u64>,
    /// Steps that leave no other trace.
    #[serde(default)]
    pub(super) done_ms: BTreeMap<String, u64>,
    /// What failed last.
    #[serde(default)]
    pub(super) failed: BTreeMap<String, (u64, ErrorCode)>,
    #[serde(default)]
    pub(super) evidence: Option<(String, String)>,
}

/// The name of a step in the book and in the log.
pub(super) fn name_of(step: IncidentStep) -> &'static str {
    match step {
        IncidentStep::Wipe => "wipe",
        IncidentStep::Revoke => "revoke",
        IncidentStep::Epochs => "epochs",
        IncidentStep::VaultKeys => "vault_keys",
        IncidentStep::Viewed => "viewed",
        IncidentStep::Evidence => "evidence",
    }
}

/// All of them, the oldest first.
pub(super) fn all(session: &Session) -> Result<Vec<Kept>, CommandError> {
    let text = session.read(|view| Ok(view.setting(KEY)?))?;
    match text {
        None => Ok(Vec::new()),
        // One that this version cannot read must not be overwritten.
        Some(text) => serde_json::from_str(&text).map_err(|_| CommandError::internal("incidents as JSON")),
    }
}

/// One of them.
pub(super) fn find(session: &Session, id: u32) -> Result<Kept, CommandError> {
    let found = all(session)?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))
}

/// Adds one.
pub(super) fn add(session: &Session, mut incident: Kept) -> Result<Kept, CommandError> {
    let mut kept = all(session)?;
    incident.id = kept.iter().map(|one| one.id).max().unwrap_or(0) + 1;
    while kept.len() >= MOST {
        let closed = kept.iter().position(|one| one.closed_ms.is_some());
        kept.remove(closed.ok_or(ErrorCode::TooLarge)?);
    }
    kept.push(incident.clone());
    save(session, &kept, &incident, "opened")?;
    Ok(incident)
}

/// Changes one, with an entry that says what was done.
pub(super) fn change(session: &Session, id: u32, what: &str, work: impl FnOnce(&mut Kept)) -> Result<(), CommandError> {
    let mut kept = all(session)?;
    let one = kept.iter_mut().find(|one| one.id == id);
    let one = one.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))?;
    work(one);
    let changed = one.clone();
    save(session, &kept, &changed, what)
}

fn save(session: &Session, kept: &[Kept], one: &Kept, what: &str) -> Result<(), CommandError> {
    let text = serde_json::to_string(kept).map_err(|_| CommandError::internal("incidents as JSON"))?;
    let detail = serde_json::json!({
        "incident": one.id, "kind": one.kind, "device": one.device, "user": one.user, "state": what,
        "evidence": one.evidence.as_ref().map(|(_, hash)| hash),
    });
    session.write(Compartment::Office, |tx| {
        tx.put_setting(KEY, &text)?;
        Ok(tx.audit(&AuditEntry::new(Action::Incident).detail(&detail))?)
    })
}
