//! One device's connection: HTTP/2 over mutual TLS 1.3 with the windows and sizes of the app's own, and a counter below it.

use super::clinic::{COMPARTMENT, Clinic};
use super::server::Server;
use super::wire::{Counted, Meter};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wardkeep_roster::limit::MAX_ENTRY_BYTES;
use wardkeep_sync::segment::{MAX_SEGMENT_BYTES, Opened};
use wardkeep_sync::stream::{ItemReader, write_item};
use wardkeep_sync::wire::{FoundPost, PullRequest, PushReply, PushResult, RosterPost};
use wardkeep_sync::{Frontier, Message, Tip, Verdict, admit};

/// Bytes that may be under way in one answer.
const WINDOW: u32 = 4 << 20;
/// Bytes and segments of one push at most.
const PUSH_BYTES: usize = 4 << 20;
const PUSH_SEGMENTS: usize = 1_000;
/// Bytes of one pull.
const PULL_BYTES: u64 = 8 << 20;
/// Roster entries in one post, and their bytes.
const POST_ENTRIES: usize = 250;
const POST_BYTES: usize = RosterPost::MAX_BYTES - MAX_ENTRY_BYTES - 1024;
/// PKCS #8 of an Ed25519 private key up to its seed (RFC 8410).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A connected device.
pub struct Device {
    sender: SendRequest<Full<Bytes>>,
    /// What went over its socket.
    pub meter: Meter,
}

impl Device {
    /// Connects as the device of this number.
    pub async fn connect(server: &Server, number: u32) -> Result<Self> {
        let config = client_config(&server.authority(), &Clinic::seed(number))?;
        let tcp = TcpStream::connect(server.address).await?;
        tcp.set_nodelay(true)?;
        let meter = Meter::default();
        let tls = TlsConnector::from(Arc::new(config))
            .connect(ServerName::try_from("localhost")?, Counted::new(tcp, meter.clone()))
            .await?;
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(2 * WINDOW)
            .handshake(TokioIo::new(tls))
            .await?;
        // How a connection ends, the next request on it says.
        tokio::spawn(async move { connection.await.ok() });
        Ok(Self { sender, meter })
    }

    /// Founds the clinic and gives the server the whole roster.
    pub async fn found(&self, server: &Server, clinic: &Clinic) -> Result<()> {
        let mut entries = clinic.roster.entries_after(0).map(<[u8]>::to_vec);
        let found = FoundPost {
            token: server.token.clone().into_bytes(),
            genesis: entries.next().context("a roster begins")?,
        };
        self.post("/v1/clinics", found.to_bytes()).await?;
        let mut entries = entries.peekable();
        let mut posted = 1;
        while entries.peek().is_some() {
            let (mut part, mut bytes) = (Vec::new(), 0);
            while let Some(entry) = entries.next_if(|_| part.len() < POST_ENTRIES && bytes < POST_BYTES) {
                bytes += entry.len();
                part.push(entry);
            }
            let count = u32::try_from(part.len())?;
            let post = RosterPost {
                expected: clinic.head_at(posted)?,
                entries: part,
            };
            self.post("/v1/roster", post.to_bytes()).await?;
            posted += count;
        }
        Ok(())
    }

    /// Pushes segments in as many requests as the app would; all must be stored.
    pub async fn push(&self, segments: &[Vec<u8>]) -> Result<()> {
        let mut left = segments;
        while !left.is_empty() {
            let mut body = Vec::new();
            let mut count = 0;
            for segment in left.iter().take(PUSH_SEGMENTS) {
                if count > 0 && body.len() + segment.len() > PUSH_BYTES {
                    break;
                }
                write_item(&mut body, segment)?;
                count += 1;
            }
            let answer = self.post("/v1/segments", body).await?;
            let reply = PushReply::from_bytes(&answer.into_body().collect().await?.to_bytes())?;
            ensure!(
                reply.results == vec![PushResult::Stored; count],
                "the server did not store what was pushed"
            );
            left = &left[count..];
        }
        Ok(())
    }

    /// Fetches what lies beyond the frontier, and raises it. Each segment is believed, opened and read as the app does: chain,
    /// signature and right, then the seal. `seen` gets number and bytes of each op. Returns how many there were.
    pub async fn pull(
        &self,
        clinic: &Clinic,
        frontier: &mut Frontier,
        mut seen: impl FnMut(u64, &[u8]),
    ) -> Result<usize> {
        let mut ops = 0;
        loop {
            let request = PullRequest {
                vector: frontier.clone(),
                compartments: vec![COMPARTMENT],
                max_bytes: PULL_BYTES,
            };
            let mut body = self.post("/v1/pull", request.to_bytes()).await?.into_body();
            let mut reader = ItemReader::new(MAX_SEGMENT_BYTES);
            let before = ops;
            while let Some(frame) = body.frame().await {
                let Ok(piece) = frame?.into_data() else { continue };
                reader.push(&piece);
                while let Some(segment) = reader.take()? {
                    ops += open(clinic, frontier, segment, &mut seen)?;
                }
            }
            reader.finish()?;
            if ops == before {
                return Ok(ops);
            }
        }
    }

    /// Opens the stream of wake-ups.
    pub async fn events(&self) -> Result<Response<Incoming>> {
        self.send(Method::GET, "/v1/events", Vec::new()).await
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Response<Incoming>> {
        self.send(Method::POST, path, body).await
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://localhost{path}"))
            .body(Full::new(Bytes::from(body)))?;
        let mut sender = self.sender.clone();
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        ensure!(answer.status() == 200, "{path}: {}", answer.status());
        Ok(answer)
    }
}

/// What the app does with a segment before it applies its ops.
fn open(clinic: &Clinic, frontier: &mut Frontier, segment: &[u8], seen: &mut impl FnMut(u64, &[u8])) -> Result<usize> {
    let Verdict::Next(verified) = admit(&clinic.roster, frontier, segment) else {
        anyhow::bail!("a segment that is not the next of its chain")
    };
    let Opened::Ops(ops) = verified.open(&clinic.key)? else {
        anyhow::bail!("a segment without ops")
    };
    ops.iter().for_each(|(number, op)| seen(number, op));
    let header = verified.segment().header();
    frontier.raise(
        header.chain,
        Tip {
            seq: header.seq,
            hash: verified.segment().hash(),
        },
    );
    Ok(ops.count())
}

/// The device's side of the handshake: a self-signed certificate over its Ed25519 key, and the server's authority as the only one.
fn client_config(authority: &Path, seed: &[u8; 32]) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority)? {
        roots.add(certificate?)?;
    }
    let key = [&PKCS8[..], seed].concat();
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(key.clone()), &PKCS_ED25519)?;
    let certificate = CertificateParams::default().self_signed(&pair)?.der().clone();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![certificate], PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key)))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}
