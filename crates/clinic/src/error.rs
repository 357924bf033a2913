//! What goes wrong, as the surfaces see it: a code, the field it is about, whether trying again can help, and figures.
//!
//! The surfaces choose the words. Nothing here ever holds record content, a name, a password or a key: codes are a closed
//! set, fields are element paths of the input, details are numbers and file names inside the home folder.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a command failed. Grown only when a surface has something different to say or do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The password does not open this user's slot.
    WrongPassword,
    /// Too many wrong passwords: wait `detail.seconds`.
    TooSoon,
    /// No keychain service answers on this machine.
    KeychainAbsent,
    /// The keychain is there and locked.
    KeychainLocked,
    /// The keychain works but has no entry for this vault.
    KeychainEntryMissing,
    /// Another kind of keychain answers than the one the vault was made with.
    KeychainChanged,
    /// The user's key slot cannot be read.
    SlotDamaged,
    /// The user's key slot was written by a newer version.
    SlotNewer,
    /// There is no vault in the home folder.
    NoVault,
    /// There is a vault already; a new one is never made over it.
    VaultExists,
    /// The session is locked.
    Locked,
    /// The user's roles do not allow this.
    Forbidden,
    /// The patient is restricted, and this chart is closed to the user: it opens to those who are named for it, or by breaking the glass.
    ChartRestricted,
    /// No such record, user or job.
    NotFound,
    /// The input is not valid; `field` says where.
    Invalid,
    /// The password is shorter than the policy asks for.
    PasswordTooShort,
    /// The password is longer than what is taken.
    PasswordTooLong,
    /// The password is on the list of common ones.
    PasswordCommon,
    /// The vault was written by a newer version.
    VaultNewer,
    /// A file of the vault is damaged; `detail.file` names it.
    VaultDamaged,
    /// Another process has the vault open.
    VaultBusy,
    /// No space is left; nothing was lost.
    DiskFull,
    /// A file that was named cannot be read or written.
    FileUnreadable,
    /// An import runs already.
    ImportRunning,
    /// The work was cancelled.
    Cancelled,
    /// The input is larger than what the command takes.
    TooLarge,
    /// The record has changed in a way that this command cannot follow.
    Conflict,
    /// The server cannot be reached or does not answer in time.
    ServerUnreachable,
    /// The server's certificate is not the pinned one.
    ServerCertificate,
    /// The server refuses: a token, a request, a limit; `detail.seconds` says when another try makes sense, where one does.
    ServerRefused,
    /// The server has no room for what was sent. It stays here.
    ServerFull,
    /// The server answers something that this program does not understand.
    ServerAnswer,
    /// This laptop works alone: it belongs to no server's clinic.
    NotAttached,
    /// This user has no enrollment in the clinic yet: an admin unlocks on this laptop once while the server can be reached.
    NotEnrolled,
    /// The server says that this device was revoked. Nothing was erased.
    DeviceRevoked,
    /// The clinic's roster says that this user was revoked, everywhere or on this laptop. Nothing was erased.
    UserRevoked,
    /// The clinic's rules do not allow it; `field` names the rule.
    PolicyForbids,
    /// The clinic's rules ask for a newer version of this program before anything is written.
    UpdateRequired,
    /// A roster entry, of this device or of the server, is not one that the clinic's rules allow.
    RosterRefused,
    /// The key that this needs was not delivered to this laptop yet.
    NoKey,
    /// An invitation or a request has ended.
    Expired,
    /// The invitation was mistyped, or is none.
    InvitationInvalid,
    /// What was typed is no recovery key; `field` says what is wrong with the words, and at which place.
    RecoveryWords,
    /// The shares make no recovery key; `field` says what is wrong, and with which.
    RecoveryShares,
    /// The recovery key is not the clinic's: `field` says whether it has `none`, this one was `replaced`, or it is some `other`.
    RecoveryKey,
    /// The clinic has ordered this device to be wiped: nothing opens any more.
    Wiped,
    /// The lease of this laptop has ended: nothing opens before the clinic's server was met. `field` says why: the rule that ended it, or
    /// what has lost the share.
    LeaseEnded,
    /// The document's or picture's sealed file is not on this laptop yet, or was damaged and is fetched again.
    FileNotHere,
    /// A fault of the program; the log has the place.
    Internal,
}

/// The figures that belong to an error.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
pub struct ErrorDetail {
    /// Seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable, type = "number")]
    pub seconds: Option<u64>,
    /// A file, relative to the home folder, or as the person named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub file: Option<String>,
    /// A format or schema version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub version: Option<u32>,
}

/// A failed command.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code:?}{}", .field.as_ref().map(|field| format!(" in {field}")).unwrap_or_default())]
pub struct CommandError {
    /// What went wrong.
    pub code: ErrorCode,
    /// The input element it is about, as a path (`draft.names[0].family`).
    pub field: Option<String>,
    /// The same command may succeed when tried again.
    pub retryable: bool,
    /// Figures.
    pub detail: Option<ErrorDetail>,
}

impl CommandError {
    /// An error of this code, with the usual answer to whether trying again can help.
    pub fn new(code: ErrorCode) -> Self {
        let retryable = matches!(
            code,
            ErrorCode::WrongPassword
                | ErrorCode::TooSoon
                | ErrorCode::KeychainAbsent
                | ErrorCode::KeychainLocked
                | ErrorCode::VaultBusy
                | ErrorCode::DiskFull
                | ErrorCode::FileUnreadable
                | ErrorCode::ImportRunning
                | ErrorCode::Conflict
                | ErrorCode::ServerUnreachable
                | ErrorCode::ServerFull
                | ErrorCode::ServerAnswer
                | ErrorCode::NoKey
                | ErrorCode::FileNotHere
                | ErrorCode::LeaseEnded
        );
        Self {
            code,
            field: None,
            retryable,
            detail: None,
        }
    }

    /// `Invalid` at this element of the input.
    pub fn invalid(field: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid).at(field)
    }

    /// About this element of the input.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// With seconds to wait.
    #[must_use]
    pub fn seconds(mut self, seconds: u64) -> Self {
        self.detail.get_or_insert_default().seconds = Some(seconds);
        self
    }

    /// With the file it is about.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.detail.get_or_insert_default().file = Some(file.into());
        self
    }

    /// With the version it is about.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.detail.get_or_insert_default().version = Some(version);
        self
    }

    /// `Internal`, with the place in the log. `place` is a constant of the program, never data.
    pub fn internal(place: &'static str) -> Self {
        tracing::error!(place, "internal fault");
        Self::new(ErrorCode::Internal)
    }
}

impl From<ErrorCode> for CommandError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}
