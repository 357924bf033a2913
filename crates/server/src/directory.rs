//! Whose key is whose: the device keys that the rosters on this server list, and the connections that each has open.
//!
//! A key belongs to the clinic that listed it first and to no other, even once revoked: otherwise a stranger's clinic could list the
//! key of a device of this one, and take it in or lock it out.

use crate::config::Limits;
use std::collections::HashMap;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio_util::sync::CancellationToken;
use wardkeep_roster::{ClinicId, DeviceId, Enrollment};

/// A device's Ed25519 public key, as its certificate proves it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PeerKey(pub [u8; 32]);

/// What the rosters say of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// No roster lists it.
    Stranger,
    /// A device in good standing.
    Device(Caller),
    /// A device that its clinic has revoked.
    Revoked,
}

/// A device in good standing, or whoever holds the clinic's recovery key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Caller {
    /// Its clinic.
    pub clinic: ClinicId,
    /// Its id there; [`DeviceId::ZERO`] for the recovery key.
    pub device: DeviceId,
    /// Its key.
    pub key: PeerKey,
}

impl Caller {
    /// Whether it is no device, but the clinic's recovery key.
    pub fn is_recovery(&self) -> bool {
        self.device == Enrollment::RECOVERY.device
    }
}

/// One key of a roster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listing {
    /// The device.
    pub device: DeviceId,
    /// Its key.
    pub key: PeerKey,
    /// Whether the roster has revoked it.
    pub revoked: bool,
}

/// The key stands in the roster of another clinic.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this device key belongs to another clinic of this server")]
pub struct KeyTaken;

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The roster has revoked the key.
    #[error("revoked")]
    Revoked,
    /// This key has as many connections as it may.
    #[error("too many connections of one key")]
    TooManyOfKey,
    /// Keys without a clinic have as many connections as they may.
    #[error("too many connections of strangers")]
    TooManyStrangers,
    /// The server has as many connections as it may.
    #[error("too many connections")]
    TooMany,
}

/// The keys of all clinics and their connections.
#[derive(Default)]
pub struct Directory {
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    listed: HashMap<PeerKey, (ClinicId, DeviceId, bool)>,
    open: HashMap<PeerKey, Vec<(u64, CancellationToken)>>,
    connections: u32,
    next: u64,
}

impl Directory {
    /// What the rosters say of the key.
    pub fn standing(&self, key: PeerKey) -> Standing {
        self.read().standing(key)
    }

    /// Whether a clinic may list these keys.
    pub fn may_list(&self, clinic: ClinicId, keys: impl IntoIterator<Item = PeerKey>) -> Result<(), KeyTaken> {
        let inner = self.read();
        let free = |key| inner.listed.get(&key).is_none_or(|(owner, ..)| *owner == clinic);
        if keys.into_iter().all(free) {
            Ok(())
        } else {
            Err(KeyTaken)
        }
    }

    /// Takes in what a clinic's roster says now. Connections of keys that it has revoked are closed at once.
    pub fn list(&self, clinic: ClinicId, listings: impl IntoIterator<Item = Listing>) {
        let mut inner = self.write();
        for Listing { device, key, revoked } in listings {
            if device == Enrollment::RECOVERY.device {
                inner.retire_recovery(clinic, key);
            }
            let listed = inner.listed.entry(key).or_insert((clinic, device, revoked));
            if listed.0 != clinic {
                continue;
            }
            *listed = (clinic, device, revoked);
            if revoked && let Some(open) = inner.open.get(&key) {
                open.iter().for_each(|(_, token)| token.cancel());
            }
        }
    }

