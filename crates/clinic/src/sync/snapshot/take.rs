//! Taking a snapshot: a device that begins, and one whose segments the server has let go.

use super::super::exchange::told;
use super::super::wire::{Receiving, ReceivingWhat};
use super::super::{apply, held, roster};
use super::offer::{Offer, offered, trusted_vector};
use super::{Failed, Interruptible, Liar, refuse};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::Desk;
use wardkeep_record::op::Compartment;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::Incarnation;
use wardkeep_sync::snapshot::{OpenSnapshotError, Opener};
use wardkeep_vault::random;
use wardkeep_vault::spool::{ChunkFolder, Cursor, clear_chunks};
use wardkeep_vault::store::{SNAPSHOT_SCHEMA, store_compartment, wire_compartment};

/// Rows between two looks whether somebody wants to lock.
const ROWS_AT_ONCE: u64 = 64;

/// Looks whether this device begins with a snapshot, and gets what it needs for it before anything else is pulled.
pub(in crate::sync) fn prepare(clinic: &Clinic) -> Result<(), CommandError> {
    heal(clinic)?;
    let fresh = clinic.with_clinic_desk(|desk| fresh(desk))?;
    if fresh.is_empty() {
        return Ok(());
    }
    told(clinic, roster::fetch(clinic)?)?;
    super::look(clinic)?;
    let offers = offered(clinic);
    let wanted = clinic.with_clinic_desk(|desk| {
        let offered = trusted_vector(desk, &offers)?;
        let known = |part: &wardkeep_roster::Compartment| !offered.within(&[*part]).is_empty();
        Ok(fresh.into_iter().filter(known).collect())
    })?;
    held(&clinic.sync().offers).wanted = wanted;
    Ok(())
}

/// The compartments of which nothing is here.
fn fresh(desk: &Desk) -> Result<Vec<wardkeep_roster::Compartment>, CommandError> {
    let peer = desk.standing()?;
    let empty = |part: &wardkeep_roster::Compartment| peer.held().within(&[*part]).is_empty();
    Ok(peer.compartments().iter().copied().filter(empty).collect())
}

/// The compartments that wait for a snapshot: no segment of them is pulled until it is here.
pub(in crate::sync) fn awaited(clinic: &Clinic) -> Vec<wardkeep_roster::Compartment> {
    held(&clinic.sync().offers).wanted.iter().copied().collect()
}

/// What a pull has not brought and is in a snapshot that this device would trust: it is said, and the snapshot wanted.
pub(in crate::sync) fn pulled(clinic: &Clinic) -> Result<Vec<wardkeep_sync::peer::Action>, CommandError> {
    let missing = clinic.with_clinic_desk(|desk| Ok(desk.standing()?.misses_promised()))?;
    if missing {
        super::look(clinic)?;
    }
    let offers = offered(clinic);
    clinic.with_clinic_desk(|desk| {
        let offered = trusted_vector(desk, &offers)?;
        Ok(desk.peer()?.0.pulled_under(&offered))
    })
}

/// The state machine asks for a snapshot.
pub(in crate::sync) fn want(clinic: &Clinic, part: wardkeep_roster::Compartment) {
    held(&clinic.sync().offers).wanted.insert(part);
}

/// Takes what is wanted, as far as keys and files for it are here. Says whether there is something to pull now: what follows a snapshot, or
/// everything, where none is to be had any more.
pub(in crate::sync) fn take_wanted(clinic: &Clinic) -> Result<bool, CommandError> {
    let mut settled = false;
    for part in awaited(clinic) {
        let Some(at) = store_compartment(part) else {
            held(&clinic.sync().offers).wanted.remove(&part);
            continue;
        };
        match take_best(clinic, at) {
            Ok(()) => {
                held(&clinic.sync().offers).wanted.remove(&part);
                settled = true;
            }
            // Goes on after the next unlock, or with the key.
            Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::NoKey) => {}
            Err(error) => return Err(error),
        }
    }
    clinic.sync().live().receiving = None;
    Ok(settled)
}

