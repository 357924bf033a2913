//! Changing a password rewrites one slot; no database is touched.

use super::open::{read_slot, reseal, unlock};
use super::{UnlockError, Unlocked};
use crate::env::Env;
use crate::kdf::KdfParams;
use crate::password::Password;
use crate::slot::Header;
use wardkeep_record::id::UserId;

/// Replaces the current password, which is asked for like at any unlock: a wrong one counts and waits. The answer is a session under the new
/// password; one that is open goes on with its old unlock key, so what it keeps for resuming no longer opens anything.
pub fn change_password(env: &Env, user: UserId, current: &Password, new: &Password) -> Result<Unlocked, UnlockError> {
    let mut unlocked = unlock(env, user, current)?;
    let slot = read_slot(env, user)?;
    let kept = slot.header().kdf;
    let fresh = env.kdf.calibrate(&*env.clock)?;
    // A slow moment of the machine must not weaken what was strong.
    let kdf = KdfParams {
        memory_kib: fresh.memory_kib.max(kept.memory_kib),
        passes: fresh.passes.max(kept.passes),
        lanes: fresh.lanes.max(kept.lanes),
    };
    let wanted = Header {
        kdf,
        ..slot.header().clone()
    };
    reseal(env, &slot, &mut unlocked, new, &wanted)?;
    Ok(unlocked)
}
