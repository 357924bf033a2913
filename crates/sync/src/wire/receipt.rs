//! Receipts of wiped devices, on their way to the admins.

use super::Message;
use crate::cbor::at_most;
use crate::receipt::MAX_RECEIPT_BYTES;
use minicbor::bytes::ByteVec;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Receipts in one answer at most: two of each device that a clinic can have.
pub const MAX_RECEIPTS: usize = 20_000;

/// A device answers an order to wipe it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ReceiptPost {
    /// The receipt, as it was signed.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub receipt: Vec<u8>,
}

impl Message for ReceiptPost {
    const MAX_BYTES: usize = MAX_RECEIPT_BYTES + 16;
}

/// All receipts of a clinic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceiptsReply {
    /// At most [`MAX_RECEIPTS`].
    pub receipts: Vec<Vec<u8>>,
}

impl<C> Encode<C> for ReceiptsReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?.array(self.receipts.len() as u64)?;
        self.receipts.iter().try_for_each(|receipt| e.bytes(receipt)?.ok())
    }
}

impl<'b, C> Decode<'b, C> for ReceiptsReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("an answer with receipts has one part"));
        }
        let receipts: Vec<ByteVec> = at_most(d, MAX_RECEIPTS)?;
        Ok(Self {
            receipts: receipts.into_iter().map(Vec::from).collect(),
        })
    }
}

impl Message for ReceiptsReply {
    const MAX_BYTES: usize = MAX_RECEIPTS * (MAX_RECEIPT_BYTES + 8) + 16;
}
