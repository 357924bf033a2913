//! `sync_snapshot`: a snapshot of what this device holds now, of every compartment that is open. The background makes one by itself when
//! enough was written since the last and nobody works here.

use super::super::key::{KEPT, filler};
use super::super::status::status;
use super::super::wire::SyncStatus;
use super::super::{held, round};
use super::offer::offered;
use super::{Failed, Interruptible};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::Desk;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_roster::{Enrollment, Roster, SigningKey};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::secret::EpochKey;
use wardkeep_sync::segment::Place;
use wardkeep_sync::snapshot::{Claim, Draft, Manifest, SealSnapshotError, Sealer, due};
use wardkeep_vault::spool::{ChunkFolder, clear_chunks};
use wardkeep_vault::store::{Action, AuditEntry, SNAPSHOT_SCHEMA, View, wire_compartment};

/// Nobody must have worked here for so long before the background makes one, in milliseconds.
const IDLE_MS: u64 = 2 * 60 * 1000;
/// Each device waits so much longer than the one before it in the roster's order, so that one makes it and the others sign it.
const TURN_MS: u64 = 10 * 60 * 1000;
/// A snapshot that nobody has countersigned for so long stands in the way of no other.
const PENDING_MS: u64 = 24 * 60 * 60 * 1000;
/// Rows between two looks whether somebody wants to lock.
const ROWS_AT_ONCE: u64 = 64;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = SyncStatus;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<SyncStatus, CommandError> {
        let outcome = round::round(clinic)?;
        if !outcome.in_step {
            return Err(CommandError::new(ErrorCode::Conflict));
        }
        let _one = held(&clinic.sync().rounds);
        for at in KEPT {
            make(clinic, at)?;
        }
        super::look(clinic)?;
        status(clinic)
    }
}

