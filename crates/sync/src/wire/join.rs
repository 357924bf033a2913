//! Joining: an invitation's existence, the request of the device that holds it, the admin's answer. What is inside requests and
//! welcomes the server cannot change (see [`crate::join`]).

use super::Message;
use crate::cbor::at_most;
use crate::join::{MAX_REQUEST_BYTES, MAX_WELCOME_BYTES};
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Requests in one answer at most, and waiting in one clinic.
pub const MAX_JOINS: usize = 256;

/// Tells the server that an invitation exists, by an admin's device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct InvitationPost {
    /// Names it. Derived from the invitation's secret, of which it tells nothing.
    #[cbor(n(0), with = "crate::cbor::fixed")]
    pub id: [u8; 16],
    /// The hash of the ticket that the new device will show.
    #[cbor(n(1), with = "crate::cbor::fixed")]
    pub ticket_hash: [u8; 32],
    /// When the server forgets it, in milliseconds since 1970 (UTC). The admin's device decides by its own clock too.
    #[n(2)]
    pub expires_ms: u64,
}

impl Message for InvitationPost {
    const MAX_BYTES: usize = 128;
}

/// Asks to join, by a device that no roster lists yet. Repeating the same request is harmless; another request under the same
/// invitation is refused.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct JoinPost {
    /// The invitation.
    #[cbor(n(0), with = "crate::cbor::fixed")]
    pub invitation: [u8; 16],
    /// Proof towards the server that this device holds it.
    #[cbor(n(1), with = "crate::cbor::fixed")]
    pub ticket: [u8; 32],
    /// The join request.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub request: Vec<u8>,
}

impl Message for JoinPost {
    const MAX_BYTES: usize = MAX_REQUEST_BYTES + 128;
}

/// A request that waits for an admin.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Join {
    /// The invitation; it names the request too.
    #[cbor(n(0), with = "crate::cbor::fixed")]
    pub invitation: [u8; 16],
    /// The join request.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub request: Vec<u8>,
}

/// All requests that wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JoinsReply {
    /// At most [`MAX_JOINS`].
    pub joins: Vec<Join>,
}

impl<C> Encode<C> for JoinsReply {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, c: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.array(1)?;
        self.joins.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for JoinsReply {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        if d.array()? != Some(1) {
            return Err(decode::Error::message("a list of joins has one part"));
        }
        Ok(Self {
            joins: at_most(d, MAX_JOINS)?,
        })
    }
}

impl Message for JoinsReply {
    const MAX_BYTES: usize = MAX_JOINS * (MAX_REQUEST_BYTES + 64) + 16;
}

/// The admin's answer to one request.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct WelcomePost {
    /// The welcome.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub welcome: Vec<u8>,
}

impl Message for WelcomePost {
    const MAX_BYTES: usize = MAX_WELCOME_BYTES + 16;
}

/// What a device that asked to join is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JoinState {
    /// No admin has answered yet.
    Waiting,
    /// The welcome.
    Welcome(Vec<u8>),
    /// An admin has said no. The device may say so and wait; it erases nothing.
    Declined,
}

impl<C> Encode<C> for JoinState {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Waiting => e.array(1)?.u8(0)?.ok(),
            Self::Welcome(welcome) => e.array(2)?.u8(1)?.bytes(welcome)?.ok(),
            Self::Declined => e.array(1)?.u8(2)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for JoinState {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        match (d.array()?, d.u8()?) {
            (Some(1), 0) => Ok(Self::Waiting),
            (Some(2), 1) => Ok(Self::Welcome(d.bytes()?.to_vec())),
            (Some(1), 2) => Ok(Self::Declined),
            _ => Err(decode::Error::message("no state of a join")),
        }
    }
}

impl Message for JoinState {
    const MAX_BYTES: usize = MAX_WELCOME_BYTES + 16;
}
