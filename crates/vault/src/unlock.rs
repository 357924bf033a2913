//! From a password to vault keys, and everything that is done to the slots on the way.
//!
//! The order is fixed: slot file, keychain, the slot's own proof that its header is unchanged, the lease, the wait for wrong passwords, the
//! attempt written down, and only then Argon2id. Each step has an error of its own, because each wants another act of the person.
//!
//! Whoever calls holds the home's lock ([`crate::home::Home::lock`]).

mod become_user;
mod change_password;
mod create_vault;
mod grant;
mod open;
mod users;

pub use become_user::{become_user, forget_former};
pub use change_password::change_password;
pub use create_vault::{JoiningVault, NewVault, create_vault, join_vault};
pub use grant::{adopt_clinical, grant_clinical, set_enrollment, set_roles};
pub use open::unlock;
pub use users::{NewUser, UserEntry, add_enrolled_user, add_user, list_users, remove_user, rename_user};

pub(crate) use grant::set_vault_key;
pub(crate) use open::{read_slot, slot_and_device};

use crate::attempts::{FailedAttempt, LedgerError};
use crate::home::HomeError;
use crate::kdf::KdfError;
use crate::key::{DeviceSecret, UnlockKey, VaultKeys};
use crate::keychain::KeychainError;
use crate::lease::{self, End};
use crate::rekey::Rekeyed;
use crate::roles::Roles;
use crate::slot::{EnrollmentKeys, Payload, SlotError};
use uuid::Uuid;
use wardkeep_record::id::UserId;

/// What an unlocked session holds. Dropping it wipes every key in it.
pub struct Unlocked {
    /// The vault.
    pub vault: Uuid,
    /// Who.
    pub user: UserId,
    /// The name in the slot.
    pub name: String,
    /// What they may do.
    pub roles: Roles,
    /// The keys that this allows.
    pub keys: VaultKeys,
    /// The private keys of this user's enrollment, once the device belongs to a clinic of several.
    pub enrollment: Option<EnrollmentKeys>,
    /// Wrong passwords and worse since the last unlock, for the audit trail; then call [`crate::attempts::forget`].
    pub failures: Vec<FailedAttempt>,
    /// Compartments whose file has another key since this user's last unlock.
    pub rekeyed: Vec<Rekeyed>,
    /// What became of the lease since the last unlock.
    pub lease: lease::News,
    unlock: UnlockKey,
    device: DeviceSecret,
}

impl Unlocked {
    /// The secret of this device, as the keychain keeps it.
    pub fn device(&self) -> &DeviceSecret {
        &self.device
    }

    /// What opened the slot; in the keychain only for the resume window.
    pub fn unlock_key(&self) -> &UnlockKey {
        &self.unlock
    }

    /// From an opened slot.
    pub(crate) fn from_payload(vault: Uuid, user: UserId, name: String, opened: Payload, secrets: Secrets) -> Self {
        let Payload {
            keys,
            roles,
            enrollment,
        } = opened;
        let Secrets { unlock, device } = secrets;
        Self {
            vault,
            user,
            name,
            roles,
            keys,
            enrollment,
            failures: Vec::new(),
            rekeyed: Vec::new(),
            lease: lease::News::default(),
            unlock,
            device,
        }
    }
}

/// What opened the slot.
pub(crate) struct Secrets {
    pub unlock: UnlockKey,
    pub device: DeviceSecret,
}

/// Why a vault was not opened, made or changed.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// There is no vault in this home.
    #[error("there is no vault here")]
    NoVault,
    /// There is one already: no new key is made over it.
    #[error("there is a vault here already")]
    VaultExists,
    /// The user has no slot on this machine.
    #[error("this user has no slot here")]
    NoSuchUser,
    /// The user has one already.
    #[error("this user has a slot here already")]
    UserExists,
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Wrong passwords before: not yet.
    #[error("too many wrong passwords: wait {seconds} seconds")]
    TooSoon {
        /// How long to wait.
        seconds: u64,
    },
    /// No keychain service answers.
    #[error("no keychain service answers")]
    KeychainAbsent,
    /// The keychain is locked or waits for its own prompt.
    #[error("the keychain is locked")]
    KeychainLocked,
    /// The keychain works and has no entry for this vault.
    #[error("the keychain has no entry for this vault")]
    KeychainEntryMissing,
    /// Another kind of keychain than the vault was made with, or another secret under its name.
    #[error("the keychain is not the one that this vault was made with")]
    KeychainChanged,
    /// The keychain answered with something else.
    #[error("the keychain refused")]
    KeychainRefused,
    /// An order to wipe this device is being obeyed: nothing opens any more.
    #[error("this device is being wiped")]
    Wiped,
    /// The lease ended: the server must be met once.
    #[error("the lease of this device has ended")]
    LeaseEnded(End),
    /// The server gave another lease share than the one that the slots here need.
    #[error("the server gave another lease share than the slots know")]
    LeaseOther,
    /// The slot was changed since it was written, or all slots are gone.
    #[error("the key slot {file} is damaged")]
    SlotDamaged {
        /// The file's name within the slots folder.
        file: String,
    },
    /// The slot was written by a newer Wardkeep.
    #[error("the key slot {file} has version {version}, which is newer than this program")]
    SlotNewer {
        /// The file's name within the slots folder.
        file: String,
        /// Its version.
        version: u8,
    },
    /// The roles of the unlocked user do not allow it, or a key would be given that they do not hold.
    #[error("this user may not do that")]
    NotAllowed,
    /// A name longer than 800 bytes or empty.
    #[error("the name is empty or too long")]
    BadName,
    /// The machine could not give the memory that the key derivation needs.
    #[error("not enough memory to derive the key")]
    NoMemory,
    /// The home folder could not be read or written.
    #[error(transparent)]
    Home(#[from] HomeError),
}

impl From<KeychainError> for UnlockError {
    fn from(error: KeychainError) -> Self {
        match error {
            KeychainError::Absent => Self::KeychainAbsent,
            KeychainError::Locked => Self::KeychainLocked,
            KeychainError::EntryMissing => Self::KeychainEntryMissing,
            KeychainError::Refused => Self::KeychainRefused,
        }
    }
}

impl From<LedgerError> for UnlockError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Home(error) => error.into(),
            LedgerError::Keychain(error) => error.into(),
        }
    }
}

impl From<KdfError> for UnlockError {
    fn from(error: KdfError) -> Self {
        match error {
            KdfError::NoMemory => Self::NoMemory,
            // Bounds are checked before anything is derived, so this is a slot that slipped through.
            KdfError::OutOfBounds => Self::SlotDamaged {
                file: "slots".to_owned(),
            },
        }
    }
}

/// Names the slot of a slot error.
pub(crate) fn of_slot(user: UserId) -> impl Fn(SlotError) -> UnlockError {
    move |error| {
        let file = format!("{user}.slot");
        match error {
            SlotError::Damaged => UnlockError::SlotDamaged { file },
            SlotError::Newer(version) => UnlockError::SlotNewer { file, version },
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
