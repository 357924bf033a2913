//! The device's side of the handshake: a self-signed certificate over its Ed25519 key, and the pin of the server's authority.

use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;
use wardkeep_server::pin::Pin;
use x509_parser::prelude::{FromDer, X509Certificate};

/// PKCS #8 of an Ed25519 private key up to its seed (RFC 8410).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Certificate and key of the device with this seed.
pub fn certificate(seed: &[u8; 32]) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let der = [&PKCS8[..], seed].concat();
    let pkcs8 = PrivatePkcs8KeyDer::from(der.clone());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, &PKCS_ED25519).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    (
        certificate.der().clone(),
        PrivateKeyDer::from(PrivatePkcs8KeyDer::from(der)),
    )
}

/// As a device is set up.
pub fn client_config(pin: Pin, seed: &[u8; 32]) -> ClientConfig {
    let (certificate, key) = certificate(seed);
    let mut config = ClientConfig::builder_with_provider(Arc::new(wardkeep_server::tls::provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(pin)))
        .with_client_auth_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// Believes a chain that ends in the pinned key.
#[derive(Debug)]
pub struct Pinned(pub Pin);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pinned = intermediates.iter().find(|der| {
            let certificate = X509Certificate::from_der(der);
            certificate.is_ok_and(|(_, certificate)| Pin::of_spki(certificate.public_key().raw) == self.0)
        });
        let authority = pinned.ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let provider = Arc::new(wardkeep_server::tls::provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .unwrap();
        verifier.verify_server_cert(end_entity, &[], server_name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = wardkeep_server::tls::provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
