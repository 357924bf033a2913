//! Version vectors as rows: what is kept here, and what the server last said that it holds.

use super::Spool;
use super::error::{Failed, SpoolError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use wardkeep_roster::{Compartment, DeviceId};
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};

/// The table of what is kept here.
pub(super) const TIP: &str = "tip";
/// The table of where a snapshot ends.
pub(super) const FLOOR: &str = "floor";
/// The table of what the server has acknowledged.
const ACKNOWLEDGED: &str = "acknowledged";

impl Spool {
    /// What the server last said that it holds on disk.
    pub fn acknowledged(&self) -> Result<Frontier, SpoolError> {
        load(&self.conn, ACKNOWLEDGED)
    }

    /// Puts the server's vector in place of the former one. It may be lower: a server that lost what it had holds nothing.
    pub fn set_acknowledged(&mut self, vector: &Frontier) -> Result<(), SpoolError> {
        self.write(|conn| {
            conn.execute("DELETE FROM acknowledged", []).failed()?;
            vector
                .iter()
                .try_for_each(|(chain, tip)| put(conn, ACKNOWLEDGED, chain, *tip))
        })
    }
}

impl Spool {
    /// A snapshot stands for every segment up to this vector: chains that are not that far here go on from it, and what is here of them before
    /// it goes.
    pub fn adopt(&mut self, vector: &Frontier) -> Result<(), SpoolError> {
        self.write(|conn| {
            for (chain, tip) in vector.iter() {
                if self::tip(conn, TIP, chain)?.is_some_and(|here| here.seq >= tip.seq) {
                    continue;
                }
                let key = params![
                    chain.compartment.number(),
                    chain.device.0.as_slice(),
                    chain.incarnation.0.as_slice(),
                ];
                let sql = "DELETE FROM segment WHERE compartment = ?1 AND device = ?2 AND incarnation = ?3";
                conn.execute(sql, key).failed()?;
                put(conn, TIP, chain, *tip)?;
                put(conn, FLOOR, chain, *tip)?;
            }
            Ok(())
        })
    }
}

/// All tips of a table; rows of compartments that this version does not know are passed over.
pub(super) fn load(conn: &Connection, table: &'static str) -> Result<Frontier, SpoolError> {
    let sql = format!("SELECT compartment, device, incarnation, seq, hash FROM {table}");
    let mut query = conn.prepare_cached(&sql).failed()?;
    let rows = query.query_map([], read).failed()?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>().failed()?;
    Ok(rows.into_iter().flatten().collect())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<(Chain, Tip)>> {
    let Some(compartment) = Compartment::from_number(row.get(0)?) else {
        return Ok(None);
    };
    let chain = Chain {
        device: DeviceId(row.get(1)?),
        incarnation: Incarnation(row.get(2)?),
        compartment,
    };
    let tip = Tip {
        seq: row.get::<_, i64>(3)?.cast_unsigned(),
        hash: SegmentHash(row.get(4)?),
    };
    Ok(Some((chain, tip)))
}

/// One chain's tip.
pub(super) fn tip(conn: &Connection, table: &'static str, chain: &Chain) -> Result<Option<Tip>, SpoolError> {
    let sql = format!("SELECT seq, hash FROM {table} WHERE compartment = ?1 AND device = ?2 AND incarnation = ?3");
    let key = params![
        chain.compartment.number(),
        chain.device.0.as_slice(),
        chain.incarnation.0.as_slice()
    ];
    let mut query = conn.prepare_cached(&sql).failed()?;
    query
        .query_row(key, |row| {
            Ok(Tip {
                seq: row.get::<_, i64>(0)?.cast_unsigned(),
                hash: SegmentHash(row.get(1)?),
            })
        })
        .optional()
        .failed()
}

/// Sets one chain's tip.
pub(super) fn put(conn: &Connection, table: &'static str, chain: &Chain, tip: Tip) -> Result<(), SpoolError> {
    let sql = format!(
        "INSERT INTO {table} (compartment, device, incarnation, seq, hash) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (compartment, device, incarnation) DO UPDATE SET seq = ?4, hash = ?5"
    );
    let row = params![
        chain.compartment.number(),
        chain.device.0.as_slice(),
        chain.incarnation.0.as_slice(),
        tip.seq.cast_signed(),
        tip.hash.0.as_slice(),
    ];
    conn.prepare_cached(&sql)
        .and_then(|mut put| put.execute(row))
        .failed()?;
    Ok(())
}
