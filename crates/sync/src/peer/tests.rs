//! The device against a server that may lie.
