//! The client's certificate is only a wrapping for its Ed25519 key: self-signed, and nothing in it is believed but that key, which
//! the handshake proves the client to hold. What the key may do is said by the rosters.

use crate::directory::{Directory, PeerKey, Standing};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, SignatureScheme};
use std::fmt;
use std::sync::Arc;

/// The most bytes of a certificate: one over an Ed25519 key has some 300.
const MAX_CERTIFICATE_BYTES: usize = 4096;
/// SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Lets in whoever proves an Ed25519 key, unless a roster has revoked it.
pub struct DeviceVerifier {
    directory: Arc<Directory>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl DeviceVerifier {
    /// Over the rosters' keys.
    pub fn new(directory: Arc<Directory>, provider: &CryptoProvider) -> Self {
        Self {
            directory,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

/// The Ed25519 key that a client's certificate wraps.
pub fn peer_key(certificate: &CertificateDer<'_>) -> Result<PeerKey, Error> {
    if certificate.len() > MAX_CERTIFICATE_BYTES {
        return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
    }
    let spki = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
    let raw = spki.strip_prefix(&ED25519_SPKI).and_then(|raw| raw.try_into().ok());
    raw.map(PeerKey)
        .ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))
}

impl ClientCertVerifier for DeviceVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// Dates are not looked at: a laptop with a wrong clock makes a certificate with wrong dates, and no right follows from them.
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if !intermediates.is_empty() {
            return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
        match self.directory.standing(peer_key(end_entity)?) {
            Standing::Revoked => Err(Error::InvalidCertificate(CertificateError::Revoked)),
            Standing::Stranger | Standing::Device(_) => Ok(ClientCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    /// The proof that the client holds the key, not only its certificate.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signed.scheme != SignatureScheme::ED25519 {
            return Err(Error::PeerIncompatible(PeerIncompatible::NoSignatureSchemesInCommon));
        }
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

impl fmt::Debug for DeviceVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceVerifier")
    }
}
