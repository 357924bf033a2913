//! `doctor`: looks at the machine and the vault and says what is not as it should be. Works locked; unlocked it looks deeper.

use super::disk::{self, DiskEncryption};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::path::Path;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_vault::cipher;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

/// What was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// The OS keychain answers and keeps what it is given.
    Keychain,
    /// The disk below the home folder is encrypted.
    DiskEncryption,
    /// SQLCipher is in this process.
    Cipher,
    /// Nobody else may read the home folder.
    Permissions,
    /// There is room to write.
    FreeSpace,
    /// The vault's files are there.
    Vault,
    /// Every page of the vault and both audit chains are as they were written.
    Integrity,
    /// The clock can be right.
    Clock,
}

impl CheckId {
    /// The name on every surface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::DiskEncryption => "disk_encryption",
            Self::Cipher => "cipher",
            Self::Permissions => "permissions",
            Self::FreeSpace => "free_space",
            Self::Vault => "vault",
            Self::Integrity => "integrity",
            Self::Clock => "clock",
        }
    }
}

/// How it was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// As it should be.
    Ok,
    /// It works, and could be safer.
    Warning,
    /// Something must be done.
    Fault,
    /// It could not be looked at.
    Unknown,
}

impl CheckStatus {
    /// The name on every surface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
            Self::Unknown => "unknown",
        }
    }
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct DoctorCheck {
    /// What was looked at.
    pub id: CheckId,
    /// How it was found.
    pub status: CheckStatus,
    /// In English: figures and file names inside the home folder.
    pub detail: String,
}

/// Free space below which nothing may be written any more, and below which it is getting tight, in bytes.
const SPACE_FAULT: u64 = 100 << 20;
const SPACE_WARNING: u64 = 1 << 30;

/// Before this no version of this program existed: 2025-01-01, in Unix milliseconds.
const FIRST_MS: u64 = 1_735_689_600_000;

/// Most files whose permissions are looked at.
#[cfg(unix)]
const FILES_LIMIT: usize = 100_000;

impl Command for Input {
    type Output = Vec<DoctorCheck>;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<Vec<DoctorCheck>, CommandError> {
        let root = clinic.home().root();
        Ok(vec![
            keychain(clinic),
            disk_encryption(root),
            cipher_check(),
            permissions(root),
            free_space(root),
            vault(clinic),
            integrity(clinic),
            clock(clinic),
        ])
    }
}

fn check(id: CheckId, status: CheckStatus, detail: impl Into<String>) -> DoctorCheck {
    DoctorCheck {
        id,
        status,
        detail: detail.into(),
    }
}

fn keychain(clinic: &Clinic) -> DoctorCheck {
    let keychain = &clinic.machine().keychain;
    match keychain.probe() {
        Ok(()) => check(CheckId::Keychain, CheckStatus::Ok, keychain.kind().name()),
        Err(error) => check(
            CheckId::Keychain,
            CheckStatus::Fault,
            format!("{}: {error}", keychain.kind().name()),
        ),
    }
}

fn disk_encryption(root: &Path) -> DoctorCheck {
    let (status, detail) = match disk::encryption(root) {
        DiskEncryption::Encrypted => (CheckStatus::Ok, "the disk below the home folder is encrypted"),
        DiskEncryption::Plain => (
            CheckStatus::Warning,
            "the disk is not encrypted; the vault is, but swap and other programs' files are not",
        ),
        DiskEncryption::Unknown => (CheckStatus::Unknown, "the system does not tell"),
    };
    check(CheckId::DiskEncryption, status, detail)
}

fn cipher_check() -> DoctorCheck {
    match cipher::library_version() {
        Ok(version) if version.starts_with("4.") => {
            check(CheckId::Cipher, CheckStatus::Ok, format!("SQLCipher {version}"))
        }
        Ok(version) => check(
            CheckId::Cipher,
            CheckStatus::Warning,
            format!("SQLCipher {version}, expected 4"),
        ),
        Err(_) => check(CheckId::Cipher, CheckStatus::Fault, "SQLCipher is not in this program"),
    }
}

#[cfg(unix)]
fn permissions(root: &Path) -> DoctorCheck {
    use std::os::unix::fs::PermissionsExt;
    let mut open = Vec::new();
    let mut folders = vec![root.to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return check(CheckId::Permissions, CheckStatus::Unknown, "a folder cannot be listed");
        };
        let inside = entries.filter_map(Result::ok).map(|entry| entry.path());
        for path in std::iter::once(folder.clone())
            .chain(inside)
            .take(FILES_LIMIT.saturating_sub(seen))
        {
            seen += 1;
            let Ok(meta) = std::fs::symlink_metadata(&path) else {
                continue;
            };
            if meta.permissions().mode() & 0o077 != 0 {
                let name = path.strip_prefix(root).unwrap_or(Path::new("")).display().to_string();
                open.push(if name.is_empty() { ".".to_owned() } else { name });
            }
            if meta.is_dir() && path != folder {
                folders.push(path);
            }
        }
    }
    match open.as_slice() {
        [] => check(
            CheckId::Permissions,
            CheckStatus::Ok,
            "only you can read the home folder",
        ),
        [first, ..] => {
            let detail = format!("{} files or folders can be read by others, such as {first}", open.len());
            check(CheckId::Permissions, CheckStatus::Warning, detail)
        }
    }
}

