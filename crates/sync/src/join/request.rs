//! The join request: keys with proofs of possession, sealed names, authenticated under the invitation.

use crate::cbor::{self, Malformed};
use crate::hybrid::HybridError;
use crate::invitation::Invitation;
use crate::name::{self, NameError};
use crate::secret::{KemSecret, Random};
use minicbor::{Decode, Encode};
use subtle::ConstantTimeEq;
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, DeviceId, DeviceKey, EnrollmentKeys, Scope, SigningKey, UserId};

/// Bytes of one request at most.
pub const MAX_REQUEST_BYTES: usize = 4_096;

const VERSION: u8 = 1;
/// The encoded authenticator at the end: a head of two bytes and 32.
const TAIL: usize = 34;
const HASH_CONTEXT: &str = "wardkeep 2026 join request v1";

/// What a new device says of itself.
pub struct Joiner<'a> {
    /// Its new id.
    pub device: DeviceId,
    /// The user's id, if it is one whom the clinic knows already; otherwise the admin's device gives one.
    pub user: Option<UserId>,
    /// Its key.
    pub device_key: &'a SigningKey,
    /// The enrollment's signing key.
    pub sign_key: &'a SigningKey,
    /// The enrollment's key for deliveries.
    pub kem: &'a KemSecret,
    /// What the device is called.
    pub device_name: &'a str,
    /// What the user is called.
    pub user_name: &'a str,
}

/// A join request, as it was read.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct JoinRequest {
    #[n(0)]
    version: u8,
    #[n(1)]
    clinic: ClinicId,
    #[cbor(n(2), with = "crate::cbor::fixed")]
    invitation: [u8; 16],
    #[n(3)]
    device: DeviceId,
    #[n(4)]
    device_key: DeviceKey,
    #[n(5)]
    user: Option<UserId>,
    #[n(6)]
    keys: EnrollmentKeys,
    #[cbor(n(7), with = "minicbor::bytes")]
    device_name: Vec<u8>,
    #[cbor(n(8), with = "minicbor::bytes")]
    user_name: Vec<u8>,
    #[cbor(n(9), with = "crate::cbor::fixed")]
    authenticator: [u8; 32],
}

/// What the admin's device takes into the roster once the admin has compared the words.
pub struct VerifiedRequest {
    /// The new device.
    pub device: DeviceId,
    /// Its key.
    pub device_key: DeviceKey,
    /// The user, if it is one whom the clinic knows already.
    pub user: Option<UserId>,
    /// The enrollment's keys.
    pub keys: EnrollmentKeys,
    /// What the device is called.
    pub device_name: String,
    /// What the user is called.
    pub user_name: String,
}

/// Why a request is not to be believed, or could not be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// The bytes are no request.
    #[error("no join request: {0}")]
    Malformed(#[from] Malformed),
    /// Written by a newer version.
    #[error("join request format {0} needs a newer version")]
    Version(u8),
    /// It does not hold the private halves of the keys that it shows.
    #[error("a key is shown without proof")]
    Proof,
    /// For another clinic or under another invitation.
    #[error("made under another invitation")]
    OtherInvitation,
    /// Whoever made it does not hold the invitation, or it was changed on the way.
    #[error("not authenticated by the invitation")]
    Authenticator,
    /// A name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The delivery key is none.
    #[error(transparent)]
    Kem(#[from] HybridError),
}

impl JoinRequest {
    /// Makes the request: the bytes that are posted, and of which [`crate::words::Words::of_join`] shows the words.
    pub fn make(invitation: &Invitation, joiner: &Joiner<'_>, random: Random<'_>) -> Result<Vec<u8>, RequestError> {
        let scope = Scope::Clinic(invitation.clinic);
        let names = invitation.name_key();
        let mut seal =
            |what, name| name::seal_under(names.expose(), 0, &context(&joiner.device, what), name, &mut *random);
        let request = Self {
            version: VERSION,
            clinic: invitation.clinic,
            invitation: invitation.id(),
            device: joiner.device,
            device_key: DeviceKey::prove(scope, &joiner.device, joiner.device_key),
            user: joiner.user,
            keys: EnrollmentKeys::prove(scope, &joiner.device, joiner.sign_key, joiner.kem.public()?),
            device_name: seal(DEVICE_NAME, joiner.device_name)?,
            user_name: seal(USER_NAME, joiner.user_name)?,
            authenticator: [0; 32],
        };
        let mut bytes = cbor::encode(&request);
        let body = bytes.len() - TAIL;
        let authenticator = authenticate(invitation, &bytes[..body]);
        bytes[body + 2..].copy_from_slice(&authenticator);
        Ok(bytes)
    }

    /// Reads a request and checks what needs no secret: what a server checks before it takes one in.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        let request: Self = cbor::decode(bytes, MAX_REQUEST_BYTES)?;
        if request.version != VERSION {
            return Err(RequestError::Version(request.version));
        }
        let scope = Scope::Clinic(request.clinic);
        let proven =
            request.device_key.is_proven(scope, &request.device) && request.keys.is_proven(scope, &request.device);
        if proven { Ok(request) } else { Err(RequestError::Proof) }
    }

    /// Reads a request on the device that has written the invitation. Compare the words before believing it.
    pub fn verify(invitation: &Invitation, bytes: &[u8]) -> Result<VerifiedRequest, RequestError> {
        let request = Self::parse(bytes)?;
        if request.clinic != invitation.clinic || request.invitation != invitation.id() {
            return Err(RequestError::OtherInvitation);
        }
        let expected = authenticate(invitation, &bytes[..bytes.len() - TAIL]);
        if !bool::from(expected.ct_eq(&request.authenticator)) {
            return Err(RequestError::Authenticator);
        }
        let names = invitation.name_key();
        let open = |what, sealed: &[u8]| name::open_under(names.expose(), &context(&request.device, what), sealed);
        Ok(VerifiedRequest {
            device: request.device,
            device_name: open(DEVICE_NAME, &request.device_name)?,
            user_name: open(USER_NAME, &request.user_name)?,
            device_key: request.device_key,
            user: request.user,
            keys: request.keys,
        })
    }

    /// The clinic that it asks to join.
    pub fn clinic(&self) -> ClinicId {
        self.clinic
    }

    /// The invitation that it was made under.
    pub fn invitation(&self) -> [u8; 16] {
        self.invitation
    }

    /// The device that asks.
    pub fn device(&self) -> DeviceId {
        self.device
    }
}

const DEVICE_NAME: u8 = 1;
const USER_NAME: u8 = 2;

fn context(device: &DeviceId, what: u8) -> [u8; 17] {
    let mut context = [what; 17];
    context[1..].copy_from_slice(&device.0);
    context
}

fn authenticate(invitation: &Invitation, body: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(invitation.request_key().expose(), body).as_bytes()
}

/// What a welcome answers.
pub(super) fn hash(request: &[u8]) -> [u8; 32] {
    digest(HASH_CONTEXT, &[request])
}
