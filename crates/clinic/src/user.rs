//! The people of this laptop.

pub mod add;
pub mod list;
pub mod members;
pub mod password_change;
pub mod remove;
pub mod revoke;
pub mod roles;
pub mod wire;

use crate::error::{CommandError, ErrorCode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
pub use wardkeep_record::id::{DeviceId, UserId};
pub use wardkeep_record::role::Role;
use wardkeep_vault::roles::Roles;

/// Characters that a user's or clinic's name may have at most.
const NAME_LIMIT: usize = 200;

/// The role's name on every surface.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::FrontDesk => "front_desk",
        Role::Clinician => "clinician",
        Role::Admin => "admin",
    }
}

/// The roles as the vault stores them.
pub(crate) fn stored_roles(roles: &[Role]) -> Roles {
    roles.iter().fold(Roles::NONE, |all, role| all.and(stored_role(*role)))
}

/// The roles of a stored set; bits of a newer version grant nothing here.
pub(crate) fn roles_of(stored: Roles) -> Vec<Role> {
    Role::ALL
        .into_iter()
        .filter(|role| stored.contains(stored_role(*role)))
        .collect()
}

fn stored_role(role: Role) -> Roles {
    match role {
        Role::FrontDesk => Roles::FRONT_DESK,
        Role::Clinician => Roles::CLINICIAN,
        Role::Admin => Roles::ADMIN,
    }
}

/// One user, as lists show them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// One or two letters for a small picture.
    pub initials: String,
    /// What they may do; not told while locked.
    pub roles: Option<Vec<Role>>,
}

impl UserRow {
    /// A row with the initials of its name.
    pub fn new(id: UserId, name: String, roles: Option<Vec<Role>>) -> Self {
        let initials = initials(&name);
        Self {
            id,
            name,
            initials,
            roles,
        }
    }
}

/// The first letters of the first and the last word, in capitals where the script has them.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().find(|c| c.is_alphanumeric()));
    let last = words
        .next_back()
        .and_then(|word| word.chars().find(|c| c.is_alphanumeric()));
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A name without surrounding space; refused when empty, too long or with control characters in it.
pub(crate) fn checked_name(name: &str, field: &'static str) -> Result<String, CommandError> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(CommandError::invalid(field));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at(field));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_in_any_script() {
        for (name, expected) in [
            ("Ada Founder", "AF"),
            ("ada", "A"),
            ("Jean-Luc de la Tour", "JT"),
            ("佐藤 花子", "佐花"),
            ("", ""),
            ("émile", "É"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }

    #[test]
    fn a_name_is_trimmed_and_checked() {
        assert_eq!(checked_name("  Ada ", "name").as_deref(), Ok("Ada"));
        assert!(checked_name(" \t", "name").is_err());
        assert!(checked_name("a\u{7}b", "name").is_err());
        assert!(checked_name(&"x".repeat(201), "name").is_err());
    }
}
