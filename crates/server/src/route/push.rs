//! `POST /v1/segments`: takes a stream of segments, of the caller's own chains or of anybody's whom the roster lists: a server that
//! has lost data is healed so. Answers only for what is durable.

mod intake;

use crate::app::{App, Device};
use crate::body::{Cbor, Pieces};
use crate::fault::Fault;
use axum::body::Body;
use axum::extract::State;
use intake::Intake;
use std::sync::Arc;
use wardkeep_sync::segment::MAX_SEGMENT_BYTES;
use wardkeep_sync::stream::{ItemReader, StreamError};
use wardkeep_sync::wire::{MAX_PUSH_SEGMENTS, PushReply};

/// What became of each segment, in their order.
pub async fn post(State(app): State<Arc<App>>, device: Device, body: Body) -> Result<Cbor<PushReply>, Fault> {
    let mut pieces = Pieces::new(&app, device.caller.key, body, app.limits.push_bytes);
    let mut reader = ItemReader::new(MAX_SEGMENT_BYTES);
    let mut intake = Intake::new(Arc::clone(&app), device);
    while let Some(piece) = pieces.next().await? {
        reader.push(&piece);
        while let Some(segment) = reader.take().map_err(malformed)? {
            if intake.len() == MAX_PUSH_SEGMENTS {
                return Err(Fault::TOO_LARGE);
            }
            intake.offer(segment).await?;
        }
    }
    reader.finish().map_err(malformed)?;
    Ok(Cbor(PushReply {
        results: intake.finish().await?,
    }))
}

fn malformed(error: StreamError) -> Fault {
    match error {
        StreamError::TooLong => Fault::TOO_LARGE,
        StreamError::Empty | StreamError::Cut => Fault::MALFORMED,
    }
}
