//! The tables of sync, in both compartment files. Released: a change is a new migration.

/// `sync` has one row: this device's life and how far its own ops have come, and the key of the digest once there is one.
/// `chain.seq` 0: nothing applied yet, and stopped. `chain.stopped`: 0 goes on, else a number of [`super::Stop`].
/// `segment_op` says which own ops a segment holds, a checkpoint none (`first_op` is then `last_op` + 1).
/// `digest`: one row for each kind of record that has rows.
/// The index of records to review covers what met an edit while it was removed (2) and fields with several heads (8).
pub(in crate::store) const SYNC: &str = "
CREATE TABLE {s}.sync (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    incarnation BLOB CHECK (incarnation IS NULL OR length(incarnation) = 16),
    sealed_op INTEGER NOT NULL,
    acknowledged_op INTEGER NOT NULL,
    acknowledged_seq INTEGER NOT NULL,
    digest_key BLOB CHECK (digest_key IS NULL OR length(digest_key) = 32)
) STRICT;
INSERT INTO {s}.sync (one, incarnation, sealed_op, acknowledged_op, acknowledged_seq, digest_key)
    VALUES (1, NULL, 0, 0, 0, NULL);
CREATE TABLE {s}.epoch_key (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
CREATE TABLE {s}.chain (
    device INTEGER NOT NULL REFERENCES device (n),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    last_op INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE {s}.segment_op (
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    first_op INTEGER NOT NULL,
    last_op INTEGER NOT NULL,
    PRIMARY KEY (incarnation, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE {s}.outbox (
    n INTEGER PRIMARY KEY,
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    bytes BLOB NOT NULL,
    UNIQUE (incarnation, seq)
) STRICT;
CREATE TABLE {s}.quarantine (
    n INTEGER PRIMARY KEY,
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    reason INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE {s}.digest (
    kind INTEGER PRIMARY KEY,
    rows INTEGER NOT NULL,
    sum BLOB NOT NULL CHECK (length(sum) = 32)
) STRICT;
CREATE INDEX {s}.record_review ON record (n) WHERE (flags & 10) <> 0;
";
