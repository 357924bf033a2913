//! The lease of this laptop: it opens for the clinic's days without a word from the server, and then not before it has met it.
//!
//! Invariants:
//! - Nothing that the server says about time is an input. The days are the clinic's, by the roster that this laptop has verified; the time is
//!   counted by its own clocks ([`wardkeep_vault::lease`]).
//! - A laptop that the verified roster revokes or orders to be wiped asks for no lease, whatever the server would give.
//! - The only laptop of a clinic holds a lease that does not end: there is nobody who could take it out, and a server that lost its data
//!   would lock the clinic out of its own records.
//! - The server has the share before a slot needs it, and is given it back at every renewal.

pub mod wire;

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use crate::sync::{Desk, device_key, fetch_roster, one_at_a_time, revoked};
use wardkeep_roster::roster::{Device, Status};
use wardkeep_sync::wire::LeasePost;
use wardkeep_vault::key::LeaseShare;
use wardkeep_vault::lease::{self, End, Limits, Question, Standing};
use wire::{LeaseEnd, LeaseView};
use zeroize::Zeroizing;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// A lease of which less has passed is not renewed yet, in milliseconds: a round that only sends a note asks for nothing more.
const RENEW_AFTER_MS: u64 = 60 * 60 * 1000;
/// What is left when a person is told, in milliseconds, and of a short lease half of it.
const SOON_MS: u64 = 4 * DAY_MS;

/// Counts what has passed, by the limits of the verified roster. A session outlives the end only where the server is met at once. Called by a
/// round, when what was written is sealed.
pub(crate) fn follow(clinic: &Clinic) -> Result<(), CommandError> {
    if !count(clinic)? || clinic.locked_because().is_some() {
        return Ok(());
    }
    if let Err(error) = renew_by_roster(clinic) {
        tracing::warn!(%error, "the lease has ended and could not be renewed");
    }
    if count(clinic)? {
        lock(clinic, LockReason::LeaseEnded);
    }
    Ok(())
}

/// Counts, and says whether it has ended. A keychain that does not answer keeps nobody from sending: nothing new is unlocked without it.
pub(crate) fn count(clinic: &Clinic) -> Result<bool, CommandError> {
    let limits = clinic.with_clinic_desk(|desk| limits(desk))?;
    let standing = match clinic.with_clinic_desk(|_| Ok(lease::follow(clinic.env(), limits)))? {
        Ok(standing) => standing,
        Err(error) => {
            tracing::warn!(%error, "how much of the lease has passed could not be counted");
            return Ok(false);
        }
    };
    clinic.sync().live().lease = view_of(clinic, standing);
    Ok(matches!(standing, Standing::Ended(_)))
}

/// Asks the server for the share, where that is due.
pub(crate) fn renew(clinic: &Clinic) -> Result<(), CommandError> {
    let standing = lease::peek(clinic.env())?;
    if matches!(standing, Standing::Held { passed_ms, .. } if passed_ms < RENEW_AFTER_MS) {
        return Ok(());
    }
    if standing == Standing::None && clinic.with_clinic_desk(|desk| Ok(limits(desk)?.is_none()))? {
        return Ok(());
    }
    let Some(question) = lease::question(clinic.env())? else {
        return Ok(());
    };
    let post = match question {
        Question::First => LeasePost::First,
        Question::Holds(share) => LeasePost::Holds(Zeroizing::new(*share.expose())),
        Question::Again => LeasePost::Again,
    };
    match clinic.ask(|link| async move { link.lease(&post).await }) {
        Ok(reply) => keep(clinic, &reply.share[..]),
        // A server that has lost the share of a lease that has ended: nothing here can mend that.
        Err(error) if error.code == ErrorCode::NotFound => Err(CommandError::new(ErrorCode::LeaseEnded).at("server")),
        Err(error) => Err(error),
    }
}

/// After a round has met the server: other days may count from now on, and the share is asked for. A server that hands out no leases keeps
/// nobody from the records while theirs lasts.
pub(crate) fn met(clinic: &Clinic) -> Result<(), CommandError> {
    count(clinic)?;
    match renew(clinic) {
        Err(error) if error.code != ErrorCode::DeviceRevoked => {
            tracing::warn!(%error, "the lease could not be renewed");
            Ok(())
        }
        other => other,
    }
}

