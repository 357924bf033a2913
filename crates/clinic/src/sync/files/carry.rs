//! One pass: everything that can be sent and fetched now, the smallest first. Cut anywhere, the next pass goes on from there.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{LinkError, Sent};
use crate::session::Session;
use crate::sync::held;
use crate::sync::key::KEPT;
use wardkeep_sync::wire::MAX_BLOBS;
use wardkeep_vault::blob::{self, BlobError, Finished, Sealed};
use wardkeep_vault::spool;
use wardkeep_vault::store::{Travelling, wire_compartment};

/// Sealed bytes of one request, in both directions: so much is in memory at once.
const PIECE: u64 = 4 << 20;
/// Answers without progress after which a file waits for the next pass.
const STALLS: usize = 3;
/// After bytes that were not those of the name, the next try: doubled each time, up to a day; the first where the server has found its file
/// damaged and forgotten it, the second where it claims that all is well. In milliseconds.
const RETRY_MS: u64 = 10_000;
const RETRY_CLAIMED_MS: u64 = 60_000;
const RETRY_MOST_MS: u64 = 24 * 60 * 60 * 1000;

/// What a pass has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Carried {
    /// Files that the server now has from here.
    pub sent: u64,
    /// Files that came.
    pub fetched: u64,
    /// Something that could have been done was not: it is tried again.
    pub retry: bool,
}

/// Does a pass, after the one that runs. `about_all` asks the server about every file, not only about those that wait: it may have lost some.
pub(crate) fn carry(clinic: &Clinic, about_all: About) -> Result<Carried, CommandError> {
    let _one = held(&clinic.sync().carrying);
    let done = run(clinic, about_all);
    clinic.sync().live().sending.clear();
    if clinic.locked_because().is_some() {
        clinic.sync().close_desk();
    }
    done
}

/// What the server is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum About {
    /// What is not both here and there.
    Waiting,
    /// Everything: a server may have lost what it had.
    All,
}

fn run(clinic: &Clinic, about: About) -> Result<Carried, CommandError> {
    let standing = clinic.with_desk(|desk| Ok(desk.has_roster() && !desk.is_revoked()?))?;
    if standing != Some(true) {
        return Ok(Carried::default());
    }
    match clinic.with_session(|session| note(clinic, session)) {
        // A locked device carries what it knows of.
        Err(error) if error.code == ErrorCode::Locked => {}
        other => other?,
    }
    ask(clinic, about)?;
    let mut done = Carried::default();
    for file in clinic.with_clinic_desk(|desk| Ok(desk.spool.carried_waiting()?))? {
        let step = match (file.here, file.acknowledged) {
            (true, false) => send(clinic, &file).map(|whole| done.sent += u64::from(whole)),
            (false, true) if file.retry_ms <= clinic.machine().clock.now_ms() => {
                fetch(clinic, &file).map(|whole| done.fetched += u64::from(whole))
            }
            (false, true) => {
                done.retry = true;
                Ok(())
            }
            _ => Ok(()),
        };
        match step {
            Ok(()) => {}
            Err(error) if ends_pass(&error) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "a sealed file waits for the next pass");
                done.retry = true;
            }
        }
    }
    Ok(done)
}

/// Whether nothing else can go better.
fn ends_pass(error: &CommandError) -> bool {
    matches!(
        error.code,
        ErrorCode::ServerUnreachable
            | ErrorCode::ServerCertificate
            | ErrorCode::DeviceRevoked
            | ErrorCode::DiskFull
            | ErrorCode::VaultBusy
            | ErrorCode::NotAttached
    )
}

