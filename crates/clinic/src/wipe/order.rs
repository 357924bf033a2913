//! `device_wipe`: orders a device to destroy what it holds, or gives the second word to an order that another admin began. New epochs begin
//! in the same step, as at a revocation.

use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::device::list::rows;
use crate::device::revoke::renew;
use crate::device::wire::DeviceRow;
use crate::error::{CommandError, ErrorCode};
use crate::sync;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, Wipe};
use wardkeep_vault::random;
use wardkeep_vault::store::{Action, AuditEntry, wire_device};

/// Which, and what becomes of what it has not sent.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// The device.
    pub id: DeviceId,
    /// Whether it posts first, sealed, what it has not sent. An order that waits for its second word stays as it was given.
    pub post_unsent: bool,
}

impl Command for Input {
    type Output = Vec<DeviceRow>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<DeviceRow>, CommandError> {
        let device = wire_device(self.id);
        let this = clinic.with_clinic_desk(|desk| desk.device())?;
        if this == device {
            // Somebody must be left to see the receipt.
            return Err(CommandError::new(ErrorCode::Forbidden).at("id"));
        }
        sync::fetch_roster(clinic)?;
        let nonce = clinic.with_session(|session| Ok(random::array(&*session.env.random)))?;
        let said = sync::act(clinic, |session, sealing| {
            let known = sealing.roster().device(&device).map(|known| known.wipe);
            let order = match known.ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))? {
                None => Wipe {
                    device,
                    nonce,
                    post_outbox: self.post_unsent,
                },
                Some(order) if order.confirmed_at.is_some() => return Ok(None),
                // The second word must come from another person.
                Some(order) if order.by.user == sealing.author().user => return Ok(None),
                Some(order) => order.order,
            };
            sealing.say(Body::Wipe(order))?;
            renew(session, sealing)?;
            Ok(Some(order))
        })?;
        if let Some(order) = said {
            let detail = serde_json::json!({ "device": self.id, "state": "ordered", "post_unsent": order.post_outbox });
            clinic.with_session(|session| {
                session.write(Compartment::Office, |tx| {
                    Ok(tx.audit(&AuditEntry::new(Action::Wipe).detail(&detail))?)
                })
            })?;
        }
        crate::enrollment::delivery::deliver(clinic)?;
        clinic.sync().signal().news();
        rows(clinic)
    }
}
