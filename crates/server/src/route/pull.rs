//! `POST /v1/pull`: streams what the caller lacks, chain by chain in their order. Whoever is cut off asks again with what it has.

use crate::app::{App, Device};
use crate::body::Cbor;
use crate::clinic::Clinic;
use crate::store::StoreError;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use std::collections::VecDeque;
use std::sync::Arc;
use wardkeep_sync::frontier::Gap;
use wardkeep_sync::wire::PullRequest;

/// Read from the store and held in memory at once, but for a longer segment.
const PIECE_BYTES: usize = 128 * 1024;

/// The segments that the caller lacks, as a stream of items.
pub async fn post(
    State(app): State<Arc<App>>,
    Device { caller, clinic }: Device,
    Cbor(request): Cbor<PullRequest>,
) -> Response {
    let gaps = clinic.relay().plan_pull(&caller.device, &request);
    let pull = Pull {
        left: request.max_bytes.min(app.limits.pull_bytes),
        gaps: gaps.into(),
        started: false,
        app,
        clinic,
    };
    Body::from_stream(stream::try_unfold(pull, Pull::next)).into_response()
}

/// How far one pull has come.
struct Pull {
    app: Arc<App>,
    clinic: Arc<Clinic>,
    gaps: VecDeque<Gap>,
    left: u64,
    started: bool,
}

impl Pull {
    /// The next piece: of as many chains as fit.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        let mut piece = Vec::new();
        while let Some(gap) = self.gaps.front_mut() {
            let room = PIECE_BYTES
                .saturating_sub(piece.len())
                .min(usize::try_from(self.left).unwrap_or(usize::MAX));
            if room == 0 {
                break;
            }
            let run = self
                .app
                .store
                .segments(self.clinic.id, gap.chain, gap.from, gap.to, room)
                .await?;
            if run.last == 0 {
                // Let go under a snapshot. The other chains go on.
                self.gaps.pop_front();
                continue;
            }
            // The first one comes whatever its length; the others only within what was asked for.
            if run.items.len() as u64 > self.left && self.started {
                self.gaps.clear();
                break;
            }
            self.started = true;
            self.left = self.left.saturating_sub(run.items.len() as u64);
            piece.extend_from_slice(&run.items);
            if run.last == gap.to {
                self.gaps.pop_front();
            } else {
                gap.from = run.last + 1;
            }
        }
        self.app.metrics.pulled_bytes.inc_by(piece.len() as u64);
        Ok((!piece.is_empty()).then(|| (piece.into(), self)))
    }
}