/// Whoever wants in past the end has the server asked at once. Why it could not be asked is not told here: the unlock says that the lease
/// has ended, or that this laptop was revoked.
pub(crate) fn meet_if_ended(clinic: &Clinic) -> Result<(), CommandError> {
    if clinic.locked_because().is_none() || !matches!(lease::peek(clinic.env()), Ok(Standing::Ended(_))) {
        return Ok(());
    }
    let met = meet(clinic);
    clinic.sync().close_desk();
    match met {
        Err(error) if error.code == ErrorCode::LeaseEnded => Err(error),
        Err(error) => {
            tracing::warn!(%error, "the lease has ended and could not be renewed");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The roster first: who was revoked meanwhile learns that, and gets nothing.
fn renew_by_roster(clinic: &Clinic) -> Result<(), CommandError> {
    // Which of two keys is let in must be known first.
    device_key::settle(clinic)?;
    fetch_roster(clinic)?;
    if clinic.with_clinic_desk(|desk| is_good(desk))? {
        return renew(clinic);
    }
    Ok(())
}

/// The same, besides the rounds.
fn meet(clinic: &Clinic) -> Result<(), CommandError> {
    match one_at_a_time(clinic, || renew_by_roster(clinic)) {
        Err(error) if error.code == ErrorCode::DeviceRevoked => revoked::learn(clinic),
        _ if crate::wipe::is_under_way(clinic.home()) => clinic.sync_round().map(drop),
        other => other,
    }
}

/// Keeps what the server has answered.
fn keep(clinic: &Clinic, share: &[u8]) -> Result<(), CommandError> {
    let share = LeaseShare::from_slice(share).ok_or(ErrorCode::ServerAnswer)?;
    clinic.with_clinic_desk(|desk| Ok(lease::keep(clinic.env(), &share, limits(desk)?)?))?;
    let standing = lease::peek(clinic.env())?;
    clinic.sync().live().lease = view_of(clinic, standing);
    Ok(())
}

/// Asks when the other laptops were last given theirs: until when one that is to be wiped can still be opened, by the server's word.
pub(crate) fn hear_of_others(clinic: &Clinic) {
    match clinic.ask(|link| async move { link.leases().await }) {
        Ok(reply) => {
            let given = reply.leases.iter().map(|row| (row.device, row.handed_ms));
            clinic.sync().live().leases = given.collect();
        }
        Err(error) => tracing::warn!(%error, "until when other laptops can be opened is not known"),
    }
}

/// When the lease of another device ends at the latest, of which the server has said when it was given.
pub(crate) fn ends_ms(desk: &Desk, given_ms: u64) -> Result<u64, CommandError> {
    let days = u64::from(desk.roster()?.policy().lease_days);
    Ok(given_ms.saturating_add(days * DAY_MS))
}

/// When the lease of this device ends, by the clinic's rules; `None` where it does not.
fn limits(desk: &Desk) -> Result<Option<Limits>, CommandError> {
    let (roster, me) = (desk.roster()?, desk.device()?);
    if roster.devices().all(|(id, device)| id == me || !counts(device)) {
        return Ok(None);
    }
    let policy = roster.policy();
    Ok(Some(Limits {
        ms: u64::from(policy.lease_days) * DAY_MS,
        wrong_passwords: policy.wrong_password_limit,
    }))
}

/// Whether the clinic wants this device to be opened at all.
fn is_good(desk: &Desk) -> Result<bool, CommandError> {
    Ok(desk.roster()?.device(&desk.device()?).is_some_and(counts))
}

fn counts(device: &Device) -> bool {
    device.status == Status::Active && device.wipe.is_none()
}

/// As a surface shows it; nothing where there is no lease. Changes nothing, and may be asked while another process has the home.
pub(crate) fn view(clinic: &Clinic) -> Option<LeaseView> {
    view_of(clinic, lease::peek(clinic.env()).ok()?)
}

fn view_of(clinic: &Clinic, standing: Standing) -> Option<LeaseView> {
    let now_ms = clinic.machine().clock.now_ms();
    match standing {
        Standing::None => None,
        Standing::Held { passed_ms, left_ms } => Some(LeaseView {
            ends_ms: left_ms.map(|left| now_ms.saturating_add(left)),
            soon: left_ms.is_some_and(|left| left < SOON_MS.min(passed_ms.saturating_add(left) / 2)),
            ended: None,
        }),
        Standing::Ended(why) => Some(LeaseView {
            ends_ms: None,
            soon: false,
            ended: Some(end_of(why)),
        }),
    }
}

fn end_of(why: End) -> LeaseEnd {
    match why {
        End::Time => LeaseEnd::Time,
        End::WrongPasswords => LeaseEnd::WrongPasswords,
        End::Missing => LeaseEnd::Missing,
    }
}

/// What ended it, by the name of the rule, or by what has lost the share: for errors and the log.
pub(crate) fn rule_of(why: End) -> &'static str {
    match why {
        End::Time => "lease_days",
        End::WrongPasswords => "wrong_password_limit",
        End::Missing => "keychain",
    }
}
