//! Going on after a crash, an update or a restart without asking for the password again, inside the window that the policy allows.
//!
//! While a session is open, its unlock key lies in the keychain, sealed under a key from the device secret and with the time until which it
//! counts; lock, log-out and the end of the window remove it. The time that counts is the larger of wall time and, within one start of the
//! machine, the time since that start; a wall clock that stands before the entry was written ends the window at once.

use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::clock::{BootTime, Clock};
use crate::env::Env;
use crate::key::{DeviceSecret, PurposeKey, UnlockKey};
use crate::keychain::Item;
use crate::lease::{self, Standing};
use crate::seal;
use crate::unlock::{self, Secrets, UnlockError, Unlocked};
use crate::wipe;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use uuid::Uuid;
use wardkeep_record::id::UserId;
use zeroize::Zeroizing;

/// What the box is bound to; ends in the version.
const ASSOCIATED: &[u8] = b"WKRESUME\x01";

/// What the keychain keeps.
struct Kept {
    user: UserId,
    unlock: UnlockKey,
    saved_ms: u64,
    window_ms: u64,
    boot: Option<BootTime>,
}

/// Lets this session be resumed until so many milliseconds from now. Call it again while the person works; zero forgets.
pub fn keep(env: &Env, session: &Unlocked, window_ms: u64) -> Result<(), UnlockError> {
    if window_ms == 0 {
        return forget(env, session.vault);
    }
    let kept = Kept {
        user: session.user,
        unlock: session.unlock_key().duplicate(),
        saved_ms: env.clock.now_ms(),
        window_ms,
        boot: env.clock.boot(),
    };
    let sealed = seal::seal(
        &key(session.vault, session.device()),
        ASSOCIATED,
        &encode(&kept),
        &*env.random,
    );
    Ok(env.keychain.write(&session.vault, Item::Resume, &sealed)?)
}

/// Ends every session's window. Called at lock, log-out, lease end and wipe.
pub fn forget(env: &Env, vault: Uuid) -> Result<(), UnlockError> {
    Ok(env.keychain.remove(&vault, Item::Resume)?)
}

/// Whether [`resume`] would open a session now, and whose.
pub fn resumable(env: &Env) -> Result<Option<UserId>, UnlockError> {
    Ok(kept(env)?.map(|(kept, _, _)| kept.user))
}

/// Opens the session that was kept, if its window is open. Whatever is wrong with the entry, it is removed and the answer is `None`:
/// the password opens as ever.
pub fn resume(env: &Env) -> Result<Option<Unlocked>, UnlockError> {
    let Some((kept, vault, device)) = kept(env)? else {
        return Ok(None);
    };
    let opened = unlock::read_slot(env, kept.user)
        .ok()
        .filter(|slot| slot.knows_unlock(&kept.unlock))
        .and_then(|slot| {
            let name = slot.open_name(&device).ok()?;
            Some((name, slot.open(&kept.unlock).ok()?))
        });
    let Some((name, payload)) = opened else {
        forget(env, vault)?;
        return Ok(None);
    };
    let secrets = Secrets {
        unlock: kept.unlock,
        device,
    };
    let mut session = Unlocked::from_payload(vault, kept.user, name, payload, secrets);
    session.failures = crate::attempts::Ledger::load(env, vault, session.device())?
        .unreported()
        .to_vec();
    session.rekeyed = crate::rekey::follow(env, &mut session)?;
    Ok(Some(session))
}

/// The entry, if there is one and its window is open; a stale or unreadable one is removed.
fn kept(env: &Env) -> Result<Option<(Kept, Uuid, DeviceSecret)>, UnlockError> {
    if wipe::is_marked(&env.home) {
        return Ok(None);
    }
    let users = env.home.slot_users()?;
    let Some(slot) = users.iter().find_map(|user| unlock::read_slot(env, *user).ok()) else {
        return Ok(None);
    };
    let vault = slot.header().vault;
    let Some(sealed) = env.keychain.read_if_there(&vault, Item::Resume)? else {
        return Ok(None);
    };
    let (_, device) = unlock::slot_and_device(env, slot.header().user)?;
    if matches!(lease::peek(env)?, Standing::Ended(_)) {
        return forget(env, vault).map(|()| None);
    }
    let kept = seal::open(&key(vault, &device), ASSOCIATED, &sealed).and_then(|plain| decode(&plain).ok());
    match kept.filter(|kept| is_open(kept, &*env.clock)) {
        Some(kept) => Ok(Some((kept, vault, device))),
        None => forget(env, vault).map(|()| None),
    }
}

/// Whether the window is still open.
fn is_open(kept: &Kept, clock: &dyn Clock) -> bool {
    let Some(by_wall) = clock.now_ms().checked_sub(kept.saved_ms) else {
        return false;
    };
    let by_boot = match (kept.boot, clock.boot()) {
        (Some(then), Some(now)) if then.id == now.id => now.since_ms.saturating_sub(then.since_ms),
        _ => 0,
    };
    by_wall.max(by_boot) < kept.window_ms
}

fn key(vault: Uuid, device: &DeviceSecret) -> PurposeKey {
    PurposeKey::derive(&[device.expose()], vault.as_bytes(), "wardkeep resume v1", &[])
}

/// A CBOR array, in a buffer that never grows.
fn encode(kept: &Kept) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    into_vec(Encoder::new(&mut *bytes).array(5).and_then(|encoder| {
        encoder
            .bytes(kept.user.as_bytes())?
            .bytes(kept.unlock.expose())?
            .u64(kept.saved_ms)?
            .u64(kept.window_ms)?;
        match kept.boot {
            Some(boot) => encoder.array(2)?.bytes(&boot.id)?.u64(boot.since_ms)?,
            None => encoder.null()?,
        };
        encoder.ok()
    }));
    bytes
}

fn decode(bytes: &[u8]) -> Result<Kept, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 5)?;
    let user = UserId::from_bytes(exactly(&mut decoder)?);
    let unlock = UnlockKey::from_slice(decoder.bytes()?).ok_or_else(|| Error::message("key"))?;
    let (saved_ms, window_ms) = (decoder.u64()?, decoder.u64()?);
    let boot = if decoder.datatype()? == Type::Null {
        decoder.null()?;
        None
    } else {
        array_of(&mut decoder, 2)?;
        Some(BootTime {
            id: exactly(&mut decoder)?,
            since_ms: decoder.u64()?,
        })
    };
    at_end(&decoder, bytes)?;
    Ok(Kept {
        user,
        unlock,
        saved_ms,
        window_ms,
        boot,
    })
}

#[cfg(test)]
mod tests;
