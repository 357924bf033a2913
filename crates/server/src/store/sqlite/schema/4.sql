-- What revoked devices had not sent, kept apart and sealed as it is until an admin has decided about it.
CREATE TABLE rescue (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    device BLOB NOT NULL CHECK (length(device) = 16),
    compartment INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (clinic, device, hash)
) STRICT;
