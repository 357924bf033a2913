-- Sealed chunks of snapshots: which are here. Their bytes are objects.
CREATE TABLE chunk (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    bytes INTEGER NOT NULL,
    put_ms INTEGER NOT NULL,
    PRIMARY KEY (clinic, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    n INTEGER PRIMARY KEY,
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    id BLOB NOT NULL CHECK (length(id) = 32),
    compartment INTEGER NOT NULL,
    manifest BLOB NOT NULL,
    put_ms INTEGER NOT NULL,
    -- Whether segments were let go under it.
    dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1)),
    UNIQUE (clinic, id)
) STRICT;

CREATE TABLE snapshot_chunk (
    snapshot INTEGER NOT NULL REFERENCES snapshot (n) ON DELETE CASCADE,
    clinic INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (snapshot, hash),
    FOREIGN KEY (clinic, hash) REFERENCES chunk (clinic, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX snapshot_by_chunk ON snapshot_chunk (clinic, hash);

CREATE TABLE snapshot_signature (
    snapshot INTEGER NOT NULL REFERENCES snapshot (n) ON DELETE CASCADE,
    device BLOB NOT NULL CHECK (length(device) = 16),
    bytes BLOB NOT NULL,
    PRIMARY KEY (snapshot, device)
) STRICT, WITHOUT ROWID;

-- Devices that hold all that is in it.
CREATE TABLE snapshot_acknowledgement (
    snapshot INTEGER NOT NULL REFERENCES snapshot (n) ON DELETE CASCADE,
    device BLOB NOT NULL CHECK (length(device) = 16),
    PRIMARY KEY (snapshot, device)
) STRICT, WITHOUT ROWID;
