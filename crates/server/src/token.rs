//! Founding tokens: whoever holds one may found one clinic on this server. The server keeps only a hash, so that a copy of its
//! database founds nothing.

use crate::clock::{Clock, DAY_MS};
use crate::config::Config;
use crate::init::TOKEN_DAYS;
use crate::random;
use crate::store::sqlite::DatabaseKey;
use crate::store::{SqliteStore, Store};
use data_encoding::BASE32_NOPAD;
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Bytes of a token: too many to guess.
const LENGTH: usize = 20;
/// What the hash of a token is a hash of.
const CONTEXT: &str = "wardkeep 2026 founding token v1";

/// The right to found one clinic. Shown once; no `Debug`, so that it does not reach a log.
pub struct FoundingToken(Zeroizing<[u8; LENGTH]>);

/// What the server keeps of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenHash(pub [u8; 32]);

impl FoundingToken {
    /// A new one.
    pub fn make() -> Self {
        Self(Zeroizing::new(random::array()))
    }

    /// What the server keeps.
    pub fn hash(&self) -> TokenHash {
        TokenHash(blake3::derive_key(CONTEXT, &*self.0))
    }
}

/// 32 letters and digits in groups of eight.
impl fmt::Display for FoundingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32_NOPAD.encode(&*self.0);
        let groups: Vec<&str> = (0..text.len()).step_by(8).map(|at| &text[at..at + 8]).collect();
        f.write_str(&groups.join("-"))
    }
}

/// The text is no founding token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a founding token")]
pub struct NotAToken;

impl FromStr for FoundingToken {
    type Err = NotAToken;

    /// Spaces, hyphens and small letters are fine: people copy it by hand.
    fn from_str(text: &str) -> Result<Self, NotAToken> {
        if text.len() > 4 * LENGTH {
            return Err(NotAToken);
        }
        let plain: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let bytes = BASE32_NOPAD.decode(plain.as_bytes()).map_err(|_| NotAToken)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| NotAToken)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

/// Makes a token known to the server with these settings, which may be running.
pub async fn make_in_store(config: &Config, clock: &Clock) -> anyhow::Result<FoundingToken> {
    let store = SqliteStore::open(&config.database(), &DatabaseKey::load(&config.database_key)?)?;
    let token = FoundingToken::make();
    store
        .add_token(token.hash(), clock.now_ms() + TOKEN_DAYS * DAY_MS)
        .await?;
    store.close().await?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_by_hand() {
        let token = FoundingToken::make();
        let copied: FoundingToken = format!(" {} ", token.to_string().to_lowercase()).parse().unwrap();
        assert_eq!(copied.hash(), token.hash());
        assert!("".parse::<FoundingToken>().is_err());
        assert!("é".repeat(40).parse::<FoundingToken>().is_err());
        assert_ne!(FoundingToken::make().hash(), token.hash());
    }
}
