//! One row as an item: kind, id, then what the digest counts (patient, fields, clocks).

use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{Clocks, RecordState};
use wardkeep_sync::digest::RowDigest;
use wardkeep_sync::secret::DigestKey;

/// Bytes before what the digest counts: kind and id.
const HEAD: usize = 18;

/// Writes an item over what is in `out`. `fields` and `clocks` are their canonical bytes.
pub(super) fn write(
    out: &mut Vec<u8>,
    (kind, id, patient): (Kind, RecordId, Option<&[u8; 16]>),
    fields: &[u8],
    clocks: &[u8],
) {
    out.clear();
    out.extend_from_slice(&kind.0.to_be_bytes());
    out.extend_from_slice(id.as_bytes());
    body(out, patient, fields, clocks);
}

/// What the digest counts of a row: the patient, then fields and clocks with the fields' length before them.
pub(in crate::store) fn body(out: &mut Vec<u8>, patient: Option<&[u8; 16]>, fields: &[u8], clocks: &[u8]) {
    match patient {
        Some(patient) => {
            out.push(1);
            out.extend_from_slice(patient);
        }
        None => out.push(0),
    }
    out.extend_from_slice(&(fields.len() as u64).to_be_bytes());
    out.extend_from_slice(fields);
    out.extend_from_slice(clocks);
}

/// An item of a record's state.
pub(super) fn of(id: RecordId, state: &RecordState) -> Vec<u8> {
    let mut out = Vec::new();
    let patient = state.patient.as_ref().map(RecordId::as_bytes);
    let (fields, clocks) = (state.fields.to_bytes(), state.clocks.to_bytes());
    write(&mut out, (state.kind, id, patient), &fields, &clocks);
    out
}

/// An item in its parts.
pub(super) struct Item<'a> {
    pub(super) kind: Kind,
    pub(super) id: RecordId,
    pub(super) patient: Option<RecordId>,
    pub(super) fields: &'a [u8],
    clocks: &'a [u8],
    counted: &'a [u8],
}

impl<'a> Item<'a> {
    /// Reads its parts; `None` for what [`write`] did not write.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, counted) = bytes.split_at_checked(HEAD)?;
        let (kind, id) = head.split_first_chunk::<2>()?;
        let (is_chart, rest) = counted.split_first()?;
        let (patient, rest) = match is_chart {
            0 => (None, rest),
            1 => {
                let (patient, rest) = rest.split_first_chunk::<16>()?;
                (Some(RecordId::from_bytes(*patient)), rest)
            }
            _ => return None,
        };
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let (fields, clocks) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        Some(Self {
            kind: Kind(u16::from_be_bytes(*kind)),
            id: RecordId::from_bytes(id.try_into().ok()?),
            patient,
            fields,
            clocks,
            counted,
        })
    }

    /// The state that it says; `None` where this version cannot read it.
    pub(super) fn state(&self) -> Option<RecordState> {
        Some(RecordState {
            kind: self.kind,
            patient: self.patient,
            fields: Fields::from_bytes(self.fields).ok()?,
            clocks: Clocks::from_bytes(self.clocks).ok()?,
        })
    }

    /// What it adds to the digest of its kind.
    pub(super) fn digest(&self, key: &DigestKey) -> RowDigest {
        RowDigest::of(key, self.kind.0, self.id.as_bytes(), self.counted)
    }
}
