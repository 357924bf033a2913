//! Sealed files as a locked device knows them: what there is, what of it is here, what the server has. No key is here, so none can be opened.

use super::Spool;
use super::error::{Failed, SpoolError};
use rusqlite::{OptionalExtension, Row, params};
use wardkeep_record::id::{BlobId, DeviceId};
use wardkeep_roster::Compartment;

/// One sealed file of the clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Its name on the wire: the hash of its sealed bytes.
    pub hash: [u8; 32],
    /// Its name on disk.
    pub id: BlobId,
    /// Whose readers may open it.
    pub compartment: Compartment,
    /// Which device added it.
    pub device: DeviceId,
    /// Sealed bytes.
    pub length: u64,
    /// It is whole and verified on this disk.
    pub here: bool,
    /// The server says that it has it.
    pub acknowledged: bool,
    /// How often the server gave other bytes than those of its name.
    pub damaged: u32,
    /// When the next try is due, in Unix milliseconds.
    pub retry_ms: u64,
}

const COLUMNS: &str = "hash, id, compartment, device, length, here, acknowledged, damaged, retry_ms";

impl Spool {
    /// How many of a compartment are known.
    pub fn carried_count(&self, compartment: Compartment) -> Result<u64, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT count(*) FROM blob WHERE compartment = ?1")
            .failed()?;
        query
            .query_row(params![compartment.number()], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .failed()
    }

    /// Makes files known. What is known of one stays as it is.
    pub fn carry(&mut self, files: &[Carried]) -> Result<(), SpoolError> {
        self.write(|conn| {
            let mut put = conn
                .prepare_cached(&format!(
                    "INSERT INTO blob ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"
                ))
                .failed()?;
            for file in files {
                let row = params![
                    file.hash.as_slice(),
                    file.id.as_bytes().as_slice(),
                    file.compartment.number(),
                    file.device.as_bytes().as_slice(),
                    file.length.cast_signed(),
                    file.here,
                    file.acknowledged,
                    file.damaged,
                    file.retry_ms.cast_signed(),
                ];
                put.execute(row).failed()?;
            }
            Ok(())
        })
    }

    /// One file.
    pub fn carried(&self, hash: &[u8; 32]) -> Result<Option<Carried>, SpoolError> {
        let sql = format!("SELECT {COLUMNS} FROM blob WHERE hash = ?1");
        let mut query = self.conn.prepare_cached(&sql).failed()?;
        let found = query.query_row(params![hash.as_slice()], read).optional().failed()?;
        Ok(found.flatten())
    }

    /// Those that are not both here and with the server, the smallest first.
    pub fn carried_waiting(&self) -> Result<Vec<Carried>, SpoolError> {
        let sql = format!("SELECT {COLUMNS} FROM blob WHERE here = 0 OR acknowledged = 0 ORDER BY length, hash");
        let mut query = self.conn.prepare_cached(&sql).failed()?;
        let rows = query.query_map([], read).failed()?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>().failed()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The names of all.
    pub fn carried_names(&self) -> Result<Vec<[u8; 32]>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT hash FROM blob ORDER BY hash")
            .failed()?;
        let rows = query.query_map([], |row| row.get(0)).failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// Notes what the server says that it has. It may have less than before.
    pub fn note_carried(&mut self, answers: &[([u8; 32], bool)]) -> Result<(), SpoolError> {
        self.write(|conn| {
            let sql = "UPDATE blob SET acknowledged = ?2 WHERE hash = ?1 AND acknowledged <> ?2";
            let mut set = conn.prepare_cached(sql).failed()?;
            answers.iter().try_for_each(|(hash, has)| {
                set.execute(params![hash.as_slice(), has]).failed()?;
                Ok(())
            })
        })
    }

    /// Notes whether a file is whole and verified here.
    pub fn set_here(&mut self, hash: &[u8; 32], here: bool) -> Result<(), SpoolError> {
        self.write(|conn| {
            let sql = "UPDATE blob SET here = ?2, damaged = 0, retry_ms = 0 WHERE hash = ?1";
            conn.execute(sql, params![hash.as_slice(), here]).failed()?;
            Ok(())
        })
    }

    /// Sets when to ask again.
    pub fn put_off(&mut self, hash: &[u8; 32], retry_ms: u64) -> Result<(), SpoolError> {
        self.write(|conn| {
            let sql = "UPDATE blob SET retry_ms = ?2 WHERE hash = ?1";
            conn.execute(sql, params![hash.as_slice(), retry_ms.cast_signed()])
                .failed()?;
            Ok(())
        })
    }

    /// Notes that the server gave other bytes, and when to ask again.
    pub fn note_damaged(&mut self, hash: &[u8; 32], retry_ms: u64) -> Result<(), SpoolError> {
        self.write(|conn| {
            let sql = "UPDATE blob SET damaged = damaged + 1, acknowledged = 0, retry_ms = ?2 WHERE hash = ?1";
            conn.execute(sql, params![hash.as_slice(), retry_ms.cast_signed()])
                .failed()?;
            Ok(())
        })
    }
}

/// `None` for a compartment that this version does not know.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Carried>> {
    let Some(compartment) = Compartment::from_number(row.get(2)?) else {
        return Ok(None);
    };
    Ok(Some(Carried {
        hash: row.get(0)?,
        id: BlobId::from_bytes(row.get(1)?),
        compartment,
        device: DeviceId::from_bytes(row.get(3)?),
        length: row.get::<_, i64>(4)?.cast_unsigned(),
        here: row.get(5)?,
        acknowledged: row.get(6)?,
        damaged: row.get(7)?,
        retry_ms: row.get::<_, i64>(8)?.cast_unsigned(),
    }))
}
