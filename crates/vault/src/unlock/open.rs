//! Unlocking with a password.

use super::{Secrets, UnlockError, Unlocked, of_slot};
use crate::attempts::Ledger;
use crate::env::Env;
use crate::home::{read_limited, write_atomically};
use crate::kdf;
use crate::key::{DeviceSecret, UnlockKey};
use crate::keychain::Item;
use crate::lease::{End, Place};
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
    let lease = Place::new(slot.header().vault, &device, slot.header().has_lease);
    lease.check(env)?;
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
        let recorded = ledger.begin(env, &device, user).map_err(UnlockError::from);
        let recorded = recorded.and_then(|()| lease.begin_attempt(env));
        (
            deriving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            recorded,
        )
    });
    recorded?;
    let (unlock, took_ms) = derived?;
    if !slot.knows_unlock(&unlock) {
        // One too many ends the lease, and says so at once.
        lease.check(env)?;
        return Err(UnlockError::WrongPassword);
    }
    let payload = slot.open(&unlock).map_err(of_slot(user))?;
    ledger.succeed(env, &device, user)?;
    let ended = lease.succeed(env)?;
    let header = slot.header().clone();
    let mut unlocked = Unlocked::from_payload(header.vault, user, name, payload, Secrets { unlock, device });
    unlocked.failures = ledger.unreported().to_vec();
    unlocked.lease.ended = ended;
    unlocked.rekeyed = rekey::follow(env, &mut unlocked)?;
    let raised = env.kdf.raised(header.kdf, took_ms);
    let takes_lease = !header.has_lease && lease.share(env)?.is_some();
    if raised.is_some() || takes_lease {
        // Read anew: a new vault key may have come into it just now.
        let slot = read_slot(env, user)?;
        let wanted = Header {
            kdf: raised.unwrap_or(header.kdf),
            has_lease: header.has_lease || takes_lease,
            ..header
        };
        unlocked.lease.taken_in = strengthen(env, &slot, &mut unlocked, password, &wanted) && takes_lease;
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
        let share = Place::new(header.vault, device, true).share(env)?;
        Some(share.ok_or(UnlockError::LeaseEnded(End::Missing))?)
    } else {
        None
    };
    let started = env.clock.monotonic_ms();
    let hash = kdf::derive(password.expose(), &header.salt, header.kdf)?;
    let took_ms = env.clock.monotonic_ms().saturating_sub(started);
    Ok((slot::unlock_key(header, &hash, device, lease.as_ref()), took_ms))
}

/// Seals the slot anew under stronger parameters, or with the lease's share in it. Whatever hinders it waits for the next unlock: the person
/// is in, and the slot stays as it was. Says whether it was done.
fn strengthen(env: &Env, slot: &Slot, unlocked: &mut Unlocked, password: &Password, wanted: &Header) -> bool {
    match reseal(env, slot, unlocked, password, wanted) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the key slot could not be strengthened; it stays as it was");
            false
        }
    }
}

/// Replaces a slot by one with a new salt, under this password, with the parameters of `wanted` and, where that says so, the lease's share;
/// the session takes the new unlock key. The new slot is opened from its own bytes before it takes the old one's place.
pub(super) fn reseal(
    env: &Env,
    old: &Slot,
    unlocked: &mut Unlocked,
    password: &Password,
    wanted: &Header,
) -> Result<(), UnlockError> {
    let payload = old.open(&unlocked.unlock).map_err(of_slot(unlocked.user))?;
    let header = Header {
        kdf: wanted.kdf,
        has_lease: wanted.has_lease,
        salt: random::array(&*env.random),
        ..old.header().clone()
    };
    let (unlock, _) = derive(env, &header, password, &unlocked.device)?;
    let slot = Slot::seal(
        &Sealing {
            vault: header.vault,
            user: header.user,
            keychain: header.keychain,
            kdf: header.kdf,
            salt: header.salt,
            has_lease: header.has_lease,
            name: &unlocked.name,
            payload: &payload,
            device: &unlocked.device,
            unlock: &unlock,
        },
        &*env.random,
    );
    let bytes = slot.encode();
    let proof = slot::decode(&bytes).and_then(|slot| slot.open(&unlock));
    proof.map_err(of_slot(unlocked.user))?;
    write_atomically(&env.home.slot(header.user), &bytes)?;
    unlocked.unlock = unlock;
    Ok(())
}
