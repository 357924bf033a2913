-- What devices answered to orders to wipe them: signed by the device, for the admins.
CREATE TABLE receipt (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    device BLOB NOT NULL CHECK (length(device) = 16),
    stage INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (clinic, device, stage)
) STRICT, WITHOUT ROWID;

-- One part of what opens each device's key slots. Of no use without the device's keychain and a password.
CREATE TABLE lease (
    clinic INTEGER NOT NULL REFERENCES clinic (n),
    device BLOB NOT NULL CHECK (length(device) = 16),
    share BLOB NOT NULL CHECK (length(share) = 32),
    handed_ms INTEGER NOT NULL,
    PRIMARY KEY (clinic, device)
) STRICT, WITHOUT ROWID;
