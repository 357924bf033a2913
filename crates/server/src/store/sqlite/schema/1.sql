-- Clinics are numbered, so that rows and indexes carry one small number instead of 32 bytes.
CREATE TABLE clinic (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    founded_ms INTEGER NOT NULL,
    -- What it keeps here: entries, segments, parcels, requests, sealed files.
    stored_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE founding_token (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    expires_ms INTEGER NOT NULL,
    clinic INTEGER REFERENCES clinic (n)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (clinic, number)
) STRICT;

CREATE TABLE chain (
    n INTEGER PRIMARY KEY,
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    device BLOB NOT NULL CHECK (length(device) = 16),
    incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
    compartment INTEGER NOT NULL,
    tip_seq INTEGER NOT NULL,
    tip_hash BLOB NOT NULL CHECK (length(tip_hash) = 32),
    UNIQUE (clinic, device, incarnation, compartment)
) STRICT;

-- Consecutive segments of one chain, each with its length in front: what a pull sends. One row for many small segments keeps
-- pages full and the index short.
CREATE TABLE run (
    n INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL REFERENCES chain (n),
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (chain, first)
) STRICT;

CREATE TABLE parcel (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    device BLOB NOT NULL CHECK (length(device) = 16),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    bytes BLOB NOT NULL,
    PRIMARY KEY (clinic, device, number),
    UNIQUE (clinic, device, hash)
) STRICT;

CREATE TABLE invitation (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    ticket_hash BLOB NOT NULL CHECK (length(ticket_hash) = 32),
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_by_clinic ON invitation (clinic);

CREATE TABLE join_request (
    n INTEGER PRIMARY KEY,
    invitation BLOB NOT NULL UNIQUE REFERENCES invitation (id) ON DELETE CASCADE,
    device_key BLOB NOT NULL CHECK (length(device_key) = 32),
    request BLOB NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)),
    welcome BLOB
) STRICT;

CREATE TABLE blob (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    received INTEGER NOT NULL,
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    continued_ms INTEGER NOT NULL,
    PRIMARY KEY (clinic, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
    n INTEGER PRIMARY KEY CHECK (n = 1),
    count INTEGER NOT NULL
) STRICT;
