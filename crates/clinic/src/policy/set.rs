//! `policy_set`: other rules for the whole clinic, in a signed entry of its roster that every laptop obeys from when it hears of it.

use super::wire::ClinicPolicy;
use super::{follow, known, this_version};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::machine::disk;
use crate::sync;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::entry::{Body, DiskEncryption, Policy};
use wardkeep_vault::password::LOWEST_MIN_CHARS;
use wardkeep_vault::store::{Action, AuditEntry};

/// All rules as they shall be.
#[derive(Debug, Deserialize, TS)]
#[serde(transparent)]
pub struct Input(pub ClinicPolicy);

impl Command for Input {
    type Output = ClinicPolicy;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::SettingsWrite);

    fn run(self, clinic: &Clinic) -> Result<ClinicPolicy, CommandError> {
        let wanted = self.0.to_policy().map_err(CommandError::invalid)?;
        wanted.check().map_err(|fault| CommandError::invalid(fault.rule))?;
        if usize::from(wanted.min_password_length) < LOWEST_MIN_CHARS {
            return Err(CommandError::invalid("min_password_length"));
        }
        keeps_this_laptop(clinic, &wanted)?;
        sync::fetch_roster(clinic)?;
        let before = known(clinic).ok_or(ErrorCode::NotAttached)?;
        if before != wanted {
            sync::act(clinic, |_, sealing| {
                if *sealing.roster().policy() == wanted {
                    return Ok(());
                }
                sealing.say(Body::Policy(wanted))
            })?;
            let detail = changed(&ClinicPolicy::of(&before), &self.0);
            clinic.with_session(|session| {
                session.write(Compartment::Office, |tx| {
                    Ok(tx.audit(&AuditEntry::new(Action::Settings).detail(&detail))?)
                })
            })?;
            follow(clinic)?;
            clinic.sync().signal().news();
        }
        Ok(ClinicPolicy::of(&wanted))
    }
}

/// Rules that would stop the laptop on which they are made could not be taken back there.
fn keeps_this_laptop(clinic: &Clinic, wanted: &Policy) -> Result<(), CommandError> {
    if wanted.min_app_version > this_version() {
        return Err(CommandError::invalid("min_app_version"));
    }
    let requires = matches!(wanted.disk_encryption, DiskEncryption::RequireAfterDays(_));
    if requires && disk::encryption(clinic.home().root()) == disk::DiskEncryption::Plain {
        return Err(CommandError::invalid("disk_encryption"));
    }
    Ok(())
}

/// The rules that differ, with their new values.
fn changed(before: &ClinicPolicy, after: &ClinicPolicy) -> serde_json::Value {
    let object = |policy| match serde_json::to_value(policy) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let before = object(before);
    let rules: serde_json::Map<_, _> = object(after)
        .into_iter()
        .filter(|(name, value)| before.get(name) != Some(value))
        .collect();
    serde_json::json!({ "policy": rules })
}
