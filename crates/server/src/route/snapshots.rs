//! `/v1/snapshots`: manifests, countersignatures and acknowledgements. What is believable is for devices to decide; the server keeps out what
//! the roster does not bear out, and hands a device only what it may read.

use crate::app::{App, Device};
use crate::body::{Cbor, Pieces};
use crate::clinic::Clinic;
use crate::fault::Fault;
use crate::store::{Appended, NewSnapshot, SnapshotRow};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http::{StatusCode, header};
use std::sync::Arc;
use wardkeep_roster::DeviceId;
use wardkeep_sync::snapshot::{MAX_CHUNK_BYTES, Manifest};
use wardkeep_sync::wire::{MAX_COUNTERSIGNATURES, MAX_SNAPSHOTS, Signed, SnapshotItem, SnapshotsReply};

/// `GET`: the snapshots that the caller may read.
pub async fn list(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
) -> Result<Cbor<SnapshotsReply>, Fault> {
    let rows = app.store.snapshots(clinic.id).await?;
    let readable = clinic.relay().readable(&caller.device);
    let rows = rows.into_iter().filter(|row| readable.contains(&row.compartment));
    let snapshots = rows.take(MAX_SNAPSHOTS).map(|row| item(row, &caller.device)).collect();
    Ok(Cbor(SnapshotsReply { snapshots }))
}

fn item(mut row: SnapshotRow, caller: &DeviceId) -> SnapshotItem {
    row.signatures.truncate(MAX_COUNTERSIGNATURES);
    SnapshotItem {
        id: row.id,
        compartment: row.compartment,
        countersignatures: row.signatures,
        acknowledged: row.acknowledged.contains(caller),
        dropped: row.dropped,
    }
}

/// `POST`: a manifest by its maker. 409 when a chunk is not here: send it and ask again.
pub async fn post(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Cbor(post): Cbor<Signed>,
) -> Result<StatusCode, Fault> {
    let judged = clinic.relay().judge_snapshot(&caller.device, &post.bytes);
    let manifest = judged.map_err(|why| {
        tracing::warn!(clinic = ?clinic.id, %why, "snapshot refused");
        Fault::REFUSED
    })?;
    let new = NewSnapshot {
        id: Manifest::id(&post.bytes).0,
        compartment: manifest.compartment,
        chunks: manifest.chunks().iter().map(|chunk| chunk.hash).collect(),
        manifest: post.bytes,
        now_ms: app.clock.now_ms(),
    };
    let id = new.id;
    let limits = &app.limits;
    let put = app.store.put_snapshot(
        clinic.id,
        new,
        limits.storage_per_clinic_bytes,
        limits.snapshots_per_clinic,
    );
    match put.await? {
        Appended::Stored => {}
        Appended::NotNext => return Err(Fault::CONFLICT),
        Appended::OverQuota => return Err(Fault::OVER_QUOTA),
    }
    app.store.acknowledge_snapshot(clinic.id, id, caller.device).await?;
    clinic.hub.snapshots(caller.device);
    Ok(StatusCode::CREATED)
}

/// `GET /{id}`: a manifest as it was signed.
pub async fn get(State(app): State<Arc<App>>, device: Device, Path(id): Path<String>) -> Result<Cbor<Signed>, Fault> {
    let (bytes, _) = readable(&app, &device, &id).await?;
    Ok(Cbor(Signed { bytes }))
}

/// A manifest that the caller may read.
async fn readable(app: &App, Device { caller, clinic }: &Device, id: &str) -> Result<(Vec<u8>, Manifest), Fault> {
    let bytes = app
        .store
        .manifest(clinic.id, hash_of(id)?)
        .await?
        .ok_or(Fault::UNKNOWN)?;
    let manifest = Manifest::parse(&bytes).map_err(|_| Fault::UNKNOWN)?;
    let may_read = clinic.relay().readable(&caller.device).contains(&manifest.compartment);
    if may_read {
        Ok((bytes, manifest))
    } else {
        Err(Fault::UNKNOWN)
    }
}

