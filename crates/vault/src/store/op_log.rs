//! The op log: every op of every device that this file has seen, in its own bytes, as it came.

use super::View;
use super::error::{At, StoreError};
use super::pack::{pack, unpack};
use super::schema::schema;
use rusqlite::{Connection, OptionalExtension, params};
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::{Compartment, Dot, MAX_OP_BYTES};
use wardkeep_sync::segment::MAX_CONTENT;
use zeroize::Zeroizing;

/// Op bytes below this length are stored as they are.
const PACK_ABOVE: usize = 512;

/// What became of an op in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Its changes are in the tables.
    Applied,
    /// It waits for a version that can read it.
    Deferred,
}

impl State {
    /// The stored number.
    fn number(self) -> i64 {
        match self {
            Self::Applied => 0,
            Self::Deferred => 1,
        }
    }
}

/// One op as the log holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct LoggedOp {
    /// Its name.
    pub dot: Dot,
    /// Whether its changes are in the tables; `false` while it waits for a newer version of the program.
    pub applied: bool,
    /// Its bytes, exactly as they were written or received.
    pub bytes: Vec<u8>,
}

/// Appends an op that the log does not hold yet.
pub(super) fn append(
    conn: &Connection,
    at: Compartment,
    (device, seq): (i64, u64),
    hlc: Hlc,
    state: State,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {}.op (device, seq, hlc, state, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        schema(at)
    );
    let row = params![
        device,
        seq.cast_signed(),
        hlc.0.cast_signed(),
        state.number(),
        pack(bytes, PACK_ABOVE)
    ];
    conn.prepare_cached(&sql)
        .and_then(|mut insert| insert.execute(row))
        .at(at)?;
    Ok(())
}

