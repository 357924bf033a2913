//! Starts a server from its settings and stops it again: for the program, and for whoever embeds one.

use crate::app::App;
use crate::blob::Blobs;
use crate::certificate::ChainError;
use crate::clinic::Clinics;
use crate::clock::{Clock, DAY_MS};
use crate::config::Config;
use crate::directory::Directory;
use crate::init::TOKEN_DAYS;
use crate::listen;
use crate::local;
use crate::pin::Pin;
use crate::route::router;
use crate::store::sqlite::{DatabaseKey, KeyError};
use crate::store::{SqliteStore, Store, StoreError};
use crate::tls::{self, ShownChain};
use crate::token::FoundingToken;
use crate::upkeep::{self, Upkeep};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database's key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database, or a clinic in it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] ChainError),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// An address cannot be listened on.
    #[error("{address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// A server that runs.
pub struct Server {
    app: Arc<App>,
    shown: Arc<ShownChain>,
    address: SocketAddr,
    local_address: SocketAddr,
    look: Arc<Notify>,
    connections: TaskTracker,
    tasks: TaskTracker,
    stop_within: Duration,
}

impl Server {
    /// Opens the store, verifies every roster, and listens. Call it in a tokio runtime; it returns once devices can connect.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        Self::start_behind(config, clock, |routes| routes).await
    }

    /// The same with something of the embedder's own before the routes of devices. It can answer in their place, and can weaken nothing: who
    /// a caller is was proven in the handshake, and each route asks anew what they may do.
    pub async fn start_behind(
        config: Config,
        clock: Clock,
        before: impl FnOnce(Router) -> Router,
    ) -> Result<Self, StartError> {
        let shown = Arc::new(ShownChain::load(&config)?);
        let key = DatabaseKey::load(&config.database_key)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config.database(), &key)?);
        let blobs = Blobs::in_folder(&config.blobs())?;
        let directory = Arc::new(Directory::default());
        let clinics = Clinics::load(store.as_ref(), &directory, &config.limits).await?;
        let app = App::new(store, blobs, clinics, Arc::clone(&directory), config.limits, clock);
        let app = Arc::new(app);
        upkeep::look_at_disk(&app, &config);
        let tls = tls::server_config(directory, Arc::clone(&shown))?;
        let (listener, address) = bind(config.listen).await?;
        let (local, local_address) = bind(config.local_listen).await?;
        let server = Self {
            look: Arc::default(),
            connections: TaskTracker::new(),
            tasks: TaskTracker::new(),
            stop_within: Duration::from_secs(config.stop_within_s),
            app,
            shown,
            address,
            local_address,
        };
        let routes = before(router(Arc::clone(&server.app)));
        server.spawn(config, (listener, routes), local, tls);
        tracing::info!(%address, %local_address, pin = %server.pin(), "listening");
        Ok(server)
    }

    fn spawn(
        &self,
        config: Config,
        (listener, routes): (TcpListener, Router),
        local: TcpListener,
        tls: rustls::ServerConfig,
    ) {
        let (app, shown) = (&self.app, &self.shown);
        let warn_before_ms = config.certificate.warn_before_days * DAY_MS;
        self.tasks.spawn(listen::listen(
            Arc::clone(app),
            listener,
            tls,
            routes,
            self.connections.clone(),
        ));
        self.tasks
            .spawn(local::listen(Arc::clone(app), Arc::clone(shown), warn_before_ms, local));
        let upkeep = Upkeep {
            app: Arc::clone(app),
            config,
            shown: Arc::clone(shown),
            look: Arc::clone(&self.look),
        };
        self.tasks.spawn(upkeep.run());
    }

    /// Where devices connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where this machine asks for health and metrics.
    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// What devices pin.
    pub fn pin(&self) -> Pin {
        self.shown.pin()
    }

    /// Looks at the certificate's files at once, instead of at the next turn.
    pub fn look_at_certificate(&self) {
        self.look.notify_one();
    }

    /// Lets go of segments and snapshots that others stand in for, as it is done every hour.
    pub async fn let_go(&self, now_ms: u64) -> Result<(), StoreError> {
        crate::retain::let_go(&self.app, now_ms).await
    }

    /// A further founding token.
    pub async fn make_token(&self) -> Result<FoundingToken, StoreError> {
        let token = FoundingToken::make();
        let expires_ms = self.app.clock.now_ms() + TOKEN_DAYS * DAY_MS;
        self.app.store.add_token(token.hash(), expires_ms).await?;
        Ok(token)
    }

    /// Takes no more connections, lets requests finish for a while, then writes everything to its place and closes it.
    pub async fn stop(self) -> Result<(), StoreError> {
        tracing::info!("stopping");
        self.app.stop.cancel();
        self.tasks.close();
        self.connections.close();
        let ended = tokio::time::timeout(self.stop_within, async {
            self.tasks.wait().await;
            self.connections.wait().await;
        });
        if ended.await.is_err() {
            tracing::warn!(connections = self.connections.len(), "requests were cut off");
        }
        let closed = self.app.store.close().await;
        tracing::info!("stopped");
        closed
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |cause| StartError::Listen { address, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
