//! What an operator sets, read from `server.toml`. Every setting has a default, an unknown one is an error, and paths are
//! relative to the folder of the file. docs/server.md explains each of them to the operator.

mod limits;

pub use limits::Limits;

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Name of the settings file in the server's home.
pub const FILE: &str = "server.toml";

/// Everything that `serve` needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where devices connect, by TLS. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where this machine asks for health and metrics, in clear: must be a loopback address. Port 0 takes a free one.
    pub local_listen: SocketAddr,
    /// Folder of the database and the sealed files. This is what a backup copies.
    pub data: PathBuf,
    /// Folder of the private keys. Kept apart from the data, so that a copy of the data opens nothing.
    pub keys: PathBuf,
    /// File with the database's key, 64 hex digits.
    pub database_key: PathBuf,
    /// The server's certificate.
    pub certificate: Certificate,
    /// What one caller, one clinic and the whole server may use.
    pub limits: Limits,
    /// How long requests may still run after a signal to stop, in seconds.
    pub stop_within_s: u64,
    /// Least level of log lines: error, warn, info or debug. Debug names devices by a short hash.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443),
            local_listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464),
            data: "data".into(),
            keys: "keys".into(),
            database_key: "keys/database.key".into(),
            certificate: Certificate::default(),
            limits: Limits::default(),
            stop_within_s: 10,
            log: "info".into(),
        }
    }
}

/// The certificate that devices are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Certificate {
    /// Names and addresses by which devices reach the server.
    pub names: Vec<String>,
    /// A chain from elsewhere (PEM, the server's own first), instead of the one that the server makes for itself.
    pub chain: Option<PathBuf>,
    /// The private key of that chain (PEM, PKCS #8).
    pub key: Option<PathBuf>,
    /// How long a certificate made here holds, in days.
    pub valid_days: u64,
    /// How long before its end the server makes a new one, in days.
    pub renew_before_days: u64,
    /// How long before its end `serve` and `status` warn, in days.
    pub warn_before_days: u64,
    /// How often the files are looked at for a new certificate, in seconds. SIGHUP looks at once.
    pub look_every_s: u64,
}

impl Default for Certificate {
    fn default() -> Self {
        Self {
            names: vec!["localhost".into()],
            chain: None,
            key: None,
            valid_days: 180,
            renew_before_days: 60,
            warn_before_days: 30,
            look_every_s: 30,
        }
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not TOML, or has a setting that does not exist.
    #[error("{file}: {cause}")]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Where and why.
        cause: Box<toml::de::Error>,
    },
    /// A setting has a value that cannot work.
    #[error("{0}")]
    Unusable(&'static str),
}

impl Config {
    /// The settings of the server whose home is this folder; paths become absolute.
    pub fn load(home: &Path) -> Result<Self, ConfigError> {
        let file = home.join(FILE);
        let text = std::fs::read_to_string(&file).map_err(|cause| ConfigError::Unreadable {
            file: file.clone(),
            cause,
        })?;
        let config: Self = toml::from_str(&text).map_err(|cause| ConfigError::Malformed {
            file,
            cause: Box::new(cause),
        })?;
        config.checked(home)
    }

    /// Paths made absolute against the home, and values checked.
    pub fn checked(mut self, home: &Path) -> Result<Self, ConfigError> {
        for path in [&mut self.data, &mut self.keys, &mut self.database_key] {
            *path = home.join(&*path);
        }
        for path in [&mut self.certificate.chain, &mut self.certificate.key]
            .into_iter()
            .flatten()
        {
            *path = home.join(&*path);
        }
        if !self.local_listen.ip().is_loopback() {
            return Err(ConfigError::Unusable(
                "local_listen must be a loopback address: it speaks in clear",
            ));
        }
        if self.certificate.chain.is_some() != self.certificate.key.is_some() {
            return Err(ConfigError::Unusable(
                "certificate.chain and certificate.key come together",
            ));
        }
        if self.certificate.renew_before_days >= self.certificate.valid_days {
            return Err(ConfigError::Unusable(
                "certificate.renew_before_days must be less than valid_days",
            ));
        }
        if self.certificate.names.is_empty() {
            return Err(ConfigError::Unusable("certificate.names must name the server"));
        }
        if self.data.starts_with(&self.keys) || self.database_key.starts_with(&self.data) {
            return Err(ConfigError::Unusable(
                "the database's key must not lie in the data folder",
            ));
        }
        self.limits.check()?;
        Ok(self)
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.data.join("server.db")
    }

    /// The folder of sealed files.
    pub fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }

    /// The certificate chain that devices are shown.
    pub fn chain_file(&self) -> PathBuf {
        self.certificate
            .chain
            .clone()
            .unwrap_or_else(|| self.keys.join("server.pem"))
    }

    /// The private key of that chain.
    pub fn chain_key_file(&self) -> PathBuf {
        self.certificate.key.clone().unwrap_or_else(|| self.chain_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(FILE), text).unwrap();
        Config::load(home.path()).unwrap_err().to_string()
    }

    #[test]
    fn what_init_writes_is_what_serve_reads() {
        let home = tempfile::tempdir().unwrap();
        let text = toml::to_string(&Config::default()).unwrap();
        std::fs::write(home.path().join(FILE), text).unwrap();
        let read = Config::load(home.path()).unwrap();
        assert_eq!(read, Config::default().checked(home.path()).unwrap());
        assert_eq!(read.database(), home.path().join("data/server.db"));
    }

    #[test]
    fn refuses_what_cannot_work() {
        assert!(refusal("lissten = 1").contains("unknown field"));
        assert!(refusal("local_listen = \"0.0.0.0:9\"").contains("loopback"));
        assert!(refusal("database_key = \"data/database.key\"").contains("must not lie in the data folder"));
        assert!(refusal("[certificate]\nchain = \"a.pem\"").contains("come together"));
        assert!(refusal("[limits]\nclinics = 0").contains("limits"));
    }
}