/// Makes one where it is due and nobody is disturbed. A server that has no place for it fails no round: the records are there without one.
pub(in crate::sync) fn make_if_due(clinic: &Clinic) -> Result<(), CommandError> {
    if clinic.runs_in_background() && clinic.idle_ms() < IDLE_MS {
        return Ok(());
    }
    let now_ms = clinic.machine().clock.monotonic_ms();
    if held(&clinic.sync().offers).has_no_place(now_ms) {
        return Ok(());
    }
    for at in KEPT {
        match is_due(clinic, at) {
            Ok(true) => match make(clinic, at) {
                Err(error) if error.code == ErrorCode::ServerFull => {
                    tracing::warn!("the server has no place for a snapshot");
                    held(&clinic.sync().offers).no_place(now_ms);
                    return Ok(());
                }
                made => made?,
            },
            Ok(false) => {}
            Err(error) if error.code == ErrorCode::Locked => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether enough lies behind the last one, and it is this device's turn.
fn is_due(clinic: &Clinic, at: Compartment) -> Result<bool, CommandError> {
    let part = wire_compartment(at);
    let offers = offered(clinic);
    let now_ms = clinic.machine().clock.now_ms();
    let (enough, turn) = clinic.with_both(|session, desk| {
        if !session.holds(at) || !desk.compartments()?.contains(&part) || desk.is_revoked()? {
            return Ok((false, 0));
        }
        let mut covered = Frontier::new();
        for offer in offers.iter().filter(|offer| offer.manifest.compartment == part) {
            let pending = now_ms.saturating_sub(offer.manifest.made_ms) < PENDING_MS;
            if pending || offer.trust(desk)?.is_ok() {
                covered.join(&offer.manifest.vector);
            }
        }
        let held = desk.spool.frontier()?.within(&[part]);
        let gaps = held.beyond(&covered);
        let segments = gaps.iter().map(|gap| gap.count()).sum();
        let bytes = if due(segments, 0) {
            0
        } else {
            desk.spool.bytes_of(&gaps)?
        };
        let me = desk.device()?;
        let enrolled = desk.roster()?.active_enrollments(part);
        // The recovery key makes none.
        let laptops = enrolled.filter(|one| *one != Enrollment::RECOVERY);
        let mut holders: Vec<_> = laptops.map(|one| one.device).collect();
        holders.sort_unstable();
        holders.dedup();
        let turn = holders.iter().position(|holder| *holder == me).unwrap_or(0);
        Ok((due(segments, bytes), turn as u64))
    })?;
    let waited = held(&clinic.sync().offers).waited_ms(part, enough, clinic.machine().clock.monotonic_ms());
    Ok(enough && (waited >= turn.saturating_mul(TURN_MS) || !clinic.runs_in_background()))
}

/// Makes one of a compartment, unless nothing of it can be said now. What was sealed and not sent before is sent.
fn make(clinic: &Clinic, at: Compartment) -> Result<(), CommandError> {
    let sealed = match clinic.with_both(|session, desk| Ok(seal(clinic, session, desk, at))) {
        Err(error) if error.code == ErrorCode::Locked => return Ok(()),
        other => other?,
    };
    let (folder, bytes) = match sealed {
        Ok(Some(sealed)) => sealed,
        Ok(None) => return Ok(()),
        Err(Failed::Lie(_, why)) => return Err(CommandError::internal(why)),
        Err(Failed::Other(error)) if error.code == ErrorCode::Locked => return Ok(()),
        Err(Failed::Other(error)) => return Err(error),
    };
    send(clinic, &folder, bytes)?;
    let written = clinic.with_session(|session| {
        let detail = serde_json::json!({ "made": true });
        session.write(at, |tx| {
            Ok(tx.audit(&AuditEntry::new(Action::Snapshot).detail(&detail))?)
        })
    });
    super::super::apply::unless_locked(written)?;
    Ok(clear_chunks(clinic.home())?)
}

/// Sends the chunks that are not there, then the manifest.
fn send(clinic: &Clinic, folder: &ChunkFolder, bytes: Vec<u8>) -> Result<(), CommandError> {
    let manifest = Manifest::parse(&bytes).map_err(|_| CommandError::internal("own manifest"))?;
    for name in manifest.chunks() {
        let hash = name.hash;
        if clinic.ask(|link| async move { link.has_chunk(&hash).await })? {
            continue;
        }
        let chunk = folder.get(&hash)?.ok_or(CommandError::internal("own chunk"))?;
        clinic.ask(|link| async move { link.put_chunk(&hash, chunk).await })?;
    }
    clinic.ask(|link| async move { link.post_manifest(bytes).await })
}

/// What sealing needs.
struct With<'a> {
    clinic: &'a Clinic,
    roster: &'a Roster,
    at: Compartment,
    place: Place,
    key: EpochKey,
    device_key: SigningKey,
    acknowledged: Frontier,
}

/// Seals what is here into files. `None` where vector and rows do not say the same now, or the server does not have all of it.
fn seal(
    clinic: &Clinic,
    session: &Session,
    desk: &Desk,
    at: Compartment,
) -> Result<Option<(ChunkFolder, Vec<u8>)>, Failed> {
    let part = wire_compartment(at);
    if !session.holds(at) || desk.is_revoked()? || !desk.compartments()?.contains(&part) {
        return Ok(None);
    }
    let Ok(place) = desk.standing()?.place(part) else {
        return Ok(None);
    };
    let Some(key) = session.read(|view| Ok(view.epoch_key(at, place.epoch)?))? else {
        return Ok(None);
    };
    let with = With {
        clinic,
        roster: desk.roster()?,
        at,
        place,
        key,
        device_key: desk.device_key()?,
        acknowledged: desk.spool.acknowledged().map_err(CommandError::from)?,
    };
    session
        .snapshot(|view| Ok(with.of_moment(session, view)))
        .map_err(Failed::Other)?
}

impl With<'_> {
    /// Seals one moment.
    fn of_moment(&self, session: &Session, view: &View<'_>) -> Result<Option<(ChunkFolder, Vec<u8>)>, Failed> {
        let Some(claim) = view.snapshot_claim(self.at)? else {
            return Ok(None);
        };
        // The server keeps none that is ahead of it.
        if claim.rows() == 0 || !claim.vector().beyond(&self.acknowledged).is_empty() {
            return Ok(None);
        }
        let hash = claim.hash(&self.place.clinic).0;
        let folder = ChunkFolder::of(self.clinic.home(), &hash);
        if let Some(bytes) = sealed_before(self.roster, &folder, &hash)? {
            return Ok(Some((folder, bytes)));
        }
        folder.clear().map_err(CommandError::from)?;
        let bytes = self.write(session, view, claim, &folder)?;
        folder.put(&hash, &bytes).map_err(CommandError::from)?;
        Ok(Some((folder, bytes)))
    }

    fn write(&self, session: &Session, view: &View<'_>, claim: Claim, folder: &ChunkFolder) -> Result<Vec<u8>, Failed> {
        let draft = Draft {
            clinic: self.place.clinic,
            maker: self.place.chain.device,
            roster: self.place.roster,
            epoch: self.place.epoch,
            schema: SNAPSHOT_SCHEMA,
            made_ms: session.now_ms(),
            claim,
        };
        let interrupt = Interruptible::begin(self.clinic);
        let mut sealer = Sealer::new(draft, &self.key, &mut filler(&*session.env.random)).map_err(unsealed)?;
        let mut rows = 0_u64;
        view.each_snapshot_item(self.at, |item| {
            sealer.push(item).map_err(unsealed)?;
            while let Some(chunk) = sealer.chunk().map_err(unsealed)? {
                folder.put(&chunk.name.hash, &chunk.bytes).map_err(CommandError::from)?;
            }
            rows += 1;
            if rows.is_multiple_of(ROWS_AT_ONCE) {
                interrupt.check()?;
            }
            Ok::<_, Failed>(())
        })?;
        while let Some(chunk) = sealer.chunk().map_err(unsealed)? {
            folder.put(&chunk.name.hash, &chunk.bytes).map_err(CommandError::from)?;
        }
        let (last, bytes, _) = sealer.finish(&self.device_key).map_err(unsealed)?;
        folder.put(&last.name.hash, &last.bytes).map_err(CommandError::from)?;
        Ok(bytes)
    }
}

/// The manifest of a snapshot of this very state that was sealed before and not sent to its end.
fn sealed_before(roster: &Roster, folder: &ChunkFolder, claim: &[u8; 32]) -> Result<Option<Vec<u8>>, Failed> {
    let Some(bytes) = folder.get(claim).map_err(CommandError::from)? else {
        return Ok(None);
    };
    let whole = Manifest::parse(&bytes).is_ok_and(|manifest| {
        let mut chunks = manifest.chunks().iter();
        // The device's key may be another one by now.
        manifest.is_signed(&bytes, roster) && chunks.all(|name| folder.has(&name.hash, name.bytes))
    });
    Ok(whole.then_some(bytes))
}

fn unsealed(error: SealSnapshotError) -> Failed {
    tracing::error!(%error, "a snapshot could not be sealed");
    Failed::Other(CommandError::internal("sealing a snapshot"))
}
