//! `POST /v1/blobs`: which of these files are here whole. `POST /v1/blobs/HASH/check`: reads one again, for a device that was given other
//! bytes than it asked for. A file that is not what its name says is forgotten, so that whoever holds it can send it again.

use super::hash_of;
use crate::app::{App, Device};
use crate::blob::BlobHash;
use crate::body::Cbor;
use crate::fault::Fault;
use axum::extract::{Path, State};
use http::StatusCode;
use std::sync::Arc;
use wardkeep_roster::ClinicId;
use wardkeep_sync::wire::{BlobsAsk, BlobsReply};

/// Looks at the books and at the folder: a file that only the books know is none.
pub async fn ask(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Cbor(ask): Cbor<BlobsAsk>,
) -> Result<Cbor<BlobsReply>, Fault> {
    let mut whole = Vec::new();
    let mut lost = false;
    for blob in ask.names() {
        let upload = app.store.upload(clinic.id, blob).await?;
        let here = upload.complete && app.blobs.length(clinic.id, &blob).await? == Some(upload.received);
        if upload.complete && !here {
            lost |= forget(&app, clinic.id, blob).await?;
        }
        whole.push(here);
    }
    if lost {
        clinic.hub.wanted();
    }
    Ok(Cbor(BlobsReply::new(whole)))
}

/// 204 when the file is what its name says; 404 when it is not, or not here.
pub async fn check(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
) -> Result<StatusCode, Fault> {
    let blob = hash_of(&hash)?;
    let upload = app.store.upload(clinic.id, blob).await?;
    if !upload.complete {
        return Err(Fault::UNKNOWN);
    }
    if app.blobs.is_sound(clinic.id, &blob).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    if forget(&app, clinic.id, blob).await? {
        tracing::error!(clinic = ?clinic.id, "a sealed file was damaged on this server and is wanted again");
        clinic.hub.wanted();
    }
    Err(Fault::UNKNOWN)
}

/// Forgets a whole file that is lost or damaged. Not while somebody sends it.
async fn forget(app: &App, clinic: ClinicId, blob: BlobHash) -> Result<bool, Fault> {
    let Some(_claim) = app.blobs.claim(clinic, blob) else {
        return Ok(false);
    };
    app.store.lose_upload(clinic, blob).await?;
    app.blobs.drop_whole(clinic, &blob).await?;
    Ok(true)
}
