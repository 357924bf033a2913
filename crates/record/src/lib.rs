//! What a clinic knows: ids, types, validation, merge rules, permissions.
//!
//! Invariants:
//! - Pure: no I/O, no clock, no randomness, no async. Time and random bytes are arguments.
//! - A record is a FHIR resource seen as fields; [`op::Op`] is the only description of a change.
//! - The state of a record is a function of the set of writes it has seen, whatever their order and repetition ([`merge`]).
//! - Field and kind numbers are never reused ([`field`]).
//! - Nothing here prints record content through `Debug` of an error.

pub mod clinical;
pub mod date;
pub mod field;
pub mod fields;
pub mod gender;
pub mod hlc;
pub mod id;
pub mod json;
pub mod kind;
pub mod merge;
pub mod mrn;
pub mod name;
pub mod op;
pub mod patient;
pub mod phone;
pub mod restriction;
pub mod role;
