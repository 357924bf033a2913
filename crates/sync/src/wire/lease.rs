//! The lease share of the calling device: 32 bytes that its key slots need beside password and keychain, so that a device which the clinic
//! does not want to be opened any more is not, once what it has cached has ended.

use super::Message;
use crate::cbor::at_most;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use zeroize::Zeroizing;

/// Bytes of a share.
pub const SHARE_BYTES: usize = 32;
/// Rows in one answer at most: one of each device that a clinic can have.
pub const MAX_LEASES: usize = 10_000;

/// What the device asks for, and what it has. It is asked for on the device's own connection and about itself alone.
#[derive(PartialEq, Eq)]
pub enum LeasePost {
    /// No slot of the device needs a share yet: the server makes one, where it has none.
    First,
    /// The device has it, and gives it back to a server that lost it. It wins over what the server has.
    Holds(Zeroizing<[u8; SHARE_BYTES]>),
    /// Its slots need the share, and its own is gone: the server must not make another.
    Again,
}

impl std::fmt::Debug for LeasePost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeasePost(..)")
    }
}

impl<C> Encode<C> for LeasePost {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::First => e.array(1)?.u8(0)?.ok(),
            Self::Holds(share) => e.array(2)?.u8(1)?.bytes(&share[..])?.ok(),
            Self::Again => e.array(1)?.u8(2)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for LeasePost {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        match (d.array()?, d.u8()?) {
            (Some(1), 0) => Ok(Self::First),
            (Some(2), 1) => share(d).map(Self::Holds),
            (Some(1), 2) => Ok(Self::Again),
            _ => Err(decode::Error::message("no question for a lease")),
        }
    }
}

impl Message for LeasePost {
    const MAX_BYTES: usize = 64;
}

/// The share.
#[derive(PartialEq, Eq)]
pub struct LeaseReply {
    /// Wiped when it is dropped.
    pub share: Zeroizing<[u8; SHARE_BYTES]>,
}

impl LeaseReply {
    /// Of this share.
    pub fn new(share: [u8; SHARE_BYTES]) -> Self {
        Self {
            share: Zeroizing::new(share),
        }
    }
}

impl std::fmt::Debug for LeaseReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeaseReply(..)")
    }
}

impl<C> Encode<C> for LeaseReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?.bytes(&self.share[..])?.ok()
    }
}

impl<'b, C> Decode<'b, C> for LeaseReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("an answer with a share has one part"));
        }
        share(d).map(|share| Self { share })
    }
}

impl Message for LeaseReply {
    const MAX_BYTES: usize = 64;
}

fn share(d: &mut Decoder<'_>) -> Result<Zeroizing<[u8; SHARE_BYTES]>, decode::Error> {
    let mut share = Zeroizing::new([0; SHARE_BYTES]);
    let bytes = d.bytes()?;
    if bytes.len() != SHARE_BYTES {
        return Err(decode::Error::message("another number of bytes"));
    }
    share.copy_from_slice(bytes);
    Ok(share)
}

/// When the server last handed a device its share. A claim of the server's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct LeaseRow {
    /// Which device.
    #[cbor(n(0), with = "crate::cbor::fixed")]
    pub device: [u8; 16],
    /// When, by the server's clock, in milliseconds since 1970 (UTC).
    #[n(1)]
    pub handed_ms: u64,
}

/// All of a clinic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeasesReply {
    /// At most [`MAX_LEASES`].
    pub leases: Vec<LeaseRow>,
}

impl<C> Encode<C> for LeasesReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?;
        self.leases.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for LeasesReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a list of leases has one part"));
        }
        Ok(Self {
            leases: at_most(d, MAX_LEASES)?,
        })
    }
}

impl Message for LeasesReply {
    const MAX_BYTES: usize = MAX_LEASES * 32 + 16;
}
