//! `device_list`: who and what is of the clinic.

use super::wire::{DeviceRow, DeviceStatus, DeviceUser};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::lease;
use crate::session::Session;
use crate::sync::key::store_roles;
use crate::sync::{Desk, name};
use crate::wipe;
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_roster::roster::{Device, Status};
use wardkeep_roster::{DeviceId, Enrollment};

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<DeviceRow>;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<Vec<DeviceRow>, CommandError> {
        rows(clinic)
    }
}

/// All devices, this one first, then by name.
pub(crate) fn rows(clinic: &Clinic) -> Result<Vec<DeviceRow>, CommandError> {
    let known = {
        let live = clinic.sync().live();
        Known {
            agrees: live.agrees.clone(),
            heard: live.devices_heard.clone(),
            leases: live.leases.clone(),
        }
    };
    clinic.with_both(|session, desk| {
        let this = desk.device()?;
        let roster = desk.roster()?;
        let mut rows: Vec<DeviceRow> = roster
            .devices()
            .map(|(id, device)| row(session, desk, (id, device), (id == this, &known)))
            .collect::<Result<_, _>>()?;
        rows.sort_by(|a, b| b.this.cmp(&a.this).then(a.name.cmp(&b.name)).then(a.id.cmp(&b.id)));
        Ok(rows)
    })
}

/// What is kept in memory of the devices, by their ids.
struct Known {
    agrees: BTreeMap<[u8; 16], bool>,
    heard: BTreeMap<[u8; 16], u64>,
    leases: BTreeMap<[u8; 16], u64>,
}

fn row(
    session: &Session,
    desk: &Desk,
    (id, device): (DeviceId, &Device),
    (this, known): (bool, &Known),
) -> Result<DeviceRow, CommandError> {
    let roster = desk.roster()?;
    let user = |user: &wardkeep_roster::UserId| {
        let enrolled = roster.enrollment(&Enrollment {
            device: id,
            user: *user,
        })?;
        Some(DeviceUser {
            id: crate::sync::key::store_user(*user).to_string(),
            name: name::of_user(session, desk, *user),
            roles: store_roles(enrolled.roles),
        })
    };
    let given_ms = known.leases.get(&id.0);
    let lease_ends_ms = given_ms.map(|at| lease::ends_ms(desk, *at)).transpose()?;
    Ok(DeviceRow {
        id: wardkeep_vault::store::store_device(id).to_string(),
        name: name::of_device(session, desk, id),
        this,
        status: match device.status {
            Status::Active => DeviceStatus::Active,
            Status::Revoked { .. } => DeviceStatus::Revoked,
        },
        users: device.users.iter().filter_map(user).collect(),
        last_heard_ms: known.heard.get(&id.0).copied(),
        agrees: known.agrees.get(&id.0).copied(),
        wipe: device
            .wipe
            .as_ref()
            .map(|order| {
                wipe::views(
                    session,
                    desk,
                    (id, order),
                    known.heard.get(&id.0).copied(),
                    lease_ends_ms,
                )
            })
            .transpose()?,
    })
}
