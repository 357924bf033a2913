//! `quarantine_show`: what one device wrote in one part after its revocation, field by field. That it was looked at is written down.

use super::look;
use super::wire::{QuarantineChange, QuarantinePart};
use crate::base64;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::conflict::list::{in_words, patient_row};
use crate::conflict::place::element_name;
use crate::error::{CommandError, ErrorCode};
use crate::restriction;
use crate::session::Session;
use crate::sync::Desk;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::op::{Compartment, Op};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// Fields of one answer at most.
const LIMIT: u32 = 1_000;
/// Characters of one note at most.
const NOTE_LIMIT: usize = 20_000;

/// What is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Of which device.
    pub device: DeviceId,
    /// In which part.
    pub part: QuarantinePart,
    /// Fields at most.
    pub limit: u32,
}

impl Command for Input {
    type Output = Vec<QuarantineChange>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<QuarantineChange>, CommandError> {
        let at = match self.part {
            QuarantinePart::Office => Compartment::Office,
            QuarantinePart::Clinical => Compartment::Clinical,
            // The trail is read as the trail, once it is accepted.
            QuarantinePart::Audit => return Err(CommandError::invalid("part")),
        };
        look::fetch(clinic);
        let device = wire_device(self.device);
        clinic.with_both(|session, desk| {
            if !session.holds(at) {
                return Err(ErrorCode::Forbidden.into());
            }
            let mut found = Vec::new();
            for aside in look::kept(desk)? {
                if aside.chain.device == device && QuarantinePart::of(aside.chain.compartment) == self.part {
                    let ops = look::ops(session, desk, &aside)?.ok_or(ErrorCode::NoKey)?;
                    found.extend(ops.into_iter().map(|op| (aside.tip.seq, op)));
                }
            }
            if found.is_empty() {
                return Err(CommandError::new(ErrorCode::NotFound).at("device"));
            }
            let mut shown = Vec::new();
            for (segment, op) in &found {
                shown.extend(fields(session, desk, *segment, op)?);
            }
            shown.truncate(self.limit.clamp(1, LIMIT) as usize);
            let detail = serde_json::json!({ "device": self.device, "ops": found.len() });
            // A look at each patient whose fields are shown; what is nobody's is an entry of its own.
            let whose: BTreeSet<Option<RecordId>> = shown.iter().map(|(whose, _)| *whose).collect();
            session.write(at, |tx| {
                for patient in whose {
                    let look = AuditEntry::new(Action::QuarantineView).detail(&detail);
                    tx.audit(&AuditEntry { patient, ..look })?;
                }
                Ok(())
            })?;
            Ok(shown.into_iter().map(|(_, change)| change).collect())
        })
    }
}

/// What an op writes, each with the patient whose it is.
fn fields(
    session: &Session,
    desk: &Desk,
    segment: u64,
    op: &Op,
) -> Result<Vec<(Option<RecordId>, QuarantineChange)>, CommandError> {
    let mut fields = Vec::new();
    for change in &op.changes {
        let whose = change
            .patient
            .or((change.kind == Kind::PATIENT).then_some(change.record));
        let (patient, closed) = match whose {
            Some(id) => session.snapshot(|view| {
                let chart = change.kind.compartment() == Compartment::Clinical;
                let closed = chart && restriction::is_closed(session, view, id)?;
                Ok((patient_row(session, view, id)?, closed))
            })?,
            None => (None, false),
        };
        let told = |text: String| if closed { String::new() } else { text };
        fields.extend(change.writes.iter().map(|write| {
            let change = QuarantineChange {
                segment,
                at_ms: op.hlc.unix_ms(),
                user: look::user_name(session, desk, op.user),
                patient: patient.clone(),
                record: change.record.to_string(),
                kind: told(change.kind.resource_type().to_owned()),
                element: told(element_name(change.kind, write.key)),
                text: told(write.value.as_deref().map(text_of).unwrap_or_default()),
                closed,
            };
            (whose, change)
        }));
    }
    Ok(fields)
}

/// A value in words; of a note the note.
fn text_of(value: &str) -> String {
    note_in(value).unwrap_or_else(|| in_words(value))
}

/// The text that a record carries in itself, as a finished note does.
fn note_in(value: &str) -> Option<String> {
    let content: Value = serde_json::from_str(value).ok()?;
    let first = content.as_array().and_then(|all| all.first()).unwrap_or(&content);
    let attachment = first.get("attachment")?;
    let is_text = attachment.get("contentType")?.as_str()?.starts_with("text/plain");
    let bytes = base64::decode(attachment.get("data").filter(|_| is_text)?.as_str()?)?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.chars().take(NOTE_LIMIT).collect())
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn a_note_is_shown_as_it_was_written() {
        let content = r#"[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"U3RhYmxlLg=="}}]"#;
        assert_eq!(text_of(content), "Stable.");
        let scan = r#"[{"attachment":{"contentType":"image/png","title":"Scan"}}]"#;
        assert_eq!(text_of(scan), "image/png Scan");
        assert_eq!(text_of(r#"{"family":"Okafor"}"#), "Okafor");
        assert_eq!(text_of("no JSON"), "no JSON");
    }
}
