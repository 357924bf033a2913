//! The rules of a clinic, which every device of it obeys.

use std::ops::RangeInclusive;

/// The rules of a clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Seconds without a hand on the machine until it locks.
    pub idle_lock_s: u32,
    /// Seconds after a crash, an update or a restart in which the password is not asked again; 0 for always ask.
    pub resume_window_s: u32,
    /// Days that a device may be unlocked without hearing from the server.
    pub lease_days: u16,
    /// Wrong passwords in a row that end the lease.
    pub wrong_password_limit: u16,
    /// Older programs shall update first.
    pub min_app_version: AppVersion,
    /// What of laptops whose disk is not encrypted.
    pub disk_encryption: DiskEncryption,
    /// Days until the key of a compartment is replaced though nobody left.
    pub epoch_days: u16,
    /// Characters of a password, at the least.
    pub min_password_length: u16,
    /// Whether records may leave as files.
    pub allow_export: bool,
    /// Which acts need two admins: a sum of [`Policy::TWO_ADMINS_WIPE`]. Once set, only the recovery key can clear a bit, or it
    /// would not bind the one admin it is meant to bind.
    pub two_admins: u8,
}

/// A version of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AppVersion {
    /// Incompatible changes.
    pub major: u16,
    /// New abilities.
    pub minor: u16,
    /// Repairs.
    pub patch: u16,
}

/// What of laptops whose disk is not encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskEncryption {
    /// Nothing.
    Off,
    /// They are told.
    Warn,
    /// They are told, and from this many days after the first warning do not unlock.
    RequireAfterDays(u16),
}

/// A rule that is outside its range.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{rule} must be from {least} to {most}")]
pub struct PolicyFault {
    /// Which rule, by the name of its field.
    pub rule: &'static str,
    /// The least it may be.
    pub least: u32,
    /// The most it may be.
    pub most: u32,
}

impl Policy {
    /// A wipe order is confirmed only when a second admin has signed the same order.
    pub const TWO_ADMINS_WIPE: u8 = 1;

    /// Whether every rule is within its range.
    pub fn check(&self) -> Result<(), PolicyFault> {
        let require_days = match self.disk_encryption {
            DiskEncryption::RequireAfterDays(days) => u32::from(days),
            DiskEncryption::Off | DiskEncryption::Warn => 0,
        };
        let rules: [(&'static str, u32, RangeInclusive<u32>); 8] = [
            ("idle_lock_s", self.idle_lock_s, 10..=86_400),
            ("resume_window_s", self.resume_window_s, 0..=86_400),
            ("lease_days", self.lease_days.into(), 1..=90),
            ("wrong_password_limit", self.wrong_password_limit.into(), 3..=100),
            ("disk_encryption", require_days, 0..=365),
            ("epoch_days", self.epoch_days.into(), 1..=365),
            ("min_password_length", self.min_password_length.into(), 8..=128),
            ("two_admins", self.two_admins.into(), 0..=Self::TWO_ADMINS_WIPE.into()),
        ];
        match rules.iter().find(|(_, value, range)| !range.contains(value)) {
            None => Ok(()),
            Some((rule, _, range)) => Err(PolicyFault {
                rule,
                least: *range.start(),
                most: *range.end(),
            }),
        }
    }
}
