//! Which sealed files there are, and the key of each.
//!
//! A file's own key stands only in the compartment's database: a blob without its row cannot be read by anyone. Rows of files that travel
//! are computed from the ops that name them, for as long as those are kept; the others (exports) are made and removed by hand.

use super::error::{At, StoreError};
use super::schema::schema;
use super::{Tx, View};
use crate::blob::Sealed;
use rusqlite::{OptionalExtension, params};
use std::fmt;
use wardkeep_record::id::{BlobId, DeviceId, RecordId};
use wardkeep_record::merge::Stamp;
use wardkeep_record::op::Compartment;
use zeroize::Zeroizing;

/// One sealed file.
#[derive(Clone)]
pub struct BlobRow {
    /// The file's name on disk.
    pub id: BlobId,
    /// The key that seals it.
    pub key: Zeroizing<[u8; 32]>,
    /// The length of the content, in bytes.
    pub size: u64,
    /// What the content is (`image/jpeg`).
    pub media_type: String,
    /// BLAKE3 of the content.
    pub digest: [u8; 32],
    /// The record that it belongs to.
    pub record: Option<RecordId>,
    /// When it was written, in Unix milliseconds.
    pub at_ms: u64,
}

/// A sealed file that travels, as far as whoever carries it must know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Travelling {
    /// Its name on the wire: the hash of its sealed bytes.
    pub hash: [u8; 32],
    /// Its name on disk.
    pub id: BlobId,
    /// Sealed bytes.
    pub length: u64,
    /// Which device added it.
    pub device: DeviceId,
}

impl fmt::Debug for BlobRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobRow")
            .field("id", &self.id)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, key, size, media_type, digest, record, at_ms";

impl View<'_> {
    /// One sealed file's row.
    pub fn blob(&self, at: Compartment, id: BlobId) -> Result<Option<BlobRow>, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT {COLUMNS} FROM {}.blob WHERE id = ?1", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        query
            .query_row(params![id.as_bytes().as_slice()], read_blob)
            .optional()
            .at(at)
    }

    /// The sealed files of a record, oldest first.
    pub fn blobs_of(&self, at: Compartment, record: RecordId) -> Result<Vec<BlobRow>, StoreError> {
        self.granted(at)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM {}.blob WHERE record = ?1 ORDER BY at_ms, id",
            schema(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query
            .query_map(params![record.as_bytes().as_slice()], read_blob)
            .at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// How many sealed files travel.
    pub fn travelling_count(&self, at: Compartment) -> Result<u64, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT count(*) FROM {}.travelling", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        query
            .query_row([], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .at(at)
    }

    /// All sealed files that travel.
    pub fn travelling(&self, at: Compartment) -> Result<Vec<Travelling>, StoreError> {
        self.granted(at)?;
        let sql = format!(
            "SELECT hash, id, length, writer FROM {}.travelling ORDER BY id",
            schema(at)
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Travelling {
                hash: row.get(0)?,
                id: BlobId::from_bytes(row.get(1)?),
                length: row.get::<_, i64>(2)?.cast_unsigned(),
                device: DeviceId::from_bytes(row.get(3)?),
            })
        };
        let rows = query.query_map([], read).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// All ids of sealed files, to find files without a row and rows without a file.
    pub fn blob_ids(&self, at: Compartment) -> Result<Vec<BlobId>, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT id FROM {}.blob ORDER BY id", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query.query_map([], |row| Ok(BlobId::from_bytes(row.get(0)?))).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }
}

/// Reads [`COLUMNS`].
fn read_blob(row: &rusqlite::Row<'_>) -> rusqlite::Result<BlobRow> {
    Ok(BlobRow {
        id: BlobId::from_bytes(row.get(0)?),
        key: Zeroizing::new(row.get(1)?),
        size: row.get::<_, i64>(2)?.cast_unsigned(),
        media_type: row.get(3)?,
        digest: row.get(4)?,
        record: row.get::<_, Option<[u8; 16]>>(5)?.map(RecordId::from_bytes),
        at_ms: row.get::<_, i64>(6)?.cast_unsigned(),
    })
}

impl Tx<'_> {
    /// Notes a sealed file that is already whole on disk; `at_ms` is set to the transaction's time.
    pub fn put_blob(&mut self, blob: &BlobRow) -> Result<(), StoreError> {
        let at = self.compartment;
        let sql = format!(
            "INSERT INTO {}.blob ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            schema(at)
        );
        let row = params![
            blob.id.as_bytes().as_slice(),
            blob.key.as_slice(),
            blob.size.cast_signed(),
            blob.media_type,
            blob.digest.as_slice(),
            blob.record.as_ref().map(|id| id.as_bytes().as_slice()),
            self.now_ms.cast_signed(),
        ];
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut put| put.execute(row))
            .at(at)?;
        self.must_audit();
        Ok(())
    }

    /// Notes the sealed file that an op names. The first op that names an id counts: another one cannot take its place.
    pub(super) fn note_sealed(&mut self, record: RecordId, stamp: Stamp, value: &str) -> Result<(), StoreError> {
        // What this version cannot read stays in the record; there is nothing to carry.
        let Some(sealed) = Sealed::parse(value) else {
            return Ok(());
        };
        let at = self.compartment;
        let sql = format!(
            "INSERT INTO {}.blob ({COLUMNS}) VALUES (?1, ?2, ?3, '', ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            schema(at)
        );
        let row = params![
            sealed.id.as_bytes().as_slice(),
            sealed.key.expose().as_slice(),
            sealed.size.cast_signed(),
            sealed.digest.as_slice(),
            record.as_bytes().as_slice(),
            stamp.hlc.unix_ms().cast_signed(),
        ];
        let noted = self
            .conn
            .prepare_cached(&sql)
            .and_then(|mut put| put.execute(row))
            .at(at)?;
        if noted == 0 {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO {}.travelling (id, hash, length, writer) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            schema(at)
        );
        let row = params![
            sealed.id.as_bytes().as_slice(),
            sealed.hash.as_slice(),
            sealed.length.cast_signed(),
            stamp.dot.device.as_bytes().as_slice(),
        ];
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut put| put.execute(row))
            .at(at)?;
        Ok(())
    }

    /// Forgets a sealed file and its key: from the commit on nobody can read it. The caller then removes the file.
    pub fn remove_blob(&mut self, id: BlobId) -> Result<(), StoreError> {
        let at = self.compartment;
        let sql = format!("DELETE FROM {}.blob WHERE id = ?1", schema(at));
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut del| del.execute(params![id.as_bytes().as_slice()]))
            .at(at)?;
        self.must_audit();
        Ok(())
    }
}
