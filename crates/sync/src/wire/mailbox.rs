//! The mailbox of a device: parcels with compartment keys, sealed to one of its enrollments.

use super::Message;
use crate::cbor::at_most;
use crate::parcel::MAX_PARCEL_BYTES;
use minicbor::bytes::ByteVec;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Parcels in one message at most.
pub const MAX_PARCELS: usize = 1_024;
const MAX_BYTES: usize = MAX_PARCELS * (MAX_PARCEL_BYTES + 16) + 16;

/// Puts parcels into the mailboxes that they name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParcelsPost {
    /// Whole parcels, from 1 to [`MAX_PARCELS`].
    pub parcels: Vec<Vec<u8>>,
}

impl<C> Encode<C> for ParcelsPost {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?.array(self.parcels.len() as u64)?;
        self.parcels.iter().try_for_each(|parcel| e.bytes(parcel)?.ok())
    }
}

impl<'b, C> Decode<'b, C> for ParcelsPost {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a post of parcels has one part"));
        }
        let parcels: Vec<ByteVec> = at_most(d, MAX_PARCELS)?;
        let parcels: Vec<Vec<u8>> = parcels.into_iter().map(Vec::from).collect();
        if parcels.is_empty() || parcels.iter().any(|parcel| parcel.len() > MAX_PARCEL_BYTES) {
            return Err(decode::Error::message("no parcels, or one that is too long"));
        }
        Ok(Self { parcels })
    }
}

impl Message for ParcelsPost {
    const MAX_BYTES: usize = MAX_BYTES;
}

/// What is in the mailbox of the calling device, oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParcelsReply {
    /// At most [`MAX_PARCELS`]; ask again after the last number until none come.
    pub parcels: Vec<ParcelItem>,
}

/// A parcel with its number in the mailbox.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ParcelItem {
    /// Ascending, never reused.
    #[n(0)]
    pub number: u64,
    /// The whole parcel.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub parcel: Vec<u8>,
}

impl<C> Encode<C> for ParcelsReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?;
        self.parcels.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for ParcelsReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a mailbox has one part"));
        }
        let parcels: Vec<ParcelItem> = at_most(d, MAX_PARCELS)?;
        if !parcels.windows(2).all(|pair| pair[0].number < pair[1].number) {
            return Err(decode::Error::message("parcels are not in order"));
        }
        Ok(Self { parcels })
    }
}

impl Message for ParcelsReply {
    const MAX_BYTES: usize = MAX_BYTES;
}
