//! Searching the trail: by person, patient, device, action and time, newest first, page by page.

use super::entry::{chain_number, of_row};
use super::{Failed, Trail, TrailEntry, TrailError};
use crate::store::AuditRow;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params, params_from_iter};
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;

/// Which entries; nothing named means all.
#[derive(Clone, Default, Debug)]
pub struct TrailFilter {
    /// By this person.
    pub user: Option<UserId>,
    /// About this patient.
    pub patient: Option<RecordId>,
    /// On this device.
    pub device: Option<DeviceId>,
    /// Of these actions' stored numbers; any when empty.
    pub actions: Vec<u16>,
    /// From this time on, in Unix milliseconds.
    pub from_ms: Option<u64>,
    /// Before this time.
    pub until_ms: Option<u64>,
}

/// An entry where it stands in the file.
pub struct TrailRow {
    /// What `before` takes to go on after it.
    pub id: u64,
    /// Whose chain it is from.
    pub device: DeviceId,
    /// The entry.
    pub entry: TrailEntry,
}

/// How many entries of a device there are, and of when the last one is.
pub struct TrailDevice {
    /// The device.
    pub device: DeviceId,
    /// Entries in the file.
    pub entries: u64,
    /// The time of the last one by that device's clock, in Unix milliseconds.
    pub last_ms: u64,
}

impl TrailFilter {
    /// Whether an entry of a device is asked for.
    pub fn takes(&self, device: DeviceId, row: &AuditRow) -> bool {
        self.user.is_none_or(|user| user == row.user)
            && self.patient.is_none_or(|patient| Some(patient) == row.patient)
            && self.device.is_none_or(|wanted| wanted == device)
            && (self.actions.is_empty() || self.actions.contains(&row.action))
            && self.from_ms.is_none_or(|from_ms| row.at_ms >= from_ms)
            && self.until_ms.is_none_or(|until_ms| row.at_ms < until_ms)
    }
}

impl Trail {
    /// A page of entries, newest first; `before` is the id of the last row of the page before.
    pub fn page(&self, filter: &TrailFilter, before: Option<u64>, limit: u32) -> Result<Vec<TrailRow>, TrailError> {
        let (condition, mut values) = condition(filter, before);
        values.push(Value::Integer(i64::from(limit)));
        let sql = format!(
            "SELECT id, device, chain, n, at_ms, user, action, patient, record, detail, hash, op, marked FROM entry \
             WHERE {condition} ORDER BY at_ms DESC, id DESC LIMIT ?"
        );
        let mut query = self.conn.prepare_cached(&sql).failed()?;
        let mut rows = query.query(params_from_iter(values)).failed()?;
        let mut page = Vec::new();
        while let Some(row) = rows.next().failed()? {
            if let Some(entry) = of_row(row, 2).failed()? {
                page.push(TrailRow {
                    id: row.get::<_, i64>(0).failed()?.cast_unsigned(),
                    device: DeviceId::from_bytes(row.get(1).failed()?),
                    entry,
                });
            }
        }
        Ok(page)
    }

    /// One entry of a device's chain.
    pub fn entry(&self, device: DeviceId, chain: Compartment, n: u64) -> Result<Option<TrailEntry>, TrailError> {
        let sql = "SELECT chain, n, at_ms, user, action, patient, record, detail, hash, op, marked FROM entry \
                   WHERE device = ?1 AND chain = ?2 AND n = ?3";
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let key = params![device.as_bytes().as_slice(), chain_number(chain), n];
        let found = self
            .conn
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(key, |row| of_row(row, 0)).optional())
            .failed()?;
        Ok(found.flatten())
    }

    /// How many entries there are.
    pub fn count(&self, filter: &TrailFilter) -> Result<u64, TrailError> {
        let (condition, values) = condition(filter, None);
        let sql = format!("SELECT count(*) FROM entry WHERE {condition}");
        let count: i64 = self
            .conn
            .prepare_cached(&sql)
            .and_then(|mut query| query.query_row(params_from_iter(values), |row| row.get(0)))
            .failed()?;
        Ok(count.cast_unsigned())
    }

    /// The time of the oldest entry, in Unix milliseconds: before it this reader knows nothing.
    pub fn oldest_ms(&self) -> Result<Option<u64>, TrailError> {
        let oldest: Option<i64> = self
            .conn
            .prepare_cached("SELECT min(at_ms) FROM entry")
            .and_then(|mut query| query.query_row([], |row| row.get(0)))
            .failed()?;
        Ok(oldest.map(i64::cast_unsigned))
    }

    /// Every device that has entries.
    pub fn devices(&self) -> Result<Vec<TrailDevice>, TrailError> {
        let sql = "SELECT device, count(*), max(at_ms) FROM entry GROUP BY device ORDER BY device";
        let mut query = self.conn.prepare_cached(sql).failed()?;
        let rows = query
            .query_map([], |row| {
                Ok(TrailDevice {
                    device: DeviceId::from_bytes(row.get(0)?),
                    entries: row.get::<_, i64>(1)?.cast_unsigned(),
                    last_ms: row.get::<_, i64>(2)?.cast_unsigned(),
                })
            })
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }
}

/// The condition with its values. Every piece of text is ours; what is asked for is bound.
fn condition(filter: &TrailFilter, before: Option<u64>) -> (String, Vec<Value>) {
    let mut parts = vec!["1".to_owned()];
    let mut values = Vec::new();
    let mut add = |text: &str, value: Value| {
        parts.push(text.to_owned());
        values.push(value);
    };
    let time = |ms: u64| Value::Integer(i64::try_from(ms).unwrap_or(i64::MAX));
    if let Some(user) = filter.user {
        add("user = ?", Value::Blob(user.as_bytes().to_vec()));
    }
    if let Some(patient) = filter.patient {
        add("patient = ?", Value::Blob(patient.as_bytes().to_vec()));
    }
    if let Some(device) = filter.device {
        add("device = ?", Value::Blob(device.as_bytes().to_vec()));
    }
    if let Some(from_ms) = filter.from_ms {
        add("at_ms >= ?", time(from_ms));
    }
    if let Some(until_ms) = filter.until_ms {
        add("at_ms < ?", time(until_ms));
    }
    if let Some(before) = before {
        add("(at_ms, id) < (SELECT at_ms, id FROM entry WHERE id = ?)", time(before));
    }
    if !filter.actions.is_empty() {
        let marks = vec!["?"; filter.actions.len()].join(", ");
        parts.push(format!("action IN ({marks})"));
        values.extend(filter.actions.iter().map(|action| Value::Integer(i64::from(*action))));
    }
    (parts.join(" AND "), values)
}