/// Takes the newest one that is trusted and true.
fn take_best(clinic: &Clinic, at: Compartment) -> Result<(), CommandError> {
    let part = wire_compartment(at);
    for offer in offered(clinic)
        .into_iter()
        .filter(|offer| offer.manifest.compartment == part)
    {
        let trusted = clinic.with_clinic_desk(|desk| Ok(offer.trust(desk)?.is_ok()))?;
        if !trusted || offer.manifest.schema > SNAPSHOT_SCHEMA {
            continue;
        }
        match take(clinic, at, &offer) {
            Ok(()) => return Ok(()),
            Err(Failed::Lie(liar, why)) => {
                held(&clinic.sync().offers).refuse(offer.id);
                refuse(clinic, liar, offer.manifest.maker, why)?;
                ChunkFolder::of(clinic.home(), &offer.id).clear()?;
            }
            Err(Failed::Other(error)) => return Err(error),
        }
    }
    Ok(())
}

fn take(clinic: &Clinic, at: Compartment, offer: &Offer) -> Result<(), Failed> {
    // Without the key nothing is fetched: it may never come.
    clinic.with_session(|session| {
        if !session.holds(at) {
            return Err(ErrorCode::NoKey.into());
        }
        let key = session.read(|view| Ok(view.epoch_key(at, offer.manifest.epoch)?))?;
        key.map(drop).ok_or_else(|| ErrorCode::NoKey.into())
    })?;
    let folder = ChunkFolder::of(clinic.home(), &offer.id);
    download(clinic, offer, &folder)?;
    clinic
        .with_both(|session, desk| Ok(load(clinic, session, desk, at, offer, &folder)))
        .map_err(Failed::Other)??;
    adopt(clinic, &offer.manifest.vector)?;
    clear_chunks(clinic.home()).map_err(CommandError::from)?;
    let cursor = match at {
        Compartment::Office => Cursor::OfficeSnapshotMs,
        Compartment::Clinical => Cursor::ClinicalSnapshotMs,
    };
    clinic.with_clinic_desk(|desk| Ok(desk.spool.set_cursor(cursor, offer.manifest.made_ms)?))?;
    let id = offer.id;
    // Not acknowledged, it is again at the next look.
    if let Err(error) = clinic.ask(|link| async move { link.acknowledge(&id).await }) {
        tracing::debug!(%error, "a snapshot could not be acknowledged");
    }
    Ok(())
}

/// Fetches the chunks that are not on the disk yet.
fn download(clinic: &Clinic, offer: &Offer, folder: &ChunkFolder) -> Result<(), Failed> {
    let chunks = offer.manifest.chunks();
    for (done, name) in (0..).zip(chunks) {
        clinic.sync().live().receiving = Some(Receiving {
            what: ReceivingWhat::Snapshot,
            done,
            total: chunks.len() as u64,
        });
        if folder.has(&name.hash, name.bytes) {
            continue;
        }
        let name = *name;
        let bytes = clinic.ask(|link| async move { link.chunk(&name).await });
        let bytes = match bytes {
            Err(error) if error.code == ErrorCode::ServerAnswer => {
                return Err(Failed::Lie(Liar::Server, "a chunk is another one than was signed"));
            }
            Err(error) if error.code == ErrorCode::NotFound => {
                return Err(Failed::Lie(Liar::Server, "a chunk is missing"));
            }
            other => other?,
        };
        folder.put(&name.hash, &bytes).map_err(CommandError::from)?;
    }
    Ok(())
}

