//! Segments: what the server has, pushing to it, pulling from it. The segments themselves travel as streams of items.

use super::Message;
use crate::cbor::at_most;
use crate::frontier::{Frontier, MAX_FRONTIER_BYTES};
use crate::id::RosterHead;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use wardkeep_roster::Compartment;

/// Segments in one push at most.
pub const MAX_PUSH_SEGMENTS: usize = 4_096;

/// What the server says that it has. A claim: devices compare it with what they know.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct VectorReply {
    /// The last roster entry.
    #[n(0)]
    pub roster: RosterHead,
    /// The last segment of each chain in the compartments that this device may pull.
    #[n(1)]
    pub tips: Frontier,
}

impl Message for VectorReply {
    const MAX_BYTES: usize = MAX_FRONTIER_BYTES + 64;
}

/// What became of each segment of a push, in its order. A segment that is not taken stops its own chain only; others go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PushReply {
    /// One for each segment.
    pub results: Vec<PushResult>,
}

/// What became of one segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PushResult {
    /// It is on the server's disk, durably.
    Stored,
    /// It was there before, durably.
    Duplicate,
    /// It was not stored.
    Refused(RefusalCode),
}

/// Why a segment was not stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalCode {
    /// Not a segment, or of a suite that this server does not know.
    Malformed,
    /// Of another clinic.
    OtherClinic,
    /// Of a device that the roster does not list, or not signed by it.
    Signature,
    /// It cites a roster entry that the server does not have: post the roster first.
    UnknownRoster,
    /// The roster does not agree with it: a forged head, an epoch that is not the newest, a compartment that its device may not write.
    Roster,
    /// One before it is missing.
    Gap,
    /// Another segment stands in its place.
    Fork,
    /// Its device was revoked, and it is behind the last accepted one.
    Revoked,
    /// The clinic's storage is full.
    Full,
    /// The server could not write it; try again.
    Storage,
    /// A code of a newer server, at most 239.
    Other(u8),
}

/// The codes with their numbers.
const CODES: [RefusalCode; 10] = [
    RefusalCode::Malformed,
    RefusalCode::OtherClinic,
    RefusalCode::Signature,
    RefusalCode::UnknownRoster,
    RefusalCode::Roster,
    RefusalCode::Gap,
    RefusalCode::Fork,
    RefusalCode::Revoked,
    RefusalCode::Full,
    RefusalCode::Storage,
];

impl RefusalCode {
    /// Its number, from 1.
    pub fn number(self) -> u8 {
        match self {
            Self::Other(number) => number,
            code => CODES
                .iter()
                .position(|known| *known == code)
                .map_or(0, |at| at as u8 + 1),
        }
    }

    /// From its number.
    pub fn from_number(number: u8) -> Self {
        let known = CODES.get(usize::from(number).wrapping_sub(1));
        known.copied().unwrap_or(Self::Other(number))
    }
}

const STORED: u8 = 0;
const DUPLICATE: u8 = 1;
const REFUSED: u8 = 16;

/// One byte for each result: 0 stored, 1 there before, 16 and the code for refused.
impl<C> Encode<C> for PushReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        let number = |result: &PushResult| match result {
            PushResult::Stored => STORED,
            PushResult::Duplicate => DUPLICATE,
            PushResult::Refused(code) => code.number().saturating_add(REFUSED),
        };
        let results: Vec<u8> = self.results.iter().map(number).collect();
        e.array(1)?.bytes(&results)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for PushReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a push reply has one part"));
        }
        let result = |number: &u8| match *number {
            STORED => Ok(PushResult::Stored),
            DUPLICATE => Ok(PushResult::Duplicate),
            number if number > REFUSED => Ok(PushResult::Refused(RefusalCode::from_number(number - REFUSED))),
            _ => Err(decode::Error::message("no result of a push")),
        };
        let results: Result<_, _> = d.bytes()?.iter().map(result).collect();
        Ok(Self { results: results? })
    }
}

impl Message for PushReply {
    const MAX_BYTES: usize = MAX_PUSH_SEGMENTS + 16;
}

/// Asks for what the device lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullRequest {
    /// What it has. The answer continues each chain from there, in chain order.
    pub vector: Frontier,
    /// Which compartments, each once, ascending.
    pub compartments: Vec<Compartment>,
    /// Bytes of segments that it wants at most; at least one segment comes if there is one.
    pub max_bytes: u64,
}

impl<C> Encode<C> for PullRequest {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(3)?;
        self.vector.encode(e, c)?;
        e.array(self.compartments.len() as u64)?;
        for compartment in &self.compartments {
            e.u8(compartment.number())?;
        }
        e.u64(self.max_bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for PullRequest {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(3) {
            return Err(decode::Error::message("a pull has three parts"));
        }
        let vector = Frontier::decode(d, c)?;
        let compartments: Vec<Compartment> = at_most(d, Compartment::ALL.len())?;
        if !compartments.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(decode::Error::message("compartments are not in order"));
        }
        Ok(Self {
            vector,
            compartments,
            max_bytes: d.u64()?,
        })
    }
}

impl Message for PullRequest {
    const MAX_BYTES: usize = MAX_FRONTIER_BYTES + 32;
}
