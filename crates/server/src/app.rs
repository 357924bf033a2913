//! What every request handler reaches: the store, the clinics, the limits.

use crate::blob::Blobs;
use crate::clinic::{Clinic, Clinics};
use crate::clock::Clock;
use crate::config::Limits;
use crate::directory::{Caller, Directory, PeerKey, Standing};
use crate::fault::Fault;
use crate::metrics::Metrics;
use crate::rate::{Rate, Rates};
use crate::store::Store;
use axum::extract::FromRequestParts;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// Pushes that are checked and written at once; the others wait with what they have.
const PUSHES: usize = 16;

/// The running server.
pub struct App {
    /// What is durable.
    pub store: Arc<dyn Store>,
    /// Sealed files.
    pub blobs: Blobs,
    /// The clinics.
    pub clinics: Clinics,
    /// Their devices' keys.
    pub directory: Arc<Directory>,
    /// What anybody may use.
    pub limits: Limits,
    /// The time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// Requests of devices.
    pub requests: Rates<PeerKey>,
    /// Requests of network addresses without a listed key.
    pub stranger_requests: Rates<IpAddr>,
    /// Bytes that devices send.
    pub uploads: Rates<PeerKey>,
    /// Room for pushes.
    pub pushes: Semaphore,
    /// Rung when any request to join is answered.
    pub join_answers: watch::Sender<()>,
    /// Ends when the server stops.
    pub stop: CancellationToken,
    disk_is_low: AtomicBool,
}

impl App {
    /// Over a store whose clinics are loaded.
    pub fn new(
        store: Arc<dyn Store>,
        blobs: Blobs,
        clinics: Clinics,
        directory: Arc<Directory>,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        let rate = |per_s: u32, burst: u32| Rate {
            per_s: per_s.into(),
            burst: burst.into(),
        };
        let uploads = Rate {
            per_s: limits.upload_bytes_per_s,
            burst: limits.upload_bytes_per_s.saturating_mul(2),
        };
        Self {
            store,
            blobs,
            clinics,
            directory,
            limits,
            clock,
            metrics: Metrics::default(),
            requests: Rates::new(rate(limits.requests_per_s, limits.request_burst)),
            stranger_requests: Rates::new(rate(limits.stranger_requests_per_s, limits.stranger_request_burst)),
            uploads: Rates::new(uploads),
            pushes: Semaphore::new(PUSHES),
            join_answers: watch::Sender::new(()),
            stop: CancellationToken::new(),
            disk_is_low: AtomicBool::new(false),
        }
    }

    /// Whether so little disk is left that nothing big is taken any more.
    pub fn disk_is_low(&self) -> bool {
        self.disk_is_low.load(Ordering::Relaxed)
    }

    /// Notes how the disk is, and says whether that is news.
    pub fn set_disk_is_low(&self, low: bool) -> bool {
        self.disk_is_low.swap(low, Ordering::Relaxed) != low
    }
}

/// A caller whose key a roster lists as active, with its clinic. Every request asks anew, so that a connection that was a
/// stranger's becomes a device's with the roster entry, and a revoked one nobody's.
pub struct Device {
    /// The device.
    pub caller: Caller,
    /// Its clinic.
    pub clinic: Arc<Clinic>,
}

impl FromRequestParts<Arc<App>> for Device {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let Member { caller, clinic } = Member::from_request_parts(parts, app).await?;
        if caller.is_recovery() {
            return Err(Fault::FORBIDDEN);
        }
        Ok(Self { caller, clinic })
    }
}

/// A device, or whoever holds the clinic's recovery key: that one sees the roster and its own parcels, and may say who is taken in.
pub struct Member {
    /// The device, or the recovery key.
    pub caller: Caller,
    /// Its clinic.
    pub clinic: Arc<Clinic>,
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let key = *parts.extensions.get::<PeerKey>().ok_or(Fault::FORBIDDEN)?;
        let Standing::Device(caller) = app.directory.standing(key) else {
            return Err(Fault::FORBIDDEN);
        };
        let clinic = app.clinics.get(caller.clinic).ok_or(Fault::FORBIDDEN)?;
        Ok(Self { caller, clinic })
    }
}

/// Any caller that has proven some key.
pub struct Anybody(pub PeerKey);

impl FromRequestParts<Arc<App>> for Anybody {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<PeerKey>()
            .copied()
            .map(Self)
            .ok_or(Fault::FORBIDDEN)
    }
}