/// Takes the rows in, all of them or none.
fn load(
    clinic: &Clinic,
    session: &Session,
    desk: &mut Desk,
    at: Compartment,
    offer: &Offer,
    folder: &ChunkFolder,
) -> Result<(), Failed> {
    begin_anew_where_behind(session, desk, at, &offer.manifest.vector)?;
    apply::complete_keys(session, desk, at)?;
    let manifest = &offer.manifest;
    let key = session.read(|view| Ok(view.epoch_key(at, manifest.epoch)?))?;
    let key = key.ok_or_else(|| CommandError::from(ErrorCode::NoKey))?;
    let interrupt = Interruptible::begin(clinic);
    let progress = |done: usize| {
        clinic.sync().live().receiving = Some(Receiving {
            what: ReceivingWhat::Records,
            done: done as u64,
            total: manifest.chunks().len() as u64,
        });
    };
    session.on_store(|store| {
        store.take_snapshot((&manifest.clinic, at), |taking| {
            let mut opener = Opener::new(manifest, &key).map_err(lie)?;
            for (done, name) in manifest.chunks().iter().enumerate() {
                progress(done);
                let chunk = folder.get(&name.hash).map_err(CommandError::from)?;
                let chunk = chunk.ok_or_else(|| again(folder))?;
                if *blake3::hash(&chunk).as_bytes() != name.hash {
                    return Err(again(folder));
                }
                opener.push(chunk).map_err(lie)?;
                while let Some(row) = opener.row().map_err(lie)? {
                    taking.row(row)?;
                    if taking.rows().is_multiple_of(ROWS_AT_ONCE) {
                        interrupt.check()?;
                    }
                }
            }
            opener.finish().map_err(lie)
        })
    })?;
    Ok(())
}

/// What was fetched was damaged on this disk: it is fetched again by the next round.
fn again(folder: &ChunkFolder) -> Failed {
    match folder.clear() {
        Ok(()) => CommandError::new(ErrorCode::VaultDamaged).file("sync/snapshots").into(),
        Err(error) => CommandError::from(error).into(),
    }
}

fn lie(error: OpenSnapshotError) -> Failed {
    tracing::error!(%error, "a snapshot does not open");
    Failed::Lie(Liar::Maker, "a chunk does not open")
}

/// A device that was put back from an image knows less of its own chain than the snapshot: it goes on in a new life.
fn begin_anew_where_behind(
    session: &Session,
    desk: &mut Desk,
    at: Compartment,
    vector: &Frontier,
) -> Result<(), CommandError> {
    let own = desk.standing()?.own_chain(wire_compartment(at));
    if vector.seq(&own) > desk.standing()?.held().seq(&own) {
        let fresh = Incarnation(random::array(&*session.env.random));
        desk.peer()?.0.begin(fresh);
        desk.save()?;
    }
    super::super::seal::live_on(session, desk, at)
}

/// From now on the chains go on from the snapshot.
fn adopt(clinic: &Clinic, vector: &Frontier) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    clinic.with_clinic_desk(|desk| {
        desk.spool.adopt(vector)?;
        desk.peer()?.0.adopt(vector, now_ms);
        desk.save()
    })
}

/// After a kill between the records' commit and the spool's: the records say what was taken.
fn heal(clinic: &Clinic) -> Result<(), CommandError> {
    let behind = clinic.with_both(|session, desk| {
        let me = desk.device()?;
        let mut behind = Frontier::new();
        for at in super::super::key::KEPT.into_iter().filter(|at| session.holds(*at)) {
            let (applied, taken) = session.read(|view| Ok((view.frontier(at)?, view.snapshot_taken(at)?)))?;
            if taken.is_none() {
                continue;
            }
            let held = desk.spool.frontier()?;
            for gap in applied.beyond(&held).into_iter().filter(|gap| gap.chain.device != me) {
                if let Some(tip) = applied.tip(&gap.chain) {
                    behind.set(gap.chain, tip);
                }
            }
        }
        Ok(behind)
    });
    match behind {
        Ok(behind) if behind.is_empty() => Ok(()),
        Ok(behind) => adopt(clinic, &behind),
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        Err(error) => Err(error),
    }
}
