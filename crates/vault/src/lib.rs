//! Wardkeep vault.
