//! Invitations: what an admin gives to a new device by hand (shown as a code to scan, or sent over a channel of their own), and what
//! everything in joining is held to. The server never learns the secret in it.
//!
//! `wardkeep1` and Bech32m (BIP-350) of: version u8 | server pin 32 | clinic 32 | roster number u32 | roster hash 32 | secret 16 |
//! server address in UTF-8. The checksum finds slips of the hand; it authenticates nothing.

use crate::id::RosterHead;
use crate::secret::{InvitationSecret, PurposeKey, Random, derive_into};
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use wardkeep_roster::key::digest;
use wardkeep_roster::{ClinicId, EntryHash};
use zeroize::Zeroizing;

/// Bytes of a server address at most.
pub const MAX_ADDRESS_BYTES: usize = 255;

const VERSION: u8 = 1;
const PREFIX: &str = "wardkeep";
const FIXED_BYTES: usize = 1 + 32 + 32 + 4 + 32 + 16;
const TICKET_CONTEXT: &str = "wardkeep 2026 invitation ticket v1";

/// An invitation. It has no `Debug`: whoever has it may ask to join.
pub struct Invitation {
    /// Where the server is, as `host:port`.
    pub address: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo, DER) of the authority that signs the server's certificates.
    pub server_pin: [u8; 32],
    /// The clinic.
    pub clinic: ClinicId,
    /// The roster's head when it was written: no shorter and no other chain is believed.
    pub roster: RosterHead,
    /// Known to the admin's device and the new one.
    pub secret: InvitationSecret,
}

/// Why a text is no invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvitationError {
    /// Mistyped or cut: the check characters do not fit.
    #[error("mistyped or cut short")]
    Mistyped,
    /// Something else than an invitation to Wardkeep.
    #[error("not an invitation")]
    NotAnInvitation,
    /// Written by a newer version.
    #[error("invitation format {0} needs a newer version")]
    Version(u8),
}

impl Invitation {
    /// A new one, with a new secret. `None` if the address is empty, longer than [`MAX_ADDRESS_BYTES`], or has spaces or control
    /// characters.
    pub fn make(
        address: &str,
        server_pin: [u8; 32],
        clinic: ClinicId,
        roster: RosterHead,
        random: Random<'_>,
    ) -> Option<Self> {
        is_address(address).then(|| Self {
            address: address.to_owned(),
            server_pin,
            clinic,
            roster,
            secret: InvitationSecret::make(random),
        })
    }

    /// The code. The caller wipes it.
    pub fn to_code(&self) -> Zeroizing<String> {
        let hrp = Hrp::parse(PREFIX).expect("the prefix is lower-case letters");
        let code = bech32::encode::<Bech32m>(hrp, &self.to_bytes());
        Zeroizing::new(code.expect("an invitation is shorter than Bech32m allows"))
    }

    /// Reads a code, whatever spaces and line breaks came into it.
    pub fn from_code(code: &str) -> Result<Self, InvitationError> {
        if code.len() > 4_096 {
            return Err(InvitationError::NotAnInvitation);
        }
        let code: Zeroizing<String> = Zeroizing::new(code.split_whitespace().collect());
        let checked = CheckedHrpstring::new::<Bech32m>(&code).map_err(|_| InvitationError::Mistyped)?;
        if checked.hrp().to_lowercase() != PREFIX {
            return Err(InvitationError::NotAnInvitation);
        }
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(checked.byte_iter().collect());
        Self::from_bytes(&bytes)
    }

