//! What a revoked device had not sent, kept apart for an admin's decision.

use super::Message;
use crate::cbor::at_most;
use crate::segment::MAX_SEGMENT_BYTES;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Rescued segments in one answer at most.
pub const MAX_RESCUES: usize = 256;
/// Bytes of them in one answer at most, or a single one that is longer.
pub const MAX_RESCUES_BYTES: usize = 4 << 20;

/// What was rescued, oldest first, as far as it fits; ask again after the last number until none come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RescuesReply {
    /// At most [`MAX_RESCUES`].
    pub rescues: Vec<RescueItem>,
}

/// A segment with its number among what the clinic's revoked devices have posted.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct RescueItem {
    /// Ascending, never reused.
    #[n(0)]
    pub number: u64,
    /// The whole segment.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub segment: Vec<u8>,
}

impl<C> Encode<C> for RescuesReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?;
        self.rescues.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for RescuesReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("an answer with rescues has one part"));
        }
        let rescues: Vec<RescueItem> = at_most(d, MAX_RESCUES)?;
        let ordered = rescues.windows(2).all(|pair| pair[0].number < pair[1].number);
        if !ordered || rescues.iter().any(|one| one.segment.len() > MAX_SEGMENT_BYTES) {
            return Err(decode::Error::message("rescues out of order, or one that is too long"));
        }
        Ok(Self { rescues })
    }
}

impl Message for RescuesReply {
    const MAX_BYTES: usize = MAX_RESCUES_BYTES + MAX_SEGMENT_BYTES + MAX_RESCUES * 16 + 16;
}
