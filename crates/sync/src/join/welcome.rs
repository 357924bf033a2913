//! The welcome: an admin's signed answer to one request, sealed to the new device.

use super::request;
use crate::cbor::{self, Malformed};
use crate::frontier::{Frontier, MAX_FRONTIER_BYTES};
use crate::hybrid::{self, ENCAPSULATED_BYTES, HybridError};
use crate::id::RosterHead;
use crate::invitation::Invitation;
use crate::secret::{KemSecret, Random};
use crate::signed;
use minicbor::{Decode, Encode};
use wardkeep_roster::{
    ClinicId, DeviceId, Enrollment, KemKey, Role, Roster, Signature, SigningKey, UserId, VerifyingKey,
};

/// Bytes of one welcome at most.
pub const MAX_WELCOME_BYTES: usize = MAX_FRONTIER_BYTES + 4_096;

const VERSION: u8 = 1;
const SIGNING_CONTEXT: &str = "wardkeep 2026 welcome v1";
const INFO: &[u8] = b"wardkeep welcome v1";

/// What a welcome says in the clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
struct Label {
    #[n(0)]
    clinic: ClinicId,
    #[cbor(n(1), with = "crate::cbor::fixed")]
    request: [u8; 32],
    #[n(2)]
    sender: Enrollment,
    #[n(3)]
    roster: RosterHead,
}

/// What it says to the new device alone.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
struct Content {
    #[n(0)]
    user: UserId,
    #[n(1)]
    vector: Frontier,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
struct Envelope {
    #[n(0)]
    version: u8,
    #[n(1)]
    label: Label,
    #[cbor(n(2), with = "minicbor::bytes")]
    encapsulated: Vec<u8>,
    #[cbor(n(3), with = "minicbor::bytes")]
    sealed: Vec<u8>,
    #[n(4)]
    signature: Signature,
}

/// What an admin answers.
pub struct Welcome<'a> {
    /// The request, as received.
    pub request: &'a [u8],
    /// The roster, which already lists the new device and its enrollment.
    pub roster: &'a Roster,
    /// The admin.
    pub sender: Enrollment,
    /// The user that the new enrollment is of.
    pub user: UserId,
    /// The tips of all chains that the admin's device knows of.
    pub vector: &'a Frontier,
}

/// What a new device knows after its welcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Welcomed {
    /// Who answered.
    pub sender: Enrollment,
    /// The enrollment of this device.
    pub me: Enrollment,
    /// The roster's head when it was written.
    pub roster: RosterHead,
    /// What the server must be able to show, at least.
    pub vector: Frontier,
}

/// What the new device compares a welcome with.
pub struct Joined<'a> {
    /// The invitation that it was made under.
    pub invitation: &'a Invitation,
    /// The request that it has sent.
    pub request: &'a [u8],
    /// Its id.
    pub device: DeviceId,
    /// The public half of its key.
    pub device_key: VerifyingKey,
    /// The public half of its enrollment's signing key.
    pub sign_key: VerifyingKey,
    /// Its enrollment's key for deliveries.
    pub kem: &'a KemSecret,
}

