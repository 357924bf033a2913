//! Invitations, and the requests under them: one for each.

use super::clinic::{book, number, signed};
use crate::directory::PeerKey;
use crate::store::{Appended, JoinAnswer, Joined, NewInvitation, NewJoin, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_roster::ClinicId;

/// An invitation and the request under it.
type Waiting = ([u8; 16], Vec<u8>);

/// An answered request is kept for so long after the invitation's end, so that a device that was away still learns of it.
const KEEP_ANSWER_MS: u64 = 30 * crate::clock::DAY_MS;

/// Makes an invitation known. `NotNext` if its id is another's, or if the clinic has too many open ones.
pub fn invite(
    tx: &Connection,
    clinic: ClinicId,
    new: &NewInvitation,
    now_ms: u64,
    most: u32,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    let known: Option<(i64, [u8; 32])> = tx
        .prepare_cached("SELECT clinic, ticket_hash FROM invitation WHERE id = ?1")?
        .query_row([new.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(known) = known {
        let same = known == (clinic, new.ticket_hash);
        return Ok(if same { Appended::Stored } else { Appended::NotNext });
    }
    let open: u32 = tx
        .prepare_cached("SELECT count(*) FROM invitation WHERE clinic = ?1 AND expires_ms > ?2")?
        .query_row(params![clinic, signed(now_ms)], |row| row.get(0))?;
    if open >= most {
        return Ok(Appended::OverQuota);
    }
    tx.prepare_cached("INSERT INTO invitation (id, clinic, ticket_hash, expires_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![new.id, clinic, new.ticket_hash, signed(new.expires_ms)])?;
    Ok(Appended::Stored)
}

/// Takes a request.
pub fn ask(tx: &Connection, new: &NewJoin, quota: u64) -> Result<Joined, StoreError> {
    let invitation: Option<(i64, [u8; 32], [u8; 32], i64)> = tx
        .prepare_cached(
            "SELECT clinic.n, clinic.id, ticket_hash, expires_ms FROM invitation JOIN clinic ON clinic.n = clinic
             WHERE invitation.id = ?1",
        )?
        .query_row([new.invitation], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((clinic, id, ticket_hash, expires_ms)) = invitation else {
        return Ok(Joined::Unknown);
    };
    if !bool::from(subtle::ConstantTimeEq::ct_eq(&ticket_hash[..], &new.ticket_hash[..])) {
        return Ok(Joined::Unknown);
    }
    let before: Option<(Vec<u8>, [u8; 32])> = tx
        .prepare_cached("SELECT request, device_key FROM join_request WHERE invitation = ?1")?
        .query_row([new.invitation], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match before {
        Some((request, key)) if request == new.request && key == new.key.0 => return Ok(Joined::Waiting(ClinicId(id))),
        Some(_) => return Ok(Joined::Expired),
        None if expires_ms <= signed(new.now_ms) => return Ok(Joined::Expired),
        None => {}
    }
    if !book(tx, clinic, new.request.len() as u64, quota)? {
        return Ok(Joined::OverQuota);
    }
    tx.prepare_cached("INSERT INTO join_request (invitation, device_key, request) VALUES (?1, ?2, ?3)")?
        .execute(params![new.invitation, new.key.0, new.request])?;
    Ok(Joined::Waiting(ClinicId(id)))
}

/// The requests that nobody has answered.
pub fn waiting(db: &Connection, clinic: ClinicId, now_ms: u64) -> Result<Vec<Waiting>, StoreError> {
    let clinic = number(db, clinic)?;
    let mut statement = db.prepare_cached(
        "SELECT invitation, request FROM join_request JOIN invitation ON invitation.id = invitation
         WHERE clinic = ?1 AND answered = 0 AND expires_ms > ?2 ORDER BY join_request.n",
    )?;
    let rows = statement.query_map(params![clinic, signed(now_ms)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Answers a request, once. The same answer twice is harmless.
pub fn answer(
    tx: &Connection,
    clinic: ClinicId,
    invitation: &[u8; 16],
    welcome: Option<&[u8]>,
) -> Result<Appended, StoreError> {
    let clinic = number(tx, clinic)?;
    let changed = tx
        .prepare_cached(
            "UPDATE join_request SET answered = 1, welcome = ?3
             WHERE invitation = ?2 AND (answered = 0 OR welcome IS ?3)
             AND (SELECT clinic FROM invitation WHERE id = ?2) = ?1",
        )?
        .execute(params![clinic, invitation, welcome])?;
    Ok(if changed == 1 {
        Appended::Stored
    } else {
        Appended::NotNext
    })
}

/// What the device that asked is told.
pub fn told(db: &Connection, invitation: &[u8; 16], key: PeerKey) -> Result<JoinAnswer, StoreError> {
    let found: Option<(bool, Option<Vec<u8>>)> = db
        .prepare_cached("SELECT answered, welcome FROM join_request WHERE invitation = ?1 AND device_key = ?2")?
        .query_row(params![invitation, key.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match found {
        None => JoinAnswer::Unknown,
        Some((false, _)) => JoinAnswer::Waiting,
        Some((true, Some(welcome))) => JoinAnswer::Welcome(welcome),
        Some((true, None)) => JoinAnswer::Declined,
    })
}

/// Forgets invitations and unused founding tokens whose time is over. Requests go with their invitations.
pub fn forget_expired(tx: &Connection, now_ms: u64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE clinic SET stored_bytes = stored_bytes - coalesce((SELECT sum(length(request)) FROM join_request
             JOIN invitation ON invitation.id = invitation WHERE clinic = clinic.n AND expires_ms <= ?1), 0)",
        [signed(now_ms.saturating_sub(KEEP_ANSWER_MS))],
    )?;
    tx.execute(
        "DELETE FROM invitation WHERE expires_ms <= ?1",
        [signed(now_ms.saturating_sub(KEEP_ANSWER_MS))],
    )?;
    tx.execute(
        "DELETE FROM founding_token WHERE clinic IS NULL AND expires_ms <= ?1",
        [signed(now_ms)],
    )?;
    Ok(())
}
