//! TLS 1.3 and nothing older, both sides by certificate, hybrid post-quantum key exchange first.
//!
//! Sessions are never resumed: a resumed handshake would not ask for the client's certificate again, and a device that was
//! revoked in between would come in by its ticket.

mod client;
mod shown;

pub use client::{DeviceVerifier, peer_key};
pub use shown::ShownChain;

use crate::directory::Directory;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::NoServerSessionStorage;
use std::sync::Arc;

/// The ciphers and key exchanges offered, best first.
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519],
        cipher_suites: vec![
            aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
            aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
        ],
        ..aws_lc_rs::default_provider()
    }
}

/// The server's side of every handshake.
pub fn server_config(directory: Arc<Directory>, shown: Arc<ShownChain>) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(provider());
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(DeviceVerifier::new(directory, &provider)))
        .with_cert_resolver(shown);
    config.alpn_protocols = vec![b"h2".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}
