//! Break-glass: a clinician opens the chart of a restricted patient for an emergency, with a reason, for a limited time, before the eyes of
//! the admins.
//!
//! Invariants:
//! - It gives no key. Whoever has no clinical key on this laptop has nothing to break ([`Permission::BreakGlass`] is a clinician's).
//! - It is of one user, for one patient, on one laptop, and kept in the clinical file until it ends: a lock or a restart neither ends nor
//!   lengthens it, and the clock turned back gains nothing.
//! - Its entries are in the trail before anything of the chart is shown, and everything done under it carries the mark
//!   (`wardkeep_vault::store::GLASS_MARK`).
//!
//! [`Permission::BreakGlass`]: wardkeep_record::role::Permission::BreakGlass

pub mod end;
pub mod list;
pub mod mine;
pub mod open;
pub mod seen;

use crate::conflict::list::patient_row;
use crate::error::CommandError;
use crate::patient::PatientRow;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use ts_rs::TS;
use wardkeep_record::id::RecordId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::lease::Running;
use wardkeep_vault::clock::Clock;
use wardkeep_vault::store::{Action, AuditEntry, Glass, View};
use wardkeep_vault::unlock::Unlocked;

/// How much has passed is written down no more often than this, in milliseconds.
const STEP_MS: u64 = 60_000;

/// Why the glass was broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Life or health is in danger now.
    Emergency,
    /// Whoever usually treats the patient cannot be reached, and care must go on.
    Cover,
    /// The patient asked for it.
    Patient,
    /// Something else, which the words say.
    Other,
}

/// A chart that this user has opened so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwnGlass {
    /// Whose.
    pub patient: RecordId,
    /// The patient, where they are known here.
    pub row: Option<PatientRow>,
    /// Since when, in Unix milliseconds.
    #[ts(type = "number")]
    pub began_ms: u64,
    /// Until when, by this laptop's clock.
    #[ts(type = "number")]
    pub until_ms: u64,
    /// What is left of it, in milliseconds.
    #[ts(type = "number")]
    pub left_ms: u64,
}

/// What the session's user has broken, with what has passed of it.
pub(crate) struct Held(Mutex<Vec<Kept>>);

struct Kept {
    now: Glass,
    /// As the file has it.
    written_ms: u64,
}

impl Held {
    /// What is left from before.
    pub(crate) fn of(view: &View<'_>, unlocked: &Unlocked) -> Result<Self, CommandError> {
        let kept = |now: Glass| Kept {
            now,
            written_ms: now.passed.ms,
        };
        let glasses = match unlocked.keys.clinical {
            Some(_) => view.glasses(unlocked.user)?,
            None => Vec::new(),
        };
        Ok(Self(Mutex::new(glasses.into_iter().map(kept).collect())))
    }

    /// What is left for this patient's chart, in milliseconds; nothing where it is not open by this.
    pub(crate) fn left_ms(&self, session: &Session, patient: RecordId) -> Option<u64> {
        let mut all = self.lock();
        let kept = all.iter_mut().find(|kept| kept.now.patient == patient)?;
        look(session, &mut kept.now);
        Some(kept.now.left_ms()).filter(|left| *left > 0)
    }

    fn put(&self, glass: Glass) {
        self.drop_of(glass.patient);
        let written_ms = glass.passed.ms;
        self.lock().push(Kept { now: glass, written_ms });
    }

    fn drop_of(&self, patient: RecordId) {
        self.lock().retain(|kept| kept.now.patient != patient);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what has passed, writes it down now and then, and ends what is over. Before every command: what cannot be written now is written
/// by a later one, and nothing stays open for it.
pub(crate) fn follow(session: &Session) {
    let due: Vec<Glass> = {
        let mut all = session.glass.lock();
        let counted = all.iter_mut().map(|kept| {
            look(session, &mut kept.now);
            let moved = kept.now.passed.ms.saturating_sub(kept.written_ms) >= STEP_MS;
            (moved || kept.now.left_ms() == 0).then_some(kept.now)
        });
        counted.flatten().collect()
    };
    if due.is_empty() {
        return;
    }
    if let Err(error) = write_down(session, &due) {
        tracing::warn!(%error, "how much of an emergency access has passed could not be written down");
    }
}

fn write_down(session: &Session, due: &[Glass]) -> Result<(), CommandError> {
    session.write(Compartment::Clinical, |tx| {
        for glass in due {
            if glass.left_ms() > 0 {
                tx.keep_glass(glass)?;
            } else if tx.has_glass(glass.patient)? {
                let entry = AuditEntry::new(Action::GlassEnd).patient(glass.patient);
                tx.audit(&entry.detail(&serde_json::json!({ "by": "time" })))?;
                tx.end_glass(glass.patient)?;
            }
        }
        Ok(())
    })?;
    let mut all = session.glass.lock();
    for glass in due {
        if let Some(kept) = all.iter_mut().find(|kept| kept.now.patient == glass.patient) {
            kept.written_ms = glass.passed.ms;
        }
    }
    all.retain(|kept| kept.now.left_ms() > 0 || !due.iter().any(|glass| glass.patient == kept.now.patient));
    Ok(())
}

/// All of this user's, as surfaces see them.
fn own(session: &Session) -> Result<Vec<OwnGlass>, CommandError> {
    let now_ms = session.now_ms();
    let all: Vec<Glass> = session.glass.lock().iter().map(|kept| kept.now).collect();
    session.read(|view| {
        let open = all.iter().filter(|glass| glass.left_ms() > 0);
        open.map(|glass| {
            Ok(OwnGlass {
                patient: glass.patient,
                row: patient_row(session, view, glass.patient)?,
                began_ms: glass.began_ms,
                until_ms: now_ms.saturating_add(glass.left_ms()),
                left_ms: glass.left_ms(),
            })
        })
        .collect()
    })
}

fn look(session: &Session, glass: &mut Glass) {
    let clock = &*session.machine.clock;
    glass.passed.look(clock.now_ms(), running(clock));
}

/// How long the machine has run.
fn running(clock: &dyn Clock) -> Option<Running> {
    clock.boot().map(|boot| Running {
        start: boot.id,
        since_ms: boot.since_ms,
    })
}
