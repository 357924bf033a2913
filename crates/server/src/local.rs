//! What this machine may ask in clear, on a loopback address: whether the server lives, whether it can work, its figures.

use crate::app::App;
use crate::tls::ShownChain;
use crate::upkeep;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The state of a running server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The program's version.
    pub version: String,
    /// What devices pin.
    pub pin: String,
    /// When the certificate ends, in milliseconds since 1970.
    pub certificate_ends_ms: u64,
    /// Open connections.
    pub connections: u32,
    /// The clinics.
    pub clinics: Vec<ClinicReport>,
    /// What the operator should see to.
    pub warnings: Vec<String>,
}

/// One clinic, in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClinicReport {
    /// Its id.
    pub clinic: String,
    /// Entries of its roster.
    pub entries: u32,
    /// Devices that the roster lists, revoked ones included.
    pub devices: usize,
    /// Devices that are connected.
    pub connected: usize,
    /// What it keeps here, in bytes.
    pub stored_bytes: u64,
}

/// What the handlers reach.
struct Local {
    app: Arc<App>,
    shown: Arc<ShownChain>,
    warn_before_ms: u64,
}

/// Answers until the server stops.
pub async fn listen(app: Arc<App>, shown: Arc<ShownChain>, warn_before_ms: u64, listener: TcpListener) {
    let stop = app.stop.clone();
    let local = Arc::new(Local {
        app,
        shown,
        warn_before_ms,
    });
    let routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/status", get(status))
        .with_state(local);
    let served = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(kind = %error.kind(), "the local listener ended");
    }
}

/// Whether devices can work: a row can be written, the certificate holds, there is room.
async fn ready(State(local): State<Arc<Local>>) -> Response {
    let app = &local.app;
    let mut faults = Vec::new();
    if app.stop.is_cancelled() {
        faults.push("stopping");
    }
    if let Err(error) = app.store.check().await {
        tracing::error!(%error, "not ready");
        faults.push("the store cannot write");
    }
    if app.disk_is_low() {
        faults.push("the disk is nearly full");
    }
    if local.shown.ends_ms() <= app.clock.now_ms() {
        faults.push("the certificate has ended");
    }
    if faults.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", faults.join("\n"))).into_response()
}

async fn metrics(State(local): State<Arc<Local>>) -> Response {
    let metrics = &local.app.metrics;
    let streams: u32 = local.app.clinics.all().iter().map(|clinic| clinic.hub.streams()).sum();
    metrics.event_streams.set(streams.into());
    metrics
        .clinics
        .set(i64::try_from(local.app.clinics.all().len()).unwrap_or(i64::MAX));
    metrics
        .certificate_ends
        .set(i64::try_from(local.shown.ends_ms() / 1000).unwrap_or(i64::MAX));
    metrics.disk_is_low.set(local.app.disk_is_low().into());
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.to_text()).into_response()
}

async fn status(State(local): State<Arc<Local>>) -> Result<Json<Report>, StatusCode> {
    let app = &local.app;
    let usages = app
        .store
        .clinics()
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let clinics = usages.into_iter().filter_map(|usage| {
        let clinic = app.clinics.get(usage.clinic)?;
        Some(ClinicReport {
            clinic: usage.clinic.to_string(),
            entries: clinic.head().number,
            devices: clinic.relay().roster().devices().count(),
            connected: app.directory.connected_devices(usage.clinic),
            stored_bytes: usage.stored_bytes,
        })
    });
    let mut warnings: Vec<String> = upkeep::certificate_warning(&local.shown, local.warn_before_ms, app.clock.now_ms())
        .into_iter()
        .collect();
    if app.disk_is_low() {
        warnings.push("the disk is nearly full: pushes are refused".into());
    }
    Ok(Json(Report {
        version: env!("CARGO_PKG_VERSION").into(),
        pin: local.shown.pin().to_string(),
        certificate_ends_ms: local.shown.ends_ms(),
        connections: app.directory.connections(),
        clinics: clinics.collect(),
        warnings,
    }))
}
