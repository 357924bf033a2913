//! Names in the roster: sealed with the office key, opened by whoever holds it.
//!
//! The founder's two names stand in the first entry, whose hash is the clinic's id; they are sealed for the entry's nonce instead, which
//! is as much the clinic's own.

use super::desk::Desk;
use super::key::filler;
use crate::error::CommandError;
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::{Body, SealedName};
use wardkeep_roster::{ClinicId, DeviceId, Roster, UserId};
use wardkeep_sync::epoch::former_keys;
use wardkeep_sync::name::{MAX_NAME_BYTES, Named, epoch_of, open_name, seal_name};
use wardkeep_sync::secret::EpochKey;

/// Seals a name under the newest office key of the roster.
pub(crate) fn seal(session: &Session, roster: &Roster, whose: Named, name: &str) -> Result<SealedName, CommandError> {
    let epoch = roster
        .epoch(wardkeep_roster::Compartment::Office)
        .map_or(1, |known| known.epoch.number);
    let key = session
        .read(|view| Ok(view.epoch_key(Compartment::Office, epoch)?))?
        .ok_or(crate::error::ErrorCode::NoKey)?;
    seal_with(&*session.env.random, &roster.clinic(), epoch, &key, whose, name)
}

/// Seals a name under a given key. One that is too long is cut between two characters.
pub(crate) fn seal_with(
    random: &dyn wardkeep_vault::random::Random,
    clinic: &ClinicId,
    epoch: u32,
    key: &EpochKey,
    whose: Named,
    name: &str,
) -> Result<SealedName, CommandError> {
    let name = cut(name);
    seal_name(clinic, epoch, key, whose, name, &mut filler(random)).map_err(|_| CommandError::invalid("name"))
}

/// At most as much of a name as the roster takes.
pub(crate) fn cut(name: &str) -> &str {
    let mut end = name.len().min(MAX_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].trim_end()
}

/// A device's name; the first digits of its id where it cannot be read.
pub(crate) fn of_device(session: &Session, desk: &Desk, id: DeviceId) -> String {
    let name = || {
        let roster = desk.roster().ok()?;
        let device = roster.device(&id)?;
        open(session, roster, Named::Device(id), &device.name, device.added_at == 1)
    };
    name().unwrap_or_else(|| short(&id.to_string()))
}

/// A user's name; the first digits of their id where it cannot be read.
pub(crate) fn of_user(session: &Session, desk: &Desk, id: UserId) -> String {
    let name = || in_roster(session, desk.roster().ok()?, id);
    name().unwrap_or_else(|| short(&id.to_string()))
}

/// A user's name, where it can be read.
pub(crate) fn in_roster(session: &Session, roster: &Roster, id: UserId) -> Option<String> {
    let sealed = &roster.user(&id)?.name;
    let user = Named::User(id);
    open(session, roster, user, sealed, false).or_else(|| open(session, roster, user, sealed, true))
}

/// A user's name, opened with the newest office key in hand and the former ones that it unwraps.
pub(crate) fn with_key(roster: &Roster, id: UserId, newest: u32, key: &EpochKey) -> Option<String> {
    let sealed = &roster.user(&id)?.name;
    let epoch = epoch_of(sealed)?;
    let office = wardkeep_roster::Compartment::Office;
    let former = former_keys(roster, office, newest, key, epoch).ok()?;
    let key = former
        .iter()
        .find(|(number, _)| *number == epoch)
        .map_or(key, |(_, key)| key);
    let named = |scope: &ClinicId| open_name(scope, epoch, key, Named::User(id), sealed).ok();
    named(&roster.clinic()).or_else(|| named(&founding_scope(roster)?))
}

/// Why segments of a device stay out, where it can be read.
pub(crate) fn reason(session: &Session, roster: &Roster, device: DeviceId, sealed: &SealedName) -> Option<String> {
    open(session, roster, Named::Reason(device), sealed, false)
}

/// The first digits of an id.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn open(session: &Session, roster: &Roster, whose: Named, sealed: &SealedName, founding: bool) -> Option<String> {
    let epoch = epoch_of(sealed)?;
    let key = session
        .read(|view| Ok(view.epoch_key(Compartment::Office, epoch)?))
        .ok()??;
    let scope = if founding {
        founding_scope(roster)?
    } else {
        roster.clinic()
    };
    open_name(&scope, epoch, &key, whose, sealed).ok()
}

/// What the first entry's names are sealed for.
fn founding_scope(roster: &Roster) -> Option<ClinicId> {
    match roster.entry(1)?.body {
        Body::Genesis(genesis) => Some(ClinicId(genesis.nonce)),
        _ => None,
    }
}
