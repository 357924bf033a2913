//! `/v1/joins`: a device that no roster lists yet asks to join, an admin's device answers, the asking device is told.

use crate::app::{Anybody, App, Device};
use crate::body::Cbor;
use crate::fault::Fault;
use crate::store::{Appended, JoinAnswer, Joined, NewJoin};
use axum::extract::{Path, Query, State};
use data_encoding::HEXLOWER;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use wardkeep_sync::invitation::ticket_hash;
use wardkeep_sync::join::JoinRequest;
use wardkeep_sync::wire::{Join, JoinPost, JoinState, JoinsReply, MAX_JOINS, WelcomePost};

/// The longest time that a caller may wait for an answer, in seconds.
const LONGEST_WAIT_S: u64 = 60;

/// `POST /v1/joins`: asks. Only the key that asks is told the answer.
pub async fn ask(
    State(app): State<Arc<App>>,
    Anybody(key): Anybody,
    Cbor(post): Cbor<JoinPost>,
) -> Result<StatusCode, Fault> {
    let request = JoinRequest::parse(&post.request).map_err(|_| Fault::REFUSED)?;
    // The request names its clinic; the store looks whether the invitation is of that one.
    let clinic = app.clinics.get(request.clinic()).ok_or(Fault::REFUSED)?;
    let judged = clinic.relay().judge_join(&post.invitation, &post.request);
    judged.map_err(|_| Fault::REFUSED)?;
    let join = NewJoin {
        invitation: post.invitation,
        ticket_hash: ticket_hash(&post.ticket),
        key,
        request: post.request,
        now_ms: app.clock.now_ms(),
    };
    match app.store.join(join, app.limits.storage_per_clinic_bytes).await? {
        Joined::Waiting(found) if found == clinic.id => {
            clinic.hub.joins();
            Ok(StatusCode::ACCEPTED)
        }
        Joined::Waiting(_) | Joined::Unknown => Err(Fault::REFUSED),
        Joined::Expired => Err(Fault::EXPIRED),
        Joined::OverQuota => Err(Fault::OVER_QUOTA),
    }
}

/// `GET /v1/joins`: the requests that wait, for the clinic's devices.
pub async fn list(State(app): State<Arc<App>>, Device { clinic, .. }: Device) -> Result<Cbor<JoinsReply>, Fault> {
    let waiting = app.store.joins(clinic.id, app.clock.now_ms()).await?;
    let joins = waiting.into_iter().take(MAX_JOINS);
    Ok(Cbor(JoinsReply {
        joins: joins
            .map(|(invitation, request)| Join { invitation, request })
            .collect(),
    }))
}

/// `POST /v1/joins/INVITATION/welcome`: an admin's device lets the other one in.
pub async fn welcome(
    state: State<Arc<App>>,
    device: Device,
    path: Path<String>,
    Cbor(post): Cbor<WelcomePost>,
) -> Result<StatusCode, Fault> {
    answer(state, device, path, Some(post.welcome)).await
}

/// `POST /v1/joins/INVITATION/decline`: an admin's device says no.
pub async fn decline(state: State<Arc<App>>, device: Device, path: Path<String>) -> Result<StatusCode, Fault> {
    answer(state, device, path, None).await
}

async fn answer(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Path(invitation): Path<String>,
    welcome: Option<Vec<u8>>,
) -> Result<StatusCode, Fault> {
    if !clinic.relay().is_admins(&caller.device) {
        return Err(Fault::FORBIDDEN);
    }
    let invitation = id(&invitation)?;
    match app.store.answer_join(clinic.id, invitation, welcome).await? {
        Appended::Stored => {
            app.join_answers.send_replace(());
            clinic.hub.joins();
            Ok(StatusCode::NO_CONTENT)
        }
        Appended::NotNext | Appended::OverQuota => Err(Fault::UNKNOWN),
    }
}

/// How long the caller waits for an answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    #[serde(default)]
    wait_s: u64,
}

/// `GET /v1/joins/INVITATION?wait_s=N`: the answer, to the device that asked. Waits for it as long as the caller likes, up to a
/// minute.
pub async fn told(
    State(app): State<Arc<App>>,
    Anybody(key): Anybody,
    Path(invitation): Path<String>,
    Query(Wait { wait_s }): Query<Wait>,
) -> Result<Cbor<JoinState>, Fault> {
    let invitation = id(&invitation)?;
    let until = tokio::time::Instant::now() + Duration::from_secs(wait_s.min(LONGEST_WAIT_S));
    let mut answers = app.join_answers.subscribe();
    loop {
        let state = match app.store.join_answer(invitation, key).await? {
            JoinAnswer::Unknown => return Err(Fault::UNKNOWN),
            JoinAnswer::Welcome(welcome) => JoinState::Welcome(welcome),
            JoinAnswer::Declined => JoinState::Declined,
            JoinAnswer::Waiting => JoinState::Waiting,
        };
        if state != JoinState::Waiting {
            return Ok(Cbor(state));
        }
        tokio::select! {
            rung = answers.changed() => if rung.is_err() { return Ok(Cbor(state)) },
            () = tokio::time::sleep_until(until) => return Ok(Cbor(state)),
            () = app.stop.cancelled() => return Ok(Cbor(state)),
        }
    }
}

fn id(hex: &str) -> Result<[u8; 16], Fault> {
    let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| Fault::UNKNOWN)?;
    bytes.try_into().map_err(|_| Fault::UNKNOWN)
}