    /// Lets a connection in, or says why not. It counts until the guard is dropped.
    pub fn connect(self: &Arc<Self>, key: PeerKey, limits: &Limits) -> Result<Connected, Refused> {
        let mut inner = self.write();
        if inner.connections >= limits.connections {
            return Err(Refused::TooMany);
        }
        match inner.standing(key) {
            Standing::Revoked => return Err(Refused::Revoked),
            Standing::Stranger if inner.strangers() >= limits.connections_of_strangers as usize => {
                return Err(Refused::TooManyStrangers);
            }
            Standing::Stranger | Standing::Device(_) => {}
        }
        if inner
            .open
            .get(&key)
            .is_some_and(|open| open.len() >= limits.connections_per_device as usize)
        {
            return Err(Refused::TooManyOfKey);
        }
        let (number, cut) = (inner.next, CancellationToken::new());
        inner.next += 1;
        inner.connections += 1;
        inner.open.entry(key).or_default().push((number, cut.clone()));
        Ok(Connected {
            directory: Arc::clone(self),
            key,
            number,
            cut,
        })
    }

    /// Whether the device of this key has another one in good standing by now: its connection ends, but not in the middle of the answer to the
    /// request that has said so.
    pub fn is_replaced(&self, key: PeerKey) -> bool {
        let inner = self.read();
        let Some((clinic, device, true)) = inner.listed.get(&key) else {
            return false;
        };
        let good = (*clinic, *device, false);
        *device != Enrollment::RECOVERY.device && inner.listed.values().any(|listed| *listed == good)
    }

    /// How many connections are open.
    pub fn connections(&self) -> u32 {
        self.read().connections
    }

    /// How many different devices of this clinic are connected.
    pub fn connected_devices(&self, clinic: ClinicId) -> usize {
        let inner = self.read();
        let of_clinic = |key| inner.listed.get(key).is_some_and(|(owner, ..)| *owner == clinic);
        inner.open.keys().filter(|key| of_clinic(key)).count()
    }

    // A panic while the lock is held cannot leave these maps half changed in a way that lets anybody in.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Inner {
    fn standing(&self, key: PeerKey) -> Standing {
        match self.listed.get(&key) {
            None => Standing::Stranger,
            Some((_, _, true)) => Standing::Revoked,
            Some((clinic, device, false)) => Standing::Device(Caller {
                clinic: *clinic,
                device: *device,
                key,
            }),
        }
    }

    /// A clinic has one recovery key: every former one is as good as revoked.
    fn retire_recovery(&mut self, clinic: ClinicId, present: PeerKey) {
        for (key, listed) in &mut self.listed {
            if listed.0 == clinic && listed.1 == Enrollment::RECOVERY.device && *key != present && !listed.2 {
                listed.2 = true;
                let open = self.open.get(key).map(Vec::as_slice).unwrap_or_default();
                open.iter().for_each(|(_, token)| token.cancel());
            }
        }
    }

    /// Open connections of keys that no roster lists.
    fn strangers(&self) -> usize {
        let unlisted = self.open.iter().filter(|(key, _)| !self.listed.contains_key(key));
        unlisted.map(|(_, open)| open.len()).sum()
    }
}

/// One connection that was let in.
pub struct Connected {
    directory: Arc<Directory>,
    key: PeerKey,
    number: u64,
    cut: CancellationToken,
}

