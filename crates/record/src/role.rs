//! Roles and what each may do. The compartments of a role are enforced by keys; the permissions inside a compartment by
//! [`may`], which every use case asks first.

use crate::op::Compartment;
use serde::{Deserialize, Serialize};

/// What a user is at the clinic; a user may be several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registers, finds, books and checks in.
    FrontDesk,
    /// Reads and writes the chart.
    Clinician,
    /// Adds and removes users and sets policy.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::FrontDesk, Self::Clinician, Self::Admin];
}

/// Something that not everybody may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Permission {
    /// Find patients and open their registration.
    PatientRead,
    /// Register, edit, and change the photo.
    PatientWrite,
    /// Remove a patient from the list, and bring one back.
    PatientRemove,
    /// See who did what to one patient's registration.
    PatientHistory,
    /// Say who opens a patient's chart as usual; the rest of the rule is in the use case.
    PatientRestrict,
    /// Read the chart.
    ChartRead,
    /// Add to the chart: allergies, notes.
    ChartWrite,
    /// Open the chart of a restricted patient for a while, with a reason, before the eyes of the admins.
    BreakGlass,
    /// Take records in from files.
    Import,
    /// Write one patient's whole record out.
    Export,
    /// Read the audit of everything and verify its chain.
    Audit,
    /// Add and remove users.
    UserManage,
    /// Set policy for everybody.
    SettingsWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 13] = [
        Self::PatientRead,
        Self::PatientWrite,
        Self::PatientRemove,
        Self::PatientHistory,
        Self::PatientRestrict,
        Self::ChartRead,
        Self::ChartWrite,
        Self::BreakGlass,
        Self::Import,
        Self::Export,
        Self::Audit,
        Self::UserManage,
        Self::SettingsWrite,
    ];

    /// The roles that have it.
    fn roles(self) -> &'static [Role] {
        use Role::{Admin, Clinician, FrontDesk};
        match self {
            Self::PatientRead | Self::PatientHistory => &[FrontDesk, Clinician, Admin],
            Self::PatientWrite | Self::PatientRemove => &[FrontDesk, Clinician],
            Self::ChartRead | Self::ChartWrite | Self::BreakGlass | Self::Export => &[Clinician],
            Self::Import | Self::PatientRestrict => &[Clinician, Admin],
            Self::Audit | Self::UserManage | Self::SettingsWrite => &[Admin],
        }
    }
}

/// Whether any of the roles has the permission.
pub fn may(roles: &[Role], permission: Permission) -> bool {
    roles.iter().any(|role| permission.roles().contains(role))
}

/// The compartments whose keys the roles bring, office first. An admin who is no clinician has no key of the chart.
pub fn compartments(roles: &[Role]) -> &'static [Compartment] {
    if roles.contains(&Role::Clinician) {
        &[Compartment::Office, Compartment::Clinical]
    } else if roles.is_empty() {
        &[]
    } else {
        &[Compartment::Office]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn the_table_is_what_was_agreed() {
        let mut table = String::new();
        for permission in Permission::ALL {
            let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| may(&[*role], permission)).collect();
            writeln!(table, "{permission:?}: {roles:?}").unwrap();
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn nobody_may_touch_the_chart_without_its_key() {
        for role in Role::ALL {
            let has_key = compartments(&[role]).contains(&Compartment::Clinical);
            for permission in [
                Permission::ChartRead,
                Permission::ChartWrite,
                Permission::BreakGlass,
                Permission::Export,
            ] {
                assert_eq!(may(&[role], permission), has_key);
            }
        }
        assert!(compartments(&[]).is_empty());
        assert!(!may(&[], Permission::PatientRead));
        assert_eq!(compartments(&[Role::Admin, Role::Clinician]).len(), 2);
    }

    #[test]
    fn wire_names() {
        assert_eq!(
            serde_json::to_string(&Role::ALL).unwrap(),
            r#"["front_desk","clinician","admin"]"#
        );
    }
}
