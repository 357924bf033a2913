//! Who this device is towards the server: its key in a self-signed certificate, in which nothing else is said.

use super::pin::{Pin, PinVerifier};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ED25519};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::time_provider::TimeProvider;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;
use wardkeep_vault::clock::Clock;
use zeroize::Zeroizing;

/// PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A device key in its certificate, with the pin of the server that it talks to.
#[derive(Clone)]
pub struct Identity {
    pub(super) tls: Arc<ClientConfig>,
    pub(super) out_of_date: Arc<AtomicBool>,
    pub(super) ends_s: Arc<AtomicU64>,
}

/// No certificate can be made of this key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no certificate can be made of this key")]
pub struct BadKey;

impl Identity {
    /// The device whose signing key has this seed (RFC 8032), towards the server of this pin.
    pub fn new(seed: &[u8; 32], pin: Pin, clock: Arc<dyn Clock>) -> Result<Self, BadKey> {
        let mut der = Zeroizing::new(Vec::with_capacity(PKCS8.len() + seed.len()));
        der.extend_from_slice(&PKCS8);
        der.extend_from_slice(seed);
        let der = PrivatePkcs8KeyDer::from(&der[..]);
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ED25519).map_err(|_| BadKey)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let certificate = params.self_signed(&key).map_err(|_| BadKey)?;
        let out_of_date = Arc::new(AtomicBool::new(false));
        let ends_s = Arc::new(AtomicU64::new(0));
        let provider = Arc::new(provider());
        let verifier = PinVerifier::new(pin, &provider, Arc::clone(&out_of_date), Arc::clone(&ends_s));
        let mut tls = ClientConfig::builder_with_details(provider, Arc::new(Now(clock)))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|_| BadKey)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_auth_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(der.clone_key()))
            .map_err(|_| BadKey)?;
        tls.alpn_protocols = vec![b"h2".to_vec()];
        tls.resumption = Resumption::disabled();
        Ok(Self {
            tls: Arc::new(tls),
            out_of_date,
            ends_s,
        })
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// The clock that was passed in, as rustls asks for it.
struct Now(Arc<dyn Clock>);

impl TimeProvider for Now {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.0.now_ms())))
    }
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Now")
    }
}

/// TLS 1.3 suites and key exchanges, the hybrid post-quantum one first.
fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519],
        ..aws_lc_rs::default_provider()
    }
}