/// The bytes of an op, if the log holds it.
pub(super) fn find(
    conn: &Connection,
    at: Compartment,
    (device, seq): (i64, u64),
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = format!("SELECT bytes FROM {}.op WHERE device = ?1 AND seq = ?2", schema(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let packed: Option<Vec<u8>> = query
        .query_row(params![device, seq.cast_signed()], |row| row.get(0))
        .optional()
        .at(at)?;
    packed.map(|packed| read_bytes(&packed, at)).transpose()
}

/// The ops that wait for a newer version, in the order in which they came, after row `after`; at most `limit`, each with
/// its row number.
pub(super) fn deferred(
    conn: &Connection,
    at: Compartment,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Dot, Vec<u8>)>, StoreError> {
    let s = schema(at);
    let sql = format!(
        "SELECT o.n, d.id, o.seq, o.bytes FROM {s}.op o JOIN {s}.device d ON d.n = o.device \
         WHERE o.state <> 0 AND o.n > ?1 ORDER BY o.n LIMIT ?2"
    );
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let mut rows = query.query(params![after, limit]).at(at)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().at(at)? {
        let dot = read_dot(row, 1).at(at)?;
        let packed: Vec<u8> = row.get(3).at(at)?;
        found.push((row.get(0).at(at)?, dot, read_bytes(&packed, at)?));
    }
    Ok(found)
}

/// Marks a deferred op as applied, now that its clock could be read.
pub(super) fn settle(conn: &Connection, at: Compartment, n: i64, hlc: Hlc) -> Result<(), StoreError> {
    let sql = format!("UPDATE {}.op SET state = 0, hlc = ?2 WHERE n = ?1", schema(at));
    conn.prepare_cached(&sql)
        .and_then(|mut update| update.execute(params![n, hlc.0.cast_signed()]))
        .at(at)?;
    Ok(())
}

/// Consecutive ops of one device.
pub(super) struct Run {
    /// The number of the first.
    pub(super) first: u64,
    /// Their bytes.
    pub(super) ops: Vec<Zeroizing<Vec<u8>>>,
    /// Whether more follow, in this run or after a gap.
    pub(super) more: bool,
}

/// The ops of a device after number `after` that follow each other without a gap: at most `limit`, and none after those that fill a
/// segment.
pub(super) fn own_run(
    conn: &Connection,
    at: Compartment,
    device: DeviceId,
    after: u64,
    limit: usize,
) -> Result<Run, StoreError> {
    let s = schema(at);
    let sql = format!(
        "SELECT o.seq, o.bytes FROM {s}.op o JOIN {s}.device d ON d.n = o.device WHERE d.id = ?1 AND o.seq > ?2 ORDER BY o.seq"
    );
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let mut rows = query
        .query(params![device.as_bytes().as_slice(), after.cast_signed()])
        .at(at)?;
    let mut run = Run {
        first: 0,
        ops: Vec::new(),
        more: false,
    };
    let mut bytes = 0;
    while let Some(row) = rows.next().at(at)? {
        let seq = row.get::<_, i64>(0).at(at)?.cast_unsigned();
        if run.ops.is_empty() {
            run.first = seq;
        }
        if run.ops.len() == limit || bytes > MAX_CONTENT || seq != run.first + run.ops.len() as u64 {
            run.more = true;
            break;
        }
        let op = Zeroizing::new(read_bytes(&row.get::<_, Vec<u8>>(1).at(at)?, at)?);
        bytes += op.len();
        run.ops.push(op);
    }
    Ok(run)
}

/// The applied ops of a writer after number `after`, in order.
pub(super) fn applied_after(
    conn: &Connection,
    at: Compartment,
    writer: DeviceId,
    after: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let s = schema(at);
    let sql = format!(
        "SELECT o.seq, o.bytes FROM {s}.op o JOIN {s}.device d ON d.n = o.device \
         WHERE d.id = ?1 AND o.seq > ?2 AND o.state = 0 ORDER BY o.seq"
    );
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let mut rows = query
        .query(params![writer.as_bytes().as_slice(), after.cast_signed()])
        .at(at)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().at(at)? {
        let packed: Vec<u8> = row.get(1).at(at)?;
        found.push((row.get::<_, i64>(0).at(at)?.cast_unsigned(), read_bytes(&packed, at)?));
    }
    Ok(found)
}

/// Takes those ops out of the log, to be written again under other names.
pub(super) fn remove_applied(
    conn: &Connection,
    at: Compartment,
    writer: DeviceId,
    after: u64,
) -> Result<(), StoreError> {
    let s = schema(at);
    let sql = format!(
        "DELETE FROM {s}.op WHERE device = (SELECT n FROM {s}.device WHERE id = ?1) AND seq > ?2 AND state = 0"
    );
    conn.execute(&sql, params![writer.as_bytes().as_slice(), after.cast_signed()])
        .at(at)?;
    Ok(())
}

/// Hands over the bytes of every applied op, in the order in which they came.
pub(super) fn each_applied(
    conn: &Connection,
    at: Compartment,
    mut take: impl FnMut(&[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT bytes FROM {}.op WHERE state = 0 ORDER BY n", schema(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let mut rows = query.query([]).at(at)?;
    while let Some(row) = rows.next().at(at)? {
        let packed: Vec<u8> = row.get(0).at(at)?;
        take(&read_bytes(&packed, at)?)?;
    }
    Ok(())
}

/// Device and number from two neighbouring columns.
fn read_dot(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Dot> {
    Ok(Dot {
        device: DeviceId::from_bytes(row.get(column)?),
        seq: row.get::<_, i64>(column + 1)?.cast_unsigned(),
    })
}

/// Unpacks the bytes of an op.
fn read_bytes(packed: &[u8], at: Compartment) -> Result<Vec<u8>, StoreError> {
    unpack(packed, MAX_OP_BYTES).ok_or_else(|| StoreError::damaged(at))
}

impl View<'_> {
    /// How far the log has come: the highest number of each device, by device.
    pub fn op_heads(&self, at: Compartment) -> Result<Vec<Dot>, StoreError> {
        self.granted(at)?;
        let s = schema(at);
        let sql = format!(
            "SELECT d.id, max(o.seq) FROM {s}.op o JOIN {s}.device d ON d.n = o.device GROUP BY o.device ORDER BY d.id"
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let rows = query.query_map([], |row| read_dot(row, 0)).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// The ops of one device after number `after`, in order, at most `limit`.
    pub fn ops_after(&self, at: Compartment, after: Dot, limit: u32) -> Result<Vec<LoggedOp>, StoreError> {
        self.granted(at)?;
        let s = schema(at);
        let sql = format!(
            "SELECT d.id, o.seq, o.state, o.bytes FROM {s}.op o JOIN {s}.device d ON d.n = o.device \
             WHERE d.id = ?1 AND o.seq > ?2 ORDER BY o.seq LIMIT ?3"
        );
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let key = params![after.device.as_bytes().as_slice(), after.seq.cast_signed(), limit];
        let mut rows = query.query(key).at(at)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().at(at)? {
            let packed: Vec<u8> = row.get(3).at(at)?;
            found.push(LoggedOp {
                dot: read_dot(row, 0).at(at)?,
                applied: row.get::<_, i64>(2).at(at)? == 0,
                bytes: read_bytes(&packed, at)?,
            });
        }
        Ok(found)
    }

    /// How many ops wait for a newer version of the program.
    pub fn deferred_count(&self, at: Compartment) -> Result<u64, StoreError> {
        self.granted(at)?;
        let sql = format!("SELECT count(*) FROM {}.op WHERE state <> 0", schema(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        query
            .query_row([], |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .at(at)
    }
}
