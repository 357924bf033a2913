//! The clinic's policy on this laptop, kept in the office compartment.

pub mod get;
pub mod set;

use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_vault::password::{DEFAULT_MIN_CHARS, LOWEST_MIN_CHARS};

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ColorScheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the desktop has it.
    Auto,
}

/// The settings, all at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Settings {
    /// Seconds without a person until the session locks.
    pub idle_lock_s: u32,
    /// Seconds after a crash, restart or update in which the password is not asked again; 0 for never.
    pub resume_window_s: u32,
    /// ISO 3166 alpha-2: the country of phone numbers without a country code.
    pub default_region: String,
    /// BCP 47 tag of the screens' language.
    pub language: String,
    /// Light or dark.
    pub color_scheme: ColorScheme,
    /// Characters that a new password needs at least.
    pub min_password_length: u32,
}

/// Shortest and longest idle time before the lock: half a minute, an hour.
const IDLE_LOCK_S: std::ops::RangeInclusive<u32> = 30..=3600;
/// Longest resume window: half an hour.
const RESUME_WINDOW_S: u32 = 1800;
/// What the vault's password rules allow a policy to ask for.
const MIN_PASSWORD_LENGTH: std::ops::RangeInclusive<u32> = LOWEST_MIN_CHARS as u32..=64;

impl Default for Settings {
    fn default() -> Self {
        Self {
            idle_lock_s: 300,
            resume_window_s: 300,
            default_region: "US".into(),
            language: "en".into(),
            color_scheme: ColorScheme::Auto,
            min_password_length: DEFAULT_MIN_CHARS as u32,
        }
    }
}

impl Settings {
    /// Whether every value is within its limits; the error names the field.
    pub fn check(&self) -> Result<(), CommandError> {
        let region = self.default_region.as_bytes();
        let language = self.language.as_bytes();
        let faults = [
            ("idle_lock_s", !IDLE_LOCK_S.contains(&self.idle_lock_s)),
            ("resume_window_s", self.resume_window_s > RESUME_WINDOW_S),
            (
                "default_region",
                region.len() != 2 || !region.iter().all(u8::is_ascii_uppercase),
            ),
            (
                "language",
                !(2..=35).contains(&language.len())
                    || !language
                        .iter()
                        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'),
            ),
            (
                "min_password_length",
                !MIN_PASSWORD_LENGTH.contains(&self.min_password_length),
            ),
        ];
        match faults.iter().find(|(_, fault)| *fault) {
            Some((field, _)) => Err(CommandError::invalid(*field)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn limits_hold_and_name_the_field() {
        assert!(Settings::default().check().is_ok());
        let field = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().unwrap_err().field.unwrap()
        };
        assert_eq!(field(|s| s.idle_lock_s = 29), "idle_lock_s");
        assert_eq!(field(|s| s.idle_lock_s = 3601), "idle_lock_s");
        assert_eq!(field(|s| s.resume_window_s = 1801), "resume_window_s");
        assert_eq!(field(|s| s.default_region = "usa".into()), "default_region");
        assert_eq!(field(|s| s.language = "e".into()), "language");
        assert_eq!(field(|s| s.min_password_length = 11), "min_password_length");
    }
}