/// Why a welcome is not to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WelcomeError {
    /// The bytes are no welcome.
    #[error("no welcome: {0}")]
    Malformed(#[from] Malformed),
    /// Written by a newer version.
    #[error("welcome format {0} needs a newer version")]
    Version(u8),
    /// The roster is of another clinic than the invitation.
    #[error("another clinic than the invitation names")]
    OtherClinic,
    /// The roster does not hold the entry that the invitation names: it is older, or another one.
    #[error("the roster is older than the invitation, or another one")]
    OldRoster,
    /// The welcome cites an entry that the roster does not have: fetch the roster again.
    #[error("cites roster entry {}, which is not here", .0.number)]
    UnknownRoster(RosterHead),
    /// It answers another request: an old approval, replayed.
    #[error("answers another request")]
    OtherRequest,
    /// Whoever sent it is no admin.
    #[error("sender is no admin")]
    NotAdmin,
    /// The admin did not sign it.
    #[error("the signature is not the admin's")]
    Signature,
    /// The roster lists other keys under this device's name.
    #[error("the roster lists other keys for this device")]
    OtherKeys,
    /// It does not open.
    #[error(transparent)]
    Seal(#[from] HybridError),
}

impl Welcome<'_> {
    /// Signs and seals it.
    pub fn seal(&self, to: &KemKey, sender_key: &SigningKey, random: Random<'_>) -> Result<Vec<u8>, WelcomeError> {
        let (number, hash) = self.roster.head();
        let label = Label {
            clinic: self.roster.clinic(),
            request: request::hash(self.request),
            sender: self.sender,
            roster: RosterHead { number, hash },
        };
        let content = cbor::encode(&Content {
            user: self.user,
            vector: self.vector.clone(),
        });
        let (encapsulated, sealed) = hybrid::seal(to, INFO, &cbor::encode(&label), &content, random)?;
        let envelope = Envelope {
            version: VERSION,
            label,
            encapsulated: encapsulated.to_vec(),
            sealed,
            signature: Signature([0; 64]),
        };
        Ok(signed::sign(cbor::encode(&envelope), SIGNING_CONTEXT, sender_key))
    }
}

impl Joined<'_> {
    /// Opens the welcome. `roster` is what the server has given and this device has verified from its first entry on.
    pub fn open(&self, bytes: &[u8], roster: &Roster) -> Result<Welcomed, WelcomeError> {
        let envelope: Envelope = cbor::decode(bytes, MAX_WELCOME_BYTES)?;
        if envelope.version != VERSION {
            return Err(WelcomeError::Version(envelope.version));
        }
        let label = &envelope.label;
        self.check_roster(roster, label)?;
        if label.request != request::hash(self.request) {
            return Err(WelcomeError::OtherRequest);
        }
        let sender = roster.enrollment(&label.sender).ok_or(WelcomeError::NotAdmin)?;
        if !sender.roles.has(Role::Admin) || sender.added_at > label.roster.number {
            return Err(WelcomeError::NotAdmin);
        }
        if !signed::verify(bytes, SIGNING_CONTEXT, &sender.keys.sign, &envelope.signature) {
            return Err(WelcomeError::Signature);
        }
        if envelope.encapsulated.len() != ENCAPSULATED_BYTES {
            return Err(HybridError.into());
        }
        let plain = hybrid::open(
            self.kem,
            INFO,
            &cbor::encode(label),
            &envelope.encapsulated,
            &envelope.sealed,
        )?;
        let content: Content = cbor::decode(&plain, MAX_WELCOME_BYTES)?;
        let me = Enrollment {
            device: self.device,
            user: content.user,
        };
        self.check_keys(roster, &me)?;
        Ok(Welcomed {
            sender: label.sender,
            me,
            roster: label.roster,
            vector: content.vector,
        })
    }

    /// The invitation's clinic, and at least as far as both the invitation and the welcome say.
    fn check_roster(&self, roster: &Roster, label: &Label) -> Result<(), WelcomeError> {
        if roster.clinic() != self.invitation.clinic || label.clinic != self.invitation.clinic {
            return Err(WelcomeError::OtherClinic);
        }
        let seen = self.invitation.roster;
        if roster.hash_at(seen.number) != Some(seen.hash) || label.roster.number < seen.number {
            return Err(WelcomeError::OldRoster);
        }
        if roster.hash_at(label.roster.number) != Some(label.roster.hash) {
            return Err(WelcomeError::UnknownRoster(label.roster));
        }
        Ok(())
    }

    /// The roster must list exactly the keys that this device has made.
    fn check_keys(&self, roster: &Roster, me: &Enrollment) -> Result<(), WelcomeError> {
        let device = roster
            .device(&self.device)
            .is_some_and(|device| device.key == self.device_key);
        let kem = self.kem.public()?;
        let listed = |keys: &wardkeep_roster::EnrollmentKeys| keys.sign == self.sign_key && keys.kem == kem;
        let enrolled = roster.enrollment(me).is_some_and(|enrolled| listed(enrolled.keys));
        if device && enrolled {
            Ok(())
        } else {
            Err(WelcomeError::OtherKeys)
        }
    }
}
