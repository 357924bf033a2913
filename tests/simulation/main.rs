//! A clinic in one process: real sealed bytes, the real state machines of both ends, the real merge; a disk that loses power between any
//! two writes, a network that loses, repeats and reorders, clocks that are years off, and a server that may lie.
//!
//! - `simulation`: what happens follows from a seed. `WARDKEEP_SEEDS=n` plays n of them, `WARDKEEP_SEED=n` the one that failed.
//! - `malicious`: every lie of a server, one test each.
//! - `faults`: what goes wrong in a clinic without anybody lying.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod clinic;
mod device;
mod disk;
mod faults;
mod ledger;
mod malicious;
mod program;
mod random;
mod server;
mod simulation;
mod world;
