//! What the vault reports, as the surfaces see it. One place, so that a damaged file has one name everywhere.

use crate::error::{CommandError, ErrorCode};
use crate::lease::rule_of;
use crate::link::LinkError;
use wardkeep_record::patient::{Invalid, Reason};
use wardkeep_sync::wire::FailureCode;
use wardkeep_vault::blob::BlobError;
use wardkeep_vault::cipher;
use wardkeep_vault::home::HomeError;
use wardkeep_vault::password::PasswordProblem;
use wardkeep_vault::spool::SpoolError;
use wardkeep_vault::store::{OpenError, StoreError, WriteAnewError};
use wardkeep_vault::trail::TrailError;
use wardkeep_vault::unlock::UnlockError;

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        use StoreError as S;
        match error {
            S::Damaged { file } => Self::new(ErrorCode::VaultDamaged).file(format!("vault/{file}")),
            S::DiskFull => ErrorCode::DiskFull.into(),
            S::Busy => ErrorCode::VaultBusy.into(),
            S::Io { file } => Self::new(ErrorCode::FileUnreadable).file(format!("vault/{file}")),
            S::NotGranted { .. } => ErrorCode::Forbidden.into(),
            S::TooLarge { what, .. } => Self::new(ErrorCode::TooLarge).at(what),
            S::Missing { what } => Self::new(ErrorCode::NotFound).at(what),
            S::Exists { what } => Self::invalid(what),
            S::Cloned { .. } => ErrorCode::Conflict.into(),
            S::Invalid { why } => {
                tracing::error!(why, "an edit that breaks a rule");
                ErrorCode::Invalid.into()
            }
            S::Unaudited => Self::internal("store: change without audit entry"),
            S::WrongCompartment => Self::internal("store: wrong compartment"),
            S::UnreadableOp => Self::internal("store: unreadable op"),
            S::Statement { code } => {
                tracing::error!(code, "the database refused a statement");
                ErrorCode::Internal.into()
            }
        }
    }
}

impl From<cipher::OpenError> for CommandError {
    fn from(error: cipher::OpenError) -> Self {
        use cipher::OpenError as O;
        match error {
            O::Missing { file } | O::Damaged { file } | O::WrongKey { file } => {
                Self::new(ErrorCode::VaultDamaged).file(format!("vault/{file}"))
            }
            O::Exists { file } => Self::new(ErrorCode::VaultExists).file(format!("vault/{file}")),
            O::Newer { file, found, .. } => Self::new(ErrorCode::VaultNewer)
                .file(format!("vault/{file}"))
                .version(u32::try_from(found).unwrap_or(u32::MAX)),
            O::DiskFull => ErrorCode::DiskFull.into(),
            O::Busy { file } => Self::new(ErrorCode::VaultBusy).file(format!("vault/{file}")),
            O::Io { file } => Self::new(ErrorCode::FileUnreadable).file(format!("vault/{file}")),
            O::NoCipher => Self::internal("no SQLCipher in this program"),
            O::Statement { code } => {
                tracing::error!(code, "the database refused a statement while opening");
                ErrorCode::Internal.into()
            }
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::File(error) => error.into(),
            OpenError::OtherDevice { file } => Self::new(ErrorCode::VaultDamaged).file(format!("vault/{file}")),
        }
    }
}

impl From<WriteAnewError> for CommandError {
    fn from(error: WriteAnewError) -> Self {
        use WriteAnewError as W;
        match error {
            W::File(error) => error.into(),
            W::Store(error) => error.into(),
            W::Home(error) => error.into(),
            W::Cancelled => ErrorCode::Cancelled.into(),
            W::NotTheSame { file, what } => {
                tracing::error!(file, what, "a copy under a new key is not the same; it was thrown away");
                Self::internal("copy under a new key")
            }
        }
    }
}

impl From<HomeError> for CommandError {
    fn from(error: HomeError) -> Self {
        use std::io::ErrorKind as K;
        match error {
            HomeError::NoPlace => Self::new(ErrorCode::FileUnreadable),
            HomeError::Busy => ErrorCode::VaultBusy.into(),
            HomeError::Io { source, .. } if matches!(source.kind(), K::StorageFull | K::QuotaExceeded) => {
                ErrorCode::DiskFull.into()
            }
            HomeError::Io { path, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Self::new(ErrorCode::FileUnreadable).file(name)
            }
        }
    }
}

