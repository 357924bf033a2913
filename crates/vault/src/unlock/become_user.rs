//! A slot that goes over to another user id: who joined a clinic as somebody new, and is known there already.
//!
//! The id is part of what the unlock key is derived from, so this takes the password. The new slot is written first and the old one goes last:
//! cut short anywhere, one of them opens, and the same is done again.

use super::open::{derive, read_slot};
use super::{UnlockError, Unlocked, of_slot};
use crate::attempts::Ledger;
use crate::env::Env;
use crate::home::{HomeError, sync_dir_of, write_atomically};
use crate::password::Password;
use crate::random;
use crate::slot::{Header, Sealing, Slot};
use wardkeep_record::id::UserId;

/// Writes the slot of `to` with all that the session's slot holds; the session is that user's from then on.
pub fn become_user(env: &Env, unlocked: &mut Unlocked, password: &Password, to: UserId) -> Result<(), UnlockError> {
    let old = read_slot(env, unlocked.user)?;
    let payload = old.open(&unlocked.unlock).map_err(of_slot(unlocked.user))?;
    let header = Header {
        user: to,
        salt: random::array(&*env.random),
        ..old.header().clone()
    };
    let (unlock, _) = derive(env, &header, password, &unlocked.device)?;
    let sealing = Sealing {
        vault: header.vault,
        user: to,
        keychain: header.keychain,
        kdf: header.kdf,
        salt: header.salt,
        has_lease: header.has_lease,
        name: &unlocked.name,
        payload: &payload,
        device: &unlocked.device,
        unlock: &unlock,
    };
    let slot = Slot::seal(&sealing, &*env.random);
    write_atomically(&env.home.slot(to), &slot.encode())?;
    unlocked.unlock = unlock;
    unlocked.user = to;
    Ok(())
}

/// Destroys the slot that was left by [`become_user`], if it is still there.
pub fn forget_former(env: &Env, unlocked: &Unlocked, former: UserId) -> Result<(), UnlockError> {
    if former == unlocked.user {
        return Err(UnlockError::NotAllowed);
    }
    let path = env.home.slot(former);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(HomeError::io(&path)(error).into()),
        _ => sync_dir_of(&path)?,
    }
    let mut ledger = Ledger::load(env, unlocked.vault, unlocked.device())?;
    ledger.remove(former);
    Ok(ledger.save(env, unlocked.device())?)
}
