//! What a laptop keeps of a new vault key for users who have not unlocked since. FROZEN: released versions are read for ever.
//!
//! ```text
//! "WKHAND"  version (1 byte)  box under a key from the device secret: CBOR [link ...], the oldest first
//! link      [salt of the new file, when, name of the old key, name of the new key, [[user, encapsulated key or none, sealed] ...]]
//! sealed    the new key under HKDF(old key, device secret), and, for a user with an enrollment, that again sealed to its X-Wing key
//! ```
//!
//! So it takes the old key, which only slots hold, and the keychain; of a member of a clinic also what only their own slot holds. A
//! person who was taken off this laptop and kept a copy of the old key opens no member's box.

use super::{Recipient, SALT};
use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::env::Env;
use crate::home::{Home, HomeError, read_limited, sync_dir_of, write_atomically};
use crate::key::{PurposeKey, VaultKey, derive_into};
use crate::seal;
use crate::unlock::{UnlockError, Unlocked};
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeSet;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::handover::Handover as Sealed;
use wardkeep_sync::secret::KemSecret;
use zeroize::Zeroizing;

const START: &[u8] = b"WKHAND\x01";
/// Larger than any handover: a limit on what is read from disk.
const MOST_BYTES: usize = 16 << 20;
/// Rotations that a user may miss; more users than any laptop has.
const MOST_LINKS: u64 = 1_000;
const MOST_USERS: u64 = 1_000;

/// All links that somebody still needs.
#[derive(Default)]
pub(super) struct Handover {
    pub(super) links: Vec<Link>,
}

/// From one key to the next.
pub(super) struct Link {
    pub(super) salt: [u8; SALT],
    at_ms: u64,
    old: [u8; 32],
    new: [u8; 32],
    boxes: Vec<(UserId, Sealed)>,
}

impl Link {
    /// The new key for each of these users.
    pub(super) fn make(
        env: &Env,
        unlocked: &Unlocked,
        (old, new): (&VaultKey, &VaultKey),
        salt: [u8; SALT],
        users: &[Recipient],
    ) -> Result<Self, UnlockError> {
        let inner_key = key_from(unlocked, old);
        let mut boxes = Vec::new();
        for one in users {
            let inner = seal::seal(&inner_key, &about(unlocked, one.user), new.expose(), &*env.random);
            let sealed = match &one.kem {
                None => Sealed {
                    encapsulated: Vec::new(),
                    sealed: inner,
                },
                Some(kem) => {
                    let mut random = |bytes: &mut [u8]| env.random.fill(bytes);
                    Sealed::seal(kem, &about(unlocked, one.user), &inner, &mut random)
                        .map_err(|_| UnlockError::NotAllowed)?
                }
            };
            boxes.push((one.user, sealed));
        }
        Ok(Self {
            salt,
            at_ms: env.clock.now_ms(),
            old: name_of(unlocked, old),
            new: name_of(unlocked, new),
            boxes,
        })
    }

    /// The new key, by who holds the old one. `None` where nothing is here for them.
    fn open(&self, unlocked: &Unlocked, old: &VaultKey) -> Option<VaultKey> {
        let (_, sealed) = self.boxes.iter().find(|(user, _)| *user == unlocked.user)?;
        let about = about(unlocked, unlocked.user);
        let inner = if sealed.encapsulated.is_empty() {
            Zeroizing::new(sealed.sealed.clone())
        } else {
            let keys = unlocked.enrollment.as_ref()?;
            sealed.open(&KemSecret::from_slice(keys.kem.expose())?, &about).ok()?
        };
        let plain = seal::open(&key_from(unlocked, old), &about, &inner)?;
        let key = VaultKey::from_slice(&plain)?;
        (name_of(unlocked, &key) == self.new).then_some(key)
    }
}

impl Handover {
    /// Reads a compartment's, if there is one.
    pub(super) fn load(env: &Env, unlocked: &Unlocked, at: Compartment) -> Result<Option<Self>, UnlockError> {
        let Some(bytes) = read_limited(&env.home.handover(at), MOST_BYTES)? else {
            return Ok(None);
        };
        let damaged = || UnlockError::SlotDamaged {
            file: file_name(&env.home, at),
        };
        let body = match bytes.split_at_checked(START.len()) {
            Some((start, body)) if start == START => body,
            Some((start, _)) if start[..6] == START[..6] => {
                return Err(UnlockError::SlotNewer {
                    file: file_name(&env.home, at),
                    version: start[6],
                });
            }
            _ => return Err(damaged()),
        };
        let plain = seal::open(&file_key(unlocked, at), START, body).ok_or_else(damaged)?;
        decode(&plain).map(Some).map_err(|_| damaged())
    }

