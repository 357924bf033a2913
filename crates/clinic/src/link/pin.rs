//! Whom the device takes for its server: whoever shows a certificate under the pinned authority, and nobody else.
//!
//! The pin is the SHA-256 of the authority's public key. Names in certificates do not matter, since nobody else can have one signed
//! by that key. Dates do not refuse either: a laptop whose clock is years off must still reach its server, and what
//! travels is sealed whoever the server is. That the date has passed is remembered, so that the person is told.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerIncompatible, SignatureScheme};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// Certificates of a chain that are looked at.
const CHAIN_LIMIT: usize = 8;
/// Dates of one chain that may be wrong before it is given up.
const DATES: usize = 2 * CHAIN_LIMIT;
/// The end of the year 9998, in Unix seconds: no certificate that says when it ends is valid then.
const FAR_AWAY_S: u64 = 253_370_764_800;

/// SHA-256 of the authority's SubjectPublicKeyInfo in DER.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin(pub [u8; 32]);

/// The text is no pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a pin is 64 hex digits")]
pub struct NotAPin;

impl FromStr for Pin {
    type Err = NotAPin;

    /// 64 hex digits; spaces and hyphens between them do not matter, since people copy them from a screen.
    fn from_str(text: &str) -> Result<Self, NotAPin> {
        let mut digits = text.chars().filter(|c| !c.is_whitespace() && *c != '-' && *c != ':');
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            let mut digit = || digits.next().and_then(|c| c.to_digit(16)).ok_or(NotAPin);
            *byte = (digit()? * 16 + digit()?) as u8;
        }
        if digits.next().is_some() {
            Err(NotAPin)
        } else {
            Ok(Self(bytes))
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// The check of the server's certificate.
pub(super) struct PinVerifier {
    pin: Pin,
    algorithms: WebPkiSupportedAlgorithms,
    out_of_date: Arc<AtomicBool>,
    ends_s: Arc<AtomicU64>,
}

impl PinVerifier {
    /// For this pin. `out_of_date` says after a handshake whether the certificate's dates and this machine's clock disagree,
    /// `ends_s` when it ends, in Unix seconds.
    pub(super) fn new(
        pin: Pin,
        provider: &CryptoProvider,
        out_of_date: Arc<AtomicBool>,
        ends_s: Arc<AtomicU64>,
    ) -> Self {
        Self {
            pin,
            algorithms: provider.signature_verification_algorithms,
            out_of_date,
            ends_s,
        }
    }

    /// Notes when the certificate ends: what the check says of a day on which none is valid any more.
    fn note_end(&self, certificate: &EndEntityCert<'_>, anchor: &TrustAnchor<'_>, others: &[CertificateDer<'_>]) {
        let day = UnixTime::since_unix_epoch(Duration::from_secs(FAR_AWAY_S));
        let usage = KeyUsage::server_auth();
        let anchors = std::slice::from_ref(anchor);
        let verified = certificate.verify_for_usage(self.algorithms.all, anchors, others, day, usage, None, None);
        if let Err(webpki::Error::CertExpired { not_after, .. }) = verified {
            self.ends_s.store(not_after.as_secs(), Ordering::Relaxed);
        }
    }

    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> bool {
        ParsedCertificate::try_from(certificate).is_ok_and(|parsed| {
            let digest: [u8; 32] = Sha256::digest(parsed.subject_public_key_info()).into();
            digest == self.pin.0
        })
    }
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        if intermediates.len() > CHAIN_LIMIT {
            return Err(unknown());
        }
        if self.is_pinned(end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        let authority = intermediates
            .iter()
            .find(|one| self.is_pinned(one))
            .ok_or_else(unknown)?;
        let anchor = anchor_from_trusted_cert(authority).map_err(|_| unknown())?;
        let certificate = EndEntityCert::try_from(end_entity).map_err(|_| unknown())?;
        let mut at = now;
        for _ in 0..DATES {
            let verified = certificate.verify_for_usage(
                self.algorithms.all,
                std::slice::from_ref(&anchor),
                intermediates,
                at,
                KeyUsage::server_auth(),
                None,
                None,
            );
            at = match verified {
                Ok(_) => {
                    self.out_of_date.store(at != now, Ordering::Relaxed);
                    self.note_end(&certificate, &anchor, intermediates);
                    return Ok(ServerCertVerified::assertion());
                }
                Err(webpki::Error::CertExpired { not_after, .. }) => not_after,
                Err(webpki::Error::CertNotValidYet { not_before, .. }) => not_before,
                Err(_) => return Err(unknown()),
            };
        }
        Err(unknown())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinVerifier({})", self.pin)
    }
}