#[cfg(not(unix))]
fn permissions(_root: &Path) -> DoctorCheck {
    check(
        CheckId::Permissions,
        CheckStatus::Unknown,
        "the profile folder's own access list protects the home folder",
    )
}

fn free_space(root: &Path) -> DoctorCheck {
    let Some(free) = disk::free_bytes(root) else {
        return check(CheckId::FreeSpace, CheckStatus::Unknown, "the system does not tell");
    };
    let status = match free {
        0..SPACE_FAULT => CheckStatus::Fault,
        SPACE_FAULT..SPACE_WARNING => CheckStatus::Warning,
        _ => CheckStatus::Ok,
    };
    check(CheckId::FreeSpace, status, format!("{} MiB free", free >> 20))
}

fn vault(clinic: &Clinic) -> DoctorCheck {
    let home = clinic.home();
    match home.has_vault() {
        Ok(false) => return check(CheckId::Vault, CheckStatus::Ok, "no vault yet"),
        Err(_) => return check(CheckId::Vault, CheckStatus::Fault, "the home folder cannot be read"),
        Ok(true) => {}
    }
    let files = [
        ("vault/office.db", home.office_db()),
        ("vault/clinical.db", home.clinical_db()),
    ];
    let missing: Vec<_> = files
        .iter()
        .filter(|(_, path)| !path.is_file())
        .map(|(name, _)| *name)
        .collect();
    let slots = home.slot_users().map_or(0, |users| users.len());
    let quarantined = std::fs::read_dir(home.quarantine_dir()).map_or(0, Iterator::count);
    let detail = format!("{slots} key slots, {quarantined} damaged files set aside");
    match (missing.as_slice(), slots, quarantined) {
        ([], 1.., 0) => check(CheckId::Vault, CheckStatus::Ok, detail),
        ([], 1.., _) => check(CheckId::Vault, CheckStatus::Warning, detail),
        ([], 0, _) => check(CheckId::Vault, CheckStatus::Fault, "no key slot: nobody can unlock"),
        (missing, ..) => check(
            CheckId::Vault,
            CheckStatus::Fault,
            format!("missing: {}", missing.join(", ")),
        ),
    }
}

/// Reads every page and both chains; only an unlocked session can.
fn integrity(clinic: &Clinic) -> DoctorCheck {
    match clinic.with_session(integrity_of) {
        Ok(faults) if faults.is_empty() => check(
            CheckId::Integrity,
            CheckStatus::Ok,
            "every page and the audit chains are whole",
        ),
        Ok(faults) => check(CheckId::Integrity, CheckStatus::Fault, faults.join("; ")),
        Err(error) if error.code == crate::error::ErrorCode::Locked => check(
            CheckId::Integrity,
            CheckStatus::Unknown,
            "unlock to read the vault's pages",
        ),
        Err(error) => check(CheckId::Integrity, CheckStatus::Fault, error.to_string()),
    }
}

fn integrity_of(session: &Session) -> Result<Vec<String>, CommandError> {
    let mut faults = Vec::new();
    for at in [Compartment::Office, Compartment::Clinical]
        .into_iter()
        .filter(|at| session.holds(*at))
    {
        let report = session.check_integrity(at)?;
        let findings = report.cipher.into_iter().chain(report.structure);
        faults.extend(findings.map(|finding| format!("vault/{}: {finding}", report.file)));
        let report = session.read(|view| Ok(view.verify_audit(at)?))?;
        if report.fault.is_some() {
            faults.push(format!("the {at:?} audit chain is broken after entry {}", report.entries).to_lowercase());
        }
    }
    Ok(faults)
}

fn clock(clinic: &Clinic) -> DoctorCheck {
    let now_ms = clinic.machine().clock.now_ms();
    if now_ms < FIRST_MS {
        return check(CheckId::Clock, CheckStatus::Fault, "the clock stands before 2025");
    }
    let latest = clinic.with_session(|session| {
        session.read(|view| {
            Ok(view
                .audit_entries(Compartment::Office, None, None, 1)?
                .first()
                .map(|row| row.at_ms))
        })
    });
    match latest {
        Ok(Some(latest)) if latest > now_ms => {
            let hours = (latest - now_ms) / 3_600_000;
            check(
                CheckId::Clock,
                CheckStatus::Warning,
                format!("the clock was turned back by {hours} hours since the last entry"),
            )
        }
        _ => check(CheckId::Clock, CheckStatus::Ok, "plausible"),
    }
}
