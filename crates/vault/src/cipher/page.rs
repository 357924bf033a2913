//! Checking SQLCipher 4 pages without SQLCipher: does this key fit any page of this file?
//!
//! A page of 4,096 bytes ends in a 16-byte IV and an HMAC-SHA512 over ciphertext, IV and the page number (32 bits, little
//! endian). The HMAC key is PBKDF2-HMAC-SHA512 of the raw key with two rounds; its salt is the file's first 16 bytes, each
//! XORed with 0x3a. (Zetetic, 'SQLCipher Design'.)

use crate::key::{LENGTH, PurposeKey, VaultKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const PAGE: usize = 4096;
const SALT: usize = 16;
const TAG: usize = 64;
/// The HMAC salt differs from the key's salt by this in every byte.
const SALT_MASK: u8 = 0x3a;
/// Pages looked at from the front before the file is given up.
const MOST_PAGES: u32 = 64;

/// What the pages say of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// The first page is authentic: whatever failed, it was neither the key nor this page.
    Fits,
    /// A later page is authentic, so the first one is damaged.
    FirstPageDamaged,
    /// No page looked at is authentic, or the file cannot be read.
    FitsNowhere,
}

/// Looks for an authentic page among the first [`MOST_PAGES`].
pub(super) fn verdict(path: &Path, key: &VaultKey) -> Verdict {
    match first_authentic_page(path, key) {
        Some(1) => Verdict::Fits,
        Some(_) => Verdict::FirstPageDamaged,
        None => Verdict::FitsNowhere,
    }
}

/// The number (from 1) of the first page that is authentic.
fn first_authentic_page(path: &Path, key: &VaultKey) -> Option<u32> {
    let mut file = File::open(path).ok()?;
    let mut page = vec![0_u8; PAGE];
    file.read_exact(&mut page).ok()?;
    let hmac_key = hmac_key(key, &page[..SALT]);
    for number in 1..=MOST_PAGES {
        if is_authentic(&page, number, &hmac_key) {
            return Some(number);
        }
        file.seek(SeekFrom::Start(u64::from(number) * PAGE as u64)).ok()?;
        file.read_exact(&mut page).ok()?;
    }
    None
}

/// The first page starts with the salt, which is not part of its ciphertext.
fn is_authentic(page: &[u8], number: u32, hmac_key: &PurposeKey) -> bool {
    let start = if number == 1 { SALT } else { 0 };
    let mut mac = Hmac::<Sha512>::new_from_slice(hmac_key.expose()).expect("HMAC takes keys of any length");
    mac.update(&page[start..PAGE - TAG]);
    mac.update(&number.to_le_bytes());
    mac.finalize().into_bytes()[..].ct_eq(&page[PAGE - TAG..]).into()
}

/// PBKDF2 (RFC 8018 section 5.2) with two rounds and one block: U1 xor U2, the first 32 bytes.
fn hmac_key(key: &VaultKey, salt: &[u8]) -> PurposeKey {
    let prf = |message: &[u8]| -> Zeroizing<[u8; TAG]> {
        let mac = Hmac::<Sha512>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
        Zeroizing::new(mac.chain_update(message).finalize().into_bytes().into())
    };
    let mut message: Vec<u8> = salt.iter().map(|byte| byte ^ SALT_MASK).collect();
    message.extend_from_slice(&1_u32.to_be_bytes());
    let first = prf(&message);
    let second = prf(&first[..]);
    let mut derived = Zeroizing::new([0; LENGTH]);
    for (out, (a, b)) in derived.iter_mut().zip(first.iter().zip(second.iter())) {
        *out = a ^ b;
    }
    PurposeKey::from_slice(&derived[..]).expect("the array has the length of a key")
}
