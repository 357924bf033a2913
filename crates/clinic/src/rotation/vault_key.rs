//! A new key for one of this laptop's files. Reading goes on while the new file is written; writing waits. The exchange itself takes the
//! session for a moment, and only when nothing was written since the copy.

use super::age::{self, entry};
use super::list::may_renew;
use super::wire::{KeyKind, KeyStage};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::session::lock::lock;
use crate::session::wire::LockReason;
use std::path::Path;
use wardkeep_record::op::Compartment;
use wardkeep_vault::rekey::{Ready, Recipient};
use wardkeep_vault::store::{Stage, wire_device};

/// How often the copy is made anew because somebody wrote between copy and exchange.
const TRIES: usize = 5;
/// What must stay free on the disk beside the new file, in bytes.
const MARGIN: u64 = 64 << 20;

pub(super) fn rotate(clinic: &Clinic, at: Compartment, key: KeyKind) -> Result<(), CommandError> {
    clinic.with_session(|session| {
        if may_renew(session, at) {
            Ok(())
        } else {
            Err(ErrorCode::Forbidden.into())
        }
    })?;
    let home = clinic.home();
    let bytes = size(&home.db(at)) + size(&wal(&home.db(at)));
    if crate::machine::free_bytes(&home.vault_dir()).is_some_and(|free| free < bytes + MARGIN) {
        return Err(ErrorCode::DiskFull.into());
    }
    let _running = clinic.rotation().begin(key, home.next_db(at), bytes)?;
    clinic.with_session(|session| session.write(Compartment::Office, |tx| Ok(tx.audit(&entry(key, "began"))?)))?;
    for _ in 0..TRIES {
        let (ready, changes) = clinic.with_session(|session| copy(clinic, session, at))?;
        if !clinic.rotation().goes_on(KeyStage::Exchanging) {
            return Err(ErrorCode::Cancelled.into());
        }
        let recipients = recipients(clinic)?;
        match clinic.exchange_files(&ready, &recipients, changes) {
            Ok(true) => return done(clinic, key),
            Ok(false) => {}
            Err(error) => {
                // Which of the two files counts is decided, and the next unlock finds out.
                lock(clinic, LockReason::AccessChanged);
                return Err(error);
            }
        }
    }
    Err(ErrorCode::VaultBusy.into())
}

fn done(clinic: &Clinic, key: KeyKind) -> Result<(), CommandError> {
    clinic.with_session(|session| {
        session.write(Compartment::Office, |tx| {
            age::note(tx, key, session.user, tx.now_ms())?;
            Ok(tx.audit(&entry(key, "done"))?)
        })
    })
}

/// The new file, and how much was written before it.
fn copy(clinic: &Clinic, session: &Session, at: Compartment) -> Result<(Ready, u64), CommandError> {
    let running = clinic.rotation();
    session.with_store(|store| {
        running.interrupt_with(store.interrupt());
        let goes_on = |stage| {
            running.goes_on(match stage {
                Stage::Copying => KeyStage::Copying,
                Stage::Comparing => KeyStage::Comparing,
                Stage::Checking => KeyStage::Checking,
            })
        };
        let ready = store.write_anew(&session.env.home, at, &*session.env.random, &goes_on)?;
        Ok::<_, CommandError>((ready, store.changes()?))
    })
}

/// Everybody who has a slot on this laptop, with the key of their enrollment where the roster lists one.
fn recipients(clinic: &Clinic) -> Result<Vec<Recipient>, CommandError> {
    let users = clinic.home().slot_users()?;
    let device = clinic.with_session(|session| Ok(session.device()))?;
    let kem = |user| {
        let listed = clinic.with_desk(|desk| {
            if !desk.has_roster() {
                return Ok(None);
            }
            let enrollment = wardkeep_roster::Enrollment {
                device: wire_device(device),
                user: crate::sync::key::wire_user(user),
            };
            Ok(desk.roster()?.enrollment(&enrollment).map(|one| one.keys.kem.clone()))
        });
        listed.map(Option::flatten)
    };
    users
        .into_iter()
        .map(|user| Ok(Recipient { user, kem: kem(user)? }))
        .collect()
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn wal(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
