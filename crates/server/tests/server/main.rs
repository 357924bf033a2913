//! A real server over real TLS, driven as devices drive it, and as no device would.

mod blobs;
mod certificates;
mod crash;
mod founding;
mod joins;
mod limits;
mod memory;
mod operator;
mod rosters;
mod segments;
mod support;
mod tls;
mod wakeups;
