//! A certificate chain with its key, as read from disk: what devices are shown, what they pin, and when it ends.

use crate::config::Config;
use crate::pin::Pin;
use crate::private;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::PathBuf;
use std::sync::Arc;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A chain that has been read and checked.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The chain and its key, as TLS wants them.
    pub certified: Arc<CertifiedKey>,
    /// The pin of the last certificate, which signed the one before.
    pub pin: Pin,
    /// When the first certificate of the chain ends, in milliseconds since 1970.
    pub ends_ms: u64,
}

/// Why a chain cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// A file cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file is not PEM with what it should hold.
    #[error("{0} holds no chain of certificates in PEM")]
    NoChain(PathBuf),
    /// A file is not PEM with a private key.
    #[error("{0} holds no private key in PEM")]
    NoKey(PathBuf),
    /// The key is not that of the certificate, or of a kind that TLS 1.3 does not know.
    #[error("the private key does not fit the certificate: {0}")]
    Mismatch(#[from] rustls::Error),
}

impl Chain {
    /// Reads the chain that the settings name.
    pub fn load(config: &Config, provider: &CryptoProvider) -> Result<Self, ChainError> {
        let (file, key_file) = (config.chain_file(), config.chain_key_file());
        let text = read(&file)?;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .map_err(|_| ChainError::NoChain(file.clone()))?;
        let key = PrivateKeyDer::from_pem_slice(&read(&key_file)?).map_err(|_| ChainError::NoKey(key_file))?;
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
            return Err(ChainError::NoChain(file));
        };
        let parse = |der: &CertificateDer<'static>| {
            X509Certificate::from_der(der)
                .map(|(_, certificate)| {
                    let ends_s = certificate.validity().not_after.timestamp();
                    (
                        Pin::of_spki(certificate.public_key().raw),
                        u64::try_from(ends_s).unwrap_or(0).saturating_mul(1000),
                    )
                })
                .map_err(|_| ChainError::NoChain(file.clone()))
        };
        let ((_, ends_ms), (pin, _)) = (parse(first)?, parse(last)?);
        let certified = CertifiedKey::from_der(chain.clone(), key, provider)?;
        Ok(Self {
            certified: Arc::new(certified),
            pin,
            ends_ms,
        })
    }
}

fn read(file: &std::path::Path) -> Result<Vec<u8>, ChainError> {
    private::read(file).map_err(|cause| ChainError::Unreadable {
        file: file.into(),
        cause,
    })
}
