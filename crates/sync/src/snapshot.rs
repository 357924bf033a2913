//! Snapshots: all rows of one compartment at one vector, so that a new device need not apply every op since the founding, and the server
//! need not keep every segment for ever.
//!
//! The rows are opaque items here. The first item is the [`Claim`] (vector, digests, last ops); then come the rows. The stream of items is
//! cut into chunks, each compressed, padded and sealed under a key that only this snapshot has (STREAM, AES-256-GCM, committed to as segments
//! are). The signed [`Manifest`] names the chunks by the hash of what is sealed. Another device that has applied exactly the same signs
//! the same claim: a [`Countersignature`].
//!
//! What makes one believable is decided by [`trust`], with the roster alone and before any key is touched. Why each part is there:
//! docs/adr/0014-snapshots.md.

mod claim;
mod countersignature;
mod manifest;
mod open;
mod retain;
mod seal;
mod trust;

pub use claim::{Claim, ClaimHash};
pub use countersignature::{Countersignature, MAX_COUNTERSIGNATURE_BYTES};
pub use manifest::{ChunkName, MAX_CHUNKS, MAX_MANIFEST_BYTES, Manifest, ManifestError, SnapshotId};
pub use open::{OpenSnapshotError, Opener};
pub use retain::{GRACE_MS, Keeping, LEAST_BYTES, LEAST_SEGMENTS, due, has_passed, may_drop};
pub use seal::{Draft, SealSnapshotError, Sealed, Sealer};
pub(crate) use trust::check_maker;
pub use trust::{Trust, Untrusted, trust};

use crate::segment::TAG_BYTES;

/// Bytes of items in one chunk, before compression; the last one may have fewer.
pub const CHUNK_CONTENT: usize = 1 << 20;
/// Bytes of one sealed chunk at most: what does not compress, its frame, its padding and the tag.
pub const MAX_CHUNK_BYTES: usize = crate::segment::MAX_SEGMENT_BYTES;
/// Bytes of one sealed chunk at least.
pub const MIN_CHUNK_BYTES: usize = TAG_BYTES + 1;
/// Bytes of one item at most: far more than the ops of one record add up to.
pub const MAX_ITEM_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests;
