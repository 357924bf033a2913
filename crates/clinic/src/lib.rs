//! Wardkeep clinic.
