//! Opens the clinic for one action and locks it again, however the action ends.

use crate::args::Common;
use crate::exit::Failure;
use crate::password::{self, Source};
use wardkeep_clinic::session::wire::{AppState, AppStatus, LockReason, SessionView};
use wardkeep_clinic::user::UserRow;
use wardkeep_clinic::user::wire::Member;
use wardkeep_clinic::{Clinic, CommandError, ErrorCode, Machine, Resume, session};

/// An unlocked clinic that locks when it is dropped.
pub struct Unlocked {
    /// The clinic.
    pub clinic: Clinic,
    /// What the session holds.
    pub view: SessionView,
}

impl Drop for Unlocked {
    fn drop(&mut self) {
        // The process ends next; what a failed lock would leave (an audit entry unwritten) the next unlock tells.
        let _ = self.clinic.call(session::lock::Input {
            reason: LockReason::Quit,
        });
    }
}

/// The clinic of the home folder, locked.
pub fn clinic(common: &Common) -> Result<Clinic, Failure> {
    let home = match &common.home {
        Some(home) => home.clone(),
        None => wardkeep_clinic::default_home()?,
    };
    // A script's run leaves nothing for a next one to resume.
    Ok(Clinic::open(&home, Machine::system(Resume::Never))?)
}

/// Unlocks as the user of `--user`, or as the only one there is.
pub fn unlock(common: &Common) -> Result<Unlocked, Failure> {
    let clinic = clinic(common)?;
    let status = clinic.call(session::status::Input {})?;
    if status.state == AppState::NoVault {
        return Err(CommandError::new(ErrorCode::NoVault).into());
    }
    if status.wiped.is_some() {
        return Err(CommandError::new(ErrorCode::Wiped).into());
    }
    if let Some(problem) = status.problem.clone() {
        return Err(problem.into());
    }
    let user = choose(&status, common.user.as_deref())?;
    let source = Source::of(common.password_file.as_deref(), common.password_command.as_deref());
    let password = password::read(source, &format!("Password of {}: ", user.name))?;
    let view = clinic.call(session::unlock::Input {
        user: user.id,
        password,
    })?;
    Ok(Unlocked { clinic, view })
}

/// The user by id or by name, whatever its case; the only one when none is named.
fn choose<'a>(status: &'a AppStatus, wanted: Option<&str>) -> Result<&'a UserRow, Failure> {
    match (wanted, status.users.as_slice()) {
        (None, [only]) => Ok(only),
        (None, []) => Err(CommandError::new(ErrorCode::NotFound).at("user").into()),
        (None, several) => {
            let names: Vec<_> = several.iter().map(|user| user.name.as_str()).collect();
            Err(Failure::usage(format!(
                "Several people use this laptop: say --user NAME ({}).",
                names.join(", ")
            )))
        }
        (Some(wanted), users) => find_user(users, wanted),
    }
}

/// The user by id or by name, whatever its case.
pub fn find_user<'a>(users: &'a [UserRow], wanted: &str) -> Result<&'a UserRow, Failure> {
    let lower = wanted.trim().to_lowercase();
    users
        .iter()
        .find(|user| user.id.to_string() == lower || user.name.to_lowercase() == lower)
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("user").into())
}

/// The person of the clinic by id or by name, whatever its case. Of two with one name neither is meant.
pub fn find_member<'a>(members: &'a [Member], wanted: &str) -> Result<&'a Member, Failure> {
    let lower = wanted.trim().to_lowercase();
    let mut found = members
        .iter()
        .filter(|member| member.id.to_string() == lower || member.name.to_lowercase() == lower);
    match (found.next(), found.next()) {
        (Some(member), None) => Ok(member),
        (Some(_), Some(_)) => Err(Failure::usage("Several people have this name: say the id.")),
        (None, _) => Err(CommandError::new(ErrorCode::NotFound).at("user").into()),
    }
}
