//! What the surfaces see of the clinic's rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_roster::entry::{AppVersion, DiskEncryption, Policy};

/// The rules of the clinic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ClinicPolicy {
    /// Seconds without a hand on the machine until it locks.
    pub idle_lock_s: u32,
    /// Seconds after a crash, an update or a restart in which the password is not asked again; 0 for always ask.
    pub resume_window_s: u32,
    /// Days that a laptop may be unlocked without hearing from the server.
    pub lease_days: u16,
    /// Wrong passwords in a row that end the lease.
    pub wrong_password_limit: u16,
    /// Older programs read and send, and write nothing; `MAJOR.MINOR.PATCH`.
    pub min_app_version: String,
    /// What of laptops whose disk is not encrypted.
    pub disk_encryption: DiskRule,
    /// Days of grace before such a laptop does not unlock; counts only with `require`.
    pub disk_grace_days: u16,
    /// Days until the key of a compartment is replaced though nobody left.
    pub epoch_days: u16,
    /// Characters of a new password, at the least.
    pub min_password_length: u16,
    /// Whether records may leave as files.
    pub allow_export: bool,
    /// Whether a wipe needs a second admin. Once set, only the recovery key can clear it.
    pub two_admins_wipe: bool,
}

/// What of laptops whose disk is not encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiskRule {
    /// Nothing.
    Off,
    /// Their users are told.
    Warn,
    /// They are told, and some days later do not unlock.
    Require,
}

impl ClinicPolicy {
    /// As the roster has them.
    pub(super) fn of(policy: &Policy) -> Self {
        let AppVersion { major, minor, patch } = policy.min_app_version;
        let (disk_encryption, disk_grace_days) = match policy.disk_encryption {
            DiskEncryption::Off => (DiskRule::Off, 0),
            DiskEncryption::Warn => (DiskRule::Warn, 0),
            DiskEncryption::RequireAfterDays(days) => (DiskRule::Require, days),
        };
        Self {
            idle_lock_s: policy.idle_lock_s,
            resume_window_s: policy.resume_window_s,
            lease_days: policy.lease_days,
            wrong_password_limit: policy.wrong_password_limit,
            min_app_version: format!("{major}.{minor}.{patch}"),
            disk_encryption,
            disk_grace_days,
            epoch_days: policy.epoch_days,
            min_password_length: policy.min_password_length,
            allow_export: policy.allow_export,
            two_admins_wipe: policy.two_admins & Policy::TWO_ADMINS_WIPE != 0,
        }
    }

    /// As the roster takes them; the field that cannot be read otherwise.
    pub(super) fn to_policy(&self) -> Result<Policy, &'static str> {
        Ok(Policy {
            idle_lock_s: self.idle_lock_s,
            resume_window_s: self.resume_window_s,
            lease_days: self.lease_days,
            wrong_password_limit: self.wrong_password_limit,
            min_app_version: version(&self.min_app_version).ok_or("min_app_version")?,
            disk_encryption: match self.disk_encryption {
                DiskRule::Off => DiskEncryption::Off,
                DiskRule::Warn => DiskEncryption::Warn,
                DiskRule::Require => DiskEncryption::RequireAfterDays(self.disk_grace_days),
            },
            epoch_days: self.epoch_days,
            min_password_length: self.min_password_length,
            allow_export: self.allow_export,
            two_admins: if self.two_admins_wipe {
                Policy::TWO_ADMINS_WIPE
            } else {
                0
            },
        })
    }
}

/// `MAJOR.MINOR.PATCH`.
fn version(text: &str) -> Option<AppVersion> {
    let mut parts = text.split('.').map(|part| part.parse::<u16>().ok());
    let version = AppVersion {
        major: parts.next()??,
        minor: parts.next()??,
        patch: parts.next()??,
    };
    parts.next().is_none().then_some(version)
}
