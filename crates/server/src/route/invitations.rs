//! `POST /v1/invitations`: an admin's device tells that an invitation exists. Of its secret the server learns nothing.

use crate::app::{App, Device};
use crate::body::Cbor;
use crate::fault::Fault;
use crate::store::{Appended, NewInvitation};
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;
use wardkeep_sync::wire::InvitationPost;

/// The same one twice is harmless.
pub async fn post(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Cbor(post): Cbor<InvitationPost>,
) -> Result<StatusCode, Fault> {
    if !clinic.relay().is_admins(&caller.device) {
        return Err(Fault::FORBIDDEN);
    }
    let invitation = NewInvitation {
        id: post.id,
        ticket_hash: post.ticket_hash,
        expires_ms: post.expires_ms,
    };
    let most = app.limits.invitations_per_clinic;
    match app
        .store
        .add_invitation(clinic.id, invitation, app.clock.now_ms(), most)
        .await?
    {
        Appended::Stored => Ok(StatusCode::NO_CONTENT),
        Appended::NotNext => Err(Fault::CONFLICT),
        Appended::OverQuota => Err(Fault::OVER_QUOTA),
    }
}
