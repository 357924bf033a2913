//! One record as a row, and back.
//!
//! A record whose every value comes from one write, which is nearly every imported one, has that write in the `base`
//! columns and no `clocks`; any other has all its clocks in `clocks` and empty `base` columns.

use super::error::{At, StoreError};
use super::number::Numbers;
use super::pack::{pack, unpack};
use super::schema::schema;
use rusqlite::{Connection, OptionalExtension, Row, params};
use wardkeep_record::clinical::sort_date;
use wardkeep_record::field::{Kind, needs_settling};
use wardkeep_record::fields::Fields;
use wardkeep_record::hlc::Hlc;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::merge::{Clocks, FieldState, RecordState, RemovalState, Stamp};
use wardkeep_record::op::{Compartment, Dot, FieldKey};

/// Bodies and clocks below this length are stored as they are.
const PACK_ABOVE: usize = 200;
/// The longest body or clocks that are read back: far more than the ops of one record add up to.
const UNPACKED_MAX: usize = 256 << 20;

/// Bits of `record.flags`.
pub(super) const REMOVED: i64 = 1;
const FLAGGED: i64 = 2;
const CONFLICT: i64 = 4;
const CONTESTED: i64 = 8;

/// What [`FLAGGED`] and [`CONTESTED`] records have in common, in the words of the index of records to review.
pub(super) const REVIEW: &str = "(r.flags & 10) <> 0";

/// A record as the store holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its row in the compartment's file; the search index names patients by it. Not the same on another device.
    pub n: i64,
    /// Which record.
    pub id: RecordId,
    /// What it says, with the clocks of its fields.
    pub state: RecordState,
    /// Whether it is there, removed, or flagged because a removal met an edit.
    pub removal: RemovalState,
    /// Whether values met in a field that a person must settle; see [`RecordState::conflicts`].
    pub conflict: bool,
    /// When it happened, in Unix milliseconds, for sorting; see [`wardkeep_record::clinical::sort_date`].
    pub sort_date: i64,
}

/// The columns that [`read`] takes, from `record r` with its joins.
pub(super) fn columns(at: Compartment) -> String {
    let s = schema(at);
    format!(
        "SELECT r.n, r.id, r.kind, p.id, r.sort_date, r.flags, d.id, r.base_seq, r.base_hlc, u.id, r.clocks, r.body \
         FROM {s}.record r LEFT JOIN {s}.subject p ON p.n = r.subject \
         LEFT JOIN {s}.device d ON d.n = r.base_device LEFT JOIN {s}.user_ref u ON u.n = r.base_user"
    )
}

/// One record by its id.
pub(super) fn load(conn: &Connection, at: Compartment, id: RecordId) -> Result<Option<Stored>, StoreError> {
    // Asked alone first: an import asks this of every new record, and the joins cost more than the answer.
    let found = format!("SELECT n FROM {}.record WHERE id = ?1", schema(at));
    let n: Option<i64> = conn
        .prepare_cached(&found)
        .and_then(|mut query| {
            query
                .query_row(params![id.as_bytes().as_slice()], |row| row.get(0))
                .optional()
        })
        .at(at)?;
    n.map_or(Ok(None), |n| load_row(conn, at, n))
}

/// One record by its row.
pub(super) fn load_row(conn: &Connection, at: Compartment, n: i64) -> Result<Option<Stored>, StoreError> {
    let sql = format!("{} WHERE r.n = ?1", columns(at));
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let mut rows = query.query(params![n]).at(at)?;
    rows.next().at(at)?.map(|row| read(row, at)).transpose()
}

/// Reads a row of [`columns`]. What does not decode is damage, and never an empty record.
pub(super) fn read(row: &Row<'_>, at: Compartment) -> Result<Stored, StoreError> {
    let damaged = || StoreError::damaged(at);
    let clocks: Option<Vec<u8>> = row.get(10).at(at)?;
    let clocks = match clocks {
        None => Clocks {
            base: Some(read_stamp(row).at(at)?),
            ..Clocks::default()
        },
        Some(packed) => {
            let bytes = unpack(&packed, UNPACKED_MAX).ok_or_else(damaged)?;
            Clocks::from_bytes(&bytes).map_err(|_| damaged())?
        }
    };
    let packed = row.get_ref(11).at(at)?.as_blob().map_err(|_| damaged())?;
    let body = unpack(packed, UNPACKED_MAX).ok_or_else(damaged)?;
    let fields = Fields::from_bytes(&body).map_err(|_| damaged())?;
    let patient: Option<[u8; 16]> = row.get(3).at(at)?;
    let flags: i64 = row.get(5).at(at)?;
    Ok(Stored {
        n: row.get(0).at(at)?,
        id: RecordId::from_bytes(row.get(1).at(at)?),
        state: RecordState {
            kind: Kind(row.get(2).at(at)?),
            patient: patient.map(RecordId::from_bytes),
            fields,
            clocks,
        },
        removal: match flags & (REMOVED | FLAGGED) {
            0 => RemovalState::Present,
            REMOVED => RemovalState::Removed,
            _ => RemovalState::Flagged,
        },
        conflict: flags & CONFLICT != 0,
        sort_date: row.get(4).at(at)?,
    })
}

