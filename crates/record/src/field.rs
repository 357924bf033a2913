//! Kinds of record and their fields: numbers that are written to disk and wire and never reused.

/// The number of a FHIR element within its kind. 0 is the tombstone, [`OTHER`] holds what has no number.
pub type FieldId = u16;

/// The tombstone: `true` when the record was removed.
pub const REMOVED: FieldId = 0;

/// A JSON object of all elements that have no number of their own, so that nothing vanishes.
pub const OTHER: FieldId = u16::MAX;

/// What a record is. The number is stored; see `Kind::of_type` and `Kind::resource_type` for the FHIR names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Kind(pub u16);
