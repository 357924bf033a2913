//! The server's certificates: its own authority, whose key devices pin, and the short-lived certificates that it signs.
//!
//! Only the authority's public key is pinned. So a new server certificate needs nothing of any device, and the old and the new one
//! are both good while they overlap.

mod chain;

pub use chain::{Chain, ChainError};

use crate::clock::DAY_MS;
use crate::config::Config;
use crate::pin::Pin;
use crate::private;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ED25519, PublicKeyData, date_time_ymd,
};
use std::path::PathBuf;
use std::time::Duration;

/// How long the authority holds, in days. Devices trust its key, not its date; other programs look at the date.
const AUTHORITY_DAYS: u64 = 20 * 365;
/// How far back a new certificate begins, for devices whose clocks are slow, in days.
const BACKDATED_DAYS: u64 = 2;
/// The authority's name in its certificate.
const AUTHORITY_NAME: &str = "Wardkeep server authority";

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The names or a key cannot be used.
    #[error("the certificate cannot be made: {0}")]
    Unusable(#[from] rcgen::Error),
    /// A file cannot be read or written.
    #[error("{file}: {cause}")]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The authority's key is not here, so the server cannot renew its certificate by itself.
    #[error("{0} is missing: without the authority's key no new certificate can be made here")]
    NoAuthority(PathBuf),
}

/// Makes the authority and the first server certificate, and returns what devices pin.
pub fn make_authority(config: &Config, now_ms: u64) -> Result<Pin, CertificateError> {
    let key = KeyPair::generate_for(&PKCS_ED25519)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, AUTHORITY_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now_ms, AUTHORITY_DAYS);
    let certificate = params.self_signed(&key)?;
    let pin = Pin::of_spki(&key.subject_public_key_info());
    store(&config.keys.join("ca.key"), key.serialize_pem().as_bytes())?;
    store(&config.keys.join("ca.pem"), certificate.pem().as_bytes())?;
    renew(config, now_ms)?;
    Ok(pin)
}

/// Makes a new server certificate with a new key, and puts both in their place. The key goes in the same file as the chain,
/// because two files cannot be replaced in one step.
pub fn renew(config: &Config, now_ms: u64) -> Result<(), CertificateError> {
    let (key_file, file) = (config.keys.join("ca.key"), config.keys.join("ca.pem"));
    if !key_file.exists() {
        return Err(CertificateError::NoAuthority(key_file));
    }
    let authority_key = KeyPair::from_pem(&load(&key_file)?)?;
    let authority = load(&file)?;
    let issuer = Issuer::from_ca_cert_pem(&authority, &authority_key)?;
    let key = KeyPair::generate_for(&PKCS_ED25519)?;
    let mut params = CertificateParams::new(config.certificate.names.clone())?;
    params.distinguished_name.push(DnType::CommonName, "Wardkeep server");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now_ms, config.certificate.valid_days);
    let certificate = params.signed_by(&key, &issuer)?;
    let text = format!("{}{}{authority}", key.serialize_pem(), certificate.pem());
    store(&config.keys.join("server.pem"), text.as_bytes())
}

fn set_validity(params: &mut CertificateParams, now_ms: u64, days: u64) {
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_millis(now_ms.saturating_sub(BACKDATED_DAYS * DAY_MS));
    params.not_after = epoch + Duration::from_millis(now_ms + days * DAY_MS);
}

fn store(file: &std::path::Path, bytes: &[u8]) -> Result<(), CertificateError> {
    private::write(file, bytes).map_err(|cause| CertificateError::Io {
        file: file.into(),
        cause,
    })
}

fn load(file: &std::path::Path) -> Result<String, CertificateError> {
    private::read(file)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| std::io::ErrorKind::InvalidData.into()))
        .map_err(|cause| CertificateError::Io {
            file: file.into(),
            cause,
        })
}

#[cfg(test)]
mod tests;
