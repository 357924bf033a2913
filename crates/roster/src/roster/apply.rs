//! What an entry changes, once it was found right. Nothing here can fail.

use super::aside::Aside;
use super::state::Member;
use super::{Device, KeyEpoch, Roster, Status, User, WipeOrder};
use crate::entry::{AddDevice, Body, Enroll, Entry, Genesis, Policy, Revoke, Target, Wipe};
use crate::id::Enrollment;
use crate::key::EnrollmentKeys;
use crate::role::{Role, Roles};

impl Roster {
    /// The founder, their device and the recovery key.
    pub(super) fn found_members(&mut self, genesis: &Genesis) {
        self.add_device(
            &AddDevice {
                device: genesis.device,
                key: genesis.device_key.clone(),
                name: genesis.device_name.clone(),
            },
            1,
        );
        self.enroll(
            &Enroll {
                device: genesis.device,
                user: genesis.user,
                keys: genesis.keys.clone(),
                user_name: genesis.user_name.clone(),
            },
            1,
        );
        if let Some(user) = self.members.users.get_mut(&genesis.user) {
            user.roles.push((1, Roles::of(&[Role::Admin])));
        }
        self.refresh(
            Enrollment {
                device: genesis.device,
                user: genesis.user,
            },
            1,
        );
        if let Some(keys) = &genesis.recovery {
            self.set_recovery(keys, 1);
        }
    }

    /// Changes the state as a checked entry says.
    pub(super) fn apply(&mut self, entry: &Entry) {
        let number = entry.number;
        match &entry.body {
            Body::Genesis(_) | Body::RestoreEpoch(_) => {}
            Body::Device(body) => self.add_device(body, number),
            Body::Enroll(body) => self.enroll(body, number),
            Body::Grant(body) => {
                if let Some(user) = self.members.users.get_mut(&body.user) {
                    user.roles.push((number, body.roles));
                }
                for enrollment in self.enrollments_of(&body.user) {
                    self.refresh(enrollment, number);
                }
            }
            Body::Policy(body) => self.policy = *body,
            Body::Epoch(body) => {
                self.access.renewed(body.compartment);
                self.epochs[body.compartment.index()].push(KeyEpoch {
                    at: number,
                    at_ms: entry.at_ms,
                    by: entry.author,
                    epoch: body.clone(),
                });
            }
            Body::Revoke(body) => self.revoke(body, number),
            Body::Wipe(body) => self.wipe(body, entry),
            Body::Recovery(body) => self.set_recovery(&body.keys, number),
            Body::DeviceKey(body) => {
                self.members.use_key(body.device, &body.key.key);
                if let Some(device) = self.members.devices.get_mut(&body.device) {
                    device.renew(body, number);
                }
            }
            Body::Accept(body) => {
                if let Some(device) = self.members.devices.get_mut(&body.device) {
                    device.aside.accept(body);
                }
            }
            Body::Discard(body) => {
                if let Some(device) = self.members.devices.get_mut(&body.device) {
                    device.aside.discard(body, number);
                }
            }
        }
    }

    fn add_device(&mut self, body: &AddDevice, number: u32) {
        self.members.use_key(body.device, &body.key.key);
        self.members.devices.insert(
            body.device,
            Device {
                key: body.key.key,
                key_since: number,
                former: Vec::new(),
                name: body.name.clone(),
                added_at: number,
                status: Status::Active,
                wipe: None,
                users: Vec::new(),
                last_accepted: None,
                aside: Aside::default(),
            },
        );
    }

    fn enroll(&mut self, body: &Enroll, number: u32) {
        let enrollment = Enrollment {
            device: body.device,
            user: body.user,
        };
        self.members.use_keys(&body.keys);
        if let Some(device) = self.members.devices.get_mut(&body.device) {
            device.users.push(body.user);
        }
        let user = self.members.users.entry(body.user).or_insert_with(|| User {
            name: body.user_name.clone(),
            revoked_at: None,
            devices: Vec::new(),
            roles: Vec::new(),
        });
        user.name = body.user_name.clone();
        user.devices.push(body.device);
        let member = Member {
            keys: body.keys.clone(),
            added_at: number,
            status: Status::Active,
        };
        self.members.enrollments.insert(enrollment, member);
        self.refresh(enrollment, number);
    }

    fn revoke(&mut self, body: &Revoke, number: u32) {
        let leaving = self.leaving(&body.target);
        match &body.target {
            Target::Device(id) => {
                if let Some(device) = self.members.devices.get_mut(id) {
                    device.status = Status::Revoked { at: number };
                    device.last_accepted = body.last_accepted.as_ref().map(|chains| {
                        let line = chains.iter();
                        line.map(|one| ((one.incarnation, one.compartment), one.seq)).collect()
                    });
                }
            }
            Target::User(id) => {
                if let Some(user) = self.members.users.get_mut(id) {
                    user.revoked_at = Some(number);
                }
            }
            Target::Enrollment(_) => {}
        }
        for enrollment in leaving {
            if let Some(member) = self.members.enrollments.get_mut(&enrollment)
                && member.status == Status::Active
            {
                member.status = Status::Revoked { at: number };
            }
            self.refresh(enrollment, number);
        }
    }

    fn wipe(&mut self, body: &Wipe, entry: &Entry) {
        let two = self.policy.two_admins & Policy::TWO_ADMINS_WIPE != 0;
        let Some(device) = self.members.devices.get_mut(&body.device) else {
            return;
        };
        match &mut device.wipe {
            Some(known) => known.confirmed_at = Some(entry.number),
            None => {
                device.wipe = Some(WipeOrder {
                    at: entry.number,
                    order: *body,
                    by: entry.author,
                    confirmed_at: (!two).then_some(entry.number),
                });
            }
        }
        for enrollment in self.leaving(&Target::Device(body.device)) {
            self.refresh(enrollment, entry.number);
        }
    }

    fn set_recovery(&mut self, keys: &EnrollmentKeys, number: u32) {
        self.members.use_keys(keys);
        let member = Member {
            keys: keys.clone(),
            added_at: number,
            status: Status::Active,
        };
        let former = self.members.enrollments.insert(Enrollment::RECOVERY, member);
        self.refresh(Enrollment::RECOVERY, number);
        if former.is_some() {
            self.access.replaced(number);
        }
    }

    /// Brings what an enrollment opens up to date.
    fn refresh(&mut self, enrollment: Enrollment, number: u32) {
        let roles = self.roles_of(&enrollment);
        self.access.set(enrollment, roles, number);
    }
}
