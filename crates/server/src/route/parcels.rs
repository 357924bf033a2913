//! `POST /v1/parcels` and `GET /v1/parcels?after=N`: compartment keys on their way, sealed to one enrollment each.

use crate::app::{App, Member};
use crate::body::Cbor;
use crate::fault::Fault;
use crate::store::NewParcel;
use axum::extract::{Query, State};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use wardkeep_sync::wire::{MAX_PARCELS, ParcelItem, ParcelsPost, ParcelsReply};

/// From which parcel on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u64,
}

/// What came into the caller's mailbox since.
pub async fn get(
    State(app): State<Arc<App>>,
    Member { caller, .. }: Member,
    Query(After { after }): Query<After>,
) -> Result<Cbor<ParcelsReply>, Fault> {
    let parcels = app
        .store
        .parcels(caller.clinic, caller.device, after, MAX_PARCELS)
        .await?;
    let parcels = parcels
        .into_iter()
        .map(|(number, parcel)| ParcelItem { number, parcel });
    Ok(Cbor(ParcelsReply {
        parcels: parcels.collect(),
    }))
}

/// Takes parcels that the roster bears out: from the sender's own device, to somebody entitled to it. All or none.
pub async fn post(
    State(app): State<Arc<App>>,
    Member { caller, clinic }: Member,
    Cbor(post): Cbor<ParcelsPost>,
) -> Result<StatusCode, Fault> {
    let mut parcels = Vec::with_capacity(post.parcels.len());
    for bytes in post.parcels {
        let recipient = clinic.relay().judge_parcel(&caller.device, &bytes).map_err(|why| {
            tracing::warn!(clinic = ?clinic.id, %why, "parcel refused");
            Fault::REFUSED
        })?;
        parcels.push(NewParcel {
            recipient,
            hash: *blake3::hash(&bytes).as_bytes(),
            bytes,
        });
    }
    let limits = &app.limits;
    let put = app.store.put_parcels(
        clinic.id,
        parcels,
        limits.storage_per_clinic_bytes,
        limits.parcels_per_device,
    );
    let devices = put.await?.ok_or(Fault::OVER_QUOTA)?;
    clinic.hub.parcels(&devices);
    Ok(StatusCode::NO_CONTENT)
}
