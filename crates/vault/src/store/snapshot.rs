//! Snapshots of one compartment: its rows as items, out of a file and into another.
//!
//! Invariants:
//! - An item's bytes are what the replica digest counts, so whoever has taken them in recomputes the digest from what was written.
//! - A snapshot is taken in whole or not at all: rows, search index, chains, digest and audit entry are one transaction, and it commits only
//!   when the digest of what was written is the one that two devices have signed.
//! - Nothing of this device goes: its op log stays, and every op in it is merged again over the rows that came.
//! - A row that came with a snapshot is kept as it came, beside the record, from its first change on: without the ops before it, it is
//!   what a record must be merged anew from.

pub(super) mod base;
mod give;
mod item;
mod take;

pub use give::SNAPSHOT_SCHEMA;
pub(super) use item::body as item_body;
pub use take::Taking;

/// `snapshot_base.last_n`: rows up to this number came with a snapshot, whose claim has this hash. `record_base` holds those of them that were changed since, as they came.
/// Released: a change is a new migration.
pub(super) const SNAPSHOT: &str = "
CREATE TABLE {s}.snapshot_base (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    last_n INTEGER NOT NULL,
    claim BLOB CHECK (claim IS NULL OR length(claim) = 32)
) STRICT;
INSERT INTO {s}.snapshot_base (one, last_n, claim) VALUES (1, 0, NULL);
CREATE TABLE {s}.record_base (
    n INTEGER PRIMARY KEY,
    item BLOB NOT NULL
) STRICT;
";
