//! Who is let in: TLS 1.3 with an Ed25519 key that no roster has revoked, or nobody.

use super::support::client::shake;
use super::support::tls::{Pinned, certificate, client_config};
use super::support::{Client, Running, SampleClinic};
use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use std::sync::Arc;
use wardkeep_server::pin::Pin;

/// A client that offers what the provider has.
fn config_with(
    running: &Running,
    provider: CryptoProvider,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ClientConfig {
    let (certificate, key) = certificate(&[9; 32]);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(running.server.pin())))
        .with_client_auth_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

async fn refused(running: &Running, config: ClientConfig) -> bool {
    match shake(running.server.address(), config).await {
        Ok(stream) => Client::over(stream).await.is_err(),
        Err(_) => true,
    }
}

#[tokio::test]
async fn the_key_exchange_is_post_quantum_first() {
    let running = Running::start().await;
    let stream = shake(running.server.address(), client_config(running.server.pin(), &[9; 32]))
        .await
        .unwrap();
    let (_, session) = stream.get_ref();
    let group = session.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
    assert_eq!(session.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
}

/// The bytes of a TLS 1.2 ClientHello without the extension of supported versions: the server must answer with an alert.
#[tokio::test]
async fn tls_1_2_is_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let running = Running::start().await;
    let mut stream = tokio::net::TcpStream::connect(running.server.address()).await.unwrap();
    let mut hello = vec![0x03, 0x03];
    hello.extend([7; 32]);
    hello.push(0); // no session
    hello.extend([0, 2, 0xc0, 0x2b]); // ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    hello.extend([1, 0]); // no compression
    let mut extensions = vec![0, 10, 0, 4, 0, 2, 0, 0x1d]; // supported_groups: x25519
    extensions.extend([0, 13, 0, 4, 0, 2, 8, 7]); // signature_algorithms: ed25519
    hello.extend((extensions.len() as u16).to_be_bytes());
    hello.extend(extensions);
    let mut message = vec![1, 0];
    message.extend((hello.len() as u16).to_be_bytes());
    message.extend(hello);
    let mut record = vec![0x16, 3, 1];
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    stream.write_all(&record).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    // Alert, fatal, protocol_version.
    assert_eq!(answer[0], 0x15);
    assert_eq!(answer[5..7], [2, 70]);
}

#[tokio::test]
async fn without_a_certificate_or_with_another_kind_of_key_nobody_comes_in() {
    let running = Running::start().await;
    let tls13: &[_] = &[&rustls::version::TLS13];
    assert!(!refused(&running, config_with(&running, wardkeep_server::tls::provider(), tls13)).await);

    let builder = ClientConfig::builder_with_provider(Arc::new(wardkeep_server::tls::provider()));
    let verifier = Arc::new(Pinned(running.server.pin()));
    let dangerous = builder.with_protocol_versions(tls13).unwrap().dangerous();
    let mut nobody = dangerous
        .with_custom_certificate_verifier(verifier.clone())
        .with_no_client_auth();
    nobody.alpn_protocols = vec![b"h2".to_vec()];
    assert!(refused(&running, nobody).await);

    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let builder = ClientConfig::builder_with_provider(Arc::new(wardkeep_server::tls::provider()));
    let dangerous = builder.with_protocol_versions(tls13).unwrap().dangerous();
    let mut other_kind = dangerous
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    other_kind.alpn_protocols = vec![b"h2".to_vec()];
    assert!(refused(&running, other_kind).await);
}

/// The certificate of a device is no secret: whoever copies it does not hold the key.
#[tokio::test]
async fn another_devices_certificate_is_no_proof() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    running.found(&clinic).await;
    let (copied, _) = certificate(&clinic.device_seed(1));
    let (_, own_key) = certificate(&[9; 32]);
    let signing = aws_lc_rs::sign::any_supported_type(&own_key).unwrap();
    let mut config = client_config(running.server.pin(), &[9; 32]);
    config.client_auth_cert_resolver =
        Arc::new(Thief(Arc::new(rustls::sign::CertifiedKey::new(vec![copied], signing))));
    assert!(refused(&running, config).await);
}

#[derive(Debug)]
struct Thief(Arc<rustls::sign::CertifiedKey>);

impl rustls::client::ResolvesClientCert for Thief {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_pin_is_the_servers() {
    let running = Running::start().await;
    let wrong = Client::connect(running.server.address(), Pin([0; 32]), &[9; 32]).await;
    assert!(wrong.is_err());
}

#[tokio::test]
async fn a_revoked_device_is_cut_off_at_once_and_refused_from_then_on() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(3);
    let mut founder = running.found(&clinic).await;
    let mut revoked = running.connect(&clinic, 2).await;
    let mut stays = running.connect(&clinic, 3).await;
    assert_eq!(revoked.get("/v1/vector").await.status, 200);
    let head = clinic.head();
    let entry = clinic.revoke(2);
    assert_eq!(founder.post_roster(head, vec![entry]).await.status, 200);
    revoked.closed().await;
    assert!(running.try_connect(&clinic, 2).await.is_err());
    assert_eq!(stays.get("/v1/vector").await.status, 200);
    // Also after a restart, before anybody has said anything.
    let running = running.restart().await;
    assert!(running.try_connect(&clinic, 2).await.is_err());
    assert!(running.try_connect(&clinic, 3).await.is_ok());
}

#[tokio::test]
async fn garbage_instead_of_a_handshake_harms_nobody() {
    use tokio::io::AsyncWriteExt;
    let running = Running::start().await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 5000], &[0x16, 3, 1, 0xff, 0xff]] {
        let mut stream = tokio::net::TcpStream::connect(running.server.address()).await.unwrap();
        let _ = stream.write_all(garbage).await;
    }
    running.stranger(9).await;
}
