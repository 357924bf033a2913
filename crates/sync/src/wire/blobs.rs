//! Sealed files: which of them the server has whole. The bytes themselves travel as the bodies of `/v1/blobs/HASH`.

use super::Message;
use minicbor::{Decode, Encode};

/// Names in one question at most.
pub const MAX_BLOBS: usize = 4_096;
const NAME: usize = 32;

/// Which of these files are there?
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct BlobsAsk {
    /// Their names, the BLAKE3 hashes of the sealed bytes, one after the other.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    names: Vec<u8>,
}

impl BlobsAsk {
    /// About the first [`MAX_BLOBS`] of these.
    pub fn new(names: &[[u8; NAME]]) -> Self {
        Self {
            names: names.iter().take(MAX_BLOBS).flatten().copied().collect(),
        }
    }

    /// The names; bytes that are no whole name are none.
    pub fn names(&self) -> impl Iterator<Item = [u8; NAME]> + '_ {
        self.names.as_chunks::<NAME>().0.iter().take(MAX_BLOBS).copied()
    }
}

impl Message for BlobsAsk {
    const MAX_BYTES: usize = MAX_BLOBS * NAME + 16;
}

/// One answer for each name, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct BlobsReply {
    /// 1 where the file is there whole, else 0.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    whole: Vec<u8>,
}

impl BlobsReply {
    /// The answers.
    pub fn new(whole: impl IntoIterator<Item = bool>) -> Self {
        Self {
            whole: whole.into_iter().map(u8::from).collect(),
        }
    }

    /// The answers; anything but a 1 is no.
    pub fn whole(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        self.whole.iter().map(|answer| *answer == 1)
    }
}

impl Message for BlobsReply {
    const MAX_BYTES: usize = MAX_BLOBS + 16;
}
