//! `glass_list`: where the glass was broken in the clinic, out of the trail: who, whose chart, why, until when, and which admins have seen it.

use super::Why;
use super::open::REASON_LIMIT;
use crate::audit::source::{Fresh, Names, PAGE, Source, read};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::conflict::list::patient_row;
use crate::error::CommandError;
use crate::patient::PatientRow;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, View};
use wardkeep_vault::trail::{TrailFilter, TrailRow};

/// Rows of one answer at most.
const LIMIT: u32 = 500;
/// Entries that are looked through at most.
const LOOKED_THROUGH: usize = 10_000;

/// How many.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// At most this many, the latest first.
    pub limit: u32,
}

/// One time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GlassRow {
    /// What `glass_seen` takes.
    pub id: String,
    /// The laptop.
    pub device: DeviceId,
    /// Its name.
    pub device_name: String,
    /// Who.
    pub user: String,
    /// It was the user who asks.
    pub own: bool,
    /// Whose chart.
    pub patient: RecordId,
    /// The patient, where they are known here.
    pub row: Option<PatientRow>,
    /// Why; nothing where a newer version said something else.
    pub why: Option<Why>,
    /// In the person's words.
    pub reason: String,
    /// When, by that laptop's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub began_ms: u64,
    /// Until when it was said to be.
    #[ts(type = "number")]
    pub until_ms: u64,
    /// When it ended, as far as that was told.
    #[ts(type = "number | null")]
    pub ended_ms: Option<u64>,
    /// It may still be open.
    pub open: bool,
    /// The admins who have seen this.
    pub seen_by: Vec<String>,
    /// The user who asks is one of them, or did it.
    pub seen: bool,
}

impl Command for Input {
    type Output = Vec<GlassRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<Vec<GlassRow>, CommandError> {
        // What came is taken in by every round; to ask, which the window does all the time, makes no segment.
        rows(clinic, Fresh::AsItWas, self.limit)
    }
}

/// The rows, the latest first.
pub(super) fn rows(clinic: &Clinic, fresh: Fresh, limit: u32) -> Result<Vec<GlassRow>, CommandError> {
    read(clinic, fresh, |session, desk, source| {
        session.snapshot(|view| {
            let mut names = Names::new(session, desk, view);
            let told = Told::of(entries(session, view, source)?);
            let mut times: Vec<_> = told.times.values().collect();
            times.sort_by_key(|time| std::cmp::Reverse((time.began.entry.row.at_ms, time.began.entry.row.n)));
            let shown = times.into_iter().take(limit.clamp(1, LIMIT) as usize);
            shown.map(|time| time.row(session, view, &mut names)).collect()
        })
    })
}

fn entries(session: &Session, view: &View<'_>, source: &Source) -> Result<Vec<TrailRow>, CommandError> {
    let actions = [Action::GlassBreak, Action::GlassEnd, Action::GlassSeen];
    let filter = TrailFilter {
        actions: actions.map(Action::number).to_vec(),
        ..TrailFilter::default()
    };
    let mut found: Vec<TrailRow> = Vec::new();
    loop {
        let page = source.page(session, view, &filter, found.last().map(|row| row.id), PAGE)?;
        let more = page.len() == PAGE as usize && found.len() < LOOKED_THROUGH;
        found.extend(page);
        if !more {
            return Ok(found);
        }
    }
}

/// By which one time is known: its laptop, and the number of its entry there.
type Key = (DeviceId, u64);

/// One time, with what was told of it later.
struct Time {
    began: TrailRow,
    patient: RecordId,
    ended_ms: Option<u64>,
    seen: Vec<UserId>,
}

struct Told {
    times: BTreeMap<Key, Time>,
}

/// What the entries say in detail. Another laptop wrote it: everything may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    reason: String,
    until_ms: u64,
    device: Option<DeviceId>,
    n: u64,
}

impl Told {
    fn of(mut entries: Vec<TrailRow>) -> Self {
        // A laptop's own order is the one in which things happened there.
        entries.sort_by_key(|row| (row.device, row.entry.row.n));
        let mut times: BTreeMap<Key, Time> = BTreeMap::new();
        let mut open: BTreeMap<(DeviceId, UserId, RecordId), Key> = BTreeMap::new();
        let mut seen = Vec::new();
        for row in entries {
            let (entry, key) = (&row.entry.row, (row.device, row.entry.row.n));
            let whose = entry.patient.map(|patient| (row.device, entry.user, patient));
            match (Action::of_number(entry.action), whose) {
                (Some(Action::GlassBreak), Some(whose)) => {
                    // Broken again before it ended: the former time ends with it.
                    let former = open.insert(whose, key).and_then(|former| times.get_mut(&former));
                    if let Some(former) = former {
                        former.ended_ms = Some(entry.at_ms);
                    }
                    times.insert(
                        key,
                        Time {
                            patient: whose.2,
                            began: row,
                            ended_ms: None,
                            seen: Vec::new(),
                        },
                    );
                }
                (Some(Action::GlassEnd), Some(whose)) => {
                    if let Some(time) = open.remove(&whose).and_then(|key| times.get_mut(&key)) {
                        time.ended_ms = Some(entry.at_ms);
                    }
                }
                (Some(Action::GlassSeen), _) => {
                    let told: Detail = serde_json::from_str(&entry.detail).unwrap_or_default();
                    seen.extend(told.device.map(|device| ((device, told.n), entry.user)));
                }
                _ => {}
            }
        }
        for (key, user) in seen {
            if let Some(time) = times.get_mut(&key).filter(|time| !time.seen.contains(&user)) {
                time.seen.push(user);
            }
        }
        Self { times }
    }
}

impl Time {
    fn row(&self, session: &Session, view: &View<'_>, names: &mut Names<'_>) -> Result<GlassRow, CommandError> {
        let entry = &self.began.entry.row;
        let told: Detail = serde_json::from_str(&entry.detail).unwrap_or_default();
        let why: Option<WhyIn> = serde_json::from_str(&entry.detail).ok();
        let own = entry.user == session.user;
        let printable = told.reason.chars().filter(|c| !c.is_control() || *c == '\n');
        Ok(GlassRow {
            id: id_of(self.began.device, entry.n),
            device: self.began.device,
            device_name: names.device(self.began.device),
            user: names.user(entry.user).unwrap_or_default(),
            own,
            patient: self.patient,
            row: patient_row(session, view, self.patient)?,
            why: why.map(|read| read.why),
            reason: printable.take(REASON_LIMIT).collect(),
            began_ms: entry.at_ms,
            until_ms: told.until_ms,
            ended_ms: self.ended_ms,
            open: self.ended_ms.is_none() && told.until_ms > session.now_ms(),
            seen_by: self.seen.iter().filter_map(|user| names.user(*user)).collect(),
            seen: own || self.seen.contains(&session.user),
        })
    }
}

#[derive(Deserialize)]
struct WhyIn {
    why: Why,
}

/// A time by its name on the surfaces.
pub(super) fn id_of(device: DeviceId, n: u64) -> String {
    format!("{device}:{n}")
}

/// Back from [`id_of`].
pub(super) fn key_of(id: &str) -> Option<Key> {
    let (device, n) = id.split_once(':')?;
    Some((device.parse().ok()?, n.parse().ok()?))
}
