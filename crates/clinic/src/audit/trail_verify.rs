//! `audit_trail_verify`: compares the reader's trail with the segments that the laptops signed, and names what is missing, changed,
//! exchanged or cut, by laptop.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::Desk;
use crate::sync::trail::{self, Read};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::Compartment as Part;
use wardkeep_vault::store::store_device;
use wardkeep_vault::trail::{Trail, TrailFault, TrailFaultKind};

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

/// What is wrong with a laptop's entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Entries from here on never came, and later ones did.
    Missing,
    /// The entry does not follow from the one before it.
    Altered,
    /// The laptop has sent two entries of this number.
    Rewritten,
    /// This laptop's own copy was changed after it came.
    Tampered,
    /// The signed bytes that the copy was made from are gone or damaged.
    SegmentGone,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct TrailProblem {
    /// Which chain of the laptop.
    pub compartment: Compartment,
    /// The number of the entry where it shows.
    #[ts(type = "number")]
    pub n: u64,
    /// What.
    pub wrong: Wrong,
}

/// The verdict on one laptop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DeviceVerdict {
    /// Which.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Entries that are here.
    #[ts(type = "number")]
    pub entries: u64,
    /// The time of the last one, in Unix milliseconds: what came after it has not been heard of.
    #[ts(type = "number | null")]
    pub last_ms: Option<u64>,
    /// Nothing is wrong.
    pub ok: bool,
    /// What is.
    pub problems: Vec<TrailProblem>,
}

impl Command for Input {
    type Output = Vec<DeviceVerdict>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Vec<DeviceVerdict>, CommandError> {
        clinic.with_both(|session, desk| {
            let trail = trail::open(session, desk)?.ok_or(ErrorCode::Forbidden)?;
            verdicts(session, desk, &trail)
        })
    }
}

fn verdicts(session: &Session, desk: &Desk, trail: &Trail) -> Result<Vec<DeviceVerdict>, CommandError> {
    let mut faults: BTreeSet<TrailFault> = trail.faults()?.into_iter().collect();
    let signed = compare(session, desk, trail, &mut faults)?;
    let held: BTreeMap<_, _> = trail.devices()?.into_iter().map(|one| (one.device, one)).collect();
    for (device, known) in &held {
        // An entry that no signed segment has.
        if signed.get(device).map_or(0, |all| all.len() as u64) < known.entries {
            faults.insert(fault(*device, Compartment::Office, 0, TrailFaultKind::Tampered));
        }
    }
    let listed = desk.roster()?.devices().map(|(id, _)| store_device(id));
    let devices: BTreeSet<DeviceId> = listed.chain(held.keys().copied()).collect();
    let verdict = |device: DeviceId| {
        let of_it = faults.iter().filter(|fault| fault.device == device);
        let problems: Vec<_> = of_it.map(problem).collect();
        DeviceVerdict {
            device,
            name: trail::device_name(session, desk, device),
            entries: held.get(&device).map_or(0, |known| known.entries),
            last_ms: held.get(&device).map(|known| known.last_ms),
            ok: problems.is_empty(),
            problems,
        }
    };
    Ok(devices.into_iter().map(verdict).collect())
}

/// Reads every segment that was taken in again. Answers which entries the devices signed.
fn compare(
    session: &Session,
    desk: &Desk,
    trail: &Trail,
    faults: &mut BTreeSet<TrailFault>,
) -> Result<BTreeMap<DeviceId, BTreeSet<(u8, u64)>>, CommandError> {
    let mut signed: BTreeMap<DeviceId, BTreeSet<(u8, u64)>> = BTreeMap::new();
    let rewritten: BTreeSet<(DeviceId, u64)> = faults
        .iter()
        .filter(|fault| fault.kind == TrailFaultKind::Rewritten)
        .map(|fault| (fault.device, fault.n))
        .collect();
    for place in trail.all_taken()? {
        let device = place.device;
        let chain = wardkeep_sync::id::Chain {
            device: wardkeep_vault::store::wire_device(device),
            incarnation: wardkeep_sync::id::Incarnation(place.incarnation),
            compartment: Part::Audit,
        };
        for seq in 1..=place.seq {
            let entries = match trail::read(session, desk, chain, seq)? {
                Read::Entries(entries) => entries,
                Read::ForOthers => continue,
                Read::Nothing => {
                    faults.insert(fault(device, Compartment::Office, seq, TrailFaultKind::SegmentGone));
                    continue;
                }
            };
            for entry in entries {
                let key = (u8::from(entry.chain == Compartment::Clinical), entry.row.n);
                signed.entry(device).or_default().insert(key);
                if !trail.agrees(device, &entry)? && !rewritten.contains(&(device, entry.row.n)) {
                    faults.insert(fault(device, entry.chain, entry.row.n, TrailFaultKind::Tampered));
                }
            }
        }
    }
    Ok(signed)
}

fn fault(device: DeviceId, chain: Compartment, n: u64, kind: TrailFaultKind) -> TrailFault {
    TrailFault { device, chain, n, kind }
}

fn problem(fault: &TrailFault) -> TrailProblem {
    TrailProblem {
        compartment: fault.chain,
        n: fault.n,
        wrong: match fault.kind {
            TrailFaultKind::Missing => Wrong::Missing,
            TrailFaultKind::Altered => Wrong::Altered,
            TrailFaultKind::Rewritten => Wrong::Rewritten,
            TrailFaultKind::Tampered => Wrong::Tampered,
            TrailFaultKind::SegmentGone => Wrong::SegmentGone,
        },
    }
}
