//! The routes, one file each. Every request passes the same door: it must come from a proven key, within its rate.

mod blobs;
mod clinics;
mod events;
mod hello;
mod invitations;
mod joins;
mod lease;
mod parcels;
mod pull;
mod push;
mod receipts;
mod rescues;
mod revocations;
mod roster;
mod snapshots;
mod vector;

use crate::app::App;
use crate::directory::{PeerKey, Standing};
use crate::fault::Fault;
use crate::metrics::RequestLabels;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// From where a connection comes, for the rate of strangers. Never logged.
#[derive(Clone, Copy)]
pub struct From(pub IpAddr);

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/hello", get(hello::get))
        .route("/v1/clinics", post(clinics::post))
        .route("/v1/roster", get(roster::get).post(roster::post))
        .route("/v1/vector", get(vector::get))
        .route("/v1/segments", post(push::post))
        .route("/v1/pull", post(pull::post))
        .route("/v1/parcels", get(parcels::get).post(parcels::post))
        .route("/v1/invitations", post(invitations::post))
        .route("/v1/joins", get(joins::list).post(joins::ask))
        .route("/v1/joins/{invitation}", get(joins::told))
        .route("/v1/joins/{invitation}/welcome", post(joins::welcome))
        .route("/v1/joins/{invitation}/decline", post(joins::decline))
        .route("/v1/revocations", get(revocations::get))
        .route("/v1/rescues", get(rescues::get).post(rescues::post))
        .route("/v1/receipts", get(receipts::get).post(receipts::post))
        .route("/v1/lease", post(lease::post))
        .route("/v1/leases", get(lease::list))
        .route("/v1/events", get(events::get))
        .route("/v1/snapshots", get(snapshots::list).post(snapshots::post))
        .route("/v1/snapshots/{id}", get(snapshots::get))
        .route("/v1/snapshots/{id}/countersignature", post(snapshots::countersign))
        .route("/v1/snapshots/{id}/acknowledgement", post(snapshots::acknowledge))
        .route(
            "/v1/chunks/{hash}",
            get(snapshots::get_chunk)
                .head(snapshots::has_chunk)
                .put(snapshots::put_chunk),
        )
        .route("/v1/blobs", post(blobs::ask))
        .route("/v1/blobs/{hash}/check", post(blobs::check))
        .route(
            "/v1/blobs/{hash}",
            get(blobs::get).head(blobs::head).put(blobs::put).delete(blobs::delete),
        )
        .fallback(|| async { Fault::UNKNOWN })
        .layer(from_fn_with_state(Arc::clone(&app), door))
        .with_state(app)
}

/// Before and after every request.
async fn door(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = route_of(&request);
    let start = Instant::now();
    let response = match enter(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    };
    let status = response.status().as_u16();
    app.metrics
        .requests
        .get_or_create(&RequestLabels { route, status })
        .inc();
    if !matches!(route, "/v1/events" | "/v1/joins/{invitation}") {
        app.metrics.request_seconds.observe(start.elapsed().as_secs_f64());
    }
    tracing::debug!(route, status, "request");
    response
}

fn enter(app: &App, request: &Request) -> Result<(), Fault> {
    if app.stop.is_cancelled() {
        return Err(Fault::STOPPING);
    }
    let extensions = request.extensions();
    let key = *extensions.get::<PeerKey>().ok_or(Fault::FORBIDDEN)?;
    let now_ms = app.clock.now_ms();
    let taken = match app.directory.standing(key) {
        Standing::Revoked => return Err(Fault::FORBIDDEN),
        Standing::Device(_) => app.requests.take(key, now_ms),
        Standing::Stranger => {
            let From(address) = extensions.get::<From>().ok_or(Fault::FORBIDDEN)?;
            app.stranger_requests.take(*address, now_ms)
        }
    };
    taken.map_err(Fault::too_many)
}

/// The pattern of the route, never the path: a path may name an invitation or a file.
fn route_of(request: &Request) -> &'static str {
    const ROUTES: [&str; 26] = [
        "/v1/hello",
        "/v1/clinics",
        "/v1/roster",
        "/v1/vector",
        "/v1/segments",
        "/v1/pull",
        "/v1/parcels",
        "/v1/invitations",
        "/v1/joins",
        "/v1/joins/{invitation}",
        "/v1/joins/{invitation}/welcome",
        "/v1/joins/{invitation}/decline",
        "/v1/revocations",
        "/v1/receipts",
        "/v1/rescues",
        "/v1/lease",
        "/v1/leases",
        "/v1/events",
        "/v1/snapshots",
        "/v1/snapshots/{id}",
        "/v1/snapshots/{id}/countersignature",
        "/v1/snapshots/{id}/acknowledgement",
        "/v1/chunks/{hash}",
        "/v1/blobs",
        "/v1/blobs/{hash}",
        "/v1/blobs/{hash}/check",
    ];
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    ROUTES
        .into_iter()
        .find(|route| matched == Some(*route))
        .unwrap_or("other")
}
