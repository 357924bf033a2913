//! Sending a sealed file: from an offset on, part by part, each durable before the next. When all is here, the hash decides.

use super::{UPLOAD_OFFSET, hash_of};
use crate::app::{App, Device};
use crate::blob::{Assembled, BlobHash, PART_BYTES};
use crate::body::Pieces;
use crate::fault::Fault;
use crate::store::Appended;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use wardkeep_roster::ClinicId;

/// Where the body begins in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    #[serde(default)]
    offset: u64,
    /// The length of the whole file. Without it, the end of each body is tried as the end of the file.
    total: Option<u64>,
}

/// `PUT ?offset=N&total=M`: 201 when the file is whole, 202 when more is to come, 409 with `upload-offset` when the offset is
/// another one or somebody else sends the same file, 422 when the bytes are not those of the hash (then it starts anew).
pub async fn put(
    State(app): State<Arc<App>>,
    device: Device,
    Path(hash): Path<String>,
    Query(at): Query<At>,
    body: Body,
) -> Result<Response, Fault> {
    let (blob, clinic) = (hash_of(&hash)?, device.clinic.id);
    let Some(_claim) = app.blobs.claim(clinic, blob) else {
        return conflict(&app, clinic, blob).await;
    };
    let upload = app.store.upload(clinic, blob).await?;
    if upload.complete {
        return Ok(StatusCode::OK.into_response());
    }
    if upload.received != at.offset {
        return conflict(&app, clinic, blob).await;
    }
    if at
        .total
        .is_some_and(|total| total > app.limits.blob_bytes || total < at.offset)
    {
        return Err(Fault::TOO_LARGE);
    }
    if app.disk_is_low() {
        return Err(Fault::OVER_QUOTA);
    }
    let most = at.total.unwrap_or(app.limits.blob_bytes).saturating_sub(at.offset);
    let pieces = Pieces::new(&app, device.caller.key, body, most);
    let received = receive(&app, clinic, blob, at.offset, pieces).await?;
    if received == 0 || at.total.is_some_and(|total| received < total) {
        return Ok((StatusCode::ACCEPTED, [(UPLOAD_OFFSET, received.to_string())]).into_response());
    }
    let answer = finish(&app, clinic, blob, received, at.total.is_some()).await?;
    if answer.status() == StatusCode::CREATED {
        device.clinic.hub.blobs();
    }
    Ok(answer)
}

/// Keeps the body part by part, and says how much of the file is here then.
async fn receive(app: &App, clinic: ClinicId, blob: BlobHash, offset: u64, mut pieces: Pieces) -> Result<u64, Fault> {
    let (mut part, mut at) = (Vec::new(), offset);
    loop {
        let piece = pieces.next().await?;
        let ended = piece.is_none();
        let mut piece = piece.unwrap_or_default();
        while !piece.is_empty() {
            let take = piece.len().min(PART_BYTES - part.len());
            part.extend_from_slice(&piece.split_to(take));
            if part.len() == PART_BYTES {
                at = keep(app, clinic, blob, at, std::mem::take(&mut part)).await?;
            }
        }
        if ended {
            let rest = std::mem::take(&mut part);
            return if rest.is_empty() {
                Ok(at)
            } else {
                keep(app, clinic, blob, at, rest).await
            };
        }
    }
}

async fn keep(app: &App, clinic: ClinicId, blob: BlobHash, at: u64, part: Vec<u8>) -> Result<u64, Fault> {
    let bytes = part.len() as u64;
    app.blobs.put_part(clinic, &blob, at, part).await?;
    let quota = app.limits.storage_per_clinic_bytes;
    match app
        .store
        .grow_upload(clinic, blob, at, bytes, app.clock.now_ms(), quota)
        .await?
    {
        Appended::Stored => Ok(at + bytes),
        Appended::NotNext => Err(Fault::CONFLICT),
        Appended::OverQuota => Err(Fault::OVER_QUOTA),
    }
}

/// Brings the parts together. Bytes that are not those of the hash are thrown away if the caller said that this is all.
async fn finish(app: &App, clinic: ClinicId, blob: BlobHash, length: u64, all: bool) -> Result<Response, Fault> {
    match app.blobs.assemble(clinic, &blob, length).await? {
        Assembled::Whole => {
            app.store.finish_upload(clinic, blob).await?;
            app.blobs.drop_parts(clinic, &blob).await?;
            Ok(StatusCode::CREATED.into_response())
        }
        Assembled::WrongHash if all => {
            app.store.drop_upload(clinic, blob).await?;
            app.blobs.drop_parts(clinic, &blob).await?;
            Err(Fault::REFUSED)
        }
        Assembled::WrongHash => Ok((StatusCode::ACCEPTED, [(UPLOAD_OFFSET, length.to_string())]).into_response()),
    }
}

/// `DELETE`: forgets a half-sent file. A whole one stays: other devices may need it.
pub async fn delete(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
) -> Result<StatusCode, Fault> {
    let blob = hash_of(&hash)?;
    let _claim = app.blobs.claim(clinic.id, blob).ok_or(Fault::CONFLICT)?;
    if app.store.upload(clinic.id, blob).await?.complete {
        return Err(Fault::FORBIDDEN);
    }
    app.store.drop_upload(clinic.id, blob).await?;
    app.blobs.drop_parts(clinic.id, &blob).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn conflict(app: &App, clinic: ClinicId, blob: BlobHash) -> Result<Response, Fault> {
    let received = app.store.upload(clinic, blob).await?.received;
    Ok((StatusCode::CONFLICT, [(UPLOAD_OFFSET, received.to_string())]).into_response())
}
