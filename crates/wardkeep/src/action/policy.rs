//! `wardkeep policy`: the rules of the whole clinic.

use crate::args::{Common, DiskArgument, PolicyAction, PolicySet};
use crate::exit::{Exit, Failure};
use crate::print::{Printer, table};
use crate::session::unlock;
use wardkeep_clinic::policy::wire::{ClinicPolicy, DiskRule};
use wardkeep_clinic::policy::{get, set};

/// Shows the rules, or changes those that are named.
pub fn run(common: &Common, action: &PolicyAction, printer: &Printer) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let mut policy = session.clinic.call(get::Input {})?;
    if let PolicyAction::Set(wanted) = action {
        change(&mut policy, wanted);
        policy = session.clinic.call(set::Input(policy))?;
    }
    printer.answer(&policy, |policy| table(&lines(policy)))?;
    Ok(Exit::Done)
}

fn change(policy: &mut ClinicPolicy, wanted: &PolicySet) {
    let keep = |value: Option<u16>, rule: &mut u16| *rule = value.unwrap_or(*rule);
    policy.idle_lock_s = wanted.idle_lock_s.unwrap_or(policy.idle_lock_s);
    policy.resume_window_s = wanted.resume_window_s.unwrap_or(policy.resume_window_s);
    keep(wanted.lease_days, &mut policy.lease_days);
    keep(wanted.wrong_password_limit, &mut policy.wrong_password_limit);
    keep(wanted.disk_grace_days, &mut policy.disk_grace_days);
    keep(wanted.epoch_days, &mut policy.epoch_days);
    keep(wanted.min_password_length, &mut policy.min_password_length);
    if let Some(version) = &wanted.min_app_version {
        policy.min_app_version.clone_from(version);
    }
    if let Some(rule) = wanted.disk_encryption {
        policy.disk_encryption = match rule {
            DiskArgument::Off => DiskRule::Off,
            DiskArgument::Warn => DiskRule::Warn,
            DiskArgument::Require => DiskRule::Require,
        };
    }
    policy.allow_export = wanted.allow_export.unwrap_or(policy.allow_export);
    policy.two_admins_wipe = wanted.two_admins_wipe.unwrap_or(policy.two_admins_wipe);
}

fn lines(policy: &ClinicPolicy) -> Vec<Vec<String>> {
    let yes = |rule: bool| if rule { "yes" } else { "no" }.to_owned();
    let disk = match policy.disk_encryption {
        DiskRule::Off => "off".to_owned(),
        DiskRule::Warn => "warn".to_owned(),
        DiskRule::Require => format!("required after {} days", policy.disk_grace_days),
    };
    [
        ("lock after seconds idle", policy.idle_lock_s.to_string()),
        (
            "seconds to resume without a password",
            policy.resume_window_s.to_string(),
        ),
        ("days without the server", policy.lease_days.to_string()),
        ("wrong passwords", policy.wrong_password_limit.to_string()),
        ("oldest program that may write", policy.min_app_version.clone()),
        ("disk encryption", disk),
        ("days of one key", policy.epoch_days.to_string()),
        ("characters of a password", policy.min_password_length.to_string()),
        ("export allowed", yes(policy.allow_export)),
        ("two admins for a wipe", yes(policy.two_admins_wipe)),
    ]
    .into_iter()
    .map(|(rule, value)| vec![rule.to_owned(), value])
    .collect()
}
