//! Letting go: of segments that a trusted snapshot replaces and that everybody has, and of snapshots that a later one replaces.

use crate::app::App;
use crate::clinic::Clinic;
use crate::clock::DAY_MS;
use crate::store::{SnapshotRow, StoreError};
use std::collections::BTreeSet;
use wardkeep_roster::Compartment;
use wardkeep_sync::id::Chain;
use wardkeep_sync::snapshot::{Keeping, Manifest, may_drop};

/// How long chunks and snapshots that nobody vouches for are kept.
const UNTRUSTED_DAYS: u64 = 14;

/// Looks at every clinic.
pub async fn let_go(app: &App, now_ms: u64) -> Result<(), StoreError> {
    for clinic in app.clinics.all() {
        let rows = app.store.snapshots(clinic.id).await?;
        for compartment in Compartment::ALL {
            let of: Vec<&SnapshotRow> = rows.iter().filter(|row| row.compartment == compartment).collect();
            look_at(app, &clinic, &of, now_ms).await?;
        }
    }
    let before_ms = now_ms.saturating_sub(UNTRUSTED_DAYS * DAY_MS);
    for (clinic, hash) in app.store.stale_chunks(before_ms).await? {
        let Some(_claim) = app.blobs.claim(clinic, hash) else {
            continue;
        };
        // The books first: a chunk that they name is there.
        if app.store.drop_chunk(clinic, hash).await? {
            app.blobs.drop_chunk(clinic, &hash).await?;
        }
    }
    Ok(())
}

/// One compartment's snapshots, newest first. The newest one under which segments may go is enough: older ones go with what they stood for.
async fn look_at(app: &App, clinic: &Clinic, rows: &[&SnapshotRow], now_ms: u64) -> Result<(), StoreError> {
    let mut settled = false;
    for row in rows {
        if settled {
            app.store.forget_snapshot(clinic.id, row.id).await?;
            continue;
        }
        let Some(bytes) = app.store.manifest(clinic.id, row.id).await? else {
            continue;
        };
        let Ok(manifest) = Manifest::parse(&bytes) else {
            continue;
        };
        let grace_ms = app.limits.keep_segments_days * DAY_MS;
        let acknowledged: BTreeSet<_> = row.acknowledged.iter().copied().collect();
        let verdict = may_drop(
            clinic.relay().roster(),
            (&manifest, &bytes),
            &row.signatures,
            &acknowledged,
            (row.put_ms, grace_ms, now_ms),
        );
        match verdict {
            Ok(()) => {
                settled = true;
                if !row.dropped {
                    let upto: Vec<(Chain, u64)> =
                        manifest.vector.iter().map(|(chain, tip)| (*chain, tip.seq)).collect();
                    let gone = app.store.drop_segments(clinic.id, row.id, upto).await?;
                    tracing::info!(clinic = ?clinic.id, bytes = gone, "segments were let go under a snapshot");
                }
            }
            // Once segments went under it, it stays until a later one stands in for it, whatever the roster says of its signers by now.
            Err(Keeping::Untrusted(_)) if !row.dropped => {
                if row.put_ms.saturating_add(UNTRUSTED_DAYS * DAY_MS) < now_ms {
                    app.store.forget_snapshot(clinic.id, row.id).await?;
                }
            }
            Err(_) => {}
        }
    }
    Ok(())
}
