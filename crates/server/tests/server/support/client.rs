//! A client over HTTP/2 and mutual TLS, in no more words than a test needs.

use super::clinic::SampleClinic;
use super::tls::client_config;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wardkeep_server::pin::Pin;
use wardkeep_sync::stream::{split_items, write_item};
use wardkeep_sync::wire::{FoundPost, PullRequest, PushReply, PushResult, RosterPost, VectorReply};
use wardkeep_sync::{Frontier, Message, RosterHead};

type AnyBody = http_body_util::combinators::BoxBody<Bytes, Infallible>;

/// One connection.
pub struct Client {
    send: SendRequest<AnyBody>,
    connection: JoinHandle<()>,
}

/// An answer that was read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn message<T: Message>(&self) -> T {
        assert_eq!(self.status, 200);
        T::from_bytes(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The handshake alone.
pub async fn shake(address: SocketAddr, config: rustls::ClientConfig) -> Result<TlsStream<TcpStream>, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    // Else the system holds a request's body back until the server has acknowledged its head.
    stream.set_nodelay(true).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| error.to_string())
}

pub fn full(bytes: impl Into<Bytes>) -> AnyBody {
    Full::new(bytes.into()).boxed()
}

impl Client {
    pub async fn connect(address: SocketAddr, pin: Pin, seed: &[u8; 32]) -> Result<Self, String> {
        Self::over(shake(address, client_config(pin, seed)).await?).await
    }

    pub async fn over(stream: TlsStream<TcpStream>) -> Result<Self, String> {
        let shaken = handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (send, connection) = shaken.map_err(|error| error.to_string())?;
        let connection = tokio::spawn(async move {
            let _ = connection.await;
        });
        let mut client = Self { send, connection };
        // In TLS 1.3 the server judges the client's certificate after the client is done: only an answer tells.
        match client.send(Method::GET, "/v1/hello", full("")).await {
            Ok(_) => Ok(client),
            Err(error) => Err(error),
        }
    }

    /// Waits until the server has closed the connection.
    pub async fn closed(self) {
        tokio::time::timeout(Duration::from_secs(5), self.connection)
            .await
            .unwrap()
            .unwrap();
    }

    pub async fn send<B>(&mut self, method: Method, path: &str, body: B) -> Result<http::Response<Incoming>, String>
    where
        B: Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
    {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://localhost{path}"));
        self.request(request.body(body.boxed()).unwrap()).await
    }

    pub async fn request(&mut self, request: Request<AnyBody>) -> Result<http::Response<Incoming>, String> {
        self.send.ready().await.map_err(|error| error.to_string())?;
        self.send.send_request(request).await.map_err(|error| error.to_string())
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        read(self.send(Method::GET, path, full("")).await.unwrap()).await
    }

    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Answer {
        read(self.send(Method::POST, path, full(body)).await.unwrap()).await
    }

    /// The body comes in pieces of this size.
    pub async fn post_pieces(&mut self, path: &str, body: &[u8], piece: usize) -> Answer {
        let pieces: Vec<_> = body
            .chunks(piece)
            .map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece))))
            .collect();
        let body = StreamBody::new(futures_util::stream::iter(pieces));
        read(self.send(Method::POST, path, body).await.unwrap()).await
    }

    pub async fn found(&mut self, clinic: &SampleClinic, token: &str) -> Answer {
        let post = FoundPost {
            token: token.as_bytes().to_vec(),
            genesis: clinic.entries()[0].clone(),
        };
        self.post("/v1/clinics", post.to_bytes()).await
    }

    pub async fn post_roster(&mut self, expected: RosterHead, entries: Vec<Vec<u8>>) -> Answer {
        self.post("/v1/roster", RosterPost { expected, entries }.to_bytes())
            .await
    }

    pub async fn push(&mut self, segments: &[Vec<u8>]) -> Vec<PushResult> {
        let answer = self.post("/v1/segments", items(segments)).await;
        answer.message::<PushReply>().results
    }

    pub async fn vector(&mut self) -> Frontier {
        self.get("/v1/vector").await.message::<VectorReply>().tips
    }

    /// All segments beyond the vector, in the order in which they came.
    pub async fn pull(&mut self, vector: Frontier, max_bytes: u64) -> Vec<Vec<u8>> {
        let request = PullRequest {
            vector,
            compartments: wardkeep_roster::Compartment::ALL.to_vec(),
            max_bytes,
        };
        let answer = self.post("/v1/pull", request.to_bytes()).await;
        assert_eq!(answer.status, 200);
        split(&answer.body)
    }
}

pub async fn read(response: http::Response<Incoming>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    }
}

pub fn items(items: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    items.iter().for_each(|item| write_item(&mut body, item).unwrap());
    body
}

pub fn split(body: &[u8]) -> Vec<Vec<u8>> {
    let items = split_items(body, 2 << 20, 1 << 20).unwrap();
    items.into_iter().map(<[u8]>::to_vec).collect()
}