impl Connected {
    /// Ends when the connection must be closed at once.
    pub fn cut(&self) -> &CancellationToken {
        &self.cut
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut inner = self.directory.write();
        inner.connections -= 1;
        if let Some(open) = inner.open.get_mut(&self.key) {
            open.retain(|(number, _)| *number != self.number);
            if open.is_empty() {
                inner.open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ClinicId = ClinicId([1; 32]);
    const B: ClinicId = ClinicId([2; 32]);

    fn listing(key: u8, revoked: bool) -> Listing {
        Listing {
            device: DeviceId([key; 16]),
            key: PeerKey([key; 32]),
            revoked,
        }
    }

    #[test]
    fn a_key_belongs_to_the_clinic_that_listed_it_first() {
        let directory = Directory::default();
        directory.list(A, [listing(7, false)]);
        assert_eq!(directory.may_list(B, [PeerKey([7; 32])]), Err(KeyTaken));
        directory.list(B, [listing(7, true)]);
        assert!(matches!(directory.standing(PeerKey([7; 32])), Standing::Device(caller) if caller.clinic == A));
    }

    #[test]
    fn revocation_cuts_what_is_open_and_refuses_what_comes() {
        let (directory, limits) = (Arc::new(Directory::default()), Limits::default());
        directory.list(A, [listing(7, false), listing(8, false)]);
        let cut = directory.connect(PeerKey([7; 32]), &limits).ok().unwrap();
        let stays = directory.connect(PeerKey([8; 32]), &limits).ok().unwrap();
        directory.list(A, [listing(7, true)]);
        assert!(cut.cut().is_cancelled());
        assert!(!stays.cut().is_cancelled());
        assert_eq!(
            directory.connect(PeerKey([7; 32]), &limits).err(),
            Some(Refused::Revoked)
        );
        drop(cut);
        assert_eq!(directory.connections(), 1);
        assert_eq!(directory.connected_devices(A), 1);
    }

    #[test]
    fn a_new_device_key_shuts_the_former_one_out() {
        let (directory, limits) = (Arc::new(Directory::default()), Limits::default());
        let of_device = |key: u8, revoked| Listing {
            device: DeviceId([1; 16]),
            ..listing(key, revoked)
        };
        directory.list(A, [of_device(7, false)]);
        let former = directory.connect(PeerKey([7; 32]), &limits).ok().unwrap();
        assert!(!directory.is_replaced(PeerKey([7; 32])));
        directory.list(A, [of_device(8, false), of_device(7, true)]);
        assert!(former.cut().is_cancelled());
        assert!(directory.is_replaced(PeerKey([7; 32])) && !directory.is_replaced(PeerKey([8; 32])));
        assert_eq!(directory.standing(PeerKey([7; 32])), Standing::Revoked);
        assert!(directory.connect(PeerKey([8; 32]), &limits).is_ok());
        // The device leaves: none of its keys has a successor.
        directory.list(A, [of_device(8, true), of_device(7, true)]);
        assert!(!directory.is_replaced(PeerKey([7; 32])));
    }

    #[test]
    fn a_new_recovery_key_shuts_the_former_one_out() {
        let (directory, limits) = (Arc::new(Directory::default()), Limits::default());
        let paper = |key: u8| Listing {
            device: DeviceId::ZERO,
            ..listing(key, false)
        };
        directory.list(A, [listing(1, false), paper(7)]);
        directory.list(B, [paper(9)]);
        let former = directory.connect(PeerKey([7; 32]), &limits).ok().unwrap();
        directory.list(A, [listing(1, false), paper(8)]);
        assert!(former.cut().is_cancelled());
        assert_eq!(directory.standing(PeerKey([7; 32])), Standing::Revoked);
        for key in [8, 9] {
            assert!(matches!(directory.standing(PeerKey([key; 32])), Standing::Device(caller) if caller.is_recovery()));
        }
    }

    #[test]
    fn connections_are_limited_by_key_for_strangers_and_in_all() {
        let limits = Limits {
            connections: 4,
            connections_per_device: 2,
            connections_of_strangers: 1,
            ..Limits::default()
        };
        let directory = Arc::new(Directory::default());
        directory.list(A, (0..9).map(|key| listing(key, false)));
        let connect = |key: u8| directory.connect(PeerKey([key; 32]), &limits);
        let _stranger = connect(100).ok().unwrap();
        assert_eq!(connect(101).err(), Some(Refused::TooManyStrangers));
        let _two = [connect(1).ok().unwrap(), connect(1).ok().unwrap()];
        assert_eq!(connect(1).err(), Some(Refused::TooManyOfKey));
        let last = connect(2).ok().unwrap();
        assert_eq!(connect(3).err(), Some(Refused::TooMany));
        drop(last);
        assert!(connect(3).is_ok());
    }
}
