//! Wardkeep interop.
