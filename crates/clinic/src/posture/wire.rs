//! What a laptop reports, and what the surfaces see of it.

use crate::machine::facts::{Told, tidy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::UserId;

/// People of one laptop that are told at most.
pub(super) const MOST_USERS: usize = 32;

/// What a laptop says of itself. On the way it is the detail of an audit entry; what a newer version adds to it is passed over.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Posture {
    /// The computer's name.
    pub host: String,
    /// The operating system with its version.
    pub os: String,
    /// Wardkeep's version.
    pub app: String,
    /// What keeps its secrets.
    pub keychain: String,
    /// Whether the disk below the records is encrypted.
    pub disk_encrypted: Told,
    /// Whether the screen locks by itself.
    pub screen_locks: Told,
    /// After how many seconds.
    pub screen_lock_s: Option<u32>,
    /// Who has a key slot there.
    pub users: Vec<UserId>,
    /// Changes that the server has not acknowledged.
    #[ts(type = "number")]
    pub unsent: u64,
    /// Since when the oldest of them waits, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub unsent_since_ms: Option<u64>,
    /// Documents and photos that the server does not have.
    #[ts(type = "number")]
    pub unsent_files: u64,
    /// Its clock less the server's.
    #[ts(type = "number | null")]
    pub clock_offset_ms: Option<i64>,
    /// When it last heard from the server, in Unix milliseconds.
    #[ts(type = "number | null")]
    pub heard_ms: Option<u64>,
    /// When its lease ends; nothing where it has none.
    #[ts(type = "number | null")]
    pub lease_ends_ms: Option<u64>,
}

impl Posture {
    /// What came in an entry; `None` where it is none. Its texts end up on other people's screens.
    pub(super) fn read(detail: &str) -> Option<Self> {
        let mut posture: Self = serde_json::from_str(detail).ok()?;
        for text in [
            &mut posture.host,
            &mut posture.os,
            &mut posture.app,
            &mut posture.keychain,
        ] {
            *text = tidy(text);
        }
        posture.users.truncate(MOST_USERS);
        Some(posture)
    }
}

/// One thing that a laptop says of itself and that can change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PostureField {
    /// The computer's name.
    Host,
    /// The operating system.
    Os,
    /// Wardkeep's version.
    App,
    /// The keychain.
    Keychain,
    /// Disk encryption.
    DiskEncrypted,
    /// The lock of the screen.
    ScreenLocks,
    /// The people with a key slot.
    Users,
}

impl PostureField {
    /// The name on every surface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Os => "os",
            Self::App => "app",
            Self::Keychain => "keychain",
            Self::DiskEncrypted => "disk_encrypted",
            Self::ScreenLocks => "screen_locks",
            Self::Users => "users",
        }
    }
}

/// What differs between two reports. A lock of the screen that the system does not tell of any more is no change.
pub(super) fn differences(old: &Posture, new: &Posture) -> Vec<PostureField> {
    let lock = |one: &Posture| (one.screen_locks, one.screen_lock_s);
    let fields = [
        (PostureField::Host, old.host != new.host),
        (PostureField::Os, old.os != new.os),
        (PostureField::App, old.app != new.app),
        (PostureField::Keychain, old.keychain != new.keychain),
        (PostureField::DiskEncrypted, old.disk_encrypted != new.disk_encrypted),
        (
            PostureField::ScreenLocks,
            new.screen_locks != Told::Unknown && lock(old) != lock(new),
        ),
        (PostureField::Users, old.users != new.users),
    ];
    let changed = fields.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(field, _)| field).collect()
}

/// One report as the surfaces see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct PostureReport {
    /// When it was made, by that laptop's clock, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// What it says.
    pub posture: Posture,
    /// The people with a key slot, by name.
    pub people: Vec<String>,
    /// What differs from the report before it; nothing for the first that is known.
    pub changed: Vec<PostureField>,
}

/// What an admin should look at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Its records differ from ours though both have seen the same.
    Differs,
    /// Its disk is not encrypted.
    NotEncrypted,
    /// Its program is older than the clinic's rules allow: an update waits.
    OutOfDate,
    /// Nothing came from it for so many days.
    Silent,
    /// So many changes wait there for more than an hour.
    Unsent,
    /// Its clock is so many minutes wrong.
    ClockOff,
    /// Its screen does not lock by itself.
    NoScreenLock,
    /// So many people have a key slot there who are not of that laptop any more.
    FormerUsers,
    /// It has never reported.
    NoReport,
}

impl WarningKind {
    /// The name on every surface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::NotEncrypted => "not_encrypted",
            Self::OutOfDate => "out_of_date",
            Self::Silent => "silent",
            Self::Unsent => "unsent",
            Self::ClockOff => "clock_off",
            Self::NoScreenLock => "no_screen_lock",
            Self::FormerUsers => "former_users",
            Self::NoReport => "no_report",
        }
    }
}

/// One of them, with its figure where it has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DeviceWarning {
    /// What.
    pub kind: WarningKind,
    /// Days, changes, minutes or people.
    #[ts(type = "number | null")]
    pub count: Option<u64>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_newer_laptops_report_is_read_as_far_as_it_is_known() {
        let posture =
            Posture::read(r#"{"os":"Plan 9","disk_encrypted":"partly","tpm":"yes","host":"a\u001bb"}"#).unwrap();
        assert_eq!((posture.os.as_str(), posture.host.as_str()), ("Plan 9", "ab"));
        assert_eq!(posture.disk_encrypted, Told::Unknown);
        assert_eq!(Posture::read("7"), None);
        assert_eq!(Posture::read(r#"{"os":7}"#), None);
    }

    #[test]
    fn what_the_system_does_not_tell_any_more_is_no_change_of_the_lock() {
        let locks = |screen_locks| Posture {
            screen_locks,
            ..Posture::default()
        };
        assert_eq!(differences(&locks(Told::Yes), &locks(Told::Unknown)), []);
        assert_eq!(
            differences(&locks(Told::Yes), &locks(Told::No)),
            [PostureField::ScreenLocks]
        );
    }

    #[test]
    fn the_fullest_report_fits_into_an_audit_entry() {
        let full = Posture {
            host: "\u{1f3e5}".repeat(80),
            os: "\u{1f3e5}".repeat(80),
            app: "\u{1f3e5}".repeat(80),
            keychain: "\u{1f3e5}".repeat(80),
            disk_encrypted: Told::Unknown,
            screen_locks: Told::Unknown,
            screen_lock_s: Some(u32::MAX),
            users: vec![UserId::from_bytes([255; 16]); MOST_USERS],
            unsent: u64::MAX,
            unsent_since_ms: Some(u64::MAX),
            unsent_files: u64::MAX,
            clock_offset_ms: Some(i64::MIN),
            heard_ms: Some(u64::MAX),
            lease_ends_ms: Some(u64::MAX),
        };
        assert!(serde_json::to_string(&full).unwrap().len() <= wardkeep_vault::store::DETAIL_MAX);
    }
}
