//! Who opens what by the head of the chain, kept up to date entry by entry, so that no check walks through all members.

use crate::entry::Recipients;
use crate::id::Enrollment;
use crate::role::{Compartment, Role, Roles};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A compartment that needs a new key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DueEpoch {
    /// Somebody opens it and it has no key yet.
    First(Compartment),
    /// Somebody who could read lost the right to.
    Lost {
        /// Which compartment.
        compartment: Compartment,
        /// Since the entry of this number.
        since: u32,
    },
}

/// The enrollments entitled to one compartment.
#[derive(Clone, Default)]
struct Part {
    entitled: BTreeSet<Enrollment>,
    /// Their hash, made when it is first asked for.
    recipients: OnceLock<Recipients>,
    /// The first entry since the last epoch that took somebody's right.
    lost_since: Option<u32>,
}

/// The enrollments entitled to each compartment, and the admins among them.
#[derive(Clone, Default)]
pub(super) struct Access {
    parts: [Part; 3],
    admins: BTreeSet<Enrollment>,
}

impl Access {
    /// This enrollment has these roles since this entry ([`Roles::NONE`] when it left).
    pub(super) fn set(&mut self, enrollment: Enrollment, roles: Roles, since: u32) {
        for compartment in Compartment::ALL {
            let part = &mut self.parts[compartment.index()];
            let changed = if roles.opens(compartment) {
                part.entitled.insert(enrollment)
            } else {
                let lost = part.entitled.remove(&enrollment);
                if lost {
                    part.lost_since.get_or_insert(since);
                }
                lost
            };
            if changed {
                part.recipients = OnceLock::new();
            }
        }
        if roles.has(Role::Admin) && enrollment != Enrollment::RECOVERY {
            self.admins.insert(enrollment);
        } else {
            self.admins.remove(&enrollment);
        }
    }

    /// Whoever held the former keys of this enrollment may no longer read, though the enrollment may.
    pub(super) fn replaced(&mut self, since: u32) {
        for part in &mut self.parts {
            part.lost_since.get_or_insert(since);
        }
    }

    /// The compartment has a new key.
    pub(super) fn renewed(&mut self, compartment: Compartment) {
        self.parts[compartment.index()].lost_since = None;
    }

    /// Those who open the compartment, sorted.
    pub(super) fn entitled(&self, compartment: Compartment) -> &BTreeSet<Enrollment> {
        &self.parts[compartment.index()].entitled
    }

    /// Their count and hash.
    pub(super) fn recipients(&self, compartment: Compartment) -> Recipients {
        let part = &self.parts[compartment.index()];
        *part.recipients.get_or_init(|| Recipients::of(part.entitled.iter()))
    }

    /// Whether no admin would stay if these enrollments left.
    pub(super) fn loses_last_admin(&self, leaving: &[Enrollment]) -> bool {
        let lost = leaving.iter().filter(|one| self.admins.contains(one)).count();
        lost > 0 && lost == self.admins.len()
    }

    /// What is due in a compartment that has had this many epochs.
    pub(super) fn due(&self, compartment: Compartment, epochs: usize) -> Option<DueEpoch> {
        let part = &self.parts[compartment.index()];
        if epochs == 0 {
            let somebody = part.entitled.iter().any(|one| *one != Enrollment::RECOVERY);
            return somebody.then_some(DueEpoch::First(compartment));
        }
        let since = part.lost_since?;
        Some(DueEpoch::Lost { compartment, since })
    }
}