    /// Writes it at once, or removes it when nobody needs it any more.
    pub(super) fn save(&self, env: &Env, unlocked: &Unlocked, at: Compartment) -> Result<(), HomeError> {
        let path = env.home.handover(at);
        if self.links.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                other => other.map_err(HomeError::io(&path)).and_then(|()| sync_dir_of(&path)),
            };
        }
        let sealed = seal::seal(&file_key(unlocked, at), START, &encode(self), &*env.random);
        write_atomically(&path, &[START, &sealed].concat())
    }

    /// The newest key and when it was made, for who holds one of the former. `None` where theirs is the newest.
    pub(super) fn walk(&self, unlocked: &Unlocked, from: &VaultKey) -> Result<Option<(VaultKey, u64)>, UnlockError> {
        let mut newest: Option<(VaultKey, u64)> = None;
        for link in &self.links {
            let key = newest.as_ref().map_or(from, |(key, _)| key);
            if name_of(unlocked, key) == link.old {
                let opened = link.open(unlocked, key).ok_or_else(|| UnlockError::SlotDamaged {
                    file: format!("{}.slot", unlocked.user),
                })?;
                newest = Some((opened, link.at_ms));
            }
        }
        Ok(newest)
    }

    /// Takes a user off, and everybody who has no slot any more; links that nobody needs go.
    pub(super) fn strike_off(&mut self, home: &Home, done: UserId) {
        for link in &mut self.links {
            link.boxes
                .retain(|(user, _)| *user != done && home.slot(*user).exists());
        }
        self.links.retain(|link| !link.boxes.is_empty());
    }

    /// Who still needs something of it.
    pub(super) fn users(&self) -> BTreeSet<UserId> {
        self.links
            .iter()
            .flat_map(|link| &link.boxes)
            .map(|(user, _)| *user)
            .collect()
    }
}

fn file_name(home: &Home, at: Compartment) -> String {
    let path = home.handover(at);
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a box is bound to.
fn about(unlocked: &Unlocked, user: UserId) -> Vec<u8> {
    [unlocked.vault.as_bytes().as_slice(), user.as_bytes()].concat()
}

/// Seals a new key to who has the old one and this machine's keychain.
fn key_from(unlocked: &Unlocked, old: &VaultKey) -> PurposeKey {
    let parts = [old.expose(), unlocked.device().expose()];
    PurposeKey::derive(&parts, unlocked.vault.as_bytes(), "wardkeep vault key handover v1", &[])
}

/// Tells one key from another and says nothing of either.
fn name_of(unlocked: &Unlocked, key: &VaultKey) -> [u8; 32] {
    let mut name = [0; 32];
    let vault = unlocked.vault.as_bytes();
    derive_into(&[key.expose()], vault, "wardkeep vault key name v1", &[], &mut name);
    name
}

/// Who has the disk without the keychain reads not even how many wait.
fn file_key(unlocked: &Unlocked, at: Compartment) -> PurposeKey {
    let context: &[u8] = match at {
        Compartment::Office => b"office",
        Compartment::Clinical => b"clinical",
    };
    let salt = unlocked.vault.as_bytes();
    PurposeKey::derive(
        &[unlocked.device().expose()],
        salt,
        "wardkeep handover file v1",
        context,
    )
}

fn encode(handover: &Handover) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes);
    into_vec(encoder.array(handover.links.len() as u64).and_then(|encoder| {
        for link in &handover.links {
            encoder
                .array(5)?
                .bytes(&link.salt)?
                .u64(link.at_ms)?
                .bytes(&link.old)?
                .bytes(&link.new)?;
            encoder.array(link.boxes.len() as u64)?;
            for (user, sealed) in &link.boxes {
                encoder.array(3)?.bytes(user.as_bytes())?;
                if sealed.encapsulated.is_empty() {
                    encoder.null()?;
                } else {
                    encoder.bytes(&sealed.encapsulated)?;
                }
                encoder.bytes(&sealed.sealed)?;
            }
        }
        encoder.ok()
    }));
    bytes
}

fn decode(bytes: &[u8]) -> Result<Handover, Error> {
    let mut decoder = Decoder::new(bytes);
    let links = (0..count(&mut decoder, MOST_LINKS)?)
        .map(|_| decode_link(&mut decoder))
        .collect::<Result<_, _>>()?;
    at_end(&decoder, bytes)?;
    Ok(Handover { links })
}

fn decode_link(decoder: &mut Decoder) -> Result<Link, Error> {
    array_of(decoder, 5)?;
    let (salt, at_ms) = (exactly(decoder)?, decoder.u64()?);
    let (old, new) = (exactly(decoder)?, exactly(decoder)?);
    let mut boxes = Vec::new();
    for _ in 0..count(decoder, MOST_USERS)? {
        array_of(decoder, 3)?;
        let user = UserId::from_bytes(exactly(decoder)?);
        let encapsulated = if decoder.datatype()? == Type::Null {
            decoder.null()?;
            Vec::new()
        } else {
            decoder.bytes()?.to_vec()
        };
        let sealed = decoder.bytes()?.to_vec();
        boxes.push((user, Sealed { encapsulated, sealed }));
    }
    Ok(Link {
        salt,
        at_ms,
        old,
        new,
        boxes,
    })
}

/// The length of an array within a limit.
fn count(decoder: &mut Decoder, most: u64) -> Result<u64, Error> {
    match decoder.array()? {
        Some(length) if length <= most => Ok(length),
        _ => Err(Error::message("length")),
    }
}
