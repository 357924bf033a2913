//! What to do with a segment that arrives: the one decision that server and devices share.

use crate::frontier::Frontier;
use crate::id::{Chain, RosterHead, SegmentHash, Tip};
use crate::segment::{MalformedSegment, Segment, Unverified, Verified};
use wardkeep_roster::Roster;
use wardkeep_roster::roster::CutOff;

/// What somebody has of each chain.
pub trait Held {
    /// The last segment of a chain.
    fn tip(&self, chain: &Chain) -> Option<Tip>;

    /// The hash of the segment with this number, where it is known: with it a second segment in its place is told from a repetition.
    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash>;
}

/// Knows the hash of the tip alone.
impl Held for Frontier {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        Frontier::tip(self, chain)
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        let tip = Frontier::tip(self, chain)?;
        (tip.seq == seq).then_some(tip.hash)
    }
}

/// What a segment is to whoever holds so much.
pub enum Verdict<'a> {
    /// The next of its chain: store it, then raise the tip.
    Next(Verified<'a>),
    /// Here already. Harmless.
    Duplicate,
    /// Genuine, and segments before it are missing: get them first.
    Ahead {
        /// Of which chain.
        chain: Chain,
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// Genuine, and another segment of this device stands in the same place: its device exists twice, or somebody rolled it back.
    /// Alarm; keep both.
    Fork(Fork<'a>),
    /// Genuine, of a device that was revoked, behind the last segment that counts. To be kept aside for an admin, not applied.
    AfterRevocation(Verified<'a>),
    /// It cites a roster entry that is not here: fetch the roster, then ask again.
    UnknownRoster(RosterHead),
    /// Not to be believed and not to be kept.
    Reject(Reject),
}

/// Two segments in one place.
#[derive(Clone, Copy)]
pub struct Fork<'a> {
    /// The place in dispute.
    pub seq: u64,
    /// The hash of what is held there.
    pub held: SegmentHash,
    /// The hash of what the other branch has there.
    pub offered: SegmentHash,
    /// The segment that proves it.
    pub proof: Verified<'a>,
}

/// Why a segment was thrown away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reject {
    /// It is no segment.
    #[error("no segment: {0}")]
    Malformed(#[from] MalformedSegment),
    /// The roster does not bear it out.
    #[error(transparent)]
    Unverified(#[from] Unverified),
}

/// Judges a segment. Reads nothing but its arguments and changes nothing.
pub fn admit<'a>(roster: &Roster, held: &impl Held, bytes: &'a [u8]) -> Verdict<'a> {
    let segment = match Segment::parse(bytes) {
        Ok(segment) => segment,
        Err(why) => return Verdict::Reject(why.into()),
    };
    let chain = segment.header().chain;
    let seq = segment.header().seq;
    // The hash says that it is the same one; no signature has to be checked again.
    if segment.header().clinic == roster.clinic() && held.hash_at(&chain, seq) == Some(segment.hash()) {
        return Verdict::Duplicate;
    }
    match segment.verify(roster) {
        Ok(verified) => place(roster, held, verified),
        Err(Unverified::UnknownRoster(head)) => Verdict::UnknownRoster(head),
        Err(why) => Verdict::Reject(why.into()),
    }
}

/// Where a genuine segment stands.
fn place<'a>(roster: &Roster, held: &impl Held, verified: Verified<'a>) -> Verdict<'a> {
    let header = verified.segment().header();
    let (chain, seq) = (header.chain, header.seq);
    let tip = held.tip(&chain);
    let last = tip.map_or(0, |tip| tip.seq);
    if seq <= last {
        return match held.hash_at(&chain, seq) {
            // What is held was confirmed by the device when it renewed its key: the other one was signed by whoever has the former key.
            Some(hash) if hash != verified.segment().hash() && is_confirmed(roster, held, &chain, seq) => {
                Verdict::Reject(Unverified::FormerKey.into())
            }
            Some(hash) if hash != verified.segment().hash() => Verdict::Fork(Fork {
                seq,
                held: hash,
                offered: verified.segment().hash(),
                proof: verified,
            }),
            _ => Verdict::Duplicate,
        };
    }
    if counts_not(roster, &chain, seq, verified.segment().hash()) {
        return Verdict::AfterRevocation(verified);
    }
    if seq > last + 1 {
        return Verdict::Ahead {
            chain,
            from: last + 1,
            to: seq - 1,
        };
    }
    match tip {
        Some(tip) if tip.hash != header.prev => Verdict::Fork(Fork {
            seq: tip.seq,
            held: tip.hash,
            offered: header.prev,
            proof: verified,
        }),
        _ => Verdict::Next(verified),
    }
}

/// Whether what is held in this place leads to the segment of which the device itself has said that its former key ended there.
fn is_confirmed(roster: &Roster, held: &impl Held, chain: &Chain, seq: u64) -> bool {
    let device = roster.device(&chain.device);
    let signer = device.map(|device| device.signer(&chain.incarnation.0, chain.compartment, seq));
    signer
        .and_then(|signer| signer.last)
        .is_some_and(|(last, hash)| held.hash_at(chain, last) == Some(SegmentHash(hash)))
}

/// Whether a revocation has drawn its line before this segment. Where the admin drew none, nothing new counts. What an admin has accepted since
/// counts by its hash: another segment in its place does not.
pub(crate) fn counts_not(roster: &Roster, chain: &Chain, seq: u64, hash: SegmentHash) -> bool {
    let accepted = roster.accepted(&chain.device, &chain.incarnation.0, chain.compartment, seq);
    is_behind_line(roster, chain, seq) || accepted.is_some_and(|accepted| *accepted != hash.0)
}

/// Whether no segment counts that is in this place of the chain.
pub fn is_behind_line(roster: &Roster, chain: &Chain, seq: u64) -> bool {
    match roster.cut_off(&chain.device, &chain.incarnation.0, chain.compartment) {
        None | Some(CutOff::None) => false,
        Some(CutOff::Unstated { .. }) => true,
        Some(CutOff::After { seq: last, .. }) => seq > last,
    }
}

#[cfg(test)]
mod tests;
