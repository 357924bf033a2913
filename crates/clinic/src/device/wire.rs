//! What the surfaces see of the clinic's devices.

use crate::posture::wire::{DeviceWarning, PostureReport};
use crate::user::Role;
use crate::wipe::wire::WipeView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether a device is of the clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    /// It is.
    Active,
    /// It was.
    Revoked,
}

/// One user of a device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DeviceUser {
    /// Who.
    pub id: String,
    /// Their name; the id's first digits where it cannot be read.
    pub name: String,
    /// What the roster lets them do.
    pub roles: Vec<Role>,
}

/// One device of the clinic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRow {
    /// Its id.
    pub id: String,
    /// Its name; the id's first digits where it cannot be read.
    pub name: String,
    /// Whether it is this one.
    pub this: bool,
    /// Whether it is of the clinic.
    pub status: DeviceStatus,
    /// Who uses it.
    pub users: Vec<DeviceUser>,
    /// When something of it last came here, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub last_heard_ms: Option<u64>,
    /// Whether its last checkpoint had the digest that this device had at the same vector; nothing where they were not comparable.
    pub agrees: Option<bool>,
    /// The order to wipe it, if there is one.
    pub wipe: Option<WipeView>,
    /// What it last said of itself; nothing where it never did, or where the user may not know.
    pub report: Option<PostureReport>,
    /// What is to be looked at, gravest first; nothing where the user may not know.
    pub warnings: Vec<DeviceWarning>,
}

/// One device with its history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DeviceDetail {
    /// As in the list.
    pub device: DeviceRow,
    /// What it said of itself, newest first.
    pub reports: Vec<PostureReport>,
}
