//! Joining, from the invitation to the welcome, and everybody who tries to get between.

#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking
