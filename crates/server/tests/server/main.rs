//! A real server over real TLS, driven as devices drive it, and as no device would.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // a test fails by panicking, and measures

mod blobs;
mod certificates;
mod cost;
mod crash;
mod device_key;
mod founding;
mod joins;
mod leases;
mod limits;
mod memory;
mod operator;
mod recovery;
mod rosters;
mod segments;
mod snapshots;
mod support;
mod tls;
mod wakeups;
