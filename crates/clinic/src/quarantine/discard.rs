//! `quarantine_discard`: an admin has looked, and it stays out. It stays sealed where it is, nobody is asked about it again, and it can still
//! be accepted.

use super::look;
use super::wire::{QuarantinePart, QuarantineRow};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::sync::{self, name};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, Discard};
use wardkeep_roster::limit::MAX_JUDGED_SEGMENTS;
use wardkeep_sync::name::Named;
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// What stays out.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Of which device.
    pub device: DeviceId,
    /// In which part; nothing for all.
    pub part: Option<QuarantinePart>,
    /// Why: for those who ask later.
    pub reason: String,
}

impl Command for Input {
    type Output = Vec<QuarantineRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<QuarantineRow>, CommandError> {
        let reason = name::cut(self.reason.trim());
        if reason.is_empty() || reason.chars().any(char::is_control) {
            return Err(CommandError::invalid("reason"));
        }
        sync::fetch_roster(clinic)?;
        look::fetch(clinic);
        let device = wire_device(self.device);
        let hashes = clinic.with_both(|_, desk| {
            let roster = desk.roster()?;
            let kept = look::kept(desk)?.into_iter().filter(|aside| {
                let part = QuarantinePart::of(aside.chain.compartment);
                let wanted = self.part.is_none_or(|wanted| wanted == part);
                let decided = roster.discarded(&device, &aside.tip.hash.0).is_some();
                aside.chain.device == device && wanted && !decided
            });
            Ok(kept.map(|aside| aside.tip.hash.0).collect::<Vec<_>>())
        })?;
        if hashes.is_empty() {
            return Err(CommandError::new(ErrorCode::NotFound).at("device"));
        }
        sync::act(clinic, |session, sealing| {
            for some in hashes.chunks(MAX_JUDGED_SEGMENTS) {
                let reason = name::seal(session, sealing.roster(), Named::Reason(device), reason)?;
                sealing.say(Body::Discard(Discard {
                    device,
                    segments: some.to_vec(),
                    reason,
                }))?;
            }
            Ok(())
        })?;
        clinic.with_session(|session| {
            let detail = serde_json::json!({ "device": self.device, "segments": hashes.len(), "part": self.part });
            session.write(op::Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::QuarantineDiscard).detail(&detail))?)
            })
        })?;
        clinic.sync().signal().news();
        look::rows(clinic)
    }
}
