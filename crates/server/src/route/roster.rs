//! `GET /v1/roster?after=N` and `POST /v1/roster`: the signed chain. Appended by compare-and-swap, verified before it is stored.

use crate::app::{App, Member};
use crate::body::Cbor;
use crate::clinic::{Clinic, head_of, listings};
use crate::fault::Fault;
use crate::store::Appended;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use wardkeep_roster::Roster;
use wardkeep_sync::RosterHead;
use wardkeep_sync::relay::RosterRefusal;
use wardkeep_sync::stream::write_item;
use wardkeep_sync::wire::{RosterPost, RosterReply};

/// Entries are sent in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// From which entry on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u32,
}

/// The entries after this number, as a stream of items.
pub async fn get(member: Member, Query(After { after }): Query<After>) -> Response {
    let pieces = stream::unfold((member.clinic, after), |(clinic, after)| async move {
        let (piece, last) = piece_of(clinic.relay().roster(), after);
        (last > after).then(|| (Ok::<_, Infallible>(piece), (clinic, last)))
    });
    Body::from_stream(pieces).into_response()
}

fn piece_of(roster: &Roster, after: u32) -> (Bytes, u32) {
    piece_until(roster, after, u32::MAX)
}

/// The same, not beyond an entry.
pub(super) fn piece_until(roster: &Roster, after: u32, until: u32) -> (Bytes, u32) {
    let (mut piece, mut last) = (Vec::new(), after);
    for entry in roster.entries_after(after) {
        if last >= until {
            break;
        }
        // Entries are never empty and far below the longest item.
        if write_item(&mut piece, entry).is_err() {
            break;
        }
        last += 1;
        if piece.len() >= PIECE_BYTES {
            break;
        }
    }
    (piece.into(), last)
}

/// Appends entries if the head is still the expected one; the head as it is otherwise (status 409). Repeating is harmless.
pub async fn post(
    State(app): State<Arc<App>>,
    Member { clinic, .. }: Member,
    Cbor(post): Cbor<RosterPost>,
) -> Result<Response, Fault> {
    let _turn = clinic.appending.lock().await;
    let head = clinic.head();
    let judged = clinic.relay().judge_roster(&post);
    let longer = match judged {
        Ok(longer) => longer,
        Err(RosterRefusal::Conflict(head)) => return Ok(conflict(head)),
        Err(RosterRefusal::Refused(why)) => {
            tracing::warn!(clinic = ?clinic.id, %why, "roster entries refused");
            return Err(Fault::REFUSED);
        }
    };
    let new_head = head_of(&longer);
    if new_head == head {
        return Ok(Cbor(RosterReply { head }).into_response());
    }
    check_limits(&app, &clinic, &longer)?;
    let quota = app.limits.storage_per_clinic_bytes;
    match app
        .store
        .append_entries(clinic.id, head.number, post.entries, quota)
        .await?
    {
        Appended::Stored => {}
        Appended::OverQuota => return Err(Fault::OVER_QUOTA),
        Appended::NotNext => {
            clinic.reload_roster(app.store.as_ref(), &app.directory).await?;
            return Ok(conflict(clinic.head()));
        }
    }
    clinic.adopt(longer, &app.directory);
    tracing::info!(clinic = ?clinic.id, entries = new_head.number, "roster appended");
    Ok(Cbor(RosterReply { head: new_head }).into_response())
}

/// What the server asks beyond the roster's own rules.
fn check_limits(app: &App, clinic: &Clinic, longer: &Roster) -> Result<(), Fault> {
    if longer.devices().count() > app.limits.devices_per_clinic as usize {
        tracing::warn!(clinic = ?clinic.id, limit = app.limits.devices_per_clinic, "too many devices");
        return Err(Fault::OVER_QUOTA);
    }
    let keys = listings(longer).map(|listing| listing.key);
    app.directory.may_list(clinic.id, keys).map_err(|_| {
        tracing::warn!(clinic = ?clinic.id, "a device key belongs to another clinic");
        Fault::REFUSED
    })
}

fn conflict(head: RosterHead) -> Response {
    let mut response = Cbor(RosterReply { head }).into_response();
    *response.status_mut() = StatusCode::CONFLICT;
    response
}