    /// Names the invitation towards the server.
    pub fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        derive_into(
            self.secret.expose(),
            &self.clinic.0,
            "wardkeep invitation id v1",
            &[],
            &mut id,
        );
        id
    }

    /// Shown to the server by the new device: proof that it holds the invitation. The server was given its [`ticket_hash`].
    pub fn ticket(&self) -> Zeroizing<[u8; 32]> {
        let mut ticket = Zeroizing::new([0; 32]);
        let label = "wardkeep invitation ticket v1";
        derive_into(self.secret.expose(), &self.clinic.0, label, &[], &mut ticket[..]);
        ticket
    }

    /// The key that authenticates the request.
    pub(crate) fn request_key(&self) -> PurposeKey {
        PurposeKey::derive(self.secret.expose(), &self.clinic.0, "wardkeep join request v1", &[])
    }

    /// The key that seals the names in the request.
    pub(crate) fn name_key(&self) -> PurposeKey {
        PurposeKey::derive(self.secret.expose(), &self.clinic.0, "wardkeep join names v1", &[])
    }

    /// What the six words are made of.
    pub(crate) fn transcript(&self, request: &[u8]) -> [u8; 32] {
        let key = PurposeKey::derive(self.secret.expose(), &self.clinic.0, "wardkeep join words v1", &[]);
        let bytes = self.to_bytes();
        let mut hasher = blake3::Hasher::new_keyed(key.expose());
        hasher
            .update(&(bytes.len() as u64).to_be_bytes())
            .update(&bytes)
            .update(request);
        *hasher.finalize().as_bytes()
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(FIXED_BYTES + self.address.len()));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.server_pin);
        bytes.extend_from_slice(&self.clinic.0);
        bytes.extend_from_slice(&self.roster.number.to_be_bytes());
        bytes.extend_from_slice(&self.roster.hash.0);
        bytes.extend_from_slice(self.secret.expose());
        bytes.extend_from_slice(self.address.as_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, InvitationError> {
        match bytes.first() {
            None => return Err(InvitationError::NotAnInvitation),
            Some(&VERSION) => {}
            Some(&version) => return Err(InvitationError::Version(version)),
        }
        Self::read(&bytes[1..]).ok_or(InvitationError::NotAnInvitation)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (server_pin, rest) = bytes.split_first_chunk::<32>()?;
        let (clinic, rest) = rest.split_first_chunk::<32>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let (secret, address) = rest.split_at_checked(InvitationSecret::LENGTH)?;
        let address = std::str::from_utf8(address)
            .ok()
            .filter(|address| is_address(address))?;
        let number = u32::from_be_bytes(*number);
        (number > 0).then_some(())?;
        Some(Self {
            address: address.to_owned(),
            server_pin: *server_pin,
            clinic: ClinicId(*clinic),
            roster: RosterHead {
                number,
                hash: EntryHash(*hash),
            },
            secret: InvitationSecret::from_slice(secret)?,
        })
    }
}

/// What the server is given of a ticket beforehand, and compares (in constant time) with what it is shown.
pub fn ticket_hash(ticket: &[u8; 32]) -> [u8; 32] {
    digest(TICKET_CONTEXT, &[ticket])
}

fn is_address(address: &str) -> bool {
    let clean = |c: char| !c.is_control() && !c.is_whitespace();
    (1..=MAX_ADDRESS_BYTES).contains(&address.len()) && address.chars().all(clean)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use crate::tests::{Seeded, hex};
    use proptest::prelude::*;

    fn sample() -> Invitation {
        let roster = RosterHead {
            number: 9,
            hash: EntryHash([3; 32]),
        };
        Invitation::make(
            "sync.example:8443",
            [1; 32],
            ClinicId([2; 32]),
            roster,
            &mut Seeded::new(5).source(),
        )
        .unwrap()
    }

    #[test]
    fn its_text_is_frozen() {
        insta::assert_snapshot!(*sample().to_code());
        insta::assert_snapshot!(
            [
                hex(&sample().id()),
                hex(&*sample().ticket()),
                hex(&ticket_hash(&sample().ticket()))
            ]
            .join("\n")
        );
    }

    #[test]
    fn a_code_comes_back_however_it_was_copied() {
        let code = sample().to_code();
        let broken: String = code
            .as_bytes()
            .chunks(20)
            .map(|part| format!(" {}\r\n", std::str::from_utf8(part).unwrap()))
            .collect();
        for copied in [&*code, &broken, &code.to_uppercase()] {
            let read = Invitation::from_code(copied).unwrap_or_else(|_| panic!("{copied}"));
            assert_eq!(*read.to_code(), *code);
        }
    }

    #[test]
    fn a_slip_is_found() {
        let code = sample().to_code();
        for at in 0..code.len() {
            let mut slip = code.to_string();
            let other = if &slip[at..=at] == "q" { "p" } else { "q" };
            slip.replace_range(at..=at, other);
            assert!(Invitation::from_code(&slip).is_err(), "{at}");
            assert!(Invitation::from_code(&code[..at]).is_err());
        }
        let other = bech32::encode::<Bech32m>(Hrp::parse("bitcoin").unwrap(), &sample().to_bytes()).unwrap();
        assert_eq!(
            Invitation::from_code(&other).err(),
            Some(InvitationError::NotAnInvitation)
        );
        let newer = bech32::encode::<Bech32m>(Hrp::parse(PREFIX).unwrap(), &[2, 0]).unwrap();
        assert_eq!(Invitation::from_code(&newer).err(), Some(InvitationError::Version(2)));
    }

    #[test]
    fn addresses_have_limits() {
        let make = |address: &str| Invitation::make(address, [0; 32], ClinicId([0; 32]), RosterHead::NONE, &mut |_| {});
        assert!(make("").is_none() && make("a b").is_none() && make(&"a".repeat(256)).is_none());
        assert!(make(&"a".repeat(255)).unwrap().to_code().len() < 700);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Invitation::from_code(&text);
            let _ = Invitation::from_bytes(&bytes);
        }
    }
}
