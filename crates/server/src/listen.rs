//! Connections: TLS handshake, whose key it is, HTTP/2. A connection ends when its device is revoked, at once; when the server
//! stops, after what is under way.

use crate::app::App;
use crate::directory::{Connected, PeerKey, Refused, Standing};
use crate::metrics::Why;
use crate::route::From;
use crate::tls::peer_key;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Handshakes at once; the others wait in the system's queue.
const HANDSHAKES: usize = 128;
/// The longest time that a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A stranger's connection ends after this time, so that strangers cannot keep the places of strangers for ever.
const STRANGERS_STAY: Duration = Duration::from_secs(10 * 60);
/// The connection of a key that its device has replaced ends after this time, whatever it is in the middle of.
const FORMER_KEY_STAYS: Duration = Duration::from_secs(5);
/// A connection on which nothing moves is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(60);
const PING_ANSWER: Duration = Duration::from_secs(20);
/// What a caller may send before the server has taken it in, for one request and for the connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// What waits to be sent, for one request.
const SEND_BUFFER: usize = 64 * 1024;
/// Requests of one connection at once.
const STREAMS: u32 = 64;
/// Bytes of all headers of one request.
const HEADER_BYTES: u32 = 8 * 1024;

/// Takes connections until the server stops.
pub async fn listen(
    app: Arc<App>,
    listener: TcpListener,
    tls: rustls::ServerConfig,
    routes: Router,
    connections: TaskTracker,
) {
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(handshake) = Arc::clone(&handshakes).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stop.cancelled() => return,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: what is open must end first.
                tracing::warn!(kind = %error.kind(), "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (app, acceptor, routes) = (Arc::clone(&app), acceptor.clone(), routes.clone());
        let tracker = connections.clone();
        connections.spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, shake(stream, &acceptor)).await;
            drop(handshake);
            match shaken.unwrap_or(Err("too slow")) {
                // A task of its own: this one is as large as a handshake.
                Ok((stream, key)) => {
                    tracker.spawn(connection(app, Box::new(stream), key, address, routes));
                }
                Err(why) => {
                    app.metrics.refused_connections.get_or_create(&Why { why }).inc();
                }
            }
        });
    }
}

/// The handshake, and the key that it has proven.
async fn shake(stream: TcpStream, acceptor: &TlsAcceptor) -> Result<(TlsStream<TcpStream>, PeerKey), &'static str> {
    // Small messages go out at once; where the system cannot do that, they go out later.
    let _ = stream.set_nodelay(true);
    let stream = acceptor.accept(stream).await.map_err(|error| {
        tracing::debug!(%error, "handshake failed");
        "handshake"
    })?;
    let (_, session) = stream.get_ref();
    if session.alpn_protocol() != Some(b"h2") {
        return Err("no HTTP/2");
    }
    let certificate = session
        .peer_certificates()
        .and_then(<[_]>::first)
        .ok_or("no certificate")?;
    let key = peer_key(certificate).map_err(|_| "no Ed25519 key")?;
    Ok((stream, key))
}

async fn connection(app: Arc<App>, stream: Secured, key: PeerKey, address: SocketAddr, routes: Router) {
    let connected = match app.directory.connect(key, &app.limits) {
        Ok(connected) => connected,
        Err(refused) => {
            let why = match refused {
                Refused::Revoked => "revoked",
                Refused::TooManyOfKey => "too many of one key",
                Refused::TooManyStrangers => "too many strangers",
                Refused::TooMany => "too many",
            };
            app.metrics.refused_connections.get_or_create(&Why { why }).inc();
            return;
        }
    };
    app.metrics.connections.inc();
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(key);
        request.extensions_mut().insert(From(address.ip()));
        routes.clone().oneshot(request)
    });
    // In boxes, because whatever an async function takes by value has its place in the task twice.
    let serving = Box::pin(protocol().serve_connection(TokioIo::new(stream), service));
    run(&app, key, &connected, serving).await;
    app.metrics.connections.dec();
}

fn protocol() -> http2::Builder<TokioExecutor> {
    let mut protocol = http2::Builder::new(TokioExecutor::new());
    protocol
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_BYTES)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_ANSWER);
    protocol
}

type Secured = Box<TlsStream<TcpStream>>;
type Serving<S> = Pin<Box<http2::Connection<TokioIo<Secured>, S, TokioExecutor>>>;

/// Runs a connection to one of its ends.
async fn run<S>(app: &App, key: PeerKey, connected: &Connected, mut serving: Serving<S>)
where
    S: hyper::service::HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    let mut stays = pin!(tokio::time::sleep(STRANGERS_STAY));
    let mut ends = pin!(tokio::time::sleep(Duration::ZERO));
    let (mut stopping, mut looked, mut replaced) = (false, false, false);
    loop {
        tokio::select! {
            ended = &mut serving => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            () = connected.cut().cancelled(), if !replaced => {
                if app.directory.is_replaced(key) {
                    // Every request asks anew what its key may: this one is answered, and no other is.
                    replaced = true;
                    ends.as_mut().reset(tokio::time::Instant::now() + FORMER_KEY_STAYS);
                    serving.as_mut().graceful_shutdown();
                    continue;
                }
                app.metrics.cut_connections.inc();
                tracing::info!("a connection of a revoked device was cut");
                return;
            }
            () = app.stop.cancelled(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            () = &mut ends, if replaced => {
                app.metrics.cut_connections.inc();
                return;
            }
            () = &mut stays, if !looked => {
                looked = true;
                if app.directory.standing(key) == Standing::Stranger {
                    serving.as_mut().graceful_shutdown();
                }
            }
        }
    }
}
