//! Allergies: the part of the chart that must never be wrong by omission.

pub mod add;
pub mod none_known;
pub mod remove;
pub mod restore;

use crate::chart::require_open;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::clinical::{AllergyBlock, allergy, allergy_block};
use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::RemovalState;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry, Edit, Stored, Tx, View};

/// Most allergy records of one patient.
const LIMIT: u32 = 10_000;

/// Reads the block. Removed ones are not in it: `allergy_restore` takes the id that `allergy_remove` was given.
pub(crate) fn block(view: &View<'_>, patient: RecordId) -> Result<AllergyBlock, CommandError> {
    let records = view.records_of(Compartment::Clinical, patient, Kind::ALLERGY, LIMIT)?;
    let shown = |stored: &Stored| allergy(stored.id, &stored.state.fields, stored.removal == RemovalState::Flagged);
    Ok(allergy_block(records.iter().map(shown).collect()))
}

/// The record, if it is an allergy of this patient: an id of another patient's chart is refused.
fn own(session: &Session, view: &View<'_>, patient: RecordId, id: RecordId) -> Result<Stored, CommandError> {
    require_open(session, view, patient)?;
    view.record(Compartment::Clinical, id)?
        .filter(|stored| stored.state.kind == Kind::ALLERGY && stored.state.patient == Some(patient))
        .ok_or_else(|| ErrorCode::NotFound.into())
}

/// Writes a new allergy record and answers the block with it.
fn write_new(session: &Session, patient: RecordId, fields: Fields) -> Result<AllergyBlock, CommandError> {
    let record = session.new_record_id();
    session.write(Compartment::Clinical, |tx: &mut Tx<'_>| {
        require_open(session, &tx.read(), patient)?;
        let values = fields
            .into_vec()
            .into_iter()
            .map(|(key, value)| (key, Some(value)))
            .collect();
        tx.put(vec![Edit {
            record,
            kind: Kind::ALLERGY,
            patient: Some(patient),
            values,
        }])?;
        tx.audit(
            &AuditEntry::new(Action::Edit)
                .patient(patient)
                .record(record)
                .detail(&serde_json::json!({ "new": "allergy" })),
        )?;
        block(&tx.read(), patient)
    })
}
