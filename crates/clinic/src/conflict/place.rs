//! How a field is named towards a surface, and found again.

use crate::command::Need;
use crate::error::{CommandError, ErrorCode};
use crate::restriction;
use crate::session::Session;
use wardkeep_record::field::{self, Kind};
use wardkeep_record::id::{DeviceId, RecordId};
use wardkeep_record::op::{Compartment, Dot, FieldKey};
use wardkeep_record::role::Permission;

/// What a removal that met an edit is called in place of an element.
pub(super) const REMOVED: &str = "removed";
/// What is removed in the end, of such a conflict.
pub(super) const REMOVE: &str = "remove";
/// What stays in the end, of such a conflict.
pub(super) const RESTORE: &str = "restore";
/// All values stay.
pub(super) const BOTH: &str = "both";

/// The element's name on the surface.
pub(crate) fn element_name(kind: Kind, key: FieldKey) -> String {
    if key.field == field::REMOVED {
        return REMOVED.to_owned();
    }
    field::element_of(kind, key.field).map_or_else(|| format!("field_{}", key.field), str::to_owned)
}

/// The field of a name.
pub(super) fn key_of(kind: Kind, element: &str, item: Option<u32>) -> Result<FieldKey, CommandError> {
    let field = if element == REMOVED {
        field::REMOVED
    } else {
        let numbered = || element.strip_prefix("field_")?.parse().ok();
        field::field_of(kind, element)
            .or_else(numbered)
            .ok_or_else(|| CommandError::invalid("element"))?
    };
    Ok(FieldKey { field, item })
}

/// A write's name, as a choice.
pub(super) fn choice_of(dot: Dot) -> String {
    format!("{}:{}", dot.device, dot.seq)
}

/// A write of its name.
pub(super) fn dot_of(choice: &str) -> Result<Dot, CommandError> {
    let read = || {
        let (device, seq) = choice.split_once(':')?;
        Some(Dot {
            device: device.parse::<DeviceId>().ok()?,
            seq: seq.parse().ok()?,
        })
    };
    read().ok_or_else(|| CommandError::invalid("choice"))
}

/// Refuses whoever may not write there.
pub(super) fn require_write(session: &Session, at: Compartment) -> Result<(), CommandError> {
    session.allow(Need::May(match at {
        Compartment::Office => Permission::PatientWrite,
        Compartment::Clinical => Permission::ChartWrite,
    }))
}

/// What kind the record is, and whose. One in a chart that is closed to this user is refused.
pub(super) fn kind_and_owner(
    session: &Session,
    at: Compartment,
    record: RecordId,
) -> Result<(Kind, Option<RecordId>), CommandError> {
    session.read(|view| {
        let stored = view
            .record(at, record)?
            .ok_or_else(|| CommandError::from(ErrorCode::NotFound).at("record"))?;
        let (kind, patient) = (stored.state.kind, stored.state.patient);
        if let Some(patient) = patient.filter(|_| at == Compartment::Clinical) {
            restriction::require_open_to(session, view, patient)?;
        }
        Ok((kind, patient.or((kind == Kind::PATIENT).then_some(record))))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn names_lead_back() {
        for key in [
            FieldKey {
                field: field::REMOVED,
                item: None,
            },
            FieldKey {
                field: field::patient::BIRTH_DATE,
                item: None,
            },
            FieldKey {
                field: 60_000,
                item: Some(7),
            },
        ] {
            let name = element_name(Kind::PATIENT, key);
            assert_eq!(key_of(Kind::PATIENT, &name, key.item).unwrap(), key, "{name}");
        }
        assert!(key_of(Kind::PATIENT, "nonesuch", None).is_err());
        let dot = Dot {
            device: DeviceId::from_bytes([7; 16]),
            seq: 9,
        };
        assert_eq!(dot_of(&choice_of(dot)).unwrap(), dot);
        assert!(dot_of("x").is_err() && dot_of("x:1").is_err());
    }
}
