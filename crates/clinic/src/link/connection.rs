//! One HTTP/2 connection to the server, opened when it is needed and opened anew when it was lost.

use super::address::Address;
use super::error::LinkError;
use super::identity::Identity;
use super::watched::{Ending, Watched};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use wardkeep_sync::wire::{Failure, Message};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(15);
/// Until an answer begins.
pub(super) const ANSWER: Duration = Duration::from_secs(60);
/// Until the next piece of an answer comes.
pub(super) const PIECE: Duration = Duration::from_secs(60);
/// How often a silent connection is asked whether it still stands, and how long the answer may take.
const ALIVE_EVERY: Duration = Duration::from_secs(25);
const ALIVE_WITHIN: Duration = Duration::from_secs(15);
/// Bytes that may be under way in one answer, and in all.
const WINDOW: u32 = 4 << 20;

/// The media type of every message.
const CBOR: &str = "application/cbor";
/// The media type of a stream of items.
pub(super) const STREAM: &str = "application/octet-stream";

/// The server, by address and pin, and the one connection to it.
pub struct Server {
    address: Address,
    identity: Identity,
    connection: Mutex<Option<Open>>,
}

/// A connection, and why it ended once it has.
#[derive(Clone)]
struct Open {
    sender: SendRequest<Full<Bytes>>,
    ending: Ending,
}

/// An open connection, to ask over.
#[derive(Clone)]
pub struct Link {
    open: Open,
    authority: String,
}

impl Server {
    /// No connection is made yet.
    pub fn new(address: Address, identity: Identity) -> Self {
        Self {
            address,
            identity,
            connection: Mutex::new(None),
        }
    }

    /// Whether the dates of its certificate and this machine's clock disagreed at the last handshake.
    pub fn is_out_of_date(&self) -> bool {
        self.identity.out_of_date.load(Ordering::Relaxed)
    }

    /// When its certificate ends, in Unix milliseconds, by what it showed at the last handshake.
    pub fn certificate_ends_ms(&self) -> Option<u64> {
        let ends_s = self.identity.ends_s.load(Ordering::Relaxed);
        (ends_s > 0).then_some(ends_s * 1000)
    }

    /// The open connection, or a new one.
    pub async fn link(&self) -> Result<Link, LinkError> {
        let mut connection = self.connection.lock().await;
        let open = match connection.take().filter(|open| !open.sender.is_closed()) {
            Some(open) => open,
            None => timeout(CONNECT, self.connect())
                .await
                .map_err(|_| LinkError::TimedOut)??,
        };
        *connection = Some(open.clone());
        Ok(Link {
            open,
            authority: self.address.to_string(),
        })
    }

    /// Lets the connection go: the next request opens another. Another roster on the server, as after a join, counts for new
    /// connections only.
    pub async fn disconnect(&self) {
        self.connection.lock().await.take();
    }

    async fn connect(&self) -> Result<Open, LinkError> {
        let Address { host, port } = &self.address;
        let tcp = TcpStream::connect((host.as_str(), *port))
            .await
            .map_err(|_| LinkError::Unreachable)?;
        // Small requests wait for nothing; that a system refuses this changes no result.
        let _ = tcp.set_nodelay(true);
        let name = ServerName::try_from(host.clone()).map_err(|_| LinkError::Unreachable)?;
        let tls = TlsConnector::from(Arc::clone(&self.identity.tls))
            .connect(name, tcp)
            .await
            .map_err(|error| LinkError::of_cause(&error))?;
        if tls.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(LinkError::Certificate);
        }
        let ending = Ending::default();
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(2 * WINDOW)
            .keep_alive_interval(ALIVE_EVERY)
            .keep_alive_timeout(ALIVE_WITHIN)
            .handshake(TokioIo::new(Watched::new(tls, Arc::clone(&ending))))
            .await
            .map_err(|error| ended(&ending, &error))?;
        // Ends when every holder of `sender` is gone, or with the connection. How it ended, each request says.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the server ended");
            }
        });
        Ok(Open { sender, ending })
    }
}

