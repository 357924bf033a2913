//! `incident_open`: begins an incident, or takes up the one that is open about the same laptop or person.

use super::book::{self, Kept};
use super::facts;
use super::wire::{IncidentKind, IncidentView};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::sync::key::wire_user;
use crate::sync::trail;
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::wire_device;

/// What happened, to which laptop or who.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// What happened.
    pub kind: IncidentKind,
    /// The laptop that was stolen.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub device: Option<DeviceId>,
    /// Who leaves.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub user: Option<UserId>,
}

impl Command for Input {
    type Output = IncidentView;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<IncidentView, CommandError> {
        let (device, user) = self.target()?;
        let kept = clinic.with_both(|session, desk| {
            let roster = desk.roster()?;
            let known = match (device, user) {
                (Some(device), _) => {
                    if device == session.device() {
                        // Whoever has this laptop in hand cannot have lost it.
                        return Err(CommandError::new(ErrorCode::Forbidden).at("device"));
                    }
                    roster.device(&wire_device(device)).is_some()
                }
                (None, Some(user)) => {
                    if user == session.user {
                        return Err(CommandError::new(ErrorCode::Forbidden).at("user"));
                    }
                    roster.user(&wire_user(user)).is_some()
                }
                (None, None) => false,
            };
            if !known {
                return Err(ErrorCode::NotFound.into());
            }
            let same =
                |one: &Kept| one.closed_ms.is_none() && (one.kind, one.device, one.user) == (self.kind, device, user);
            if let Some(open) = book::all(session)?.into_iter().find(same) {
                return Ok(open);
            }
            let incident = Kept {
                id: 0,
                kind: self.kind,
                device,
                user,
                opened_ms: session.now_ms(),
                closed_ms: None,
                done_ms: BTreeMap::new(),
                failed: BTreeMap::new(),
                evidence: None,
            };
            book::add(session, incident)
        })?;
        trail::refresh(clinic)?;
        facts::view(clinic, &kept)
    }
}

impl Input {
    fn target(&self) -> Result<(Option<DeviceId>, Option<UserId>), CommandError> {
        match (self.kind, self.device, self.user) {
            (IncidentKind::Stolen, Some(device), None) => Ok((Some(device), None)),
            (IncidentKind::Leaving, None, Some(user)) => Ok((None, Some(user))),
            _ => Err(CommandError::invalid("kind")),
        }
    }
}
