//! The operating system's keychain, asked so that it can never hang the program and never be mistaken.
//!
//! - Each call runs on a thread of its own with a time limit: a locked Secret Service with a display shows a prompt and blocks
//!   until somebody answers it, which may be never.
//! - A connection that fails is made anew once, in the same call; no failure is remembered. (The `keyring` crate's own
//!   wrapper keeps a failed start for the whole process, so only its parts are used.)
//! - 'No such entry' is believed only after an entry has been written, read and removed: a Secret Service that was never
//!   unlocked answers 'no such entry' to everything.

mod system;
#[cfg(any(test, feature = "test-support"))]
mod testing;

#[cfg(any(test, feature = "test-support"))]
pub use testing::Behaviour;

use keyring_core::{CredentialStore, Error};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use zeroize::Zeroizing;

/// The name that people see in their keychain's list.
const SERVICE: &str = "Wardkeep";
/// How long one call may take, in milliseconds. A prompt stays open after it, and its answer counts for the next try.
const TIMEOUT_MS: u64 = 5_000;
/// Calls that may hang at once (each holds a thread); beyond them the answer is 'locked' without asking.
const MOST_HANGING: usize = 4;

/// Which keychain holds this vault's secrets. The number is stored in every slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeychainKind {
    /// The Secret Service of freedesktop.org: GNOME Keyring, KWallet, KeePassXC.
    SecretService,
    /// macOS Keychain.
    AppleKeychain,
    /// Windows Credential Manager.
    WindowsCredentials,
    /// None is known for this platform.
    None,
    /// A store in memory, for tests.
    #[cfg(any(test, feature = "test-support"))]
    Memory,
}

impl KeychainKind {
    /// The stored number.
    pub fn code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::SecretService => 1,
            Self::AppleKeychain => 2,
            Self::WindowsCredentials => 3,
            #[cfg(any(test, feature = "test-support"))]
            Self::Memory => 200,
        }
    }

    /// The name in words, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretService => "Secret Service",
            Self::AppleKeychain => "macOS Keychain",
            Self::WindowsCredentials => "Windows Credential Manager",
            #[cfg(any(test, feature = "test-support"))]
            Self::Memory => "memory",
        }
    }
}

/// Why the keychain did not give what was asked of it. Each wants another act of the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeychainError {
    /// No keychain service answers: it is not installed or not running.
    #[error("no keychain service answers")]
    Absent,
    /// It is locked, or waits for an answer to its own prompt.
    #[error("the keychain is locked")]
    Locked,
    /// The keychain works, and the entry is not in it.
    #[error("the keychain has no such entry")]
    EntryMissing,
    /// It answered with something that is neither of these.
    #[error("the keychain refused")]
    Refused,
}

/// One thing that a vault keeps in the keychain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// The device secret.
    Device,
    /// The sealed unlock key of the session that may resume.
    Resume,
    /// The lease: its sealed share, and what has passed of it.
    Lease,
    /// The number of the latest attempts file, so that an older one is recognised.
    Attempts,
    /// What the receipt of a wipe needs, when everything else is gone.
    Wipe,
    /// Written and removed to see whether the store works.
    Probe,
}

impl Item {
    fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Resume => "resume",
            Self::Lease => "lease",
            Self::Attempts => "attempts",
            Self::Wipe => "wipe",
            Self::Probe => "probe",
        }
    }
}

/// Makes a connection to the store.
type Opener = dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync;

/// The keychain of this user of the machine. Cheap to clone; clones share the connection.
#[derive(Clone)]
pub struct Keychain {
    inner: Arc<Inner>,
}

struct Inner {
    kind: KeychainKind,
    open: Box<Opener>,
    timeout: Duration,
    connection: Mutex<Option<Arc<CredentialStore>>>,
    hanging: AtomicUsize,
}

impl Keychain {
    /// The platform's own. Connects at the first call.
    pub fn of_system() -> Self {
        Self::with(system::KIND, system::open, Duration::from_millis(TIMEOUT_MS))
    }

    fn with(
        kind: KeychainKind,
        open: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
        timeout: Duration,
    ) -> Self {
        let (connection, hanging) = (Mutex::new(None), AtomicUsize::new(0));
        Self {
            inner: Arc::new(Inner {
                kind,
                open: Box::new(open),
                timeout,
                connection,
                hanging,
            }),
        }
    }

    /// Which keychain this is.
    pub fn kind(&self) -> KeychainKind {
        self.inner.kind
    }

