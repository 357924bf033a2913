//! `POST /v1/rescues?clinic=HEX&device=HEX` and `GET /v1/rescues?after=N`: what a revoked device had not sent, for an admin to decide about.
//!
//! A revoked key is not let in. So the device posts under a key of the moment, and what it posts speaks for itself: segments that the device
//! has signed, of a clinic and a device that the caller must know to name. They are kept apart from what counts, up to a limit for each device.

use super::revocations::id_of;
use crate::app::{Anybody, App, Device};
use crate::body::{Cbor, Pieces};
use crate::clinic::Clinic;
use crate::fault::Fault;
use crate::store::{Appended, NewRescue};
use axum::body::Body;
use axum::extract::{Query, State};
use bytes::Bytes;
use serde::Deserialize;
use std::sync::Arc;
use wardkeep_roster::{ClinicId, DeviceId};
use wardkeep_sync::Frontier;
use wardkeep_sync::relay::Rescue;
use wardkeep_sync::segment::MAX_SEGMENT_BYTES;
use wardkeep_sync::stream::{ItemReader, StreamError};
use wardkeep_sync::wire::{
    MAX_PUSH_SEGMENTS, MAX_RESCUES, MAX_RESCUES_BYTES, PushReply, PushResult, RefusalCode, RescueItem, RescuesReply,
};

/// Bytes of one post.
const POST_BYTES: u64 = (MAX_RESCUES_BYTES + MAX_SEGMENT_BYTES) as u64;

/// Whose segments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    clinic: String,
    device: String,
}

/// From which one on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u64,
}

/// Takes segments of a revoked device, and says what became of each.
pub async fn post(
    State(app): State<Arc<App>>,
    Anybody(key): Anybody,
    Query(whose): Query<Whose>,
    body: Body,
) -> Result<Cbor<PushReply>, Fault> {
    let device = DeviceId(id_of(&whose.device)?);
    let clinic = app.clinics.get(ClinicId(id_of(&whose.clinic)?)).ok_or(Fault::UNKNOWN)?;
    if clinic.relay().roster().device(&device).is_none() {
        return Err(Fault::UNKNOWN);
    }
    let segments = read(Pieces::new(&app, key, body, POST_BYTES)).await?;
    let (mut results, new, places) = judge(&app, &clinic, &device, segments);
    if !new.is_empty() {
        let count = new.len();
        let limits = &app.limits;
        let kept = app.store.put_rescues(
            clinic.id,
            new,
            app.clock.now_ms(),
            limits.storage_per_clinic_bytes,
            limits.rescue_bytes_per_device,
        );
        for (at, kept) in places.into_iter().zip(kept.await?) {
            if kept == Appended::OverQuota {
                results[at] = PushResult::Refused(RefusalCode::Full);
            }
        }
        tracing::info!(clinic = ?clinic.id, ?device, count, "segments of a revoked device were rescued");
        // Everybody looks, and finds them.
        clinic.hub.segments(device);
    }
    Ok(Cbor(PushReply { results }))
}

async fn read(mut pieces: Pieces) -> Result<Vec<Bytes>, Fault> {
    let mut reader = ItemReader::new(MAX_SEGMENT_BYTES);
    let mut segments = Vec::new();
    while let Some(piece) = pieces.next().await? {
        reader.push(&piece);
        while let Some(segment) = reader.take().map_err(malformed)? {
            if segments.len() == MAX_PUSH_SEGMENTS {
                return Err(Fault::TOO_LARGE);
            }
            segments.push(Bytes::copy_from_slice(segment));
        }
    }
    reader.finish().map_err(malformed)?;
    Ok(segments)
}

/// Each segment's answer, those to be kept, and whose answer each of them is.
fn judge(
    app: &App,
    clinic: &Clinic,
    device: &DeviceId,
    segments: Vec<Bytes>,
) -> (Vec<PushResult>, Vec<NewRescue>, Vec<usize>) {
    let relay = clinic.relay();
    // Of what counts only the tips are in memory; what is behind them is known by its number.
    let nothing_more = Frontier::new();
    let batch = relay.batch(&nothing_more);
    let (mut results, mut new, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for bytes in segments {
        let result = match relay.judge_rescue(&batch, device, &bytes) {
            Rescue::Keep { .. } if app.disk_is_low() => PushResult::Refused(RefusalCode::Storage),
            Rescue::Keep { chain, tip } => {
                places.push(results.len());
                new.push(NewRescue {
                    device: *device,
                    compartment: chain.compartment,
                    hash: tip.hash,
                    bytes,
                });
                PushResult::Stored
            }
            Rescue::Duplicate => PushResult::Duplicate,
            Rescue::Refuse(code) => PushResult::Refused(code),
        };
        results.push(result);
    }
    (results, new, places)
}

fn malformed(error: StreamError) -> Fault {
    match error {
        StreamError::TooLong => Fault::TOO_LARGE,
        StreamError::Empty | StreamError::Cut => Fault::MALFORMED,
    }
}

/// What the caller's people may look at.
pub async fn get(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Query(After { after }): Query<After>,
) -> Result<Cbor<RescuesReply>, Fault> {
    let shown = clinic.relay().rescues_shown_to(&caller.device);
    let most = (MAX_RESCUES, MAX_RESCUES_BYTES);
    let found = app.store.rescues(clinic.id, shown, after, most).await?;
    let item = |(number, segment)| RescueItem { number, segment };
    Ok(Cbor(RescuesReply {
        rescues: found.into_iter().map(item).collect(),
    }))
}
