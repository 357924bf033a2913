//! What the server offers: asked for when it says that there is something new, judged by the roster, kept in memory.

use super::super::wire::{SnapshotStatus, SnapshotTrust};
use super::super::{held, name};
use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::Desk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wardkeep_roster::{Compartment, Roster};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::snapshot::{Manifest, Trust, Untrusted, trust};
use wardkeep_sync::wire::SnapshotItem;
use wardkeep_vault::store::store_compartment;

/// Manifests of one compartment that are looked at: the newest ones.
const MOST_OF_COMPARTMENT: usize = 3;
/// Without any news the server is asked this often, in monotonic milliseconds.
const QUIET_MS: u64 = 30 * 60 * 1000;
/// A server that had no place for a snapshot is asked again after so long, in monotonic milliseconds.
const NO_PLACE_MS: u64 = 6 * 60 * 60 * 1000;

/// A snapshot that the server offers.
#[derive(Clone)]
pub(in crate::sync) struct Offer {
    pub(in crate::sync) id: [u8; 32],
    pub(in crate::sync) manifest: Arc<Manifest>,
    pub(in crate::sync) bytes: Arc<Vec<u8>>,
    pub(in crate::sync) countersignatures: Vec<Vec<u8>>,
    pub(in crate::sync) acknowledged: bool,
}

impl Offer {
    /// Whether it may be taken, by the roster as it is now.
    pub(in crate::sync) fn trust(&self, desk: &Desk) -> Result<Result<Trust, Untrusted>, CommandError> {
        let me = desk.device()?;
        Ok(self.judged(desk.roster()?, me))
    }

    fn judged(&self, roster: &Roster, me: wardkeep_roster::DeviceId) -> Result<Trust, Untrusted> {
        trust(roster, Some(me), (&self.manifest, &self.bytes), &self.countersignatures)
    }
}

/// What was offered last, and what was found to be a lie.
#[derive(Default)]
pub(in crate::sync) struct Offers {
    known: Vec<Offer>,
    asked_ms: Option<u64>,
    refused: BTreeSet<[u8; 32]>,
    /// Compartments whose records are to come from a snapshot before anything else.
    pub(super) wanted: BTreeSet<Compartment>,
    /// Since when one is due, in monotonic milliseconds.
    due_since: BTreeMap<Compartment, u64>,
    /// When the server had no place for one, in monotonic milliseconds.
    no_place_ms: Option<u64>,
}

impl Offers {
    /// The server was told that this device has all of it.
    pub(super) fn acknowledged(&mut self, id: &[u8; 32]) {
        for offer in self.known.iter_mut().filter(|offer| offer.id == *id) {
            offer.acknowledged = true;
        }
    }

    /// For how long one has been due.
    pub(super) fn waited_ms(&mut self, part: Compartment, due: bool, now_ms: u64) -> u64 {
        if !due {
            self.due_since.remove(&part);
            return 0;
        }
        now_ms.saturating_sub(*self.due_since.entry(part).or_insert(now_ms))
    }

    /// The server keeps no more of them for now. Sealing all rows only to hear it again is put off.
    pub(super) fn no_place(&mut self, now_ms: u64) {
        self.no_place_ms = Some(now_ms);
    }

    /// Whether the server had no place a short while ago.
    pub(super) fn has_no_place(&self, now_ms: u64) -> bool {
        self.no_place_ms
            .is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < NO_PLACE_MS)
    }

    /// Marks one as not to be believed.
    pub(super) fn refuse(&mut self, id: [u8; 32]) {
        self.refused.insert(id);
    }
}

/// Asks the server, if it said that there is something or nobody asked for long.
pub(in crate::sync) fn look_if_due(clinic: &Clinic) -> Result<(), CommandError> {
    let now_ms = clinic.machine().clock.monotonic_ms();
    let news = clinic.sync().signal().take_snapshot_news();
    let asked = held(&clinic.sync().offers).asked_ms;
    let quiet = asked.is_some_and(|asked| now_ms.saturating_sub(asked) < QUIET_MS);
    if news || !quiet || !clinic.runs_in_background() {
        look(clinic)?;
    }
    Ok(())
}

