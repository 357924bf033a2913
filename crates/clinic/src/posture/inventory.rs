//! The inventory: what an admin's laptop knows of the others, read from the clinic's trail.

use super::report::{CLOCK_OFF_MS, WAITS_MS};
use super::wire::{DeviceWarning, Posture, PostureReport, WarningKind, differences};
use crate::error::CommandError;
use crate::machine::facts::Told;
use crate::session::Session;
use crate::sync::key::wire_user;
use crate::sync::{Desk, trail};
use std::collections::BTreeMap;
use wardkeep_record::id::DeviceId;
use wardkeep_roster::Enrollment;
use wardkeep_roster::entry::AppVersion;
use wardkeep_roster::roster::Status;
use wardkeep_vault::store::{Action, wire_device};
use wardkeep_vault::trail::{Trail, TrailFilter};

/// Days without a word after which a laptop is called silent.
const SILENT_DAYS: u64 = 3;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What is known of the laptops, for a session whose user may read the trail.
pub(crate) struct Inventory {
    trail: Trail,
    heard: BTreeMap<DeviceId, u64>,
}

impl Inventory {
    /// Opens it; nothing where the user may not.
    pub(crate) fn open(session: &Session, desk: &Desk) -> Result<Option<Self>, CommandError> {
        let Some(trail) = trail::open(session, desk)? else {
            return Ok(None);
        };
        let heard = trail.heard()?;
        Ok(Some(Self { trail, heard }))
    }

    /// When something of the laptop last came here.
    pub(crate) fn heard_ms(&self, device: DeviceId) -> Option<u64> {
        self.heard.get(&device).copied()
    }

    /// The last reports of a laptop, newest first.
    pub(crate) fn reports(
        &self,
        session: &Session,
        desk: &Desk,
        device: DeviceId,
        limit: u32,
    ) -> Result<Vec<PostureReport>, CommandError> {
        let filter = TrailFilter {
            device: Some(device),
            actions: vec![Action::Posture.number()],
            ..TrailFilter::default()
        };
        // One more than is shown, to say of the last one too what had changed.
        let rows = self.trail.page(&filter, None, limit.saturating_add(1))?;
        let mut reports: Vec<PostureReport> = Vec::new();
        for row in rows {
            let Some(posture) = Posture::read(&row.entry.row.detail) else {
                continue;
            };
            if let Some(newer) = reports.last_mut() {
                newer.changed = differences(&posture, &newer.posture);
            }
            let name = |user: &_| trail::user_name(session, desk, *user);
            reports.push(PostureReport {
                at_ms: row.entry.row.at_ms,
                people: posture.users.iter().filter_map(name).collect(),
                posture,
                changed: Vec::new(),
            });
        }
        reports.truncate(limit as usize);
        Ok(reports)
    }
}

/// What is to be looked at of a laptop that is of the clinic, gravest first.
pub(crate) fn warnings(
    session: &Session,
    desk: &Desk,
    device: DeviceId,
    report: Option<&PostureReport>,
    heard_ms: Option<u64>,
    agrees: Option<bool>,
) -> Result<Vec<DeviceWarning>, CommandError> {
    let now_ms = session.now_ms();
    let roster = desk.roster()?;
    let mut found = Vec::new();
    let mut warn = |kind, count| found.push(DeviceWarning { kind, count });
    if agrees == Some(false) {
        warn(WarningKind::Differs, None);
    }
    let silent_days = heard_ms.map(|heard| now_ms.saturating_sub(heard) / DAY_MS);
    if let Some(days) = silent_days.filter(|days| *days >= SILENT_DAYS) {
        warn(WarningKind::Silent, Some(days));
    }
    match report.map(|report| &report.posture) {
        None => warn(WarningKind::NoReport, None),
        Some(posture) => {
            let minimum = roster.policy().min_app_version;
            if posture.disk_encrypted == Told::No {
                warn(WarningKind::NotEncrypted, None);
            }
            if version(&posture.app).is_some_and(|version| version < minimum) {
                warn(WarningKind::OutOfDate, None);
            }
            let waits = posture
                .unsent_since_ms
                .is_some_and(|since| now_ms.saturating_sub(since) > WAITS_MS);
            if posture.unsent > 0 && waits {
                warn(WarningKind::Unsent, Some(posture.unsent));
            }
            let off = posture.clock_offset_ms.map_or(0, i64::unsigned_abs);
            if off > CLOCK_OFF_MS {
                warn(WarningKind::ClockOff, Some(off / 60_000));
            }
            if posture.screen_locks == Told::No {
                warn(WarningKind::NoScreenLock, None);
            }
            let enrolled = |user: &_| {
                let one = Enrollment {
                    device: wire_device(device),
                    user: wire_user(*user),
                };
                roster
                    .enrollment(&one)
                    .is_some_and(|known| known.status == Status::Active)
            };
            let former = posture.users.iter().filter(|user| !enrolled(user)).count();
            if former > 0 {
                warn(WarningKind::FormerUsers, Some(former as u64));
            }
        }
    }
    found.sort_by_key(|warning| warning.kind);
    Ok(found)
}

/// A version as the rules of the clinic write it.
fn version(text: &str) -> Option<AppVersion> {
    let mut parts = text.split(['.', '-', '+']).map(str::parse);
    let mut next = || parts.next()?.ok();
    Some(AppVersion {
        major: next()?,
        minor: next()?,
        patch: next()?,
    })
}
