//! The sync server.

pub mod certificate;
pub mod clock;
pub mod config;
pub mod directory;
pub mod pin;
pub mod private;
pub mod random;
pub mod store;
pub mod tls;
pub mod token;
