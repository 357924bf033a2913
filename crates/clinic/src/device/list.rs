//! `device_list`: who and what is of the clinic.

use super::wire::{DeviceRow, DeviceStatus, DeviceUser};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::lease;
use crate::posture::{self, Inventory};
use crate::session::Session;
use crate::sync::key::{store_roles, store_user};
use crate::sync::{Desk, name};
use crate::wipe;
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_roster::roster::{Device, Status};
use wardkeep_roster::{DeviceId, Enrollment};
use wardkeep_vault::store::store_device;

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
    let (agrees, heard, leases) = {
        let live = clinic.sync().live();
        (live.agrees.clone(), live.devices_heard.clone(), live.leases.clone())
    };
    clinic.with_both(|session, desk| {
        let known = Known {
            session,
            desk,
            agrees,
            heard,
            leases,
            inventory: Inventory::open(session, desk)?,
        };
        let devices = desk.roster()?.devices();
        let mut rows: Vec<DeviceRow> = devices
            .map(|(id, device)| known.row(id, device))
            .collect::<Result<_, _>>()?;
        rows.sort_by(|a, b| b.this.cmp(&a.this).then(a.name.cmp(&b.name)).then(a.id.cmp(&b.id)));
        Ok(rows)
    })
}

type ByDevice<T> = BTreeMap<[u8; 16], T>;

/// What is known of the devices beside the roster.
struct Known<'a> {
    session: &'a Session,
    desk: &'a Desk,
    agrees: ByDevice<bool>,
    heard: ByDevice<u64>,
    leases: ByDevice<u64>,
    inventory: Option<Inventory>,
}

impl Known<'_> {
    fn row(&self, id: DeviceId, device: &Device) -> Result<DeviceRow, CommandError> {
        let (session, desk) = (self.session, self.desk);
        let store_id = store_device(id);
        let this = id == desk.device()?;
        let agrees = self.agrees.get(&id.0).copied();
        // In memory since the start, in the trail from before it.
        let since_start = self.heard.get(&id.0).copied();
        let last_heard_ms = since_start.max(self.inventory.as_ref().and_then(|known| known.heard_ms(store_id)));
        let given_ms = self.leases.get(&id.0);
        let lease_ends_ms = given_ms.map(|at| lease::ends_ms(desk, *at)).transpose()?;
        let report = match &self.inventory {
            Some(inventory) => inventory.reports(session, desk, store_id, 1)?.pop(),
            None => None,
        };
        let warnings = if self.inventory.is_some() && device.status == Status::Active && device.wipe.is_none() {
            posture::warnings(session, desk, store_id, report.as_ref(), last_heard_ms, agrees)?
        } else {
            Vec::new()
        };
        Ok(DeviceRow {
            id: store_id.to_string(),
            name: name::of_device(session, desk, id),
            this,
            status: match device.status {
                Status::Active => DeviceStatus::Active,
                Status::Revoked { .. } => DeviceStatus::Revoked,
            },
            users: self.users(id, device)?,
            last_heard_ms,
            agrees,
            wipe: device
                .wipe
                .as_ref()
                .map(|order| wipe::views(session, desk, (id, order), last_heard_ms, lease_ends_ms))
                .transpose()?,
            report,
            warnings,
        })
    }

    fn users(&self, id: DeviceId, device: &Device) -> Result<Vec<DeviceUser>, CommandError> {
        let roster = self.desk.roster()?;
        let user = |user: &wardkeep_roster::UserId| {
            let enrolled = roster.enrollment(&Enrollment {
                device: id,
                user: *user,
            })?;
            Some(DeviceUser {
                id: store_user(*user).to_string(),
                name: name::of_user(self.session, self.desk, *user),
                roles: store_roles(enrolled.roles),
            })
        };
        Ok(device.users.iter().filter_map(user).collect())
    }
}
