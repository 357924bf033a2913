//! FHIR R4 in and out.
//!
//! The way in: [`read::Resources`] cuts a file into resources, [`parse::Importer`] makes a record of each,
//! [`reimport::compare`] says what that changes here. The way out: [`export::BundleWriter`],
//! and [`audit_event`] for the audit trail.
//!
//! Invariants:
//! - Pure: reads from and writes to what the caller gives, knows no vault, no path, no clock, no randomness.
//! - Nothing that comes in is trusted: every size is bounded, nothing panics, a bad resource never stops the others.
//! - Nothing vanishes: what is accepted comes out again as it went in, digits of numbers included; what is not is
//!   reported with its place, its element and the reason, and without its content.
//! - The same input gives the same records, so that importing again changes nothing.

pub mod audit_event;
mod check;
pub mod export;
mod grammar;
mod json;
pub mod parse;
pub mod preview;
pub mod read;
pub mod reference;
pub mod reimport;
pub mod reject;
mod schema;
pub mod source;
