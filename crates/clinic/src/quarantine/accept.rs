//! `quarantine_accept`: what a revoked device wrote counts from now on, for everybody. The roster says so, and names each segment.

use super::look;
use super::wire::{QuarantinePart, QuarantineRow};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::sync::{self, Desk, aside};
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op;
use wardkeep_record::role::Permission;
use wardkeep_roster::Roster;
use wardkeep_roster::entry::{Accept, Body};
use wardkeep_roster::limit::MAX_JUDGED_SEGMENTS;
use wardkeep_roster::roster::CutOff;
use wardkeep_sync::id::{Chain, SegmentHash, Tip};
use wardkeep_sync::segment::Segment;
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// What is accepted.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Of which device.
    pub device: DeviceId,
    /// In which part; nothing for all.
    pub part: Option<QuarantinePart>,
    /// Up to which segment of each chain; nothing for all.
    #[ts(type = "number | null")]
    pub upto: Option<u64>,
}

/// A segment that may be accepted, and the hash of the one that it follows.
struct Candidate {
    tip: Tip,
    prev: SegmentHash,
}

/// The candidates of one chain in order, and what this device holds before them.
#[derive(Default)]
struct Candidates {
    held: Option<Tip>,
    all: Vec<Candidate>,
}

impl Command for Input {
    type Output = Vec<QuarantineRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<QuarantineRow>, CommandError> {
        sync::fetch_roster(clinic)?;
        aside::fetch(clinic)?;
        let device = wire_device(self.device);
        let candidates = clinic.with_both(|_, desk| candidates(desk, &self, device))?;
        if candidates.is_empty() {
            return Err(CommandError::new(ErrorCode::NotFound).at("device"));
        }
        let segments = sync::act(clinic, |_, sealing| {
            let mut segments = 0;
            for (chain, candidates) in &candidates {
                for accept in runs(sealing.roster(), chain, candidates) {
                    segments += accept.segments.len();
                    sealing.say(Body::Accept(accept))?;
                }
            }
            // Something else counts in these places by now.
            if segments == 0 {
                return Err(ErrorCode::Conflict.into());
            }
            Ok(segments)
        })?;
        clinic.with_session(|session| {
            let detail = serde_json::json!({ "device": self.device, "segments": segments, "part": self.part });
            session.write(op::Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::QuarantineAccept).detail(&detail))?)
            })
        })?;
        clinic.sync().signal().news();
        look::rows(clinic)
    }
}

fn candidates(
    desk: &Desk,
    input: &Input,
    device: wardkeep_roster::DeviceId,
) -> Result<BTreeMap<Chain, Candidates>, CommandError> {
    let mut candidates: BTreeMap<Chain, Candidates> = BTreeMap::new();
    let frontier = desk.spool.frontier()?;
    for aside in look::kept(desk)? {
        let part = QuarantinePart::of(aside.chain.compartment);
        let wanted = input.part.is_none_or(|wanted| wanted == part);
        if aside.chain.device != device || !wanted || input.upto.is_some_and(|upto| aside.tip.seq > upto) {
            continue;
        }
        let bytes = desk.spool.aside_bytes(&aside.tip.hash)?.unwrap_or_default();
        if let Ok(segment) = Segment::parse(&bytes) {
            let of_chain = candidates.entry(aside.chain).or_default();
            of_chain.held = frontier.tip(&aside.chain);
            of_chain.all.push(Candidate {
                tip: aside.tip,
                prev: segment.header().prev,
            });
        }
    }
    Ok(candidates)
}

/// The entries that accept these: from the line on, each segment the one that follows the one before. What does not follow stays aside.
fn runs(roster: &Roster, chain: &Chain, candidates: &Candidates) -> Vec<Accept> {
    let held = candidates.held;
    let line = match roster.cut_off(&chain.device, &chain.incarnation.0, chain.compartment) {
        None | Some(CutOff::None) => return Vec::new(),
        Some(CutOff::Unstated { .. }) => held.map_or(0, |tip| tip.seq),
        Some(CutOff::After { seq, .. }) => seq,
    };
    // Where the compartment is not read here, the hash before the first is not known, and the devices that read it check it.
    let mut before = held.filter(|tip| tip.seq == line).map(|tip| tip.hash);
    let mut hashes: Vec<[u8; 32]> = Vec::new();
    for candidate in &candidates.all {
        let next = line + 1 + hashes.len() as u64;
        if candidate.tip.seq == next && before.is_none_or(|before| before == candidate.prev) {
            hashes.push(candidate.tip.hash.0);
            before = Some(candidate.tip.hash);
        }
    }
    let entry = |(index, some): (usize, &[[u8; 32]])| Accept {
        device: chain.device,
        incarnation: chain.incarnation.0,
        compartment: chain.compartment,
        after: line + (index * MAX_JUDGED_SEGMENTS) as u64,
        segments: some.to_vec(),
    };
    hashes.chunks(MAX_JUDGED_SEGMENTS).enumerate().map(entry).collect()
}
