//! `GET /v1/hello`: what the server says of itself to anybody.

use crate::app::{Anybody, App};
use crate::body::Cbor;
use axum::extract::State;
use std::sync::Arc;
use wardkeep_sync::segment::SUITE;
use wardkeep_sync::wire::{Hello, VERSION};

/// Version, suites and the server's clock, which decides nothing.
pub async fn get(State(app): State<Arc<App>>, _: Anybody) -> Cbor<Hello> {
    Cbor(Hello {
        version: VERSION,
        suites: vec![SUITE],
        now_ms: app.clock.now_ms(),
    })
}
