//! The tables of a compartment file, as numbered forward-only migrations.
//!
//! Both files hold the same heart (ops, records, audit chain), so that each can be backed up, verified and synced by
//! itself; each adds the tables that only it needs. A released migration is never edited: a change is a new number.
//! `{s}` in the text is the schema's name on the connection (`main` or `clinical`).

use wardkeep_record::op::Compartment;

/// One step of a file's history.
pub(super) struct Migration {
    /// The `user_version` that the file has afterwards.
    pub(super) version: u32,
    /// The statements, with `{s}` for the schema's name.
    pub(super) sql: &'static [&'static str],
    /// Whether the search index is made anew afterwards, because this version computes it in another way.
    pub(super) reindex: bool,
}

impl Migration {
    /// A step that only runs statements.
    pub(super) const fn sql(version: u32, sql: &'static [&'static str]) -> Self {
        let reindex = false;
        Self { version, sql, reindex }
    }

    /// A step after which the search index is made anew.
    pub(super) const fn reindex(version: u32) -> Self {
        let (sql, reindex): (&[&str], _) = (&[], true);
        Self { version, sql, reindex }
    }
}

/// What every compartment file holds.
///
/// `meta` has one row: who this device is, how far its op numbers and clock have come, how many patients there
/// are (counting a million rows would cost an unlock), and the head of the audit chain.
/// `device`, `user_ref` and `subject` give 16-byte ids a small number, because they recur in every row.
/// `op.state`: 0 applied, 1 deferred until a newer version can read it.
/// `record.subject`: 0 when the record is nobody's chart. The chart index holds the flags too, so that counting what is
/// not removed reads no row. Times of the hybrid clock are 64 bits, stored bit for bit.
const HEART: &str = "
CREATE TABLE {s}.meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device BLOB NOT NULL CHECK (length(device) = 16),
    seq INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    patients INTEGER NOT NULL,
    audit_n INTEGER NOT NULL,
    audit_hash BLOB NOT NULL CHECK (length(audit_hash) = 32),
    audit_mac BLOB NOT NULL CHECK (length(audit_mac) = 32)
) STRICT;
CREATE TABLE {s}.device (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;
CREATE TABLE {s}.user_ref (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;
CREATE TABLE {s}.subject (
    n INTEGER PRIMARY KEY CHECK (n > 0),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;
CREATE TABLE {s}.op (
    n INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES device (n),
    seq INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1)),
    bytes BLOB NOT NULL,
    UNIQUE (device, seq)
) STRICT;
CREATE INDEX {s}.op_deferred ON op (state, n) WHERE state <> 0;
CREATE TABLE {s}.record (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    sort_date INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    base_device INTEGER REFERENCES device (n),
    base_seq INTEGER,
    base_hlc INTEGER,
    base_user INTEGER REFERENCES user_ref (n),
    clocks BLOB,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX {s}.record_chart ON record (subject, kind, sort_date DESC, flags);
CREATE TABLE {s}.audit (
    n INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    user INTEGER NOT NULL REFERENCES user_ref (n),
    action INTEGER NOT NULL,
    patient BLOB,
    record BLOB,
    detail TEXT NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX {s}.audit_patient ON audit (patient, n) WHERE patient IS NOT NULL;
CREATE TABLE {s}.blob (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    key BLOB NOT NULL CHECK (length(key) = 32),
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    record BLOB,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX {s}.blob_record ON blob (record);
";

/// What only the clinical file has: texts being written.
const CHART: &str = "
CREATE TABLE {s}.draft (
    n INTEGER PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user_ref (n),
    subject INTEGER NOT NULL,
    form TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (user, subject, form)
) STRICT;
";

/// What only the office has: the people of this laptop and the clinic's settings.
const OFFICE: &str = "
CREATE TABLE {s}.local_user (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE,
    roles INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    closed_ms INTEGER
) STRICT;
CREATE TABLE {s}.setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
";

/// Sealed files that travel: their name, length and writer. Released: a change is a new migration.
const TRAVELLING: &str = "
CREATE TABLE {s}.travelling (
    id BLOB NOT NULL PRIMARY KEY REFERENCES blob (id) CHECK (length(id) = 16),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    length INTEGER NOT NULL,
    writer BLOB NOT NULL CHECK (length(writer) = 16)
) STRICT;
";

const OFFICE_STEPS: &[Migration] = &[
    Migration::sql(1, &[HEART, OFFICE, crate::search::SCHEMA]),
    Migration::sql(2, &[super::sync::SYNC]),
    Migration::sql(3, &[crate::search::FRESH_SCHEMA]),
    Migration::sql(4, &[super::snapshot::SNAPSHOT]),
    Migration::sql(5, &[TRAVELLING]),
    Migration::reindex(6),
];
const CLINICAL_STEPS: &[Migration] = &[
    Migration::sql(1, &[HEART, CHART]),
    Migration::sql(2, &[super::sync::SYNC]),
    Migration::sql(3, &[super::snapshot::SNAPSHOT]),
    Migration::sql(4, &[TRAVELLING]),
    Migration::sql(5, &[super::glass::GLASS]),
];

/// All steps of a compartment's file, in order.
pub(super) fn steps(compartment: Compartment) -> &'static [Migration] {
    match compartment {
        Compartment::Office => OFFICE_STEPS,
        Compartment::Clinical => CLINICAL_STEPS,
    }
}

/// The number in the file's header that says which compartment it is: `WKof` or `WKcl` in ASCII.
pub(super) fn application_id(compartment: Compartment) -> i32 {
    match compartment {
        Compartment::Office => i32::from_be_bytes(*b"WKof"),
        Compartment::Clinical => i32::from_be_bytes(*b"WKcl"),
    }
}

/// The schema's name on the store's connection.
pub(super) fn schema(compartment: Compartment) -> &'static str {
    match compartment {
        Compartment::Office => "main",
        Compartment::Clinical => "clinical",
    }
}
