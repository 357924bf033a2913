//! What devices pin stays; what they are shown changes.

use super::*;
use rustls::crypto::aws_lc_rs::default_provider;

fn config(home: &std::path::Path) -> Config {
    let config = Config::default().checked(home).unwrap();
    private::create_folder(&config.keys).unwrap();
    config
}

#[test]
fn a_renewed_certificate_keeps_the_pin_and_overlaps() {
    let home = tempfile::tempdir().unwrap();
    let config = config(home.path());
    let start = 1_790_000_000_000;
    let pin = make_authority(&config, start).unwrap();
    let first = Chain::load(&config, &default_provider()).unwrap();
    assert_eq!(first.pin, pin);
    assert_eq!(first.certified.cert.len(), 2);
    assert_eq!(first.ends_ms, start + 180 * DAY_MS);

    renew(&config, start + 120 * DAY_MS).unwrap();
    let second = Chain::load(&config, &default_provider()).unwrap();
    assert_eq!(second.pin, pin);
    assert_eq!(second.ends_ms, start + 300 * DAY_MS);
    assert_ne!(first.certified.cert[0], second.certified.cert[0]);
}

#[test]
fn faults_name_the_file() {
    let home = tempfile::tempdir().unwrap();
    let config = config(home.path());
    assert!(matches!(renew(&config, 0), Err(CertificateError::NoAuthority(_))));
    let missing = Chain::load(&config, &default_provider()).unwrap_err();
    assert!(matches!(missing, ChainError::Unreadable { .. }));
    private::write(&config.chain_file(), b"nothing").unwrap();
    let empty = Chain::load(&config, &default_provider()).unwrap_err();
    assert!(
        matches!(empty, ChainError::NoKey(_) | ChainError::NoChain(_)),
        "{empty}"
    );
}
