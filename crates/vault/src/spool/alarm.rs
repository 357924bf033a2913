//! Alarms: what a device found that must not be. They stay until somebody has seen them, across locks and restarts.

use super::Spool;
use super::error::{Failed, SpoolError};
use rusqlite::params;

/// The most bytes of a kind, a subject or a detail.
const TEXT_MAX: usize = 4096;
/// The most alarms that are kept; the oldest seen ones go first, and a further one then counts for its kind.
const ALARMS_MAX: i64 = 1_000;

/// One alarm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// Its number, to say that it was seen.
    pub n: u64,
    /// What was found, in `snake_case`.
    pub kind: String,
    /// Where: a chain, a device, a roster entry. One kind of one subject is one alarm, however often it is found.
    pub subject: String,
    /// A small JSON object with what a person needs to know; never record content.
    pub detail: String,
    /// When it was found first, in Unix milliseconds.
    pub first_ms: u64,
    /// When it was found last.
    pub last_ms: u64,
    /// How often.
    pub times: u64,
    /// When somebody acknowledged it; found again, it is unseen again.
    pub seen_ms: Option<u64>,
}

impl Spool {
    /// Raises an alarm, or counts it again.
    pub fn raise_alarm(&mut self, kind: &str, subject: &str, detail: &str, now_ms: u64) -> Result<(), SpoolError> {
        if [kind, subject, detail].iter().any(|text| text.len() > TEXT_MAX) {
            return Err(SpoolError::TooLarge {
                what: "alarm",
                max: TEXT_MAX,
            });
        }
        self.write(|conn| {
            let put = "INSERT INTO alarm (kind, subject, detail, first_ms, last_ms, times, seen_ms) \
                       VALUES (?1, ?2, ?3, ?4, ?4, 1, NULL) \
                       ON CONFLICT (kind, subject) DO UPDATE SET detail = ?3, last_ms = ?4, times = times + 1, seen_ms = NULL";
            let row = params![kind, subject, detail, now_ms.cast_signed()];
            conn.execute(put, row).failed()?;
            let trim = "DELETE FROM alarm WHERE n IN (SELECT n FROM alarm ORDER BY seen_ms IS NULL DESC, last_ms DESC \
                        LIMIT -1 OFFSET ?1)";
            conn.execute(trim, params![ALARMS_MAX]).failed()?;
            Ok(())
        })
    }

    /// All alarms, those that nobody has seen first, then the latest first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, SpoolError> {
        let sql = "SELECT n, kind, subject, detail, first_ms, last_ms, times, seen_ms FROM alarm \
                   ORDER BY seen_ms IS NULL DESC, last_ms DESC, n DESC";
        let mut query = self.conn.prepare_cached(sql).failed()?;
        let rows = query
            .query_map([], |row| {
                let number = |column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
                Ok(Alarm {
                    n: number(0)?,
                    kind: row.get(1)?,
                    subject: row.get(2)?,
                    detail: row.get(3)?,
                    first_ms: number(4)?,
                    last_ms: number(5)?,
                    times: number(6)?,
                    seen_ms: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
                })
            })
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// Somebody has seen it.
    pub fn alarm_seen(&mut self, n: u64, now_ms: u64) -> Result<(), SpoolError> {
        let update = "UPDATE alarm SET seen_ms = ?2 WHERE n = ?1";
        self.conn
            .execute(update, params![n.cast_signed(), now_ms.cast_signed()])
            .failed()?;
        Ok(())
    }
}
