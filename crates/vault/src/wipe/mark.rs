//! The mark of a wipe: a small file without a secret, by which every later start knows that nothing here may be opened, and what is left to do.

use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::home::{Home, HomeError, read_limited, sync_dir_of, write_atomically};
use crate::slot;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use std::fs;
use uuid::Uuid;

const VERSION: u8 = 1;
/// Larger than any mark.
const MOST_BYTES: usize = 256;

/// How far a wipe has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// What was not yet sent is being posted; nothing opens any more.
    Posting,
    /// Keys and files are being destroyed, whatever was posted.
    Destroying,
    /// They are destroyed; the receipt is to be posted.
    Destroyed,
}

/// A wipe that is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Names the keychain entries.
    pub vault: Uuid,
    /// How far.
    pub phase: Phase,
    /// Since when, in Unix milliseconds.
    pub since_ms: u64,
    /// How often it was tried to post what was not yet sent.
    pub tries: u32,
}

/// A wipe that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wiped {
    /// When everything was destroyed, in Unix milliseconds.
    pub at_ms: u64,
}

/// Whether a wipe is under way here: then nothing is opened, made or resumed.
pub fn is_marked(home: &Home) -> bool {
    home.wiping().exists()
}

/// Whether this home was wiped, and nothing was made in it since.
pub fn wiped(home: &Home) -> Option<Wiped> {
    let bytes = read_limited(&home.wiped(), MOST_BYTES).ok().flatten()?;
    let at_ms = decode_end(&bytes).unwrap_or(0);
    Some(Wiped { at_ms })
}

/// Takes away what says that this home was wiped.
pub(super) fn forget(home: &Home) -> Result<(), HomeError> {
    remove(&home.wiped())
}

impl Mark {
    /// The mark, if there is one. One that cannot be read still says that nothing may be opened: it is taken for the earliest.
    pub fn read(home: &Home) -> Result<Option<Self>, HomeError> {
        let Some(bytes) = read_limited(&home.wiping(), MOST_BYTES)? else {
            return Ok(None);
        };
        Ok(Some(decode(&bytes).unwrap_or_else(|_| Self {
            vault: vault_of_slots(home),
            phase: Phase::Destroying,
            since_ms: 0,
            tries: 0,
        })))
    }

    /// Writes it in place of the former one.
    pub fn write(&self, home: &Home) -> Result<(), HomeError> {
        write_atomically(&home.wiping(), &encode(self))
    }

    /// Replaces it by what says that the wipe is over.
    pub(super) fn end(&self, home: &Home) -> Result<(), HomeError> {
        let mut bytes = Vec::new();
        into_vec(
            Encoder::new(&mut bytes)
                .array(2)
                .and_then(|e| e.u8(VERSION)?.u64(self.since_ms)?.ok()),
        );
        write_atomically(&home.wiped(), &bytes)?;
        remove(&home.wiping())
    }
}

/// The vault that the slots name, if there is one that says so.
fn vault_of_slots(home: &Home) -> Uuid {
    let users = home.slot_users().unwrap_or_default();
    let vault = |user| {
        let bytes = read_limited(&home.slot(user), slot::MOST_BYTES + 1).ok()??;
        Some(slot::decode(&bytes).ok()?.header().vault)
    };
    users.into_iter().find_map(vault).unwrap_or_default()
}

fn remove(path: &std::path::Path) -> Result<(), HomeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => {
            other.map_err(HomeError::io(path))?;
            sync_dir_of(path)
        }
    }
}

fn encode(mark: &Mark) -> Vec<u8> {
    let phase = match mark.phase {
        Phase::Posting => 1,
        Phase::Destroying => 2,
        Phase::Destroyed => 3,
    };
    let mut bytes = Vec::new();
    into_vec(Encoder::new(&mut bytes).array(5).and_then(|encoder| {
        encoder
            .u8(VERSION)?
            .bytes(mark.vault.as_bytes())?
            .u8(phase)?
            .u64(mark.since_ms)?
            .u32(mark.tries)?
            .ok()
    }));
    bytes
}

fn decode(bytes: &[u8]) -> Result<Mark, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 5)?;
    if decoder.u8()? != VERSION {
        return Err(Error::message("version"));
    }
    let vault = Uuid::from_bytes(exactly(&mut decoder)?);
    let phase = match decoder.u8()? {
        1 => Phase::Posting,
        2 => Phase::Destroying,
        3 => Phase::Destroyed,
        _ => return Err(Error::message("phase")),
    };
    let (since_ms, tries) = (decoder.u64()?, decoder.u32()?);
    at_end(&decoder, bytes)?;
    Ok(Mark {
        vault,
        phase,
        since_ms,
        tries,
    })
}

fn decode_end(bytes: &[u8]) -> Option<u64> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 2).ok()?;
    decoder.u8().ok()?;
    decoder.u64().ok()
}