/// Makes the files that the open compartments name known to the locked device.
pub(crate) fn note(clinic: &Clinic, session: &Session) -> Result<(), CommandError> {
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        let wire = wire_compartment(at);
        let count = session.read(|view| Ok(view.travelling_count(at)?))?;
        let known = clinic.with_desk(|desk| Ok(desk.spool.carried_count(wire)?))?;
        if known.is_none_or(|known| known == count) {
            continue;
        }
        let named = session.read(|view| Ok(view.travelling(at)?))?;
        let files: Vec<_> = named
            .iter()
            .map(|file: &Travelling| spool::Carried {
                hash: file.hash,
                id: file.id,
                compartment: wire,
                device: file.device,
                length: file.length,
                here: std::fs::metadata(session.env.home.blob(file.id)).is_ok_and(|disk| disk.len() == file.length),
                acknowledged: false,
                damaged: 0,
                retry_ms: 0,
            })
            .collect();
        clinic.with_desk(|desk| Ok(desk.spool.carry(&files)?))?;
    }
    Ok(())
}

fn ask(clinic: &Clinic, about: About) -> Result<(), CommandError> {
    let names = clinic.with_clinic_desk(|desk| {
        Ok(match about {
            About::All => desk.spool.carried_names()?,
            About::Waiting => desk.spool.carried_waiting()?.iter().map(|file| file.hash).collect(),
        })
    })?;
    for some in names.chunks(MAX_BLOBS) {
        let asked = some.to_vec();
        let whole = clinic.ask(|link| async move { link.blobs(&asked).await })?;
        let answers: Vec<_> = some.iter().copied().zip(whole).collect();
        clinic.with_clinic_desk(|desk| Ok(desk.spool.note_carried(&answers)?))?;
    }
    Ok(())
}

/// Sends one file from where the server has it. Whether the server has it whole now.
fn send(clinic: &Clinic, file: &spool::Carried) -> Result<bool, CommandError> {
    let (name, total) = (file.hash, file.length);
    let mut at = clinic.ask(|link| async move { link.blob_offset(&name).await })?;
    let mut stalls = 0;
    loop {
        let offset = match at {
            Sent::Whole => {
                clinic.with_clinic_desk(|desk| Ok(desk.spool.note_carried(&[(name, true)])?))?;
                return Ok(true);
            }
            Sent::Other => {
                // The server says that these are other bytes. If they are, the file is damaged here.
                verify(clinic, file)?;
                return Err(ErrorCode::ServerAnswer.into());
            }
            Sent::UpTo(offset) if offset < total => offset,
            Sent::UpTo(_) => return Err(ErrorCode::ServerAnswer.into()),
        };
        clinic.sync().live().sending.insert(name, offset);
        let bytes = match blob::read_sealed(clinic.home(), file.id, offset, PIECE as usize) {
            Err(BlobError::Missing) => {
                clinic.with_clinic_desk(|desk| Ok(desk.spool.set_here(&name, false)?))?;
                return Ok(false);
            }
            other => other?,
        };
        let next = clinic.ask(|link| async move { link.put_blob(&name, offset, total, bytes).await })?;
        stalls = if matches!(next, Sent::UpTo(now) if now <= offset) {
            stalls + 1
        } else {
            0
        };
        if stalls == STALLS {
            // Somebody else sends the same file, or the server does not keep what it gets.
            return Err(ErrorCode::ServerAnswer.into());
        }
        at = next;
    }
}

/// Reads a file again. One that is not what its record names is moved aside, and fetched again from whoever has it.
fn verify(clinic: &Clinic, file: &spool::Carried) -> Result<(), CommandError> {
    match blob::hash_of(clinic.home(), file.id) {
        Ok(hash) if hash == file.hash => Ok(()),
        Err(BlobError::Missing) => clinic.with_clinic_desk(|desk| Ok(desk.spool.set_here(&file.hash, false)?)),
        Ok(_) => set_aside(clinic, file),
        Err(error) => Err(error.into()),
    }
}

fn set_aside(clinic: &Clinic, file: &spool::Carried) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.now_ms();
    clinic.home().quarantine(&clinic.home().blob(file.id), now_ms)?;
    tracing::warn!("a sealed file was damaged on this disk and moved aside");
    clinic.with_clinic_desk(|desk| Ok(desk.spool.set_here(&file.hash, false)?))
}

