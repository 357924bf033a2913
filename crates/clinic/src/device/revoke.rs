//! `device_revoke`: takes a device out of the clinic. The roster says so, draws the line behind what the server has of it, and begins new
//! epochs, in one step: nothing that is written from now on can be read with a key that the device has.

use super::list::rows;
use super::wire::DeviceRow;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::key::{KEPT, filler};
use crate::sync::{self, Sealing};
use crate::user::Role;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, LastAccepted, Revoke, Target};
use wardkeep_roster::limit::MAX_LAST_ACCEPTED;
use wardkeep_roster::roster::{DueEpoch, Status};
use wardkeep_roster::{Compartment, Roster};
use wardkeep_sync::epoch::EpochId;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::secret::EpochKey;
use wardkeep_vault::store::{Action, AuditEntry, wire_compartment, wire_device};

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The device.
    pub id: DeviceId,
}

impl Command for Input {
    type Output = Vec<DeviceRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<DeviceRow>, CommandError> {
        let device = wire_device(self.id);
        let known = clinic.with_clinic_desk(|desk| {
            let this = desk.device()?;
            if this == device {
                // Whoever leaves is taken out by somebody who stays.
                return Err(CommandError::new(ErrorCode::Forbidden).at("id"));
            }
            Ok(desk.roster()?.device(&device).map(|known| known.status))
        })?;
        match known {
            None => return Err(CommandError::new(ErrorCode::NotFound).at("id")),
            Some(Status::Revoked { .. }) => return rows(clinic),
            Some(Status::Active) => {}
        }
        sync::fetch_roster(clinic)?;
        let server = clinic.ask(|link| async move { link.vector().await })?;
        let last_accepted = last_accepted(&server.tips, device);
        sync::act(clinic, |session, sealing| {
            sealing.say(Body::Revoke(Revoke {
                target: Target::Device(device),
                last_accepted: last_accepted.clone(),
            }))?;
            renew(session, sealing)
        })?;
        clinic.with_both(|session, _| {
            let detail = serde_json::json!({ "device": self.id });
            session.write(op::Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::Revoke).detail(&detail))?)
            })
        })?;
        crate::enrollment::delivery::deliver(clinic)?;
        clinic.sync().signal().news();
        rows(clinic)
    }
}

/// What the server has of the device, which is what counts. Of more chains than an entry may name, none is named: then nothing new counts.
fn last_accepted(tips: &Frontier, device: wardkeep_roster::DeviceId) -> Option<Vec<LastAccepted>> {
    let mut chains: Vec<LastAccepted> = tips
        .iter()
        .filter(|(chain, _)| chain.device == device)
        .map(|(chain, tip)| LastAccepted {
            device,
            incarnation: chain.incarnation.0,
            compartment: chain.compartment,
            seq: tip.seq,
        })
        .collect();
    chains.sort_unstable();
    (chains.len() <= MAX_LAST_ACCEPTED).then_some(chains)
}

/// Begins the epochs that are due because somebody left, or because the policy's time has passed: whoever left must not
/// be able to read what is written from now on, and nothing is sealed before.
pub(crate) fn renew_due(clinic: &Clinic) -> Result<(), CommandError> {
    let due = clinic.with_both(|session, desk| {
        let roster = desk.roster()?;
        Ok(KEPT
            .into_iter()
            .any(|at| session.holds(at) && is_due(session, roster, wire_compartment(at))))
    });
    match due {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(error) if error.code == ErrorCode::Locked => return Ok(()),
        Err(error) => return Err(error),
    }
    match sync::act(clinic, renew) {
        // A key that has not come yet, or another's epoch that was first: the next round looks again.
        Err(error)
            if matches!(
                error.code,
                ErrorCode::NoKey | ErrorCode::NotEnrolled | ErrorCode::Conflict
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Whether a compartment needs a new key.
fn is_due(session: &Session, roster: &Roster, compartment: Compartment) -> bool {
    let lost = roster.due_epochs().into_iter().any(|due| match due {
        DueEpoch::First(part) | DueEpoch::Lost { compartment: part, .. } => part == compartment,
    });
    let old = || {
        let days = u64::from(roster.policy().epoch_days);
        let began = roster.epoch(compartment).map_or(u64::MAX, |epoch| epoch.at_ms);
        // Admins first: of all who are entitled the others step in where no admin is.
        let patience = u64::from(!session.roles().contains(&Role::Admin));
        session.now_ms().saturating_sub(began) > (days + patience) * DAY_MS
    };
    lost || old()
}

/// A new epoch of every compartment where one is due and that this session opens.
pub(crate) fn renew(session: &Session, sealing: &mut Sealing) -> Result<(), CommandError> {
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        let compartment = wire_compartment(at);
        let due = is_due(session, sealing.roster(), compartment);
        let sender = sealing.author();
        let entitled = sealing
            .roster()
            .active_enrollments(compartment)
            .any(|one| one == sender);
        if due && entitled {
            begin(session, sealing, at)?;
        }
    }
    Ok(())
}

/// Makes a key, keeps it, and says so. A key whose entry is not taken in the end was never the roster's, and another takes its number.
pub(crate) fn begin(session: &Session, sealing: &mut Sealing, at: op::Compartment) -> Result<(), CommandError> {
    let (clinic, compartment) = (sealing.roster().clinic(), wire_compartment(at));
    let before = sealing.roster().epoch(compartment).map(|epoch| epoch.epoch.number);
    let id = EpochId {
        clinic,
        compartment,
        number: before.unwrap_or(0) + 1,
    };
    let former = match before {
        None => None,
        Some(number) => Some(
            session
                .read(|view| Ok(view.epoch_key(at, number)?))?
                .ok_or(ErrorCode::NoKey)?,
        ),
    };
    let key = kept_key(session, at, id.number)?;
    let wrapped = former.map(|former| key.wrap(&id, &former)).unwrap_or_default();
    let body = sealing.roster().next_epoch(compartment, key.commitment(&id), wrapped);
    sealing.say(body)
}

/// The key of an epoch that this device is about to begin: one from an earlier try whose entry was not taken, or a new one.
fn kept_key(session: &Session, at: op::Compartment, number: u32) -> Result<EpochKey, CommandError> {
    let random = &*session.env.random;
    session.with_store(|store| {
        if let Some(known) = store.read().epoch_key(at, number)? {
            return Ok(known);
        }
        let key = EpochKey::make(&mut filler(random));
        store.put_epoch_key(at, number, &key)?;
        Ok::<_, CommandError>(key)
    })
}
