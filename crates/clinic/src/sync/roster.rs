//! The roster between device and server: fetched, given back to a server that lost it, and written to by admins.

use super::desk::head_of;
use super::exchange::told;
use super::key::{enrollment, signing_key};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::Posted;
use crate::session::Session;
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use crate::wipe;
use wardkeep_roster::entry::Body;
use wardkeep_roster::{Enrollment, Roster, SigningKey};
use wardkeep_sync::id::RosterHead;
use wardkeep_sync::peer::Action;
use wardkeep_sync::wire::MAX_ROSTER_POST_ENTRIES;

/// How often entries are made anew because another admin was first.
const TRIES: usize = 4;

/// Fetches the entries after this device's head, as far as they are valid. What follows from them is to be done.
pub(super) fn fetch(clinic: &Clinic) -> Result<Vec<Action>, CommandError> {
    let mine = clinic.with_clinic_desk(|desk| desk.head())?;
    let mut entries = clinic.ask(|link| async move { link.roster_after(mine.number).await })?;
    let (taken, mut actions) = clinic.with_clinic_desk(|desk| desk.settle_key_among(&entries))?;
    entries.drain(..taken);
    if clinic.with_clinic_desk(|desk| wipe::is_ordered_by(desk, &entries))? {
        // What was written until now is sealed by the roster that it was written under.
        lock(clinic, LockReason::Wiped);
    }
    actions.extend(clinic.with_clinic_desk(|desk| desk.extend_roster(&entries))?);
    Ok(actions)
}

/// The same for whoever acts next: what is wrong is told, everything else waits for the next round.
pub(crate) fn fetch_roster(clinic: &Clinic) -> Result<(), CommandError> {
    let actions = fetch(clinic)?;
    told(clinic, actions).map(|_| ())
}

/// Gives the server the entries that it does not have.
pub(super) fn give(clinic: &Clinic, mut server: RosterHead) -> Result<(), CommandError> {
    loop {
        let (entries, last) = clinic.with_clinic_desk(|desk| {
            let roster = desk.roster()?;
            let entries: Vec<Vec<u8>> = roster
                .entries_after(server.number)
                .take(MAX_ROSTER_POST_ENTRIES)
                .map(<[u8]>::to_vec)
                .collect();
            Ok((entries, desk.head()?))
        })?;
        if entries.is_empty() {
            return Ok(());
        }
        let expected = server;
        match clinic.ask(|link| async move { link.post_roster(expected, entries).await })? {
            Posted::Taken(head) if head.number > server.number && head.number <= last.number => server = head,
            // Another device gives at the same time: the next round sees what is there.
            _ => return Ok(()),
        }
    }
}

/// Posts all entries behind the first of a roster to a server that has just taken the first.
pub(crate) fn give_all(clinic: &Clinic) -> Result<(), CommandError> {
    let first = clinic.with_clinic_desk(|desk| {
        let hash = desk.roster()?.hash_at(1).ok_or(ErrorCode::NotAttached)?;
        Ok(RosterHead { number: 1, hash })
    })?;
    give(clinic, first)
}

/// New entries in the making, each signed and checked against all before it.
pub(crate) struct Sealing {
    roster: Roster,
    entries: Vec<Vec<u8>>,
    author: Enrollment,
    key: SigningKey,
    now_ms: u64,
}

impl Sealing {
    /// By the session's user, behind the head of this roster.
    pub(crate) fn new(session: &Session, roster: &Roster) -> Result<Self, CommandError> {
        let unlocked = session.unlocked();
        let keys = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
        Ok(Self {
            roster: roster.clone(),
            entries: Vec::new(),
            author: enrollment(session.device(), session.user),
            key: signing_key(&keys.signing),
            now_ms: session.now_ms(),
        })
    }

    /// The roster with what was said so far.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Who signs.
    pub(crate) fn author(&self) -> Enrollment {
        self.author
    }

    /// Appends one entry.
    pub(crate) fn say(&mut self, body: Body) -> Result<(), CommandError> {
        let bytes = self.roster.draft(self.author, self.now_ms, body).sign(&self.key);
        if let Err(why) = self.roster.append(&bytes) {
            tracing::warn!(%why, "a roster entry of this device's own is refused");
            return Err(ErrorCode::RosterRefused.into());
        }
        self.entries.push(bytes);
        Ok(())
    }

    /// The entries that were made.
    pub(crate) fn into_entries(self) -> Vec<Vec<u8>> {
        self.entries
    }
}

/// Writes to the roster as the session's user: `make` says the entries, again for each try, because another admin may be first. What it
/// answers belongs to the entries that were taken.
pub(crate) fn act<R>(
    clinic: &Clinic,
    mut make: impl FnMut(&Session, &mut Sealing) -> Result<R, CommandError>,
) -> Result<R, CommandError> {
    for _ in 0..TRIES {
        let (expected, entries, answer) = clinic.with_both(|session, desk| {
            let roster = desk.roster()?;
            let mut sealing = Sealing::new(session, roster)?;
            let answer = make(session, &mut sealing)?;
            Ok((head_of(roster), sealing.into_entries(), answer))
        })?;
        if entries.is_empty() {
            return Ok(answer);
        }
        let posted = entries.clone();
        match clinic.ask(|link| async move { link.post_roster(expected, posted).await })? {
            Posted::Taken(_) => {
                let actions = clinic.with_clinic_desk(|desk| desk.extend_roster(&entries))?;
                told(clinic, actions)?;
                return Ok(answer);
            }
            Posted::Behind(_) => fetch_roster(clinic)?,
        }
    }
    Err(ErrorCode::Conflict.into())
}
