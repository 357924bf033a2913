//! Restricted patients: everybody finds them and sees who they are, and their chart opens to those who are named for it.
//!
//! Invariants:
//! - Whatever reads or writes a chart asks [`require_open`] first. A test walks the command table for one that does not.
//! - It is a rule of this program and no cryptography: whoever holds the chart's key could read the file with another one.
//! - Nothing opens a chart but a list that names the user, or glass that the user has broken here ([`crate::glass`]).

pub mod lift;
pub mod people;
pub mod set;

use crate::command::Need;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::field::Kind;
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::restriction::Restriction;
use wardkeep_record::role::{Permission, Role};
use wardkeep_vault::store::{Stored, View};

/// Who opens the chart of a restricted patient, and how that is for the user who asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RestrictionView {
    /// The people who open it as usual.
    pub people: Vec<Named>,
    /// It is open to this user now.
    pub open: bool,
    /// It is so by broken glass, until then by this laptop's clock, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub glass_until_ms: Option<u64>,
    /// This user may break the glass.
    pub may_break: bool,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Named {
    /// Who.
    pub id: UserId,
    /// Their name; the id's first digits where it is not known here.
    pub name: String,
}

/// How a patient is restricted, by id; nothing for one who is not, or is not known here.
pub(crate) fn of(view: &View<'_>, patient: RecordId) -> Result<Option<Restriction>, CommandError> {
    let stored = view.record(Compartment::Office, patient)?;
    let patient = stored.filter(|stored| stored.state.kind == Kind::PATIENT);
    Ok(patient.and_then(|stored| Restriction::of(&stored.state)))
}

/// Whether the chart is closed to this session's user now.
pub(crate) fn is_closed(session: &Session, view: &View<'_>, patient: RecordId) -> Result<bool, CommandError> {
    Ok(of(view, patient)?.is_some_and(|restriction| shuts_out(session, &restriction, patient)))
}

/// Refuses a chart that is closed to this session's user.
pub(crate) fn require_open(session: &Session, patient: &Stored) -> Result<(), CommandError> {
    refuse(Restriction::of(&patient.state).is_some_and(|restriction| shuts_out(session, &restriction, patient.id)))
}

/// The same by the patient's id, for a record in a chart.
pub(crate) fn require_open_to(session: &Session, view: &View<'_>, patient: RecordId) -> Result<(), CommandError> {
    refuse(is_closed(session, view, patient)?)
}

fn refuse(closed: bool) -> Result<(), CommandError> {
    if closed {
        return Err(CommandError::new(ErrorCode::ChartRestricted).at("patient"));
    }
    Ok(())
}

fn shuts_out(session: &Session, restriction: &Restriction, patient: RecordId) -> bool {
    !restriction.lets(session.user) && session.glass.left_ms(session, patient).is_none()
}

/// Whether this user may restrict the patient, or change or lift that: an admin; a clinician while nobody is named yet, or who is named.
/// Broken glass gives no right to it.
pub(crate) fn may_change(session: &Session, patient: &Stored) -> bool {
    let restriction = Restriction::of(&patient.state);
    session.allow(Need::May(Permission::PatientRestrict)).is_ok()
        && (session.roles().contains(&Role::Admin)
            || restriction.is_none_or(|known| known.has_no_list() || known.names(session.user)))
}

/// As the patient's page shows it.
pub(crate) fn view_of(session: &Session, patient: &Stored) -> Option<RestrictionView> {
    let restriction = Restriction::of(&patient.state)?;
    let holds = session.holds(Compartment::Clinical);
    let left_ms = session.glass.left_ms(session, patient.id);
    Some(RestrictionView {
        people: restriction
            .users()
            .into_iter()
            .map(|user| named(session, user))
            .collect(),
        open: holds && (restriction.lets(session.user) || left_ms.is_some()),
        glass_until_ms: left_ms.map(|left| session.now_ms().saturating_add(left)),
        may_break: !restriction.lets(session.user) && session.allow(Need::May(Permission::BreakGlass)).is_ok(),
    })
}

pub(crate) fn named(session: &Session, user: UserId) -> Named {
    let name = session
        .user_name(user)
        .unwrap_or_else(|| crate::sync::name::short(&user.to_string()));
    Named { id: user, name }
}
