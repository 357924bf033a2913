//! The sync server of Wardkeep: keeps the rosters and sealed segments of clinics, and wakes their devices.
//!
//! Invariants:
//! - It can name neither a patient nor a user: it holds no key of any compartment, and this crate cannot use those that know records.
//! - It acknowledges only what is durable. Pushing twice is harmless.
//! - Clinics are strictly apart: a key belongs to one clinic, and every call of the store names one.
//! - TLS 1.3 with both certificates, or nothing. What a caller may do follows from the rosters alone, asked anew at each request.
//! - A limit on everything that a caller can make grow. Memory does not grow with what is stored.
//! - Log lines and metrics hold no content, no user, no address (docs/server.md lists what they do hold).
//!
//! To embed one: [`init::init`] a folder, [`serve::Server::start`] with its [`config::Config`], and [`serve::Server::stop`].

pub mod app;
pub mod blob;
pub mod body;
pub mod certificate;
pub mod clinic;
pub mod clock;
pub mod config;
pub mod directory;
pub mod fault;
pub mod hub;
pub mod init;
pub mod listen;
pub mod local;
pub mod log;
pub mod metrics;
pub mod pin;
pub mod private;
pub mod random;
pub mod rate;
pub mod retain;
pub mod route;
pub mod serve;
pub mod status;
pub mod store;
pub mod tls;
pub mod token;
pub mod upkeep;
