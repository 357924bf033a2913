//! The chain that the next handshake shows. It can be exchanged while connections are open; those keep the one that they began with.

use crate::certificate::{Chain, ChainError};
use crate::config::Config;
use crate::pin::Pin;
use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::Arc;

/// The current chain.
pub struct ShownChain(ArcSwap<Chain>);

impl ShownChain {
    /// Reads the chain that the settings name.
    pub fn load(config: &Config) -> Result<Self, ChainError> {
        Chain::load(config, &super::provider()).map(|chain| Self(ArcSwap::from_pointee(chain)))
    }

    /// Reads the files again. Says whether another certificate is shown from now on; on failure the former one stays.
    pub fn reload(&self, config: &Config) -> Result<bool, ChainError> {
        let new = Chain::load(config, &super::provider())?;
        if new.certified.cert == self.0.load().certified.cert {
            return Ok(false);
        }
        self.0.store(Arc::new(new));
        Ok(true)
    }

    /// What devices pin.
    pub fn pin(&self) -> Pin {
        self.0.load().pin
    }

    /// When the certificate ends, in milliseconds since 1970.
    pub fn ends_ms(&self) -> u64 {
        self.0.load().ends_ms
    }
}

impl ResolvesServerCert for ShownChain {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.load().certified))
    }
}

impl fmt::Debug for ShownChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShownChain({})", self.pin())
    }
}
