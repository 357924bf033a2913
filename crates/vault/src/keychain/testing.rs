//! Keychains that behave as told, for tests.
#![allow(clippy::unwrap_used)] // a poisoned lock means that a test has failed already

use super::{Keychain, KeychainKind};
use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};
use keyring_core::{CredentialStore, Entry, Error, Result};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a test keychain does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// Works.
    Works,
    /// There is no service to connect to.
    Absent,
    /// Refuses every access.
    Locked,
    /// Answers 'no such entry' to reads and refuses writes: a Secret Service that was never unlocked.
    NeverUnlocked,
    /// Blocks until the end of the test.
    Hangs,
    /// Fails once, as after a restart of the service, and works over a new connection.
    Restarted,
}

/// What the clones of a test keychain share.
type Shared = Arc<Mutex<(Behaviour, HashMap<String, Vec<u8>>)>>;

impl Keychain {
    /// A keychain in memory with the switch that says how it behaves.
    pub fn in_memory() -> (Self, impl Fn(Behaviour) + Send + Sync + 'static) {
        let shared: Shared = Arc::new(Mutex::new((Behaviour::Works, HashMap::new())));
        let for_opening = Arc::clone(&shared);
        let open = move || -> Result<Arc<CredentialStore>> {
            match for_opening.lock().unwrap().0 {
                Behaviour::Absent => Err(Error::PlatformFailure("no bus".into())),
                _ => Ok(Arc::new(Store(Arc::clone(&for_opening)))),
            }
        };
        let keychain = Self::with(KeychainKind::Memory, open, Duration::from_millis(200));
        let for_switch = keychain.clone();
        let switch = move |behaviour| {
            shared.lock().unwrap().0 = behaviour;
            if behaviour == Behaviour::Absent {
                for_switch.inner.disconnect();
            }
        };
        (keychain, switch)
    }

    /// Everything that is in it, by entry name: for tests that look for what must not be there.
    #[cfg(test)]
    pub(crate) fn dump(&self) -> HashMap<String, Vec<u8>> {
        let store = self.inner.connect().unwrap();
        let store = store.as_any().downcast_ref::<Store>().unwrap();
        store.0.lock().unwrap().1.clone()
    }

    /// Puts a raw entry, as somebody with access to the keychain could.
    #[cfg(test)]
    pub(crate) fn plant(&self, name: &str, secret: Option<Vec<u8>>) {
        let store = self.inner.connect().unwrap();
        let store = store.as_any().downcast_ref::<Store>().unwrap();
        let entries = &mut store.0.lock().unwrap().1;
        match secret {
            Some(secret) => drop(entries.insert(name.to_owned(), secret)),
            None => drop(entries.remove(name)),
        }
    }
}

struct Store(Shared);

impl CredentialStoreApi for Store {
    fn vendor(&self) -> String {
        "test".to_owned()
    }

    fn id(&self) -> String {
        "test".to_owned()
    }

    fn build(&self, _: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(Cell(
            Arc::clone(&self.0),
            user.to_owned(),
        ))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("test store")
    }
}

struct Cell(Shared, String);

impl Cell {
    /// Behaves as told; `Ok` lets the call go on.
    fn behave(&self, writes: Access) -> Result<()> {
        let behaviour = {
            let mut shared = self.0.lock().unwrap();
            let now = shared.0;
            if now == Behaviour::Restarted {
                shared.0 = Behaviour::Works;
            }
            now
        };
        match behaviour {
            Behaviour::Works => Ok(()),
            Behaviour::Absent | Behaviour::Restarted => Err(Error::PlatformFailure("connection closed".into())),
            Behaviour::Locked => Err(Error::NoStorageAccess("locked".into())),
            Behaviour::NeverUnlocked => match writes {
                Access::Read => Err(Error::NoEntry),
                Access::Write => Err(Error::NoStorageAccess("no collection".into())),
            },
            Behaviour::Hangs => loop {
                std::thread::park();
            },
        }
    }
}

/// What a call does to the entry.
enum Access {
    Read,
    Write,
}

impl CredentialApi for Cell {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        self.behave(Access::Write)?;
        self.0.lock().unwrap().1.insert(self.1.clone(), secret.to_vec());
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.behave(Access::Read)?;
        self.0.lock().unwrap().1.get(&self.1).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        self.behave(Access::Write)?;
        self.0.lock().unwrap().1.remove(&self.1).map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("test entry")
    }
}
