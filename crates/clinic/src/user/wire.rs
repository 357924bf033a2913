//! What the surfaces see of the clinic's people.

use super::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::UserId;

/// One person of the clinic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// Their name; the id's first digits where it cannot be read.
    pub name: String,
    /// What they may do, on every laptop.
    pub roles: Vec<Role>,
    /// Whether it is the session's user.
    pub this: bool,
    /// They have left, for ever.
    pub revoked: bool,
    /// The laptops that they use or used.
    pub devices: Vec<MemberDevice>,
}

/// A laptop of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct MemberDevice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether they may use it.
    pub active: bool,
}