/// A row's canonical bytes, without reading what they say.
pub(super) struct Raw {
    pub(super) kind: Kind,
    pub(super) id: RecordId,
    pub(super) patient: Option<[u8; 16]>,
    pub(super) fields: Vec<u8>,
    pub(super) clocks: Vec<u8>,
}

/// Reads a row of [`columns`] as bytes.
pub(super) fn read_raw(row: &Row<'_>, at: Compartment) -> Result<Raw, StoreError> {
    let damaged = || StoreError::damaged(at);
    let clocks: Option<Vec<u8>> = row.get(10).at(at)?;
    let clocks = match clocks {
        None => Clocks {
            base: Some(read_stamp(row).at(at)?),
            ..Clocks::default()
        }
        .to_bytes(),
        Some(packed) => unpack(&packed, UNPACKED_MAX).ok_or_else(damaged)?,
    };
    let packed = row.get_ref(11).at(at)?.as_blob().map_err(|_| damaged())?;
    Ok(Raw {
        kind: Kind(row.get(2).at(at)?),
        id: RecordId::from_bytes(row.get(1).at(at)?),
        patient: row.get(3).at(at)?,
        fields: unpack(packed, UNPACKED_MAX).ok_or_else(damaged)?,
        clocks,
    })
}

/// The base write of a row of [`columns`].
fn read_stamp(row: &Row<'_>) -> rusqlite::Result<Stamp> {
    let dot = Dot {
        device: DeviceId::from_bytes(row.get(6)?),
        seq: row.get::<_, i64>(7)?.cast_unsigned(),
    };
    Ok(Stamp {
        dot,
        hlc: Hlc(row.get::<_, i64>(8)?.cast_unsigned()),
        user: UserId::from_bytes(row.get(9)?),
    })
}

/// The flags of a record's state.
fn flags(state: &RecordState, removal: RemovalState) -> i64 {
    // Those who wrote the same without seeing each other agree.
    let differs = |(key, field): &(&FieldKey, &FieldState)| {
        let shown = state.fields.get(**key);
        field.hidden.iter().any(|(_, value)| value.as_deref() != shown)
    };
    let removal = match removal {
        RemovalState::Present => 0,
        RemovalState::Removed => REMOVED,
        RemovalState::Flagged => FLAGGED,
    };
    let has = |bit: i64, is: bool| if is { bit } else { 0 };
    let mut met = state.clocks.over.iter().filter(differs).peekable();
    let contested = has(CONTESTED, met.peek().is_some());
    removal | contested | has(CONFLICT, met.any(|(key, _)| needs_settling(state.kind, key.field)))
}

/// Writes a record's new state: into row `n`, or into a new row. `fields` are its fields' bytes. Answers the row.
pub(super) fn store(
    conn: &Connection,
    at: Compartment,
    numbers: &mut Numbers,
    (n, id): (Option<i64>, RecordId),
    (state, removal, fields): (&RecordState, RemovalState, &[u8]),
) -> Result<i64, StoreError> {
    let base = state.clocks.base.filter(|_| state.clocks.over.is_empty());
    let device = base.map(|base| numbers.device(conn, at, base.dot.device)).transpose()?;
    let user = base.map(|base| numbers.user(conn, at, base.user)).transpose()?;
    let clocks = base.is_none().then(|| pack(&state.clocks.to_bytes(), PACK_ABOVE));
    let body = pack(fields, PACK_ABOVE);
    let subject = numbers.subject(conn, at, state.patient)?;
    let (sort_date, flags) = (sort_date(state.kind, &state.fields), flags(state, removal));
    let s = schema(at);
    let sql = match n {
        None => format!(
            "INSERT INTO {s}.record (n, id, kind, subject, sort_date, flags, base_device, base_seq, base_hlc, base_user, \
             clocks, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ),
        Some(_) => format!(
            "UPDATE {s}.record SET kind = ?3, subject = ?4, sort_date = ?5, flags = ?6, base_device = ?7, \
             base_seq = ?8, base_hlc = ?9, base_user = ?10, clocks = ?11, body = ?12 WHERE n = ?1 AND id = ?2"
        ),
    };
    let row = params![
        n,
        id.as_bytes().as_slice(),
        state.kind.0,
        subject,
        sort_date,
        flags,
        device,
        base.map(|base| base.dot.seq.cast_signed()),
        base.map(|base| base.hlc.0.cast_signed()),
        user,
        clocks,
        body,
    ];
    conn.prepare_cached(&sql)
        .and_then(|mut write| write.execute(row))
        .at(at)?;
    Ok(n.unwrap_or_else(|| conn.last_insert_rowid()))
}
