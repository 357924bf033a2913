//! When a snapshot is worth making, and when the server may let go of the segments under one.

use super::manifest::Manifest;
use super::trust::{Trust, Untrusted, holders, trust};
use crate::frontier::Frontier;
use std::collections::BTreeSet;
use wardkeep_roster::{DeviceId, Roster};

/// A snapshot is due after this many segments since the last one that is trusted.
pub const LEAST_SEGMENTS: u64 = 256;
/// Or after this many bytes of segments.
pub const LEAST_BYTES: u64 = 8 << 20;
/// How long the server keeps segments after it has everybody's word, in milliseconds: a week, in which whoever finds its copy
/// damaged can fetch again.
pub const GRACE_MS: u64 = 7 * 24 * 3_600_000;

/// Why segments stay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Keeping {
    /// The snapshot is not one that a new device would take.
    Untrusted(Untrusted),
    /// These devices have not said that they hold what is in it.
    Waiting(BTreeSet<DeviceId>),
    /// Not before this time.
    Until(u64),
}

/// Whether there is enough behind the last trusted snapshot to make another.
pub fn due(segments: u64, bytes: u64) -> bool {
    segments >= LEAST_SEGMENTS || bytes >= LEAST_BYTES
}

/// Whether somebody who holds this has every segment that a snapshot replaces.
pub fn has_passed(held: &Frontier, vector: &Frontier) -> bool {
    vector.beyond(held).is_empty()
}

/// Whether an honest server may let go of the segments up to the snapshot's vector: two devices have signed it, every device that may read
/// the compartment has acknowledged it, and the time of grace, which began at `since_ms`, is over.
pub fn may_drop(
    roster: &Roster,
    snapshot: (&Manifest, &[u8]),
    countersignatures: &[impl AsRef<[u8]>],
    acknowledged: &BTreeSet<DeviceId>,
    (since_ms, grace_ms, now_ms): (u64, u64, u64),
) -> Result<(), Keeping> {
    match trust(roster, None, snapshot, countersignatures) {
        Ok(Trust::Confirmed { .. }) => {}
        // A clinic of one device keeps all.
        Ok(Trust::Alone) => return Err(Keeping::Untrusted(Untrusted::OneSigner)),
        Err(why) => return Err(Keeping::Untrusted(why)),
    }
    let mut waiting = holders(roster, snapshot.0.compartment);
    waiting.retain(|device| !acknowledged.contains(device));
    if !waiting.is_empty() {
        return Err(Keeping::Waiting(waiting));
    }
    let until = since_ms.saturating_add(grace_ms);
    if now_ms < until {
        Err(Keeping::Until(until))
    } else {
        Ok(())
    }
}
