//! `GET /v1/events`: wake-ups as server-sent events. An idle device has this one stream open and asks nothing.

use crate::app::{App, Device};
use crate::fault::Fault;
use crate::hub::Listener;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The stream ends when the server stops; the device comes back by itself.
pub async fn get(State(app): State<Arc<App>>, Device { caller, clinic }: Device) -> Result<Response, Fault> {
    let most = app.limits.event_streams_per_device;
    let listener = clinic
        .hub
        .listen(caller.device, most)
        .ok_or(Fault::too_many(Duration::from_secs(10)))?;
    let events = stream::unfold((listener, app.stop.clone()), |(mut listener, stop)| async move {
        let event = next(&mut listener, &stop).await?;
        Some((Ok::<_, Infallible>(event), (listener, stop)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}

async fn next(listener: &mut Listener, stop: &CancellationToken) -> Option<Bytes> {
    tokio::select! {
        event = listener.next() => event.map(|event| format!("data: {event}\n\n").into()),
        () = stop.cancelled() => None,
    }
}
