//! The connection to the sync server: mutual TLS 1.3 over HTTP/2, one connection, many requests.
//!
//! Invariants:
//! - The server is known by the pin that the invitation named, the client by its device key; nothing else is believed of either.
//! - Every answer has a limit on its bytes and on the time that it may take. Nothing that a server says can make memory grow
//!   beyond it, or erase anything.
//! - What travels here is sealed already. An answer is a claim: whoever called judges it.
//!
//! It refuses to know what is inside segments, roster entries and parcels.

mod address;
mod blobs;
mod connection;
mod error;
mod events;
mod identity;
mod joins;
mod leases;
mod mailbox;
mod pin;
mod receipts;
mod rescues;
mod roster;
mod segments;
mod snapshots;
mod watched;

pub use address::Address;
pub use blobs::Sent;
pub use connection::{Link, Server};
pub use error::LinkError;
pub use identity::Identity;
pub use pin::Pin;
pub use roster::Posted;