    /// Writes, reads and removes an entry: the only proof that the store can be used.
    pub fn probe(&self) -> Result<(), KeychainError> {
        const CONTENT: &[u8] = b"wardkeep";
        let name = entry_name(&uuid::Uuid::nil(), Item::Probe);
        self.call(move |store| {
            let entry = build(store, &name)?;
            entry.set_secret(CONTENT)?;
            let same = entry.get_secret()? == CONTENT;
            entry.delete_credential()?;
            Ok(same)
        })
        .and_then(|same| if same { Ok(()) } else { Err(KeychainError::Refused) })
    }

    /// Reads an entry. [`KeychainError::EntryMissing`] is proven by a probe.
    pub(crate) fn read(&self, vault: &uuid::Uuid, item: Item) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
        match self.read_if_there(vault, item)? {
            Some(secret) => Ok(secret),
            None => self.probe().and(Err(KeychainError::EntryMissing)),
        }
    }

    /// Reads an entry whose absence is usual.
    pub(crate) fn read_if_there(
        &self,
        vault: &uuid::Uuid,
        item: Item,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        let name = entry_name(vault, item);
        self.call(move |store| match build(store, &name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Writes an entry over what was there.
    pub(crate) fn write(&self, vault: &uuid::Uuid, item: Item, secret: &[u8]) -> Result<(), KeychainError> {
        let name = entry_name(vault, item);
        let secret = Zeroizing::new(secret.to_vec());
        self.call(move |store| build(store, &name)?.set_secret(&secret))
    }

    /// Removes an entry; one that is not there counts as removed.
    pub(crate) fn remove(&self, vault: &uuid::Uuid, item: Item) -> Result<(), KeychainError> {
        let name = entry_name(vault, item);
        self.call(move |store| match build(store, &name)?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
    }

    /// Runs a piece of work against the store on a thread of its own and waits for it, but not for ever.
    fn call<T: Send + 'static>(
        &self,
        work: impl Fn(&CredentialStore) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeychainError> {
        if self.inner.hanging.fetch_add(1, Ordering::SeqCst) >= MOST_HANGING {
            self.inner.hanging.fetch_sub(1, Ordering::SeqCst);
            return Err(KeychainError::Locked);
        }
        let (sender, receiver) = mpsc::channel();
        let inner = Arc::clone(&self.inner);
        let spawned = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            let outcome = inner.attempt(&work);
            inner.hanging.fetch_sub(1, Ordering::SeqCst);
            // Nobody listens any more when the call ran out of time.
            let _ = sender.send(outcome);
        });
        if spawned.is_err() {
            self.inner.hanging.fetch_sub(1, Ordering::SeqCst);
            return Err(KeychainError::Refused);
        }
        match receiver.recv_timeout(self.inner.timeout) {
            Ok(outcome) => outcome,
            Err(_) => {
                // The connection is busy with a prompt: the next call makes its own.
                self.inner.disconnect();
                Err(KeychainError::Locked)
            }
        }
    }
}

impl Inner {
    /// Once, and once more over a new connection where the platform failed: the service may have been restarted.
    fn attempt<T>(&self, work: &impl Fn(&CredentialStore) -> keyring_core::Result<T>) -> Result<T, KeychainError> {
        let first = work(&*self.connect()?);
        let outcome = match first {
            Err(Error::PlatformFailure(_)) => {
                self.disconnect();
                work(&*self.connect()?)
            }
            other => other,
        };
        outcome.map_err(|error| match error {
            Error::NoEntry => KeychainError::EntryMissing,
            Error::NoStorageAccess(_) => KeychainError::Locked,
            Error::NoDefaultStore => KeychainError::Absent,
            _ => KeychainError::Refused,
        })
    }

    fn connect(&self) -> Result<Arc<CredentialStore>, KeychainError> {
        if let Some(store) = &*self.connection.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(store));
        }
        // Opened outside the lock: opening can hang too.
        let store = (self.open)().map_err(|error| match error {
            Error::NoStorageAccess(_) => KeychainError::Locked,
            _ => KeychainError::Absent,
        })?;
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&store));
        Ok(store)
    }

    fn disconnect(&self) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Entries carry the vault's own id, so several homes share one keychain.
fn entry_name(vault: &uuid::Uuid, item: Item) -> String {
    format!("{vault}/{}", item.name())
}

/// The handle of an entry. On Windows it is kept on this machine: the default would roam with the profile.
fn build(store: &CredentialStore, name: &str) -> keyring_core::Result<keyring_core::Entry> {
    let modifiers = HashMap::from([("persistence", "Local")]);
    store.build(SERVICE, name, cfg!(windows).then_some(&modifiers))
}

#[cfg(test)]
mod tests;
