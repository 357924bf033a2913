//! `about`: what this program is made of. Works locked.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

/// One part by others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Licence {
    /// The part.
    pub name: String,
    /// Its licence's SPDX expression.
    pub licence: String,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct About {
    /// Wardkeep's version.
    pub version: String,
    /// SQLCipher's version in this process; empty when it is not there.
    pub sqlcipher: String,
    /// The parts by others that Wardkeep stands on.
    pub licences: Vec<Licence>,
    /// The home folder.
    pub home: String,
}

/// The parts that a person would ask about; the full list is in the repository's THIRD-PARTY file.
const PARTS: &[(&str, &str)] = &[
    ("SQLCipher", "BSD-3-Clause"),
    ("SQLite", "blessing"),
    ("OpenSSL", "Apache-2.0"),
    (
        "RustCrypto (Argon2, ChaCha20-Poly1305, HKDF, SHA-2)",
        "MIT OR Apache-2.0",
    ),
    ("BLAKE3", "CC0-1.0 OR Apache-2.0"),
    ("keyring-core", "MIT OR Apache-2.0"),
    ("rusqlite", "MIT"),
    ("serde, serde_json", "MIT OR Apache-2.0"),
    ("jiff", "Unlicense OR MIT"),
    ("phonenumber", "Apache-2.0"),
    ("Zstandard", "BSD-3-Clause"),
    ("Tauri", "MIT OR Apache-2.0"),
    ("React", "MIT"),
    ("Mantine", "MIT"),
    ("Lucide", "ISC"),
];

impl Command for Input {
    type Output = About;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<About, CommandError> {
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sqlcipher: wardkeep_vault::cipher::library_version().unwrap_or_default(),
            licences: PARTS
                .iter()
                .map(|(name, licence)| Licence {
                    name: (*name).to_owned(),
                    licence: (*licence).to_owned(),
                })
                .collect(),
            home: clinic.home().root().display().to_string(),
        })
    }
}
