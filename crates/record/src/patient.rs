//! Patients: the draft that a form edits, how it is read from a record's fields, and which fields an edited one writes.

pub mod draft;
mod edit;
mod patch;
mod read;
mod summary;
mod validate;

pub use draft::{
    Address, AddressUse, ContactPoint, ContactSystem, ContactUse, Deceased, HumanName, Identifier, NameUse, NextOfKin,
    PatientDraft,
};
pub use edit::edits;
pub use read::{draft, draft_to_index};
pub use summary::{Summary, summary, summary_of};
pub use validate::{Invalid, Reason, validate};

#[cfg(test)]
mod tests;
