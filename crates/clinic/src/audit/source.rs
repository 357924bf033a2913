//! Where the entries come from: the trail of the whole clinic, or this laptop's own chains where it works alone; and the names that go with them.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::{Desk, name, trail};
use serde::Deserialize;
use std::collections::HashMap;
use ts_rs::TS;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditRow, NOBODY_USER, View};
use wardkeep_vault::trail::{Trail, TrailEntry, TrailFilter, TrailRow};

/// Most rows of one page.
pub(crate) const PAGE: u32 = 1000;
/// Most actions of one question.
const ACTIONS: usize = 64;

/// Which entries; what is not named does not narrow.
#[derive(Clone, Default, Debug, Deserialize, TS)]
pub struct Which {
    /// By this person.
    pub user: Option<UserId>,
    /// About this patient.
    pub patient: Option<RecordId>,
    /// On this laptop.
    pub device: Option<DeviceId>,
    /// One of these, by name.
    pub actions: Vec<String>,
    /// From this time on, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub from_ms: Option<u64>,
    /// Before this time.
    #[ts(type = "number | null")]
    pub until_ms: Option<u64>,
}

impl Which {
    /// As the store takes it.
    pub(super) fn filter(&self) -> Result<TrailFilter, CommandError> {
        if self.actions.len() > ACTIONS {
            return Err(CommandError::new(ErrorCode::TooLarge).at("actions"));
        }
        let number = |name: &String| {
            let known = Action::of_name(name).map(Action::number);
            known.ok_or_else(|| CommandError::invalid("actions"))
        };
        Ok(TrailFilter {
            user: self.user,
            patient: self.patient,
            device: self.device,
            actions: self.actions.iter().map(number).collect::<Result<_, _>>()?,
            from_ms: self.from_ms,
            until_ms: self.until_ms,
        })
    }
}

/// Where the entries come from.
pub(crate) enum Source {
    /// The trail of the clinic.
    Clinic(Trail),
    /// The chains of a laptop that works alone.
    Own,
}

/// Runs `work` on what this session may read. Brings the trail up to date before, where `fresh` is asked for.
pub(crate) fn read<R>(
    clinic: &Clinic,
    fresh: Fresh,
    work: impl Fn(&Session, Option<&Desk>, &Source) -> Result<R, CommandError>,
) -> Result<R, CommandError> {
    if fresh == Fresh::Now {
        trail::refresh(clinic)?;
    }
    clinic.with_session(|session| {
        let there = clinic.with_desk(|desk| {
            if !desk.has_roster() {
                return work(session, None, &Source::Own);
            }
            let trail = trail::open(session, desk)?.ok_or(ErrorCode::Forbidden)?;
            work(session, Some(desk), &Source::Clinic(trail))
        })?;
        there.map_or_else(|| work(session, None, &Source::Own), Ok)
    })
}

/// Whether the newest must be among them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// Take in what is known here first.
    Now,
    /// A later page of what was shown.
    AsItWas,
}

impl Source {
    /// A page, newest first, of at most [`PAGE`] rows.
    pub(crate) fn page(
        &self,
        session: &Session,
        view: &View<'_>,
        filter: &TrailFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<TrailRow>, CommandError> {
        let limit = limit.clamp(1, PAGE);
        match self {
            Self::Clinic(trail) => Ok(trail.page(filter, before, limit)?),
            Self::Own => own_page(session, view, filter, before, limit),
        }
    }

    /// One entry of a laptop's chain.
    pub(super) fn entry(
        &self,
        session: &Session,
        view: &View<'_>,
        device: DeviceId,
        (chain, n): (Compartment, u64),
    ) -> Result<Option<TrailEntry>, CommandError> {
        match self {
            Self::Clinic(trail) => Ok(trail.entry(device, chain, n)?),
            Self::Own if device == session.device() && session.holds(chain) => own_entry(view, chain, n),
            Self::Own => Ok(None),
        }
    }

    /// The time of the oldest entry: of what was before, nothing is known here.
    pub(super) fn oldest_ms(&self) -> Result<Option<u64>, CommandError> {
        match self {
            Self::Clinic(trail) => Ok(trail.oldest_ms()?),
            // A laptop's own chains begin with it.
            Self::Own => Ok(None),
        }
    }
}

/// One entry of this laptop's own log.
pub(super) fn own_entry(view: &View<'_>, chain: Compartment, n: u64) -> Result<Option<TrailEntry>, CommandError> {
    let Some(next) = n.checked_add(1).filter(|next| i64::try_from(*next).is_ok()) else {
        return Ok(None);
    };
    let found = view.audit_entries(chain, None, Some(next), 1)?.pop();
    Ok(found.filter(|row| row.n == n).map(|row| of_own(chain, row)))
}

/// An entry of this laptop's own log, as the trail has it: with its whole detail.
fn of_own(chain: Compartment, row: AuditRow) -> TrailEntry {
    TrailEntry {
        chain,
        row,
        withheld: false,
        withheld_op: None,
        hash: [0; 32],
    }
}

fn own_page(
    session: &Session,
    view: &View<'_>,
    filter: &TrailFilter,
    mut before: Option<u64>,
    limit: u32,
) -> Result<Vec<TrailRow>, CommandError> {
    let device = session.device();
    let mut page = Vec::new();
    loop {
        let found = super::own(view, filter.patient, before, PAGE)?;
        let Some((_, last)) = found.last() else {
            return Ok(page);
        };
        before = Some(*last);
        for (found, id) in found {
            if !filter.takes(device, &found.row) {
                continue;
            }
            let mut found = found;
            let withheld = super::hide_of_closed(session, view, &mut found)?;
            let entry = TrailEntry {
                withheld,
                ..of_own(found.compartment, found.row)
            };
            page.push(TrailRow { id, device, entry });
            if page.len() == limit as usize {
                return Ok(page);
            }
        }
    }
}

/// The names of people, laptops and patients, each looked up once.
pub(crate) struct Names<'a> {
    session: &'a Session,
    desk: Option<&'a Desk>,
    view: &'a View<'a>,
    users: HashMap<UserId, Option<String>>,
    devices: HashMap<DeviceId, String>,
    patients: HashMap<RecordId, Option<String>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(session: &'a Session, desk: Option<&'a Desk>, view: &'a View<'a>) -> Self {
        Self {
            session,
            desk,
            view,
            users: HashMap::new(),
            devices: HashMap::new(),
            patients: HashMap::new(),
        }
    }

    /// A person; nothing for what no person did.
    pub(crate) fn user(&mut self, user: UserId) -> Option<String> {
        let (session, desk) = (self.session, self.desk);
        let look = || match desk {
            Some(desk) => trail::user_name(session, desk, user),
            None if user == NOBODY_USER => None,
            None => Some(
                session
                    .user_name(user)
                    .unwrap_or_else(|| name::short(&user.to_string())),
            ),
        };
        self.users.entry(user).or_insert_with(look).clone()
    }

    /// A laptop.
    pub(crate) fn device(&mut self, device: DeviceId) -> String {
        let (session, desk) = (self.session, self.desk);
        let look = || match desk {
            Some(desk) => trail::device_name(session, desk, device),
            None => name::short(&device.to_string()),
        };
        self.devices.entry(device).or_insert_with(look).clone()
    }

    /// A patient, where they are known here.
    pub(super) fn patient(&mut self, patient: RecordId) -> Result<Option<String>, CommandError> {
        if let Some(known) = self.patients.get(&patient) {
            return Ok(known.clone());
        }
        let name = crate::patient::name_of(self.view, patient)?;
        self.patients.insert(patient, name.clone());
        Ok(name)
    }
}
