//! `glass_break`: opens the chart of a restricted patient to the unlocked user for a while. The entry that tells the admins is written in the
//! same transaction.

use super::{OwnGlass, Why, own, running};
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::patient::load;
use crate::session::Session;
use crate::text;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_record::restriction::Restriction;
use wardkeep_record::role::Permission;
use wardkeep_sync::lease::Passed;
use wardkeep_vault::store::{Action, AuditEntry, Glass};

/// Minutes where nothing else is said.
pub const USUAL_MINUTES: u32 = 60;
/// The fewest, and the most: a night's work. Whoever needs longer says so again.
pub const MINUTES: std::ops::RangeInclusive<u32> = 5..=12 * 60;
/// Characters of the reason.
pub(super) const REASON_LIMIT: usize = 500;

/// Whose, why, and for how long.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The patient.
    pub patient: RecordId,
    /// Why.
    pub why: Why,
    /// The same in the person's words, for the admins to read.
    pub reason: String,
    /// For how long, 5 to 720; an hour where nothing is said.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub minutes: Option<u32>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = Vec<OwnGlass>;
    type Place = Session;
    const NEED: Need = Need::May(Permission::BreakGlass);

    fn run(self, session: &Session) -> Result<Vec<OwnGlass>, CommandError> {
        let reason = text::checked(&self.reason, "reason")?;
        if reason.chars().count() > REASON_LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("reason"));
        }
        let minutes = self.minutes.unwrap_or(USUAL_MINUTES);
        if !MINUTES.contains(&minutes) {
            return Err(CommandError::invalid("minutes"));
        }
        let (clock, length_ms) = (&*session.machine.clock, u64::from(minutes) * 60_000);
        let glass = Glass {
            patient: self.patient,
            began_ms: clock.now_ms(),
            length_ms,
            passed: Passed::begin(clock.now_ms(), running(clock)),
        };
        session.write(Compartment::Clinical, |tx| {
            let stored = load(&tx.read(), self.patient)?;
            // Where the chart is open anyway there is nothing to break, and nothing to tell the admins.
            if Restriction::of(&stored.state).is_none_or(|known| known.lets(session.user)) {
                return Err(CommandError::invalid("patient"));
            }
            let told = serde_json::json!({
                "why": self.why, "reason": reason, "minutes": minutes, "until_ms": glass.began_ms + length_ms,
            });
            tx.break_glass(&glass)?;
            Ok(tx.audit(&AuditEntry::new(Action::GlassBreak).patient(self.patient).detail(&told))?)
        })?;
        session.glass.put(glass);
        session.forget_look(self.patient);
        own(session)
    }
}
