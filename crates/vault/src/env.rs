//! What the key ceremonies need of the world, in one place.

use crate::clock::{Clock, SystemClock};
use crate::home::Home;
use crate::kdf::KdfPolicy;
use crate::keychain::Keychain;
use crate::random::{OsRandom, Random};
use std::sync::Arc;

/// Home, keychain, clock, randomness and policy. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// The folder of the vault.
    pub home: Home,
    /// The keychain that holds the device secret.
    pub keychain: Keychain,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// How hard passwords are to guess.
    pub kdf: KdfPolicy,
}

impl Env {
    /// The machine's own, for this home.
    pub fn of_system(home: Home) -> Self {
        Self {
            home,
            keychain: Keychain::of_system(),
            clock: Arc::new(SystemClock::new()),
            random: Arc::new(OsRandom),
            kdf: KdfPolicy::production(),
        }
    }
}
