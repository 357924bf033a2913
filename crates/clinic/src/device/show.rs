//! `device_show`: one device, and what it has reported of itself. For those who may read the clinic's trail.

use super::list::rows;
use super::wire::DeviceDetail;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::posture::Inventory;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::role::Permission;

/// Most reports of one answer.
const LIMIT: u32 = 200;

/// Which.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The device.
    pub id: DeviceId,
    /// Reports at most, newest first.
    pub limit: u32,
}

impl Command for Input {
    type Output = DeviceDetail;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Audit);

    fn run(self, clinic: &Clinic) -> Result<DeviceDetail, CommandError> {
        let wanted = self.id.to_string();
        let device = rows(clinic)?.into_iter().find(|row| row.id == wanted);
        let device = device.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))?;
        let reports = clinic.with_both(|session, desk| {
            let inventory = Inventory::open(session, desk)?.ok_or(ErrorCode::Forbidden)?;
            inventory.reports(session, desk, self.id, self.limit.clamp(1, LIMIT))
        })?;
        Ok(DeviceDetail { device, reports })
    }
}
