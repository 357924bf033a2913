//! A clinic as the running server holds it: its verified roster, the tips of its chains, its wake-ups.

use crate::config::Limits;
use crate::directory::{Directory, Listing, PeerKey};
use crate::hub::Hub;
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use wardkeep_roster::{ClinicId, Enrollment, Roster};
use wardkeep_sync::{Frontier, Relay, RosterHead};

/// One clinic. What may be stored, given out and believed is decided by its [`Relay`], which the simulation drives too.
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Its wake-ups.
    pub hub: Arc<Hub>,
    /// Held by whoever appends to the roster.
    pub appending: tokio::sync::Mutex<()>,
    relay: RwLock<Relay>,
}

impl Clinic {
    /// Reads and verifies it.
    pub async fn load(store: &dyn Store, clinic: ClinicId) -> Result<Self, StoreError> {
        let roster = verified(&store.entries(clinic).await?)?;
        if roster.clinic() != clinic {
            return Err(StoreError::Damaged("a roster of another clinic".into()));
        }
        Ok(Self {
            id: clinic,
            hub: Arc::new(Hub::new(roster.head().0)),
            appending: tokio::sync::Mutex::new(()),
            relay: RwLock::new(Relay::new(roster, store.tips(clinic).await?)),
        })
    }

    /// What it knows and decides. Not to be held while waiting for anything.
    pub fn relay(&self) -> RwLockReadGuard<'_, Relay> {
        self.relay.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The roster's last entry.
    pub fn head(&self) -> RosterHead {
        head_of(self.relay().roster())
    }

    /// From now on the roster is this one, which is durable already. Whoever it revokes is cut off at once.
    pub fn adopt(&self, roster: Roster, directory: &Directory) {
        let number = roster.head().0;
        directory.list(self.id, listings(&roster));
        self.relay.write().unwrap_or_else(PoisonError::into_inner).adopt(roster);
        self.hub.roster(number);
    }

    /// Reads the roster again: another process has appended to it.
    pub async fn reload_roster(&self, store: &dyn Store, directory: &Directory) -> Result<(), StoreError> {
        let roster = verified(&store.entries(self.id).await?)?;
        self.adopt(roster, directory);
        Ok(())
    }

    /// Segments up to here are durable.
    pub fn stored(&self, written: &Frontier) {
        self.relay
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .stored(written);
    }
}

/// The roster's last entry.
pub fn head_of(roster: &Roster) -> RosterHead {
    let (number, hash) = roster.head();
    RosterHead { number, hash }
}

/// The keys of a roster: its devices', its recovery key, and those that its devices had before, which may connect no more.
pub fn listings(roster: &Roster) -> impl Iterator<Item = Listing> {
    let recovery = roster.enrollment(&Enrollment::RECOVERY).map(|recovery| Listing {
        device: Enrollment::RECOVERY.device,
        key: PeerKey(*recovery.keys.sign.as_bytes()),
        revoked: false,
    });
    let devices = roster.devices().map(|(device, listed)| Listing {
        device,
        key: PeerKey(*listed.key.as_bytes()),
        revoked: !listed.may_connect(),
    });
    let former = roster.devices().flat_map(|(device, listed)| {
        let keys = listed.former_keys();
        keys.map(move |key| Listing {
            device,
            key: PeerKey(*key.as_bytes()),
            revoked: true,
        })
    });
    devices.chain(former).chain(recovery)
}

fn verified(entries: &[Vec<u8>]) -> Result<Roster, StoreError> {
    Roster::verify(entries.iter().map(Vec::as_slice))
        .map_err(|why| StoreError::Damaged(format!("a roster does not verify: {why}")))
}

/// All clinics of this server.
#[derive(Default)]
pub struct Clinics(RwLock<HashMap<ClinicId, Arc<Clinic>>>);

impl Clinics {
    /// Reads and verifies all of them, and lists their keys.
    pub async fn load(store: &dyn Store, directory: &Directory, limits: &Limits) -> Result<Self, StoreError> {
        let clinics = Self::default();
        for usage in store.clinics().await? {
            let clinic = Clinic::load(store, usage.clinic).await?;
            tracing::info!(clinic = ?clinic.id, entries = clinic.head().number, "clinic is here");
            clinics.add(clinic, directory);
        }
        if clinics.all().len() > limits.clinics as usize {
            tracing::warn!(limit = limits.clinics, "more clinics than the limit: none can be added");
        }
        Ok(clinics)
    }

    /// Adds one, which is durable already. One that is here stays.
    pub fn add(&self, clinic: Clinic, directory: &Directory) {
        directory.list(clinic.id, listings(clinic.relay().roster()));
        let mut clinics = self.0.write().unwrap_or_else(PoisonError::into_inner);
        clinics.entry(clinic.id).or_insert_with(|| Arc::new(clinic));
    }

    /// One of them.
    pub fn get(&self, clinic: ClinicId) -> Option<Arc<Clinic>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&clinic)
            .cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Clinic>> {
        let clinics = self.0.read().unwrap_or_else(PoisonError::into_inner);
        clinics.values().cloned().collect()
    }
}
