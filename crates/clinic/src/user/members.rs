//! `member_list`: the people of the whole clinic, as the roster has them, with the laptops that each uses.

use super::wire::{Member, MemberDevice};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::key::{store_roles, store_user};
use crate::sync::{Desk, name};
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Enrollment, UserId};
use wardkeep_vault::store::store_device;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = Vec<Member>;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<Vec<Member>, CommandError> {
        rows(clinic)
    }
}

/// Everybody, by name; who has left last. Nobody where this laptop works alone.
pub(crate) fn rows(clinic: &Clinic) -> Result<Vec<Member>, CommandError> {
    clinic.with_session(|session| {
        let rows = clinic.with_desk(|desk| {
            if !desk.has_roster() {
                return Ok(Vec::new());
            }
            let ids: Vec<UserId> = desk.roster()?.users().map(|(id, _)| id).collect();
            ids.into_iter().map(|id| row(session, desk, id)).collect()
        })?;
        let mut rows: Vec<Member> = rows.unwrap_or_default();
        rows.sort_by(|a, b| a.revoked.cmp(&b.revoked).then_with(|| a.name.cmp(&b.name)));
        Ok(rows)
    })
}

fn row(session: &Session, desk: &Desk, id: UserId) -> Result<Member, CommandError> {
    let roster = desk.roster()?;
    let user = roster
        .user(&id)
        .ok_or_else(|| CommandError::internal("member without row"))?;
    let device = |device: &wardkeep_roster::DeviceId| {
        let one = roster.enrollment(&Enrollment {
            device: *device,
            user: id,
        })?;
        Some(MemberDevice {
            id: store_device(*device).to_string(),
            name: name::of_device(session, desk, *device),
            active: one.status == Status::Active,
        })
    };
    let devices: Vec<MemberDevice> = user.devices.iter().filter_map(device).collect();
    let gone = user.revoked_at.is_some();
    Ok(Member {
        id: store_user(id),
        name: name::of_user(session, desk, id),
        roles: if gone { Vec::new() } else { store_roles(user.roles()) },
        this: store_user(id) == session.user,
        revoked: gone,
        devices,
    })
}
