//! Messages that carry a password come sealed from the page.
//!
//! On its way from the page to this program a message lies in buffers of WebKit, in this very process, which are neither wiped nor under
//! our control. So the page seals it to a key that is made for one message and wiped with it: X25519, then HKDF-SHA-256 stretched to
//! the length of the message (a one-time pad that is never used again; `ui/src/bridge/seal.ts` is the other end). Nobody stands
//! between the two, so there is nothing to authenticate; what was not sealed for us decodes to nothing.

use hkdf::Hkdf;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// Bytes of an X25519 public key.
const KEY: usize = 32;
/// Bytes of a message; HKDF with SHA-256 gives no more.
pub const LIMIT: usize = 255 * 32;
/// Keys that wait for their message. A page has one or two on the way.
const WAITING: usize = 16;
/// Keeps this use of HKDF apart from every other.
const INFO: &[u8] = b"wardkeep page to program";

/// The keys that were handed out and not used yet.
#[derive(Default)]
pub struct SealingKeys(Mutex<VecDeque<StaticSecret>>);

impl SealingKeys {
    /// Makes a key from randomness and gives its public half. The oldest of too many is forgotten.
    pub fn make(&self, random: [u8; KEY]) -> [u8; KEY] {
        let secret = StaticSecret::from(random);
        let public = PublicKey::from(&secret).to_bytes();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back(secret);
        if waiting.len() > WAITING {
            waiting.pop_front();
        }
        public
    }

    /// Opens a message; its key is gone afterwards. `None` when the key is unknown or used, or the message has no sensible size.
    pub fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (keys, message) = sealed.split_at_checked(2 * KEY)?;
        if message.is_empty() || message.len() > LIMIT {
            return None;
        }
        let secret = self.take(&keys[..KEY])?;
        let page: [u8; KEY] = keys[KEY..].try_into().ok()?;
        let shared = secret.diffie_hellman(&PublicKey::from(page));
        let mut opened = Zeroizing::new(vec![0; message.len()]);
        Hkdf::<Sha256>::new(Some(keys), shared.as_bytes())
            .expand(INFO, &mut opened)
            .ok()?;
        opened.iter_mut().zip(message).for_each(|(pad, byte)| *pad ^= byte);
        Some(opened)
    }

    fn take(&self, public: &[u8]) -> Option<StaticSecret> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = waiting
            .iter()
            .position(|secret| PublicKey::from(secret).as_bytes() == public)?;
        waiting.remove(at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const MESSAGE: &[u8] = b"{\"name\":\"unlock\"}";

    /// What the page does.
    fn sealed(theirs: [u8; KEY], message: &[u8]) -> Vec<u8> {
        let ours = StaticSecret::from([9; KEY]);
        let shared = ours.diffie_hellman(&PublicKey::from(theirs));
        let mut sealed = [theirs, PublicKey::from(&ours).to_bytes()].concat();
        let mut pad = vec![0; message.len()];
        Hkdf::<Sha256>::new(Some(&sealed), shared.as_bytes())
            .expand(INFO, &mut pad)
            .unwrap();
        sealed.extend(pad.iter().zip(message).map(|(pad, byte)| pad ^ byte));
        sealed
    }

    #[test]
    fn opens_once() {
        let keys = SealingKeys::default();
        let sealed = sealed(keys.make([7; KEY]), MESSAGE);
        assert!(!sealed.windows(6).any(|window| window == b"unlock"));
        assert_eq!(keys.open(&sealed).unwrap().as_slice(), MESSAGE);
        assert!(keys.open(&sealed).is_none());
    }

    #[test]
    fn refuses_what_was_not_sealed_for_it() {
        let keys = SealingKeys::default();
        let public = keys.make([7; KEY]);
        assert!(keys.open(&[]).is_none());
        assert!(keys.open(&[0; 63]).is_none());
        assert!(keys.open(&[0; 100]).is_none());
        assert!(keys.open(&sealed(public, b"")).is_none());
        assert!(keys.open(&sealed(public, &[0; LIMIT])).is_some());
        let too_long = [sealed(keys.make([8; KEY]), &[0; LIMIT]), vec![0]].concat();
        assert!(keys.open(&too_long).is_none());
    }

    #[test]
    fn forgets_the_oldest_key() {
        let keys = SealingKeys::default();
        let first = keys.make([1; KEY]);
        let others: Vec<_> = (2..=17).map(|byte| keys.make([byte; KEY])).collect();
        assert!(keys.open(&sealed(first, b"x")).is_none());
        assert!(others.into_iter().all(|key| keys.open(&sealed(key, b"x")).is_some()));
    }

    /// Made by the Web Cryptography API of a JavaScript engine, with these two secrets.
    #[test]
    fn agrees_with_the_page() {
        let hex = "13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d\
                   57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d421\
                   9530b3ac03928bb994fa4ae027a38ea4f8";
        let from_page: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        let keys = SealingKeys::default();
        assert_eq!(sealed(keys.make([7; KEY]), MESSAGE), from_page);
        assert_eq!(keys.open(&from_page).unwrap().as_slice(), MESSAGE);
    }
}
