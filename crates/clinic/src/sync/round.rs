//! One round: everything that can be sent and fetched now. Each step asks what is there and does what is missing, so that a round that
//! ended anywhere is simply done again.

use super::exchange::{Exchanged, exchange};
use super::wire::ProblemKind;
use super::{apply, aside, checkpoint, device_key, fetch, files, held, push, revoked, seal, snapshot, trail};
use crate::clinic::Clinic;
use crate::device::revoke;
use crate::enrollment::{access, delivery, joining, naming};
use crate::error::{CommandError, ErrorCode};
use crate::lease;
use crate::policy;
use crate::posture;
use crate::wipe;
use wardkeep_vault::spool::Cursor;

/// How far the two clocks may be apart before the person is told, in milliseconds.
const CLOCK_OFF_MS: u64 = 5 * 60_000;

/// What a round has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Outcome {
    /// Segments that the server stored.
    pub sent: u64,
    /// Segments that were new here.
    pub fetched: u64,
    /// Segments that were applied to the records.
    pub applied: u64,
    /// The server has acknowledged all that is sealed here, and everything that it shows is here.
    pub in_step: bool,
    /// The device waits for an admin to take it in.
    pub joining: bool,
    /// The device was wiped: there is nothing to keep in step any more.
    pub wiped: bool,
}

/// Does something else with server and desk, after the round that runs.
pub(crate) fn one_at_a_time<R>(
    clinic: &Clinic,
    work: impl FnOnce() -> Result<R, CommandError>,
) -> Result<R, CommandError> {
    let _one = held(&clinic.sync().rounds);
    work()
}

/// Does a round, after the one that runs.
pub(crate) fn round(clinic: &Clinic) -> Result<Outcome, CommandError> {
    let _one = held(&clinic.sync().rounds);
    if wipe::is_under_way(clinic.home()) {
        return wipe::go_on(clinic);
    }
    clinic.sync().live().begin();
    let outcome = run(clinic);
    if outcome.as_ref().is_ok_and(|outcome| outcome.wiped) {
        return outcome;
    }
    if outcome
        .as_ref()
        .is_err_and(|error| error.code == ErrorCode::DeviceRevoked)
        && let Err(error) = revoked::learn(clinic)
    {
        tracing::warn!(%error, "what the roster says of this device could not be fetched");
    }
    let now_ms = clinic.machine().clock.now_ms();
    let ended = outcome.as_ref().map(|outcome| outcome.in_step);
    clinic.sync().live().end(ended, now_ms);
    remember(clinic, now_ms, outcome.as_ref().is_ok_and(|outcome| outcome.in_step));
    if clinic.locked_because().is_some() {
        clinic.sync().close_desk();
    }
    outcome
}

fn run(clinic: &Clinic) -> Result<Outcome, CommandError> {
    if !joining::advance(clinic)? {
        return Ok(Outcome {
            // Locked, there is nothing to ask: the answer is sealed to a key in the user's slot.
            joining: clinic.locked_because().is_none(),
            ..Outcome::default()
        });
    }
    if is_to_be_wiped(clinic)? {
        return wipe::obey(clinic);
    }
    device_key::settle(clinic)?;
    // By the roster that it was written under: whoever lost a right since had it then.
    seal::all(clinic)?;
    lease::follow(clinic)?;
    hello(clinic)?;
    let now_ms = clinic.machine().clock.now_ms();
    clinic.with_clinic_desk(|desk| {
        desk.peer()?.0.tick(now_ms);
        Ok(())
    })?;
    snapshot::prepare(clinic)?;
    let exchanged = exchange(clinic);
    if is_to_be_wiped(clinic)? {
        return wipe::obey(clinic);
    }
    let mut done = exchanged?;
    if is_revoked(clinic)? {
        revoked::obey(clinic)?;
        return Ok(Outcome::default());
    }
    clinic.sync().live().revoked = false;
    lease::met(clinic)?;
    fetch::parcels(clinic)?;
    done.add(admit(clinic)?);
    if access::follow(clinic)? {
        return Ok(Outcome::default());
    }
    wipe::follow(clinic)?;
    apply::parcels(clinic)?;
    if snapshot::take_wanted(clinic)? {
        done.add(exchange(clinic)?);
    }
    revoke::renew_due(clinic)?;
    delivery::deliver(clinic)?;
    snapshot::look_if_due(clinic)?;
    let applied = snapshot::meet(clinic)? + apply::segments(clinic)?;
    apply::leftovers(clinic)?;
    naming::follow(clinic)?;
    policy::follow(clinic)?;
    // What names a file is here; the file itself is carried beside the rounds.
    apply::unless_locked(clinic.with_session(|session| files::note(clinic, session)))?;
    posture::report_due(clinic);
    // What waited for a key or an epoch that has come, and what a checkpoint says of what was applied.
    let sealed = seal::all(clinic)? + trail::seal_due(clinic)?;
    if checkpoint::publish_due(clinic)? || sealed > 0 {
        done.add(exchange(clinic)?);
    }
    snapshot::acknowledge(clinic)?;
    snapshot::make_if_due(clinic)?;
    trail::take_in(clinic)?;
    Ok(Outcome {
        sent: done.sent,
        fetched: done.fetched,
        applied,
        in_step: !done.wait && push::is_in_step(clinic)?,
        joining: false,
        wiped: false,
    })
}

/// What a revoked device had handed in, and of it what an admin has accepted: everybody gets that from whoever has it.
fn admit(clinic: &Clinic) -> Result<Exchanged, CommandError> {
    aside::fetch(clinic)?;
    if aside::release(clinic)? > 0 {
        exchange(clinic)
    } else {
        Ok(Exchanged::default())
    }
}

/// The server's clock, for the person to know whose is wrong. Nothing is decided by it.
fn hello(clinic: &Clinic) -> Result<(), CommandError> {
    let hello = clinic.ask(|link| async move { link.hello().await })?;
    let now_ms = clinic.machine().clock.now_ms();
    let offset = i64::try_from(now_ms).unwrap_or(i64::MAX) - i64::try_from(hello.now_ms).unwrap_or(i64::MAX);
    let out_of_date = clinic.server()?.is_out_of_date();
    let mut live = clinic.sync().live();
    live.clock_offset_ms = Some(offset);
    if offset.unsigned_abs() > CLOCK_OFF_MS {
        live.problem(ProblemKind::Clock, None, 1, now_ms);
    }
    if out_of_date {
        live.problem(ProblemKind::Certificate, None, 1, now_ms);
    }
    Ok(())
}

/// Whether the roster orders this device to be wiped.
fn is_to_be_wiped(clinic: &Clinic) -> Result<bool, CommandError> {
    clinic.with_clinic_desk(|desk| Ok(wipe::ordered(desk)?.is_some()))
}

fn is_revoked(clinic: &Clinic) -> Result<bool, CommandError> {
    let revoked = clinic.with_clinic_desk(|desk| desk.is_revoked())?;
    clinic.sync().live().revoked |= revoked;
    Ok(revoked)
}

/// Keeps for the next start when the server was heard and when all was in step. Losing it costs a line of the status.
fn remember(clinic: &Clinic, now_ms: u64, in_step: bool) {
    let heard = clinic.sync().live().heard_ms;
    let kept = clinic.with_desk(|desk| {
        if let Some(heard_ms) = heard {
            desk.spool.set_cursor(Cursor::HeardMs, heard_ms)?;
        }
        if in_step {
            desk.spool.set_cursor(Cursor::InStepMs, now_ms)?;
        }
        Ok(())
    });
    if let Err(error) = kept {
        tracing::warn!(%error, "when the server was last heard could not be kept");
    }
}