/// Asks the server what snapshots there are.
pub(in crate::sync) fn look(clinic: &Clinic) -> Result<(), CommandError> {
    let reply = clinic.ask(|link| async move { link.snapshots().await })?;
    let mut found = Vec::new();
    for part in Compartment::ALL {
        let of = reply.snapshots.iter().filter(|item| item.compartment == part);
        for item in of.take(MOST_OF_COMPARTMENT) {
            found.extend(fetch(clinic, item)?);
        }
    }
    let mut offers = held(&clinic.sync().offers);
    offers.known = found;
    offers.asked_ms = Some(clinic.machine().clock.monotonic_ms());
    Ok(())
}

/// The manifest of an item, from memory or from the server. What is no manifest, or another than was named, is passed over.
fn fetch(clinic: &Clinic, item: &SnapshotItem) -> Result<Option<Offer>, CommandError> {
    let known = {
        let offers = held(&clinic.sync().offers);
        if offers.refused.contains(&item.id) {
            return Ok(None);
        }
        offers.known.iter().find(|offer| offer.id == item.id).cloned()
    };
    if let Some(known) = known {
        return Ok(Some(Offer {
            countersignatures: item.countersignatures.clone(),
            acknowledged: item.acknowledged,
            ..known
        }));
    }
    let id = item.id;
    let bytes = clinic.ask(|link| async move { link.manifest(&id).await })?;
    let manifest = match Manifest::parse(&bytes) {
        Ok(manifest) if Manifest::id(&bytes).0 == id && manifest.compartment == item.compartment => manifest,
        Ok(_) => {
            tracing::warn!("the server names another snapshot than it shows");
            return Ok(None);
        }
        Err(why) => {
            tracing::warn!(%why, "a snapshot cannot be read");
            return Ok(None);
        }
    };
    Ok(Some(Offer {
        id,
        manifest: Arc::new(manifest),
        bytes: Arc::new(bytes),
        countersignatures: item.countersignatures.clone(),
        acknowledged: item.acknowledged,
    }))
}

/// What is offered, newest first.
pub(in crate::sync) fn offered(clinic: &Clinic) -> Vec<Offer> {
    held(&clinic.sync().offers).known.clone()
}

/// The vectors of what this device would take, together: what is behind them may have been let go.
pub(super) fn trusted_vector(desk: &Desk, offers: &[Offer]) -> Result<Frontier, CommandError> {
    let mut vector = Frontier::new();
    for offer in offers {
        if offer.trust(desk)?.is_ok() {
            vector.join(&offer.manifest.vector);
        }
    }
    Ok(vector)
}

/// The newest snapshot of each compartment, for the sync page.
pub(in crate::sync) fn statuses(
    clinic: &Clinic,
    session: &Session,
    desk: &Desk,
) -> Result<Vec<SnapshotStatus>, CommandError> {
    let mut statuses: Vec<SnapshotStatus> = Vec::new();
    for offer in offered(clinic) {
        let Some(compartment) = store_compartment(offer.manifest.compartment) else {
            continue;
        };
        let trust = match offer.trust(desk)? {
            Ok(Trust::Confirmed { .. }) => SnapshotTrust::Confirmed,
            Ok(Trust::Alone) => SnapshotTrust::Alone,
            Err(Untrusted::OneSigner) => SnapshotTrust::Unconfirmed,
            Err(_) => continue,
        };
        // The newest that is confirmed says more than a newer one that is not.
        let known = statuses.iter_mut().find(|known| known.compartment == compartment);
        let status = SnapshotStatus {
            compartment,
            made_ms: offer.manifest.made_ms,
            by: name::of_device(session, desk, offer.manifest.maker),
            trust,
            bytes: offer.manifest.bytes(),
        };
        match known {
            None => statuses.push(status),
            Some(known) if known.trust == SnapshotTrust::Unconfirmed && trust != SnapshotTrust::Unconfirmed => {
                *known = status
            }
            Some(_) => {}
        }
    }
    Ok(statuses)
}
