//! `POST /v1/clinics`: founds a clinic. Whoever holds a founding token may, once.

use crate::app::{Anybody, App};
use crate::body::Cbor;
use crate::clinic::{Clinic, listings};
use crate::fault::Fault;
use crate::store::{Founded, Founding};
use crate::token::FoundingToken;
use axum::extract::State;
use std::sync::Arc;
use wardkeep_roster::Roster;
use wardkeep_sync::wire;

/// The token is sent as the text that the operator was shown.
pub async fn post(
    State(app): State<Arc<App>>,
    _: Anybody,
    Cbor(post): Cbor<wire::FoundPost>,
) -> Result<Cbor<wire::Founded>, Fault> {
    let token: FoundingToken = std::str::from_utf8(&post.token)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(Fault::REFUSED)?;
    let roster = Roster::found(&post.genesis).map_err(|_| Fault::REFUSED)?;
    let clinic = roster.clinic();
    let keys = listings(&roster).map(|listing| listing.key);
    app.directory.may_list(clinic, keys).map_err(|_| Fault::REFUSED)?;
    let founding = Founding {
        clinic,
        genesis: post.genesis,
        token: token.hash(),
        now_ms: app.clock.now_ms(),
        most_clinics: app.limits.clinics,
    };
    match app.store.found(founding).await? {
        Founded::New => {
            app.clinics
                .add(Clinic::load(app.store.as_ref(), clinic).await?, &app.directory);
            tracing::info!(?clinic, "clinic founded");
        }
        Founded::Before => {}
        Founded::TokenRefused => {
            tracing::warn!("a founding token was refused");
            return Err(Fault::REFUSED);
        }
        Founded::ServerFull => {
            tracing::warn!(limit = app.limits.clinics, "no clinic can be added");
            return Err(Fault::OVER_QUOTA);
        }
    }
    Ok(Cbor(wire::Founded { clinic }))
}
