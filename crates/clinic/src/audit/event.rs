//! Entries as FHIR AuditEvents and as CSV: what our actions are in FHIR's words.

use super::source::Names;
use super::values::ValueChange;
use crate::base64;
use crate::export::Purpose;
use serde::Deserialize;
use wardkeep_interop::audit_event::{self, Act, Disclosed, Entry, Party, Values};
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, NOBODY_USER};
use wardkeep_vault::trail::TrailRow;

/// What an entry about a copy says in detail. Everything may be missing: it was written by many versions.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CopyDetail {
    pub(super) to: Option<String>,
    pub(super) recipient: Option<String>,
    pub(super) purpose: Option<Purpose>,
    pub(super) refused: Option<String>,
    /// It was done under broken glass.
    pub(super) btg: bool,
}

impl CopyDetail {
    pub(super) fn of(detail: &str) -> Self {
        serde_json::from_str(detail).unwrap_or_default()
    }

    /// Whether something left the vault.
    pub(super) fn left(&self) -> bool {
        self.refused.is_none() && self.to.as_deref() != Some("vault")
    }
}

/// One entry in the words of a format.
pub(super) fn written(
    row: &TrailRow,
    changes: &[ValueChange],
    site: &str,
    names: &mut Names<'_>,
    write: impl FnOnce(&Entry<'_>) -> String,
) -> String {
    let entry = &row.entry.row;
    let action = Action::of_number(entry.action);
    let copy = CopyDetail::of(&entry.detail);
    let (device, user) = (row.device.to_string(), entry.user.to_string());
    let device_name = names.device(row.device);
    let user_name = names.user(entry.user).filter(|_| entry.user != NOBODY_USER);
    let query = matches!(action, Some(Action::Accounting | Action::Viewers))
        .then(|| {
            entry
                .patient
                .map(|patient| format!("AuditEvent?patient=Patient/{patient}"))
        })
        .flatten()
        .map(|query| base64::encode(query.as_bytes()));
    let values: Vec<Values<'_>> = changes.iter().map(values_of).collect();
    write(&Entry {
        device: Party {
            id: &device,
            name: &device_name,
        },
        user: user_name.as_deref().map(|name| Party { id: &user, name }),
        site,
        chain: match row.entry.chain {
            Compartment::Office => "office",
            Compartment::Clinical => "clinical",
        },
        n: entry.n,
        recorded: &instant(entry.at_ms),
        action: &super::action_name(entry.action),
        act: act(action, &copy),
        failed: copy.refused.is_some() || action == Some(Action::UnlockFailed),
        patient: entry.patient,
        record: entry.record,
        detail: Some(entry.detail.as_str()).filter(|detail| !detail.is_empty()),
        withheld: row.entry.withheld,
        query: query.as_deref(),
        values: &values,
        disclosed: Disclosed {
            recipient: copy.recipient.as_deref(),
            reason: copy.purpose.and_then(Purpose::reason),
            purpose: copy.purpose.map(Purpose::name),
        },
        emergency: copy.btg,
    })
}

fn values_of(change: &ValueChange) -> Values<'_> {
    Values {
        field: &change.field,
        before: change.before.iter().map(String::as_str).collect(),
        missing: change.before_missing,
        after: change.after.as_deref(),
    }
}

/// A line of NDJSON.
pub(super) fn fhir_line(entry: &Entry<'_>) -> String {
    let mut line = audit_event::audit_event(entry).to_string();
    line.push('\n');
    line
}

fn act(action: Option<Action>, copy: &CopyDetail) -> Act {
    use Action as A;
    let Some(action) = action else {
        return Act::Application;
    };
    match action {
        A::SearchOpen | A::View | A::QuarantineView | A::ValuesView => Act::Read,
        A::Register | A::Note | A::Attach => Act::Create,
        A::Edit | A::Restore | A::Settle | A::RestrictionSet | A::RestrictionChange | A::RestrictionLift => Act::Update,
        A::Remove => Act::Delete,
        A::Import => Act::Import,
        A::Export | A::Print if copy.refused.is_some() || copy.left() => Act::Disclose,
        // A sealed copy that stays in the vault.
        A::Export | A::Print => Act::Read,
        A::Accounting | A::Viewers => Act::Query,
        A::Unlock | A::UnlockFailed => Act::Login,
        A::Lock => Act::Logout,
        A::UserAdd | A::UserChange | A::Invite | A::Approve | A::Join | A::Revoke | A::RecoveryUse => Act::Roles,
        A::Found
        | A::PasswordChange
        | A::Settings
        | A::ClinicAttach
        | A::Rotate
        | A::Incident
        | A::Wipe
        | A::Lease
        | A::RecoveryNew
        | A::RecoveryCheck
        | A::Posture
        | A::PostureChange
        | A::Damage => Act::Security,
        A::GlassBreak => Act::OverrideStarted,
        A::GlassEnd => Act::OverrideStopped,
        A::TrailExport | A::GlassSeen => Act::TrailUsed,
        A::Receive | A::Snapshot | A::QuarantineAccept | A::QuarantineDiscard => Act::Application,
    }
}

/// A time as FHIR's instant.
fn instant(at_ms: u64) -> String {
    let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}
