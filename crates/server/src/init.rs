//! `init`: everything a new server needs, made once: settings, keys, certificate, database, and the first founding token.

use crate::certificate::{self, CertificateError};
use crate::clock::{Clock, DAY_MS};
use crate::config::{Config, ConfigError, FILE};
use crate::pin::Pin;
use crate::private;
use crate::store::sqlite::DatabaseKey;
use crate::store::{SqliteStore, Store, StoreError};
use crate::token::FoundingToken;
use std::io;
use std::path::{Path, PathBuf};

/// How long a founding token may wait to be used, in days.
pub const TOKEN_DAYS: u64 = 30;

/// What the operator passes on.
pub struct Initialised {
    /// What devices pin.
    pub pin: Pin,
    /// Founds one clinic. Shown once, kept nowhere.
    pub token: FoundingToken,
}

/// Why a server could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is a server already; nothing was changed.
    #[error("{0} is here already: this folder has a server. Nothing was changed")]
    Exists(PathBuf),
    /// A file or folder cannot be made.
    #[error("{file}: {cause}")]
    Io {
        /// Which.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A setting cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate could not be made.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The database could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a server in this folder with these settings. Refuses where any part of one is there.
pub async fn init(home: &Path, settings: Config, clock: &Clock) -> Result<Initialised, InitError> {
    let config = settings.clone().checked(home)?;
    let file = home.join(FILE);
    for path in [
        &file,
        &config.database(),
        &config.keys.join("ca.key"),
        &config.chain_file(),
    ] {
        if path.exists() && config.certificate.chain.as_ref() != Some(path) {
            return Err(InitError::Exists(path.clone()));
        }
    }
    for folder in [home, &config.data, &config.keys, &config.blobs()] {
        private::create_folder(folder).map_err(at(folder))?;
    }
    let key = make_database_key(&config.database_key)?;
    let pin = certificate::make_authority(&config, clock.now_ms())?;
    let store = SqliteStore::create(&config.database(), &key)?;
    let token = FoundingToken::make();
    store
        .add_token(token.hash(), clock.now_ms() + TOKEN_DAYS * DAY_MS)
        .await?;
    store.close().await?;
    // The settings come last: with them the server is whole.
    let text = toml::to_string(&settings).map_err(|error| InitError::Io {
        file: file.clone(),
        cause: io::Error::other(error),
    })?;
    private::write(&file, text.as_bytes()).map_err(at(&file))?;
    Ok(Initialised { pin, token })
}

/// Takes the key that is there, or makes one: the operator may have put it on another disk, or under a key service.
fn make_database_key(file: &Path) -> Result<DatabaseKey, InitError> {
    if file.exists() {
        return DatabaseKey::load(file).map_err(|error| InitError::Io {
            file: file.into(),
            cause: io::Error::other(error),
        });
    }
    let key = DatabaseKey::make();
    if let Some(folder) = file.parent()
        && !folder.exists()
    {
        private::create_folder(folder).map_err(at(folder))?;
    }
    key.store(file).map_err(at(file))?;
    Ok(key)
}

fn at(file: &Path) -> impl FnOnce(io::Error) -> InitError {
    move |cause| InitError::Io {
        file: file.into(),
        cause,
    }
}
