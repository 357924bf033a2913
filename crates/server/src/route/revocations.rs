//! `GET /v1/revocations?clinic=HEX&device=HEX&after=N`: the signed entries by which a device was revoked, for the device itself.
//!
//! A revoked key is not let in, so the device asks under a key of the moment, and can show the roster's own words to its user instead of
//! believing the server's. It must name its clinic and itself, which only members know; what it is told ends with the entry that is about it.

use super::roster::piece_until;
use crate::app::{Anybody, App};
use crate::fault::Fault;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use futures_util::stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{ClinicId, DeviceId};

/// Who asks, and what they have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    clinic: String,
    device: String,
    #[serde(default)]
    after: u32,
}

/// The entries after this number, up to the one that revokes the device.
pub async fn get(
    State(app): State<Arc<App>>,
    Anybody(_): Anybody,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let clinic = ClinicId(id_of(&asked.clinic)?);
    let device = DeviceId(id_of(&asked.device)?);
    let clinic = app.clinics.get(clinic).ok_or(Fault::UNKNOWN)?;
    let revoked = clinic.relay().roster().device(&device).map(|device| device.status);
    let Some(Status::Revoked { at }) = revoked else {
        return Err(Fault::UNKNOWN);
    };
    let pieces = stream::unfold((clinic, asked.after), move |(clinic, after)| async move {
        let (piece, last) = piece_until(clinic.relay().roster(), after, at);
        (last > after).then(|| (Ok::<_, Infallible>(piece), (clinic, last)))
    });
    Ok(Body::from_stream(pieces).into_response())
}

pub(super) fn id_of<const N: usize>(text: &str) -> Result<[u8; N], Fault> {
    let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| Fault::UNKNOWN)?;
    bytes.try_into().map_err(|_| Fault::UNKNOWN)
}
