//! Founding a clinic on a server, and its roster.

use super::Message;
use crate::cbor::at_most;
use crate::id::RosterHead;
use minicbor::bytes::ByteVec;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use wardkeep_roster::ClinicId;
use wardkeep_roster::limit::MAX_ENTRY_BYTES;

/// Entries in one post at most; the rest follows in the next.
pub const MAX_ROSTER_POST_ENTRIES: usize = 256;
/// Bytes of a founding token at most.
pub const MAX_FOUNDING_TOKEN_BYTES: usize = 64;

/// What a server says of itself to anybody.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Hello {
    /// [`super::VERSION`].
    #[n(0)]
    pub version: u16,
    /// The segment suites that it stores.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub suites: Vec<u8>,
    /// Its clock, in milliseconds since 1970 (UTC). Information for a person; nothing is decided by it.
    #[n(2)]
    pub now_ms: u64,
}

impl Message for Hello {
    const MAX_BYTES: usize = 256;
}

/// Founds a clinic on a server.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct FoundPost {
    /// What the server's operator gave the founder, so that not everybody can fill its disk.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub token: Vec<u8>,
    /// The first entry of the roster. Further ones follow as a [`RosterPost`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub genesis: Vec<u8>,
}

impl Message for FoundPost {
    const MAX_BYTES: usize = MAX_FOUNDING_TOKEN_BYTES + MAX_ENTRY_BYTES + 16;
}

/// The clinic is there. Founding the same clinic twice answers the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Founded {
    /// Its id.
    #[n(0)]
    pub clinic: ClinicId,
}

impl Message for Founded {
    const MAX_BYTES: usize = 64;
}

/// Appends entries if the roster's head is still the expected one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterPost {
    /// The head that the first of the entries cites.
    pub expected: RosterHead,
    /// Entries in order, from 1 to [`MAX_ROSTER_POST_ENTRIES`].
    pub entries: Vec<Vec<u8>>,
}

impl Message for RosterPost {
    const MAX_BYTES: usize = 4 << 20;
}

impl<C> Encode<C> for RosterPost {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?;
        self.expected.encode(e, c)?;
        e.array(self.entries.len() as u64)?;
        self.entries.iter().try_for_each(|entry| e.bytes(entry)?.ok())
    }
}

impl<'b, C> Decode<'b, C> for RosterPost {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(2) {
            return Err(decode::Error::message("a roster post has two parts"));
        }
        let expected = RosterHead::decode(d, c)?;
        let entries: Vec<ByteVec> = at_most(d, MAX_ROSTER_POST_ENTRIES)?;
        let entries: Vec<Vec<u8>> = entries.into_iter().map(Vec::from).collect();
        if entries.is_empty() || entries.iter().any(|entry| entry.len() > MAX_ENTRY_BYTES) {
            return Err(decode::Error::message("no entries, or one that is too long"));
        }
        Ok(Self { expected, entries })
    }
}

/// The server's head: after the appended entries (status 200), or as it is because it was not the expected one (status 409).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct RosterReply {
    /// The last entry that the server has.
    #[n(0)]
    pub head: RosterHead,
}

impl Message for RosterReply {
    const MAX_BYTES: usize = 64;
}
