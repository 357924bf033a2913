//! Unlocking with a password.

use super::{Secrets, UnlockError, Unlocked, of_slot};
use crate::attempts::Ledger;
use crate::env::Env;
use crate::home::{read_limited, write_atomically};
use crate::kdf::{self, KdfParams};
use crate::key::{DeviceSecret, LeaseShare, UnlockKey};
use crate::keychain::{Item, KeychainError};
use crate::password::Password;
use crate::random;
use crate::rekey;
use crate::slot::{self, Header, Sealing, Slot, SlotError, SlotKind};
use crate::wipe;
use wardkeep_record::id::UserId;

/// Opens the vault for one user. Takes as long as Argon2id does, so not on the window's thread.
pub fn unlock(env: &Env, user: UserId, password: &Password) -> Result<Unlocked, UnlockError> {
    if wipe::is_marked(&env.home) {
        return Err(UnlockError::Wiped);
    }
    let (slot, device) = slot_and_device(env, user)?;
    let name = slot.open_name(&device).map_err(of_slot(user))?;
    let mut ledger = Ledger::load(env, slot.header().vault, &device)?;
    let wait_ms = ledger.wait_ms(user, &*env.clock);
    if wait_ms > 0 {
        return Err(UnlockError::TooSoon {
            seconds: wait_ms.div_ceil(1000),
        });
    }
    // The attempt is written down while the key is derived: the result is not looked at before both are done.
    let (derived, recorded) = std::thread::scope(|scope| {
        let deriving = scope.spawn(|| derive(env, slot.header(), password, &device));
        let recorded = ledger.begin(env, &device, user);
        (
            deriving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            recorded,
        )
    });
    recorded?;
    let (unlock, took_ms) = derived?;
    if !slot.knows_unlock(&unlock) {
        return Err(UnlockError::WrongPassword);
    }
    let payload = slot.open(&unlock).map_err(of_slot(user))?;
    ledger.succeed(env, &device, user)?;
    let header = slot.header().clone();
    let mut unlocked = Unlocked::from_payload(header.vault, user, name, payload, Secrets { unlock, device });
    unlocked.failures = ledger.unreported().to_vec();
    unlocked.rekeyed = rekey::follow(env, &mut unlocked)?;
    if let Some(raised) = env.kdf.raised(header.kdf, took_ms) {
        // Read anew: a new vault key may have come into it just now.
        let slot = read_slot(env, user)?;
        raise(env, &slot, &mut unlocked, password, raised);
    }
    Ok(unlocked)
}

/// The slot of a user and the device secret that it was sealed with.
pub(crate) fn slot_and_device(env: &Env, user: UserId) -> Result<(Slot, DeviceSecret), UnlockError> {
    let slot = read_slot(env, user)?;
    let device = device_secret(env, &slot)?;
    Ok((slot, device))
}

/// Reads a user's slot file; it must be that user's.
pub(crate) fn read_slot(env: &Env, user: UserId) -> Result<Slot, UnlockError> {
    let Some(bytes) = read_limited(&env.home.slot(user), slot::MOST_BYTES + 1)? else {
        return Err(if env.home.has_vault()? {
            UnlockError::NoSuchUser
        } else {
            UnlockError::NoVault
        });
    };
    let slot = slot::decode(&bytes).map_err(of_slot(user))?;
    if slot.header().kind != SlotKind::User {
        // A version that makes recovery slots is newer than this one.
        return Err(of_slot(user)(SlotError::Newer(slot::VERSION)));
    }
    if slot.header().user == user {
        Ok(slot)
    } else {
        Err(of_slot(user)(SlotError::Damaged))
    }
}

/// Asks the keychain for the device secret of a slot's vault.
pub(super) fn device_secret(env: &Env, slot: &Slot) -> Result<DeviceSecret, UnlockError> {
    if slot.header().keychain != env.keychain.kind().code() {
        return Err(UnlockError::KeychainChanged);
    }
    let bytes = env.keychain.read(&slot.header().vault, Item::Device)?;
    match DeviceSecret::from_slice(&bytes) {
        Some(device) if slot.knows_device(&device) => Ok(device),
        _ => Err(UnlockError::KeychainChanged),
    }
}

/// The unlock key that this password gives, and how long it took.
pub(super) fn derive(
    env: &Env,
    header: &Header,
    password: &Password,
    device: &DeviceSecret,
) -> Result<(UnlockKey, u64), UnlockError> {
    if !header.kdf.within_bounds(&env.kdf) {
        return Err(of_slot(header.user)(SlotError::Damaged));
    }
    let lease = if header.has_lease {
        Some(lease_share(env, header)?)
    } else {
        None
    };
    let started = env.clock.monotonic_ms();
    let hash = kdf::derive(password.expose(), &header.salt, header.kdf)?;
    let took_ms = env.clock.monotonic_ms().saturating_sub(started);
    Ok((slot::unlock_key(header, &hash, device, lease.as_ref()), took_ms))
}

/// The cached lease share; gone means that the lease ended.
fn lease_share(env: &Env, header: &Header) -> Result<LeaseShare, UnlockError> {
    match env.keychain.read(&header.vault, Item::Lease) {
        Ok(bytes) => LeaseShare::from_slice(&bytes).ok_or(UnlockError::LeaseEnded),
        Err(KeychainError::EntryMissing) => Err(UnlockError::LeaseEnded),
        Err(error) => Err(error.into()),
    }
}

/// Seals the slot anew under stronger parameters. Whatever hinders it waits for the next unlock: the person is in.
fn raise(env: &Env, slot: &Slot, unlocked: &mut Unlocked, password: &Password, kdf: KdfParams) {
    if let Err(error) = reseal(env, slot, unlocked, password, kdf) {
        tracing::warn!(%error, "the key slot could not be strengthened; it stays as it was");
    }
}

/// Replaces a slot by one with a new salt, under this password and these parameters; the session takes the new unlock key.
pub(super) fn reseal(
    env: &Env,
    old: &Slot,
    unlocked: &mut Unlocked,
    password: &Password,
    kdf: KdfParams,
) -> Result<(), UnlockError> {
    let payload = old.open(&unlocked.unlock).map_err(of_slot(unlocked.user))?;
    let header = Header {
        kdf,
        salt: random::array(&*env.random),
        ..old.header().clone()
    };
    let (unlock, _) = derive(env, &header, password, &unlocked.device)?;
    let slot = Slot::seal(
        &Sealing {
            vault: header.vault,
            user: header.user,
            keychain: header.keychain,
            kdf,
            salt: header.salt,
            has_lease: header.has_lease,
            name: &unlocked.name,
            payload: &payload,
            device: &unlocked.device,
            unlock: &unlock,
        },
        &*env.random,
    );
    write_atomically(&env.home.slot(header.user), &slot.encode())?;
    unlocked.unlock = unlock;
    Ok(())
}
