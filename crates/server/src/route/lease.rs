//! `POST /v1/lease` and `GET /v1/leases`: the calling device's own lease share, and when each device was last handed its own.

use crate::app::{App, Device};
use crate::body::Cbor;
use crate::fault::Fault;
use crate::store::LeaseAsk;
use axum::extract::State;
use std::sync::Arc;
use wardkeep_roster::roster::Status;
use wardkeep_sync::wire::{LeasePost, LeaseReply, LeaseRow, LeasesReply, MAX_LEASES};
use zeroize::Zeroizing;

/// Hands out the share, unless the roster says that this device shall not be opened any more.
pub async fn post(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Cbor(post): Cbor<LeasePost>,
) -> Result<Cbor<LeaseReply>, Fault> {
    let good = clinic
        .relay()
        .roster()
        .device(&caller.device)
        .is_some_and(|device| device.status == Status::Active && device.wipe.is_none());
    if !good {
        return Err(Fault::FORBIDDEN);
    }
    let ask = match post {
        LeasePost::First => {
            let mut fresh = Zeroizing::new([0; 32]);
            crate::random::fill(&mut fresh[..]);
            LeaseAsk::First(fresh)
        }
        LeasePost::Holds(share) => LeaseAsk::Holds(share),
        LeasePost::Again => LeaseAsk::Again,
    };
    let now_ms = app.clock.now_ms();
    let share = app.store.lease(clinic.id, caller.device, ask, now_ms).await?;
    Ok(Cbor(LeaseReply {
        share: share.ok_or(Fault::UNKNOWN)?,
    }))
}

/// When each device of the clinic was last handed its share.
pub async fn list(State(app): State<Arc<App>>, Device { clinic, .. }: Device) -> Result<Cbor<LeasesReply>, Fault> {
    let leases = app.store.leases(clinic.id).await?;
    let row = |(device, handed_ms): (wardkeep_roster::DeviceId, u64)| LeaseRow {
        device: device.0,
        handed_ms,
    };
    Ok(Cbor(LeasesReply {
        leases: leases.into_iter().take(MAX_LEASES).map(row).collect(),
    }))
}
