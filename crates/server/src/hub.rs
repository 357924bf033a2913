//! Wake-ups of one clinic. They say that there is something to fetch, never what; several that come close together are one.
//!
//! A device is not woken by what it has pushed itself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;
use wardkeep_roster::DeviceId;
use wardkeep_sync::wire::Event;

/// What has happened so far, by counts that only rise.
#[derive(Default)]
struct Counts {
    roster: u32,
    segments: u64,
    /// Of the segments, those that each device has pushed itself.
    own: HashMap<DeviceId, u64>,
    parcels: HashMap<DeviceId, u64>,
    joins: u64,
    snapshots: u64,
    /// Of these, those that each device has caused itself.
    own_snapshots: HashMap<DeviceId, u64>,
    receipts: u64,
    blobs: u64,
    wanted: u64,
    streams: HashMap<DeviceId, u32>,
}

/// The wake-ups of one clinic.
pub struct Hub {
    counts: Mutex<Counts>,
    bell: watch::Sender<()>,
}

impl Hub {
    /// For a clinic whose roster has so many entries.
    pub fn new(roster: u32) -> Self {
        let counts = Counts {
            roster,
            ..Counts::default()
        };
        Self {
            counts: Mutex::new(counts),
            bell: watch::Sender::new(()),
        }
    }

    /// The roster has so many entries now.
    pub fn roster(&self, number: u32) {
        self.change(|counts| counts.roster = counts.roster.max(number));
    }

    /// This device's segments were stored.
    pub fn segments(&self, by: DeviceId) {
        self.change(|counts| {
            counts.segments += 1;
            *counts.own.entry(by).or_default() += 1;
        });
    }

    /// Something came into these mailboxes.
    pub fn parcels(&self, devices: &[DeviceId]) {
        self.change(|counts| {
            for device in devices {
                *counts.parcels.entry(*device).or_default() += 1;
            }
        });
    }

    /// A join was asked for, or answered.
    pub fn joins(&self) {
        self.change(|counts| counts.joins += 1);
    }

    /// A snapshot came from this device, or it has signed or acknowledged one.
    pub fn snapshots(&self, by: DeviceId) {
        self.change(|counts| {
            counts.snapshots += 1;
            *counts.own_snapshots.entry(by).or_default() += 1;
        });
    }

    /// A device has answered an order to wipe it.
    pub fn receipts(&self) {
        self.change(|counts| counts.receipts += 1);
    }

    /// A sealed file has come.
    pub fn blobs(&self) {
        self.change(|counts| counts.blobs += 1);
    }

    /// A sealed file is wanted again.
    pub fn wanted(&self) {
        self.change(|counts| counts.wanted += 1);
    }

    /// Listens for one device, unless it listens `most` times already. The first events say what it may have missed.
    pub fn listen(self: &Arc<Self>, device: DeviceId, most: u32) -> Option<Listener> {
        let bell = self.bell.subscribe();
        let mut counts = self.counts();
        let streams = counts.streams.entry(device).or_default();
        if *streams >= most {
            return None;
        }
        *streams += 1;
        let seen = counts.seen_by(device);
        let due = VecDeque::from([
            Event::Roster(seen.roster),
            Event::Segments,
            Event::Parcels,
            Event::Joins,
            Event::Snapshots,
            Event::Receipts,
            Event::Wanted,
        ]);
        drop(counts);
        Some(Listener {
            hub: Arc::clone(self),
            device,
            bell,
            seen,
            due,
        })
    }

    /// How many event streams are open.
    pub fn streams(&self) -> u32 {
        self.counts().streams.values().sum()
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts());
        self.bell.send_replace(());
    }

    // Counts that only rise are never half changed.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The counts as one device sees them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    roster: u32,
    segments: u64,
    parcels: u64,
    joins: u64,
    snapshots: u64,
    receipts: u64,
    blobs: u64,
    wanted: u64,
}

impl Counts {
    fn seen_by(&self, device: DeviceId) -> Seen {
        let own = self.own.get(&device).copied().unwrap_or(0);
        Seen {
            roster: self.roster,
            segments: self.segments - own,
            parcels: self.parcels.get(&device).copied().unwrap_or(0),
            joins: self.joins,
            snapshots: self.snapshots - self.own_snapshots.get(&device).copied().unwrap_or(0),
            receipts: self.receipts,
            blobs: self.blobs,
            wanted: self.wanted,
        }
    }
}

/// One event stream of one device.
pub struct Listener {
    hub: Arc<Hub>,
    device: DeviceId,
    bell: watch::Receiver<()>,
    seen: Seen,
    due: VecDeque<Event>,
}

impl Listener {
    /// The next event; waits until there is one. `None` when the clinic is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Some(event);
            }
            self.bell.changed().await.ok()?;
            self.look();
        }
    }

    fn look(&mut self) {
        let now = self.hub.counts().seen_by(self.device);
        let seen = std::mem::replace(&mut self.seen, now);
        let news = [
            (now.roster != seen.roster, Event::Roster(now.roster)),
            (now.segments != seen.segments, Event::Segments),
            (now.parcels != seen.parcels, Event::Parcels),
            (now.joins != seen.joins, Event::Joins),
            (now.snapshots != seen.snapshots, Event::Snapshots),
            (now.receipts != seen.receipts, Event::Receipts),
            (now.blobs != seen.blobs, Event::Blobs),
            (now.wanted != seen.wanted, Event::Wanted),
        ];
        self.due
            .extend(news.into_iter().filter_map(|(changed, event)| changed.then_some(event)));
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut counts = self.hub.counts();
        if let Some(streams) = counts.streams.get_mut(&self.device) {
            *streams = streams.saturating_sub(1);
            if *streams == 0 {
                counts.streams.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: DeviceId = DeviceId([1; 16]);
    const OTHER: DeviceId = DeviceId([2; 16]);

    async fn drain(listener: &mut Listener) -> Vec<Event> {
        let mut events = Vec::new();
        while let Ok(Some(event)) = tokio::time::timeout(std::time::Duration::from_millis(20), listener.next()).await {
            events.push(event);
        }
        events
    }

    #[tokio::test]
    async fn wakes_whom_it_concerns_and_once() {
        let hub = Arc::new(Hub::new(3));
        let mut listener = hub.listen(ME, 1).unwrap();
        assert!(hub.listen(ME, 1).is_none());
        let first = [
            Event::Roster(3),
            Event::Segments,
            Event::Parcels,
            Event::Joins,
            Event::Snapshots,
            Event::Receipts,
            Event::Wanted,
        ];
        assert_eq!(drain(&mut listener).await, first);
        hub.segments(ME);
        hub.parcels(&[OTHER]);
        assert_eq!(drain(&mut listener).await, []);
        hub.segments(OTHER);
        hub.segments(OTHER);
        hub.parcels(&[ME]);
        hub.roster(4);
        assert_eq!(
            drain(&mut listener).await,
            [Event::Roster(4), Event::Segments, Event::Parcels]
        );
        assert_eq!(hub.streams(), 1);
        drop(listener);
        assert_eq!(hub.streams(), 0);
    }
}
