//! The command table: the one list of what a surface (window, command line) can ask for.
//!
//! A command is its input type, which implements [`Command`] in the file of its use case. The list in [`table`] gives it its
//! name; a name without a handler does not compile, and the TypeScript that the window uses is generated from the same list
//! ([`typescript`]). Every call goes through [`Clinic::call`], which checks the permission before the handler runs.

pub mod table;
pub mod typescript;

pub use table::{COMMANDS, Request, decode, dispatch};
pub use typescript::typescript;

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::glass;
use crate::policy;
use crate::session::Session;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::{Permission, may};

/// Bytes of JSON that a command takes unless it says otherwise.
pub const USUAL_LIMIT: usize = 1 << 20;

/// Bytes of JSON that a command takes which carries a file.
pub const FILE_LIMIT: usize = 64 << 20;

/// What must be true before a command runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing: works while locked.
    Nothing,
    /// Somebody has unlocked.
    Unlocked,
    /// A role of the user's has this permission, and the session holds the keys that it works with.
    May(Permission),
}

/// One use case: its input decodes from JSON, its output encodes to JSON, both are known to TypeScript.
pub trait Command: DeserializeOwned + ts_rs::TS + 'static {
    /// What it answers.
    type Output: Serialize + ts_rs::TS + 'static;
    /// What it works on: the whole clinic, or an unlocked session.
    type Place: Place;
    /// Who may ask.
    const NEED: Need;
    /// Bytes of JSON that it takes.
    const LIMIT: usize = USUAL_LIMIT;

    /// Does it. Permission is checked already.
    fn run(self, place: &Self::Place) -> Result<Self::Output, CommandError>;
}

/// Where a command runs. [`Clinic`] for what works locked or changes the session itself, [`Session`] for all else.
pub trait Place {
    /// Checks the need and runs `work` there; while it runs the session cannot be locked away from under it.
    fn enter<R>(
        clinic: &Clinic,
        need: Need,
        work: impl FnOnce(&Self) -> Result<R, CommandError>,
    ) -> Result<R, CommandError>;
}

impl Place for Clinic {
    fn enter<R>(
        clinic: &Clinic,
        need: Need,
        work: impl FnOnce(&Self) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        if need != Need::Nothing {
            clinic.with_session(|session| {
                session.allow(need)?;
                glass::follow(session);
                Ok(())
            })?;
        }
        work(clinic)
    }
}

impl Place for Session {
    fn enter<R>(
        clinic: &Clinic,
        need: Need,
        work: impl FnOnce(&Self) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        clinic.with_session(|session| {
            session.allow(need)?;
            glass::follow(session);
            work(session)
        })
    }
}

impl Session {
    /// Whether this session meets the need: by role, and by holding the key, which is what counts.
    pub fn allow(&self, need: Need) -> Result<(), CommandError> {
        let allowed = match need {
            Need::Nothing | Need::Unlocked => true,
            Need::May(permission) => {
                may(self.roles(), permission) && (!reads_chart(permission) || self.holds(Compartment::Clinical))
            }
        };
        if allowed {
            match need {
                Need::May(permission) => policy::may_write(self.policy(), permission),
                Need::Nothing | Need::Unlocked => Ok(()),
            }
        } else {
            Err(ErrorCode::Forbidden.into())
        }
    }
}

/// Whether the permission means nothing without the clinical key. Files that are imported hold charts.
fn reads_chart(permission: Permission) -> bool {
    use Permission as P;
    matches!(
        permission,
        P::ChartRead | P::ChartWrite | P::BreakGlass | P::Import | P::Export
    )
}

impl Clinic {
    /// Runs one command, after its permission check.
    pub fn call<C: Command>(&self, input: C) -> Result<C::Output, CommandError> {
        C::Place::enter(self, C::NEED, |place| input.run(place))
    }
}

/// The input or output of what takes or answers nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, serde::Deserialize, ts_rs::TS)]
pub struct Nothing {}
