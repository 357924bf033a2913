//! Signing what another device has made. Both must have applied exactly the same, so a device that has more sealed segments waiting stops
//! for a moment where the snapshot was made.

use super::super::key::KEPT;
use super::super::{apply, name};
use super::offer::{Offer, offered};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::sync::Desk;
use wardkeep_record::op::Compartment;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::snapshot::{Countersignature, Trust, Untrusted, has_passed};
use wardkeep_vault::store::{Action, AuditEntry, store_compartment, wire_compartment};

/// Looks at what others have made and nobody has countersigned.
pub(in crate::sync) fn meet(clinic: &Clinic) -> Result<u64, CommandError> {
    let mut applied = 0;
    for offer in offered(clinic) {
        let Some(at) = store_compartment(offer.manifest.compartment) else {
            continue;
        };
        let may = clinic.with_both(|session, desk| {
            let mine = offer.manifest.maker == desk.device()?;
            let open = session.holds(at) && KEPT.contains(&at);
            // One that two have signed needs no further word.
            let waits = matches!(offer.trust(desk)?, Ok(Trust::Alone) | Err(Untrusted::OneSigner));
            Ok(open && !mine && waits && is_ahead(desk, at, &offer)?)
        });
        match may {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) if error.code == ErrorCode::Locked => return Ok(applied),
            Err(error) => return Err(error),
        }
        applied += apply::up_to(clinic, at, &offer.manifest.vector)?;
        sign(clinic, at, &offer)?;
    }
    Ok(applied)
}

/// Whether this device can come to stand exactly where the snapshot was made.
fn is_ahead(desk: &Desk, at: Compartment, offer: &Offer) -> Result<bool, CommandError> {
    let held = desk.spool.frontier()?.within(&[wire_compartment(at)]);
    Ok(has_passed(&held, &offer.manifest.vector))
}

/// Signs it if this device stands where it was made and holds the same; says so if it holds something else.
fn sign(clinic: &Clinic, at: Compartment, offer: &Offer) -> Result<(), CommandError> {
    let manifest = &offer.manifest;
    let signed = clinic.with_both(|session, desk| {
        let (claim, taken) = session.snapshot(|view| Ok((view.snapshot_claim(at)?, view.snapshot_taken(at)?)))?;
        if taken == Some(manifest.claim()) {
            // All that this device knows of these rows is that very snapshot: its word would add nothing.
            return Ok(None);
        }
        let Some(claim) = claim.filter(|claim| *claim.vector() == manifest.vector) else {
            return Ok(None);
        };
        let clinic_id = desk.roster()?.clinic();
        if claim.hash(&clinic_id) != manifest.claim() {
            // What differs is sealed. If it is rows, checkpoints say so, and by name.
            tracing::warn!(maker = ?manifest.maker, "a snapshot of the same vector claims something else");
            return Ok(None);
        }
        let what = (clinic_id, manifest.compartment, manifest.claim());
        let bytes = Countersignature::make(what, desk.device()?, desk.head()?, &desk.device_key()?);
        let detail = serde_json::json!({ "signed": true, "made_by": name::of_device(session, desk, manifest.maker) });
        session.write(at, |tx| {
            Ok(tx.audit(&AuditEntry::new(Action::Snapshot).detail(&detail))?)
        })?;
        Ok(Some(bytes))
    });
    let signed = match signed {
        Err(error) if error.code == ErrorCode::Locked => return Ok(()),
        other => other?,
    };
    if let Some(bytes) = signed {
        let id = offer.id;
        clinic.ask(|link| async move { link.countersign(&id, bytes).await })?;
        super::look(clinic)?;
    }
    Ok(())
}

/// Tells the server of which snapshots this device has everything. Works locked.
pub(in crate::sync) fn acknowledge(clinic: &Clinic) -> Result<(), CommandError> {
    for offer in offered(clinic).into_iter().filter(|offer| !offer.acknowledged) {
        let holds = clinic.with_clinic_desk(|desk| {
            let held: Frontier = desk.spool.frontier()?;
            Ok(offer.trust(desk)?.is_ok() && has_passed(&held, &offer.manifest.vector))
        })?;
        if holds {
            let id = offer.id;
            clinic.ask(|link| async move { link.acknowledge(&id).await })?;
            super::super::held(&clinic.sync().offers).acknowledged(&id);
        }
    }
    Ok(())
}
