//! What the surfaces see of the session.

use crate::error::CommandError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;

use crate::lease::wire::LeaseView;
use crate::setting::Settings;
use crate::user::UserRow;
use crate::wipe::wire::WipedView;

/// Why the session was locked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The lock button.
    Button,
    /// The lock shortcut.
    Shortcut,
    /// Nobody did anything for the policy's time.
    Idle,
    /// The machine goes to sleep.
    Suspend,
    /// The desktop's screen lock.
    ScreenLock,
    /// The window was closed.
    WindowClosed,
    /// Another user wants in.
    UserSwitch,
    /// The program ends.
    Quit,
    /// The program has just started.
    Started,
    /// The clinic has changed what this user may do: the next unlock brings it.
    AccessChanged,
    /// The clinic has revoked this laptop: nobody unlocks here any more.
    Revoked,
    /// The clinic has ordered this device to be wiped.
    Wiped,
    /// The lease of this laptop has ended: the server must be met once.
    LeaseEnded,
}

impl LockReason {
    /// The name in the audit log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Shortcut => "shortcut",
            Self::Idle => "idle",
            Self::Suspend => "suspend",
            Self::ScreenLock => "screen_lock",
            Self::WindowClosed => "window_closed",
            Self::UserSwitch => "user_switch",
            Self::Quit => "quit",
            Self::Started => "started",
            Self::AccessChanged => "access_changed",
            Self::Revoked => "revoked",
            Self::Wiped => "wiped",
            Self::LeaseEnded => "lease_ended",
        }
    }
}

/// Where a surface stands before it knows anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// There is no vault in the home folder.
    NoVault,
    /// There is one, and nobody has unlocked it.
    Locked,
    /// Somebody has.
    Unlocked,
    /// The clinic has had this device wiped: there is nothing in it any more, and nobody has begun anew.
    Wiped,
}

/// What is known without a password.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AppStatus {
    /// Where it stands.
    pub state: AppState,
    /// Who can unlock here; their roles are not told while locked.
    pub users: Vec<UserRow>,
    /// Why it is locked.
    pub locked_because: Option<LockReason>,
    /// Seconds until the next password is looked at.
    #[ts(type = "number")]
    pub retry_in_s: u64,
    /// `resume` would succeed without a password.
    pub can_resume: bool,
    /// What stands in the way of an unlock (keychain, newer vault).
    pub problem: Option<CommandError>,
    /// The wipe of this device, where there was one and nobody has begun anew.
    pub wiped: Option<WipedView>,
    /// How long this laptop opens without a word from the server; nothing where it has no lease.
    pub lease: Option<LeaseView>,
    /// Of the program.
    pub version: String,
    /// BCP 47 tag that the surface speaks while locked.
    pub language: String,
}

/// Who is unlocked, and with what.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[ts(rename = "Session")]
pub struct SessionView {
    /// Who.
    pub user: UserRow,
    /// The clinic's name.
    pub clinic_name: String,
    /// The compartments whose keys this session holds.
    pub compartments: Vec<Compartment>,
    /// The policy.
    pub settings: Settings,
    /// Patients that are not removed.
    #[ts(type = "number")]
    pub patient_count: u64,
}

/// The user of an id among those of this laptop.
pub fn user_of(users: &[UserRow], id: UserId) -> Option<&UserRow> {
    users.iter().find(|user| user.id == id)
}