/// A file that a record names could not be read. Whether it is known as one that travels, and so will come again.
pub(crate) fn lost(clinic: &Clinic, sealed: &Sealed) -> Result<bool, CommandError> {
    let known = clinic
        .with_desk(|desk| Ok(desk.spool.carried(&sealed.hash)?))?
        .flatten();
    let Some(file) = known else {
        return Ok(false);
    };
    verify(clinic, &file)?;
    let here = clinic.with_desk(|desk| Ok(desk.spool.carried(&sealed.hash)?.is_some_and(|file| file.here)))?;
    clinic.sync().carrier().ring();
    Ok(here == Some(false))
}

/// Fetches one file from where it ended. Whether it is whole now.
fn fetch(clinic: &Clinic, file: &spool::Carried) -> Result<bool, CommandError> {
    let (home, name) = (clinic.home(), file.hash);
    if blob::hash_of(home, file.id).is_ok_and(|hash| hash == name) {
        clinic.with_clinic_desk(|desk| Ok(desk.spool.set_here(&name, true)?))?;
        return Ok(true);
    }
    let mut have = blob::partial_length(home, file.id);
    if have > file.length {
        blob::discard_partial(home, file.id)?;
        have = 0;
    }
    while have < file.length {
        let most = PIECE.min(file.length - have);
        let (bytes, ended) = clinic.ask(|link| async move {
            let mut bytes = Vec::new();
            let ended = link.get_blob(&name, have, most, &mut bytes).await;
            Ok((bytes, ended))
        })?;
        blob::append_partial(home, file.id, have, &bytes)?;
        have += bytes.len() as u64;
        match ended {
            Ok(()) if (bytes.len() as u64) < most => return not_whole(clinic, file),
            Ok(()) => {}
            Err(LinkError::Refused { .. } | LinkError::Status(_)) => return not_whole(clinic, file),
            Err(LinkError::Malformed(why)) => {
                tracing::warn!(why, "the server's answer is no part of a sealed file");
                return damaged(clinic, file);
            }
            Err(error) => return Err(error.into()),
        }
    }
    match blob::finish_partial(home, file.id, &name)? {
        Finished::Whole => {
            clinic.with_clinic_desk(|desk| Ok(desk.spool.set_here(&name, true)?))?;
            Ok(true)
        }
        Finished::Other => damaged(clinic, file),
    }
}

/// The server gave less than there is: it looks whether it still has it.
fn not_whole(clinic: &Clinic, file: &spool::Carried) -> Result<bool, CommandError> {
    let name = file.hash;
    let claims = clinic.ask(|link| async move { link.check_blob(&name).await })?;
    if claims {
        return damaged(clinic, file);
    }
    clinic.with_clinic_desk(|desk| Ok(desk.spool.note_carried(&[(name, false)])?))?;
    Ok(false)
}

/// The server gave other bytes than those of the name. They are gone; it reads its file again, and whoever holds it is asked.
fn damaged(clinic: &Clinic, file: &spool::Carried) -> Result<bool, CommandError> {
    let name = file.hash;
    tracing::warn!("the server gave a sealed file that is not the one that was asked for");
    blob::discard_partial(clinic.home(), file.id)?;
    let retry_at = |first: u64| {
        let wait_ms = first.saturating_mul(1 << file.damaged.min(20)).min(RETRY_MOST_MS);
        clinic.machine().clock.now_ms().saturating_add(wait_ms)
    };
    // Kept before the server is asked: whatever it answers, and if it does not.
    clinic.with_clinic_desk(|desk| Ok(desk.spool.note_damaged(&name, retry_at(RETRY_CLAIMED_MS))?))?;
    if !clinic.ask(|link| async move { link.check_blob(&name).await })? {
        clinic.with_clinic_desk(|desk| Ok(desk.spool.put_off(&name, retry_at(RETRY_MS))?))?;
    }
    Ok(false)
}
