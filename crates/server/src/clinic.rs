//! A clinic as the running server holds it: its verified roster, the tips of its chains, its wake-ups.

use crate::config::Limits;
use crate::directory::{Directory, Listing, PeerKey};
use crate::hub::Hub;
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use wardkeep_roster::roster::Status;
use wardkeep_roster::{ClinicId, Compartment, DeviceId, Roster};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, RosterHead, Tip};

/// One clinic.
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Its wake-ups.
    pub hub: Arc<Hub>,
    /// Held by whoever appends to the roster.
    pub appending: tokio::sync::Mutex<()>,
    roster: ArcSwap<Roster>,
    tips: RwLock<Frontier>,
}

impl Clinic {
    /// From what the store has.
    pub fn new(roster: Roster, tips: Frontier) -> Self {
        Self {
            id: roster.clinic(),
            hub: Arc::new(Hub::new(roster.head().0)),
            appending: tokio::sync::Mutex::new(()),
            roster: ArcSwap::from_pointee(roster),
            tips: RwLock::new(tips),
        }
    }

    /// Reads and verifies it.
    pub async fn load(store: &dyn Store, clinic: ClinicId) -> Result<Self, StoreError> {
        let roster = verified(&store.entries(clinic).await?)?;
        if roster.clinic() != clinic {
            return Err(StoreError::Damaged("a roster of another clinic".into()));
        }
        Ok(Self::new(roster, store.tips(clinic).await?))
    }

    /// The roster as it is now.
    pub fn roster(&self) -> Arc<Roster> {
        self.roster.load_full()
    }

    /// The roster's last entry.
    pub fn head(&self) -> RosterHead {
        head_of(&self.roster.load())
    }

    /// From now on the roster is this one, which is durable already.
    pub fn set_roster(&self, roster: Roster, directory: &Directory) {
        let number = roster.head().0;
        directory.list(self.id, listings(&roster));
        self.roster.store(Arc::new(roster));
        self.hub.roster(number);
    }

    /// Reads the roster again: another process has appended to it.
    pub async fn reload_roster(&self, store: &dyn Store, directory: &Directory) -> Result<(), StoreError> {
        let roster = verified(&store.entries(self.id).await?)?;
        self.set_roster(roster, directory);
        Ok(())
    }

    /// The tip of a chain.
    pub fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.tips.read().unwrap_or_else(std::sync::PoisonError::into_inner).tip(chain)
    }

    /// The tips of all chains in these compartments.
    pub fn tips_within(&self, compartments: &[Compartment]) -> Frontier {
        let tips = self.tips.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        tips.within(compartments)
    }

    /// Segments up to here are durable.
    pub fn raise(&self, tips: impl IntoIterator<Item = (Chain, Tip)>) {
        let mut known = self.tips.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (chain, tip) in tips {
            known.raise(chain, tip);
        }
    }

    /// The compartments that somebody on the device may open. The server withholds the others although it could not read them
    /// either: a key that leaks later opens only what was handed out.
    pub fn compartments_of(&self, device: DeviceId) -> Vec<Compartment> {
        let roster = self.roster.load();
        let opens = |part: &Compartment| roster.active_enrollments(*part).any(|enrollment| enrollment.device == device);
        Compartment::ALL.into_iter().filter(opens).collect()
    }
}

/// The roster's last entry.
pub fn head_of(roster: &Roster) -> RosterHead {
    let (number, hash) = roster.head();
    RosterHead { number, hash }
}

/// The device keys of a roster.
pub fn listings(roster: &Roster) -> impl Iterator<Item = Listing> {
    roster.devices().map(|(device, listed)| Listing {
        device,
        key: PeerKey(*listed.key.as_bytes()),
        revoked: listed.status != Status::Active,
    })
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
        directory.list(clinic.id, listings(&clinic.roster()));
        let mut clinics = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        clinics.entry(clinic.id).or_insert_with(|| Arc::new(clinic));
    }

    /// One of them.
    pub fn get(&self, clinic: ClinicId) -> Option<Arc<Clinic>> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&clinic).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Clinic>> {
        let clinics = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        clinics.values().cloned().collect()
    }
}
