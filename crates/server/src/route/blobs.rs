//! `/v1/blobs/HASH`: sealed files, named by the BLAKE3 hash of what is sealed. Both ways can be taken up where they were cut.

mod check;
mod range;
mod upload;

pub use check::{ask, check};
pub use upload::{delete, put};

use crate::app::{App, Device};
use crate::blob::BlobHash;
use crate::fault::Fault;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderName, StatusCode, header};
use std::sync::Arc;

/// How many bytes of a half-sent file are here.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// `HEAD`: the length of a whole file, or (status 404) how much of a half-sent one is here.
pub async fn head(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
) -> Result<Response, Fault> {
    let blob = hash_of(&hash)?;
    let upload = app.store.upload(clinic.id, blob).await?;
    let offset = [(UPLOAD_OFFSET, upload.received.to_string())];
    if upload.complete {
        let headers = [
            (header::CONTENT_LENGTH, upload.received.to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
        ];
        return Ok((offset, headers).into_response());
    }
    Ok((StatusCode::NOT_FOUND, offset).into_response())
}

/// `GET`: a whole file, or a range of it.
pub async fn get(
    State(app): State<Arc<App>>,
    Device { clinic, .. }: Device,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let blob = hash_of(&hash)?;
    let upload = app.store.upload(clinic.id, blob).await?;
    if !upload.complete {
        return Err(Fault::UNKNOWN);
    }
    let length = upload.received;
    let asked = headers.get(header::RANGE).map(|value| range::parse(value, length));
    let Some(range) = asked.unwrap_or(Some(0..length)) else {
        let whole = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
    };
    let sent = [
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    let bytes = Body::from_stream(app.blobs.read(clinic.id, &blob, range.clone()).await?);
    if asked_for_part(&headers) {
        let part = [(
            header::CONTENT_RANGE,
            format!("bytes {}-{}/{length}", range.start, range.end - 1),
        )];
        return Ok((StatusCode::PARTIAL_CONTENT, sent, part, bytes).into_response());
    }
    Ok((sent, bytes).into_response())
}

fn asked_for_part(headers: &HeaderMap) -> bool {
    headers.contains_key(header::RANGE)
}

fn hash_of(hex: &str) -> Result<BlobHash, Fault> {
    let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| Fault::UNKNOWN)?;
    bytes.try_into().map_err(|_| Fault::UNKNOWN)
}