/// What an error of the connection means: by what TLS has said, or by the causes that it shows.
fn ended(ending: &Ending, error: &hyper::Error) -> LinkError {
    ending.get().copied().unwrap_or_else(|| LinkError::of_cause(error))
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, LinkError> {
        let kind = HeaderValue::from_str(kind).map_err(|_| LinkError::TooLarge)?;
        self.ask((method, path), (CONTENT_TYPE, kind), body).await
    }

    /// Sends a request without body and with one header of its own.
    pub(super) async fn send_with(
        &self,
        method: Method,
        path: &str,
        (name, value): (HeaderName, &str),
    ) -> Result<Response<Incoming>, LinkError> {
        let value = HeaderValue::from_str(value).map_err(|_| LinkError::TooLarge)?;
        self.ask((method, path), (name, value), Vec::new()).await
    }

    async fn ask(
        &self,
        (method, path): (Method, &str),
        (name, value): (HeaderName, HeaderValue),
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, LinkError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://{}{path}", self.authority))
            .header(HOST, &self.authority)
            .header(name, value)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| LinkError::TooLarge)?;
        let mut sender = self.open.sender.clone();
        let answer = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        timeout(ANSWER, answer)
            .await
            .map_err(|_| LinkError::TimedOut)?
            .map_err(|error| ended(&self.open.ending, &error))
    }

    /// Asks for a message.
    pub(super) async fn get<M: Message>(&self, path: &str) -> Result<M, LinkError> {
        let answer = self.send(Method::GET, path, CBOR, Vec::new()).await?;
        message(accepted(answer).await?).await
    }

    /// Sends a message and reads the one that comes back.
    pub(super) async fn post<M: Message>(&self, path: &str, body: &impl Message) -> Result<M, LinkError> {
        let answer = self.send(Method::POST, path, CBOR, body.to_bytes()).await?;
        message(accepted(answer).await?).await
    }

    /// Sends a message to which nothing is said but that it was taken.
    pub(super) async fn tell(&self, path: &str, body: &impl Message) -> Result<(), LinkError> {
        let answer = self.send(Method::POST, path, CBOR, body.to_bytes()).await?;
        accepted(answer).await.map(|_| ())
    }

    /// Sends a message and gives the answer back whatever its status.
    pub(super) async fn post_any(&self, path: &str, body: &impl Message) -> Result<Response<Incoming>, LinkError> {
        self.send(Method::POST, path, CBOR, body.to_bytes()).await
    }
}

/// The answer, unless it is a refusal.
pub(super) async fn accepted(answer: Response<Incoming>) -> Result<Response<Incoming>, LinkError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(refusal(answer).await)
}

/// Why the server refused.
async fn refusal(answer: Response<Incoming>) -> LinkError {
    let status = answer.status();
    match message::<Failure>(answer).await {
        Ok(failure) => LinkError::Refused {
            code: failure.code,
            retry_after_ms: failure.retry_after_ms,
        },
        Err(LinkError::Malformed(_)) if status == StatusCode::REQUEST_TIMEOUT => LinkError::TimedOut,
        Err(LinkError::Malformed(_)) => LinkError::Status(status.as_u16()),
        Err(error) => error,
    }
}

/// Reads a whole message within its limit.
pub(super) async fn message<M: Message>(answer: Response<Incoming>) -> Result<M, LinkError> {
    let mut bytes = Vec::new();
    let mut body = answer.into_body();
    while let Some(piece) = next_piece(&mut body).await? {
        if bytes.len() + piece.len() > M::MAX_BYTES {
            return Err(LinkError::Malformed("larger than such an answer may be"));
        }
        bytes.extend_from_slice(&piece);
    }
    M::from_bytes(&bytes).map_err(|_| LinkError::Malformed("not the message that belongs here"))
}

/// The next bytes of a body; `None` at its end.
pub(super) async fn next_piece(body: &mut Incoming) -> Result<Option<Bytes>, LinkError> {
    loop {
        let frame = timeout(PIECE, body.frame()).await.map_err(|_| LinkError::TimedOut)?;
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(LinkError::of_cause(&error)),
            // Trailers say nothing here.
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}
