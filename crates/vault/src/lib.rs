//! The encrypted store on one device: SQLCipher files, key slots, keychain, blobs, the one write path, search.
//!
//! Invariants:
//! - Nothing readable reaches the disk: databases are SQLCipher, everything else is sealed before its first byte is written.
//! - A password alone opens nothing: every key also needs the device secret from the OS keychain ([`key`]).
//! - Where a vault exists, no new key is ever made over it; where the keychain does not answer, no key is ever kept in a file.
//! - Secrets live in types that are wiped on drop and that cannot be printed.
//! - Clock, randomness and keychain are passed in; only [`clock::SystemClock`], [`random::OsRandom`] and the keychain of the
//!   system reach for the machine's.
//! - A damaged file is named and moved aside, never deleted, never read as something else.
//!
//! It refuses to know what a session, a window or a server is.

pub mod attempts;
pub mod blob;
mod cbor;
pub mod cipher;
pub mod clock;
pub mod env;
pub mod home;
pub mod integrity;
pub mod kdf;
pub mod key;
pub mod keychain;
pub mod lease;
pub mod machine;
#[cfg(test)]
mod memory_after_lock;
pub mod password;
pub mod random;
pub mod rekey;
pub mod resume;
pub mod roles;
mod seal;
pub mod search;
pub mod slot;
pub mod spool;
pub mod store;
pub mod trail;
pub mod unlock;
pub mod wipe;