/// `POST /{id}/countersignature`: the caller has applied the same and agrees. It holds all of it, so it has acknowledged it as well.
pub async fn countersign(
    State(app): State<Arc<App>>,
    device: Device,
    Path(id): Path<String>,
    Cbor(signed): Cbor<Signed>,
) -> Result<StatusCode, Fault> {
    let (_, manifest) = readable(&app, &device, &id).await?;
    let Device { caller, clinic } = &device;
    let genuine = clinic
        .relay()
        .judge_countersignature(&caller.device, &manifest, &signed.bytes);
    if !genuine {
        tracing::warn!(clinic = ?clinic.id, "countersignature refused");
        return Err(Fault::REFUSED);
    }
    let id = hash_of(&id)?;
    let most = u32::try_from(MAX_COUNTERSIGNATURES).unwrap_or(u32::MAX);
    let kept = app
        .store
        .sign_snapshot(clinic.id, id, (caller.device, signed.bytes), most);
    if !kept.await? {
        return Err(Fault::UNKNOWN);
    }
    acknowledged(&app, clinic, id, caller.device).await
}

/// `POST /{id}/acknowledgement`: the caller holds every segment that this snapshot replaces, or has taken it.
pub async fn acknowledge(
    State(app): State<Arc<App>>,
    device: Device,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    readable(&app, &device, &id).await?;
    acknowledged(&app, &device.clinic, hash_of(&id)?, device.caller.device).await
}

async fn acknowledged(app: &App, clinic: &Clinic, id: [u8; 32], device: DeviceId) -> Result<StatusCode, Fault> {
    app.store.acknowledge_snapshot(clinic.id, id, device).await?;
    clinic.hub.snapshots(device);
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /v1/chunks/HASH`: one sealed chunk, whole. Sending it twice is harmless.
pub async fn put_chunk(
    State(app): State<Arc<App>>,
    device: Device,
    Path(hash): Path<String>,
    body: Body,
) -> Result<StatusCode, Fault> {
    let (hash, clinic) = (hash_of(&hash)?, device.clinic.id);
    if app.store.chunk(clinic, hash).await?.is_some() {
        return Ok(StatusCode::OK);
    }
    if app.disk_is_low() {
        return Err(Fault::OVER_QUOTA);
    }
    let bytes = Pieces::new(&app, device.caller.key, body, MAX_CHUNK_BYTES as u64)
        .all()
        .await?;
    if *blake3::hash(&bytes).as_bytes() != hash {
        return Err(Fault::REFUSED);
    }
    let _claim = app.blobs.claim(clinic, hash).ok_or(Fault::CONFLICT)?;
    let length = bytes.len() as u64;
    app.blobs.put_chunk(clinic, &hash, bytes).await?;
    let quota = app.limits.storage_per_clinic_bytes;
    match app
        .store
        .put_chunk(clinic, hash, (length, app.clock.now_ms()), quota)
        .await?
    {
        Appended::Stored => Ok(StatusCode::CREATED),
        Appended::NotNext => Err(Fault::CONFLICT),
        Appended::OverQuota => {
            app.blobs.drop_chunk(clinic, &hash).await?;
            Err(Fault::OVER_QUOTA)
        }
    }
}

/// `HEAD`: whether a chunk is here.
pub async fn has_chunk(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
) -> Result<StatusCode, Fault> {
    let found = app.store.chunk(clinic.id, hash_of(&hash)?).await?;
    Ok(if found.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    })
}

/// `GET`: one chunk.
pub async fn get_chunk(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
) -> Result<Response, Fault> {
    let hash = hash_of(&hash)?;
    if app.store.chunk(clinic.id, hash).await?.is_none() {
        return Err(Fault::UNKNOWN);
    }
    let bytes = app.blobs.chunk(clinic.id, &hash).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

fn hash_of(hex: &str) -> Result<[u8; 32], Fault> {
    let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| Fault::UNKNOWN)?;
    bytes.try_into().map_err(|_| Fault::UNKNOWN)
}
