//! From the spool into the records: keys out of parcels, then segments, opened and applied chain by chain. Needs the compartment's keys.

use super::checkpoint;
use super::desk::Desk;
use super::key::{KEPT, enrollment, kem_secret};
use super::wire::ProblemKind;
use super::{aside, name, seal};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_sync::epoch::former_keys;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::Chain;
use wardkeep_sync::parcel::{Parcel, ParcelError};
use wardkeep_sync::secret::{DigestKey, EpochKey};
use wardkeep_sync::segment::{Opened, Segment};
use wardkeep_vault::store::{Arrived, Received, Stop, StoreError, store_compartment, wire_compartment};

/// Takes the keys out of the parcels for this user.
pub(super) fn parcels(clinic: &Clinic) -> Result<(), CommandError> {
    unless_locked(clinic.with_both(|session, desk| {
        for (number, bytes) in desk.spool.parcels()? {
            if open_parcel(session, desk, &bytes)? {
                desk.spool.parcel_done(number)?;
            }
        }
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            complete_keys(session, desk, at)?;
        }
        Ok(())
    }))
}

/// Whether the parcel is done with: opened, or of no use to anybody here.
fn open_parcel(session: &Session, desk: &Desk, bytes: &[u8]) -> Result<bool, CommandError> {
    let me = enrollment(session.device(), session.user);
    let roster = desk.roster()?;
    let parcel = match Parcel::verify(roster, bytes) {
        Ok(parcel) => parcel,
        // The roster may be behind the parcel: it waits.
        Err(ParcelError::UnknownEpoch | ParcelError::Recipient | ParcelError::Sender | ParcelError::Version(_)) => {
            return Ok(false);
        }
        Err(why) => {
            tracing::warn!(%why, "a parcel is not to be believed");
            return Ok(true);
        }
    };
    let label = *parcel.label();
    let Some(at) = store_compartment(label.compartment) else {
        return Ok(true);
    };
    if label.recipient != me || !session.holds(at) {
        // For another user of this laptop, or before the chart's file was made.
        return Ok(false);
    }
    let unlocked = session.unlocked();
    let Some(keys) = &unlocked.enrollment else {
        return Ok(false);
    };
    match parcel.open(roster, &me, &kem_secret(&keys.kem)?) {
        Ok(key) => session.with_store(|store| store.put_epoch_key(at, label.epoch, &key))?,
        Err(why) => tracing::warn!(%why, "a parcel brings no key"),
    }
    Ok(true)
}

/// Unwraps all former keys from the newest one that is here, and begins the digest once the first is known.
pub(crate) fn complete_keys(session: &Session, desk: &Desk, at: Compartment) -> Result<(), CommandError> {
    let roster = desk.roster()?;
    let wire = wire_compartment(at);
    session.with_store(|store| {
        let known = store.read().epoch_numbers(at)?;
        let Some(newest) = known.last().copied() else {
            return Ok(());
        };
        let missing = known.len() < newest as usize;
        if missing && let Some(key) = store.read().epoch_key(at, newest)? {
            match former_keys(roster, wire, newest, &key, 1) {
                Ok(keys) => {
                    for (number, key) in keys {
                        store.put_epoch_key(at, number, &key)?;
                    }
                }
                Err(why) => tracing::warn!(%why, "a former key cannot be unwrapped"),
            }
        }
        if let Some(first) = store.read().epoch_key(at, 1)? {
            store.start_digest(at, &DigestKey::of(&roster.clinic(), wire, &first))?;
        }
        Ok::<_, StoreError>(())
    })
}

/// Applies everything in the spool that the open compartments lack. Says how many segments; the session may be locked in between.
pub(super) fn segments(clinic: &Clinic) -> Result<u64, CommandError> {
    let mut applied = 0;
    for at in KEPT {
        applied += of_compartment(clinic, at, None)?;
    }
    Ok(applied)
}

/// The same of one compartment, and no further than this vector.
pub(super) fn up_to(clinic: &Clinic, at: Compartment, vector: &Frontier) -> Result<u64, CommandError> {
    of_compartment(clinic, at, Some(vector))
}

fn of_compartment(clinic: &Clinic, at: Compartment, most: Option<&Frontier>) -> Result<u64, CommandError> {
    let mut applied = 0;
    let chains = match clinic.with_both(|session, desk| waiting(session, desk, at)) {
        Err(error) if error.code == ErrorCode::Locked => return Ok(applied),
        other => other?,
    };
    for chain in chains {
        loop {
            match clinic.with_both(|session, desk| next(clinic, session, desk, (at, chain), most)) {
                Ok(true) => {
                    applied += 1;
                    settle(clinic, Settle::IfMust)?;
                }
                Ok(false) => break,
                Err(error) if error.code == ErrorCode::Locked => return Ok(applied),
                Err(error) => return Err(error),
            }
            if let Some(receiving) = &mut clinic.sync().live().receiving {
                receiving.done += 1;
            }
        }
    }
    settle(clinic, Settle::All)?;
    Ok(applied)
}

