//! The rules of the whole clinic, as its roster has them: signed by an admin, known to every laptop, obeyed by each without the server.
//!
//! Invariants:
//! - A laptop obeys the roster that it has verified itself. What it knew last counts while it is offline.
//! - Rules about a laptop's settings take the place of its own settings; they are not copied over them.
//! - A rule that stops work says which rule it is, and loses nothing: what was not sent is still sent.

pub mod get;
pub mod set;
pub mod wire;

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::machine::disk;
use crate::session::Session;
use crate::setting::Settings;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{AppVersion, DiskEncryption, Policy};
use wardkeep_vault::store::{Action, AuditEntry};

/// Where it stands since when this laptop is known not to have an encrypted disk.
const PLAIN_SINCE: &str = "disk_plain_since_ms";
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The clinic's rules as this laptop knows them; nothing where it works alone.
pub(crate) fn known(clinic: &Clinic) -> Option<Policy> {
    let policy = clinic.with_desk(|desk| {
        Ok(if desk.has_roster() {
            Some(*desk.roster()?.policy())
        } else {
            None
        })
    });
    policy.ok().flatten().flatten()
}

/// Takes the rules over into the open session, where the roster has other ones.
pub(crate) fn follow(clinic: &Clinic) -> Result<(), CommandError> {
    let Some(policy) = known(clinic) else {
        return Ok(());
    };
    let done = clinic.with_session(|session| {
        if session.policy() != Some(policy) {
            session.adopt_policy(policy);
            session.keep_now(u64::from(session.settings().resume_window_s) * 1000);
        }
        Ok(())
    });
    match done {
        Err(error) if error.code == ErrorCode::Locked => Ok(()),
        other => other,
    }
}

/// The settings with the clinic's rules in their place.
pub(crate) fn over(policy: Option<Policy>, mut settings: Settings) -> Settings {
    if let Some(policy) = policy {
        settings.idle_lock_s = policy.idle_lock_s;
        settings.resume_window_s = policy.resume_window_s;
        settings.min_password_length = policy.min_password_length.into();
    }
    settings
}

/// Refuses to write with a program that is older than the clinic allows. Reading and sending go on.
pub(crate) fn may_write(policy: Option<Policy>, permission: Permission) -> Result<(), CommandError> {
    use Permission as P;
    let writes = matches!(
        permission,
        P::PatientWrite | P::PatientRemove | P::ChartWrite | P::Import
    );
    if writes && policy.is_some_and(|policy| policy.min_app_version > this_version()) {
        return Err(ErrorCode::UpdateRequired.into());
    }
    Ok(())
}

/// The version of this program.
pub(crate) fn this_version() -> AppVersion {
    let mut parts = env!("CARGO_PKG_VERSION")
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    AppVersion {
        major: next(),
        minor: next(),
        patch: next(),
    }
}

/// Refuses an export where the clinic allows none, and writes down that somebody wanted one.
pub(crate) fn may_export(session: &Session) -> Result<(), CommandError> {
    if session.policy().is_none_or(|policy| policy.allow_export) {
        return Ok(());
    }
    let detail = serde_json::json!({ "refused": "policy" });
    session.write(Compartment::Office, |tx| {
        Ok(tx.audit(&AuditEntry::new(Action::Export).detail(&detail))?)
    })?;
    Err(CommandError::new(ErrorCode::PolicyForbids).at("allow_export"))
}

/// Refuses a session on a laptop whose disk is not encrypted, once the clinic's days of grace have passed.
pub(crate) fn may_open(session: &Session) -> Result<(), CommandError> {
    let rule = session.policy().map(|policy| policy.disk_encryption);
    let Some(DiskEncryption::RequireAfterDays(days)) = rule else {
        return Ok(());
    };
    let plain = disk::encryption(session.env.home.root()) == disk::DiskEncryption::Plain;
    let since = session.read(|view| Ok(view.setting(PLAIN_SINCE)?))?;
    let since = since
        .and_then(|text| text.parse::<u64>().ok())
        .filter(|since| *since > 0);
    let now_ms = session.now_ms();
    let since = match (plain, since) {
        (false, None) => return Ok(()),
        (false, Some(_)) => return keep_since(session, 0),
        (true, None) => {
            keep_since(session, now_ms)?;
            now_ms
        }
        (true, Some(since)) => since,
    };
    if is_over(since, now_ms, days) {
        return Err(CommandError::new(ErrorCode::PolicyForbids).at("disk_encryption"));
    }
    Ok(())
}

/// Whether the days of grace have passed. A clock that stands before the first warning is not believed.
fn is_over(since_ms: u64, now_ms: u64, days: u16) -> bool {
    now_ms < since_ms || now_ms - since_ms >= u64::from(days) * DAY_MS
}

fn keep_since(session: &Session, since_ms: u64) -> Result<(), CommandError> {
    session.write(Compartment::Office, |tx| {
        tx.put_setting(PLAIN_SINCE, &since_ms.to_string())?;
        let detail = serde_json::json!({ "disk_encrypted": since_ms == 0 });
        Ok(tx.audit(&AuditEntry::new(Action::Settings).detail(&detail))?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_grace_end_and_a_clock_set_back_gains_none() {
        let since = 1_000 * DAY_MS;
        assert!(!is_over(since, since, 3));
        assert!(!is_over(since, since + 3 * DAY_MS - 1, 3));
        assert!(is_over(since, since + 3 * DAY_MS, 3));
        assert!(is_over(since, since - 1, 3));
        assert!(is_over(since, since, 0));
    }

    #[test]
    fn the_version_of_this_program_is_read() {
        let AppVersion { major, minor, patch } = this_version();
        assert_eq!(format!("{major}.{minor}.{patch}"), env!("CARGO_PKG_VERSION"));
    }
}
