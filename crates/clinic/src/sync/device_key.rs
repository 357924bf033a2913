//! A new key of this device, from the roster's side: sent, and found out about when it is not known whether the entry arrived.
//!
//! Invariants:
//! - The next key and its signed entry are on the disk before anybody is sent the entry; the former key goes in the step in which the roster
//!   here is seen to list the next one.
//! - Between the two nothing is sealed. The same entry is sent again, never another one beside it.

use super::apply::unless_locked;
use super::desk::{Desk, head_of};
use super::exchange::told;
use super::key::{KEPT, signing_key};
use super::roster::{Sealing, fetch_roster};
use super::{seal, server_of};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin, Posted, Server};
use crate::rotation::age;
use crate::rotation::wire::KeyKind;
use crate::session::Session;
use wardkeep_record::op::Compartment;
use wardkeep_roster::RenewedKey;
use wardkeep_roster::entry::{Body, RenewDeviceKey};
use wardkeep_vault::key::SigningSeed;
use wardkeep_vault::spool::{Cursor, Renewal};

/// How often an entry is made anew because somebody else was first.
const TRIES: usize = 4;

/// Gives this device a new key. One that is under way is finished in its place. To be called by whoever does a round.
pub(crate) fn renew(clinic: &Clinic) -> Result<(), CommandError> {
    let before = clinic.with_clinic_desk(|desk| since(desk))?;
    for _ in 0..TRIES {
        if clinic.with_clinic_desk(|desk| Ok(desk.spool.renewal()?.is_none()))? {
            clinic.with_both(begin)?;
        }
        settle(clinic)?;
        if clinic.with_clinic_desk(|desk| since(desk))? != before {
            return Ok(());
        }
    }
    Err(ErrorCode::Conflict.into())
}

/// The entry that lists this device's present key.
fn since(desk: &Desk) -> Result<u32, CommandError> {
    let known = desk.roster()?.device(&desk.device()?);
    Ok(known.ok_or(ErrorCode::NotAttached)?.key_since)
}

/// Makes the next key and its entry, and puts both onto the disk.
pub(crate) fn begin(session: &Session, desk: &mut Desk) -> Result<(), CommandError> {
    // The entry says how far the former key has come, so all that it has sealed must be in the spool.
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        seal::empty_outbox(session, desk, at)?;
    }
    let seed = SigningSeed::generate(&*session.env.random);
    let (clinic, device) = (desk.roster()?.clinic(), desk.device()?);
    let mut sealing = Sealing::new(session, desk.roster()?)?;
    sealing.say(Body::DeviceKey(RenewDeviceKey {
        device,
        key: RenewedKey::prove(clinic, &device, &desk.device_key()?, &signing_key(&seed)),
        reached: desk.reached()?,
    }))?;
    let entry = sealing.into_entries().pop();
    let entry = entry.ok_or_else(|| CommandError::internal("entry of a new device key"))?;
    desk.begin_key(&Renewal { seed, entry })
}

/// Finds out what became of a new key that is under way: asks for the roster, under the next key where the former one is let in no more, and
/// sends the entry where nobody has been told of it. Does nothing where none is under way.
pub(crate) fn settle(clinic: &Clinic) -> Result<(), CommandError> {
    let is_under_way = || clinic.with_clinic_desk(|desk| Ok(desk.spool.renewal()?.is_some()));
    if is_under_way()? {
        look(clinic)?;
        if let Err(error) = send(clinic) {
            // The answer may have been lost with the connection, which was the former key's.
            look(clinic)?;
            if is_under_way()? {
                return Err(error);
            }
        }
    }
    note(clinic)
}

/// Fetches the roster. A device whose former key does not get through asks under the next one, for the entry that lists it and nothing else.
fn look(clinic: &Clinic) -> Result<(), CommandError> {
    // A refusal in the handshake may be lost with the connection, which then seems to be no connection at all.
    let refused = match fetch_roster(clinic) {
        Err(error) if matches!(error.code, ErrorCode::DeviceRevoked | ErrorCode::ServerUnreachable) => error,
        other => return other,
    };
    let (server, after) = clinic.with_clinic_desk(|desk| Ok((next_server(clinic, desk)?, desk.head()?.number)))?;
    let Some(server) = server else {
        return Ok(());
    };
    let Ok(entries) = clinic.ask_at(&server, |link| async move { link.roster_after(after).await }) else {
        return Err(refused);
    };
    let (_, actions) = clinic.with_clinic_desk(|desk| desk.settle_key_among(&entries))?;
    told(clinic, actions).map(drop)
}

/// The clinic's server under the next key.
fn next_server(clinic: &Clinic, desk: &Desk) -> Result<Option<Server>, CommandError> {
    let (Some(renewal), Some(link)) = (desk.spool.renewal()?, desk.spool.server()?) else {
        return Ok(None);
    };
    let address: Address = link.address.parse().map_err(|_| ErrorCode::NotAttached)?;
    server_of(&clinic.env().clock, renewal.seed.expose(), address, Pin(link.pin)).map(Some)
}

/// Sends the entry, if it still follows the head.
fn send(clinic: &Clinic) -> Result<(), CommandError> {
    let waits = clinic.with_clinic_desk(|desk| {
        let renewal = desk.spool.renewal()?;
        Ok(renewal.map(|renewal| renewal.entry).zip(Some(head_of(desk.roster()?))))
    })?;
    let Some((entry, expected)) = waits else {
        return Ok(());
    };
    let posted = vec![entry.clone()];
    match clinic.ask(|link| async move { link.post_roster(expected, posted).await })? {
        Posted::Taken(_) => {
            let actions = clinic.with_clinic_desk(|desk| desk.extend_roster(&[entry]))?;
            told(clinic, actions).map(drop)
        }
        Posted::Behind(_) => fetch_roster(clinic),
    }
}

/// Writes into the log that a new key counts, once, as soon as somebody is unlocked.
fn note(clinic: &Clinic) -> Result<(), CommandError> {
    unless_locked(clinic.with_both(|session, desk| {
        let known = desk.roster()?.device(&desk.device()?);
        let renewed = known.filter(|known| known.key_since != known.added_at);
        let Some(since) = renewed.map(|known| u64::from(known.key_since)) else {
            return Ok(());
        };
        if desk.spool.cursor(Cursor::DeviceKey)? >= since {
            return Ok(());
        }
        session.write(Compartment::Office, |tx| {
            Ok(tx.audit(&age::entry(KeyKind::DeviceKey, "done"))?)
        })?;
        Ok(desk.spool.set_cursor(Cursor::DeviceKey, since)?)
    }))
}