/// How much of the search index is settled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settle {
    /// Everybody, if too many wait.
    IfMust,
    /// Everybody.
    All,
}

/// Settles in the search index who came in bulk.
fn settle(clinic: &Clinic, how: Settle) -> Result<(), CommandError> {
    let wanted = match how {
        Settle::All => Ok(true),
        Settle::IfMust => clinic.with_session(Session::must_settle_search),
    };
    unless_locked(wanted.and_then(|wanted| if wanted { clinic.settle_search(|| false) } else { Ok(()) }))
}

/// The chains of a compartment that go further in the spool than in its file.
fn waiting(session: &Session, desk: &Desk, at: Compartment) -> Result<Vec<Chain>, CommandError> {
    if !session.holds(at) {
        return Ok(Vec::new());
    }
    seal::live_on(session, desk, at)?;
    let applied = session.with_store(|store| store.read().frontier(at))?;
    let kept = desk.spool.frontier()?.within(&[wire_compartment(at)]);
    Ok(kept.beyond(&applied).into_iter().map(|gap| gap.chain).collect())
}

/// Applies the next segment of a chain. Says whether there may be another.
fn next(
    clinic: &Clinic,
    session: &Session,
    desk: &mut Desk,
    (at, chain): (Compartment, Chain),
    most: Option<&Frontier>,
) -> Result<bool, CommandError> {
    let state = session.with_store(|store| store.read().chain(chain))?;
    if most.is_some_and(|most| state.next_seq() > most.seq(&chain)) {
        return Ok(false);
    }
    if let Some(stop) = state.stopped {
        report(clinic, session, desk, chain, stop);
        return Ok(false);
    }
    let Some(bytes) = desk.spool.segment(&chain, state.next_seq())? else {
        return Ok(false);
    };
    let roster = desk.roster()?;
    let verified = match Segment::parse(&bytes).map(|segment| segment.verify(roster)) {
        Ok(Ok(verified)) => verified,
        _ => return Err(CommandError::new(ErrorCode::VaultDamaged).file("sync/spool.db")),
    };
    let now_ms = session.now_ms();
    let key: Option<EpochKey> =
        session.with_store(|store| store.read().epoch_key(at, verified.segment().header().epoch))?;
    let Some(key) = key else {
        clinic.sync().live().problem(ProblemKind::NoKey, None, 1, now_ms);
        return Ok(false);
    };
    let opened = match verified.open(&key) {
        Ok(opened) => opened,
        Err(why) => {
            tracing::warn!(%why, device = ?chain.device, "a segment does not open");
            let device = name::of_device(session, desk, chain.device);
            clinic
                .sync()
                .live()
                .problem(ProblemKind::Unreadable, Some(device), 1, now_ms);
            return Ok(false);
        }
    };
    if let Opened::Checkpoint(checkpoint) = &opened {
        checkpoint::compare(clinic, session, desk, at, chain, checkpoint)?;
    }
    match session.with_store_in_background(|store| store.receive(&Arrived::new(&verified, &opened)))? {
        Received::Applied { .. } | Received::Duplicate => {
            clinic.sync().live().devices_heard.insert(chain.device.0, now_ms);
            Ok(true)
        }
        Received::Stopped(stop) => {
            report(clinic, session, desk, chain, stop);
            Ok(false)
        }
    }
}

/// Says that a chain does not go on.
fn report(clinic: &Clinic, session: &Session, desk: &Desk, chain: Chain, stop: Stop) {
    let kind = match stop {
        Stop::Cloned => ProblemKind::Clone,
        Stop::Unreadable | Stop::Misplaced | Stop::Gap => ProblemKind::Unreadable,
    };
    let device = name::of_device(session, desk, chain.device);
    clinic.sync().live().problem(kind, Some(device), 1, session.now_ms());
}

/// What waits in the open compartments for a person or an update.
pub(super) fn leftovers(clinic: &Clinic) -> Result<(), CommandError> {
    unless_locked(clinic.with_session(|session| {
        let now_ms = session.now_ms();
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            let deferred = session.read(|view| Ok(view.deferred_count(at)?))?;
            if deferred > 0 {
                let mut live = clinic.sync().live();
                live.problem(ProblemKind::NewerVersion, None, deferred, now_ms);
            }
        }
        let waiting = clinic.with_clinic_desk(|desk| aside::waiting(desk))?;
        for (device, segments) in waiting {
            let device = clinic.with_clinic_desk(|desk| Ok(name::of_device(session, desk, device)))?;
            let mut live = clinic.sync().live();
            live.problem(ProblemKind::Quarantined, Some(device), segments, now_ms);
        }
        Ok(())
    }))
}

/// Nothing is wrong when the session ends in between: what is left is done after the next unlock.
pub(super) fn unless_locked(result: Result<(), CommandError>) -> Result<(), CommandError> {
    match result {
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}
