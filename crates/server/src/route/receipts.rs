//! `POST /v1/receipts` and `GET /v1/receipts`: what devices answer to orders to wipe them. Only the device itself can, under its own key;
//! whoever reads them checks that again.

use crate::app::{App, Device};
use crate::body::Cbor;
use crate::fault::Fault;
use crate::store::{Appended, NewReceipt};
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;
use wardkeep_sync::Receipt;
use wardkeep_sync::wire::{MAX_RECEIPTS, ReceiptPost, ReceiptsReply};

/// Takes a receipt of the calling device.
pub async fn post(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Cbor(post): Cbor<ReceiptPost>,
) -> Result<StatusCode, Fault> {
    let read = Receipt::verify(clinic.relay().roster(), &post.receipt).map_err(|why| {
        tracing::warn!(clinic = ?clinic.id, %why, "receipt refused");
        Fault::REFUSED
    })?;
    if read.device != caller.device {
        return Err(Fault::REFUSED);
    }
    let receipt = NewReceipt {
        device: read.device,
        stage: read.stage,
        bytes: post.receipt,
    };
    let quota = app.limits.storage_per_clinic_bytes;
    if app.store.put_receipt(clinic.id, receipt, quota).await? == Appended::OverQuota {
        return Err(Fault::OVER_QUOTA);
    }
    tracing::info!(clinic = ?clinic.id, device = ?read.device, stage = ?read.stage, "receipt of a wipe");
    clinic.hub.receipts();
    Ok(StatusCode::NO_CONTENT)
}

/// All receipts of the clinic.
pub async fn get(State(app): State<Arc<App>>, Device { clinic, .. }: Device) -> Result<Cbor<ReceiptsReply>, Fault> {
    let mut receipts = app.store.receipts(clinic.id).await?;
    receipts.truncate(MAX_RECEIPTS);
    Ok(Cbor(ReceiptsReply { receipts }))
}
