//! Snapshots on this device: which the server offers and who has signed them, taking one instead of years of segments, signing what another
//! device has made, making one.
//!
//! Invariants:
//! - What is offered is believed by the roster and signatures alone, and what was taken by its digest, before anything of it is shown.
//! - Taking one keeps everything that this device has written.
//! - A lock ends whatever reads or writes rows here at the next row.

pub mod make;
mod meet;
mod offer;
mod take;

pub(super) use make::make_if_due;
pub(super) use meet::{acknowledge, meet};
pub(super) use offer::{Offers, look, look_if_due, statuses};
pub(super) use take::{awaited, prepare, pulled, take_wanted, want};

use super::alarm::kind_name;
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use wardkeep_roster::DeviceId;
use wardkeep_vault::store::StoreError;

/// What a lock interrupts.
pub(super) struct Interruptible<'a> {
    clinic: &'a Clinic,
    since: u64,
}

impl<'a> Interruptible<'a> {
    pub(super) fn begin(clinic: &'a Clinic) -> Self {
        let since = clinic.sync().interrupts();
        Self { clinic, since }
    }

    /// An error once somebody wants to lock.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if self.clinic.sync().interrupts() == self.since {
            Ok(())
        } else {
            Err(ErrorCode::Locked.into())
        }
    }
}

/// Why a snapshot was not taken or made.
pub(super) enum Failed {
    /// It is not what was signed: it is not tried again.
    Lie(Liar, &'static str),
    /// Something else, which may be over later.
    Other(CommandError),
}

/// Whose lie, or error, it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Liar {
    /// Who hands it out.
    Server,
    /// Who has signed it.
    Maker,
}

impl From<CommandError> for Failed {
    fn from(error: CommandError) -> Self {
        Self::Other(error)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid { why } => Self::Lie(Liar::Maker, why),
            error => Self::Other(error.into()),
        }
    }
}

/// Says that a snapshot is not to be believed.
pub(super) fn refuse(clinic: &Clinic, liar: Liar, maker: DeviceId, why: &str) -> Result<(), CommandError> {
    tracing::error!(why, ?liar, ?maker, "a snapshot was refused");
    let now_ms = clinic.machine().clock.now_ms();
    let kind = kind_name(ProblemKind::SnapshotRefused);
    let subject = match liar {
        Liar::Server => "server".to_owned(),
        Liar::Maker => maker.to_string(),
    };
    clinic.with_clinic_desk(|desk| Ok(desk.spool.raise_alarm(kind, &subject, "", now_ms)?))
}