impl From<UnlockError> for CommandError {
    fn from(error: UnlockError) -> Self {
        use UnlockError as U;
        match error {
            U::NoVault => ErrorCode::NoVault.into(),
            U::VaultExists => ErrorCode::VaultExists.into(),
            U::NoSuchUser => Self::new(ErrorCode::NotFound).at("user"),
            U::UserExists => Self::invalid("user"),
            U::WrongPassword => ErrorCode::WrongPassword.into(),
            U::TooSoon { seconds } => Self::new(ErrorCode::TooSoon).seconds(seconds),
            U::KeychainAbsent => ErrorCode::KeychainAbsent.into(),
            U::KeychainLocked => ErrorCode::KeychainLocked.into(),
            U::KeychainEntryMissing => ErrorCode::KeychainEntryMissing.into(),
            U::KeychainChanged => ErrorCode::KeychainChanged.into(),
            U::KeychainRefused => {
                tracing::error!("the keychain answered, and refused");
                ErrorCode::KeychainAbsent.into()
            }
            U::Wiped => ErrorCode::Wiped.into(),
            U::LeaseEnded(why) => Self::new(ErrorCode::LeaseEnded).at(rule_of(why)),
            U::LeaseOther => Self::new(ErrorCode::LeaseEnded).at("server"),
            U::SlotDamaged { file } => Self::new(ErrorCode::SlotDamaged).file(format!("slots/{file}")),
            U::SlotNewer { file, version } => Self::new(ErrorCode::SlotNewer)
                .file(format!("slots/{file}"))
                .version(version.into()),
            U::NotAllowed => ErrorCode::Forbidden.into(),
            U::BadName => Self::invalid("name"),
            U::NoMemory => Self {
                retryable: true,
                ..Self::internal("not enough memory to derive the key")
            },
            U::Home(error) => error.into(),
        }
    }
}

impl From<PasswordProblem> for CommandError {
    fn from(problem: PasswordProblem) -> Self {
        match problem {
            PasswordProblem::TooShort { .. } => ErrorCode::PasswordTooShort.into(),
            PasswordProblem::TooLong { .. } => ErrorCode::PasswordTooLong.into(),
            PasswordProblem::Common => ErrorCode::PasswordCommon.into(),
        }
    }
}

/// The first fault of a form, by its path below the input's member.
pub(crate) fn of_form(member: &str, faults: &[Invalid]) -> CommandError {
    let element = faults.first().map(|fault| fault.element.as_str()).unwrap_or_default();
    let path = if element.is_empty() {
        member.to_owned()
    } else {
        format!("{member}.{element}")
    };
    match faults.first().map(|fault| fault.reason) {
        Some(Reason::TooLong | Reason::TooMany) => CommandError::new(ErrorCode::TooLarge).at(path),
        _ => CommandError::invalid(path),
    }
}

impl From<BlobError> for CommandError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::DiskFull => ErrorCode::DiskFull.into(),
            BlobError::TooLarge { .. } => ErrorCode::TooLarge.into(),
            BlobError::Missing | BlobError::Damaged | BlobError::WrongKey => {
                Self::new(ErrorCode::VaultDamaged).file("blobs")
            }
            BlobError::Newer(version) => Self::new(ErrorCode::VaultNewer).file("blobs").version(version.into()),
            BlobError::Source(_) => ErrorCode::FileUnreadable.into(),
            BlobError::Io(error) => error.into(),
            BlobError::Exists => Self::internal("blob id used twice"),
        }
    }
}

impl From<SpoolError> for CommandError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Key(error) => error.into(),
            SpoolError::File(error) => {
                let mut error = Self::from(error);
                if let Some(file) = error.detail.as_mut().and_then(|detail| detail.file.as_mut()) {
                    *file = file.replace("vault/", "sync/");
                }
                error
            }
            SpoolError::Exists { what } => {
                tracing::error!(what, "the spool keeps another one already");
                ErrorCode::Conflict.into()
            }
            SpoolError::Gap { .. } => Self::internal("spool: gap"),
            SpoolError::TooLarge { what, .. } => Self::new(ErrorCode::TooLarge).at(what),
        }
    }
}

impl From<TrailError> for CommandError {
    fn from(error: TrailError) -> Self {
        match error {
            TrailError::File(error) => error.into(),
            TrailError::Malformed => Self::new(ErrorCode::VaultDamaged).file("vault/audit.db"),
        }
    }
}

impl From<LinkError> for CommandError {
    fn from(error: LinkError) -> Self {
        use LinkError as L;
        match error {
            L::Unreachable | L::TimedOut | L::Stopped => ErrorCode::ServerUnreachable.into(),
            L::Certificate => ErrorCode::ServerCertificate.into(),
            L::Revoked => ErrorCode::DeviceRevoked.into(),
            L::Refused { code, retry_after_ms } => of_refusal(code, retry_after_ms),
            L::Status(status) => {
                tracing::warn!(status, "the server answered with a status that says nothing more");
                ErrorCode::ServerAnswer.into()
            }
            L::Malformed(why) => {
                tracing::warn!(why, "the server's answer is not understood");
                ErrorCode::ServerAnswer.into()
            }
            L::TooLarge => ErrorCode::TooLarge.into(),
        }
    }
}

/// Why the server refused. None of it erases anything here.
fn of_refusal(code: FailureCode, retry_after_ms: u32) -> CommandError {
    tracing::info!(?code, "the server refused");
    let mut error = CommandError::new(match code {
        FailureCode::Unknown => ErrorCode::NotFound,
        FailureCode::Expired => ErrorCode::Expired,
        FailureCode::TooLarge => ErrorCode::TooLarge,
        FailureCode::Storage => ErrorCode::ServerFull,
        _ => ErrorCode::ServerRefused,
    });
    if retry_after_ms > 0 {
        error.retryable = true;
        error = error.seconds(u64::from(retry_after_ms).div_ceil(1000));
    }
    error
}
