//! What the operating system tells of the disk under the home folder: Linux by its own files, macOS and Windows by the programs that
//! switch FileVault and BitLocker.

#[cfg(any(target_os = "macos", windows))]
use super::ask;
#[cfg(target_os = "linux")]
pub(crate) use linux::encryption;
use std::path::Path;

#[cfg(target_os = "linux")]
mod linux;

/// Whether the disk under a folder is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DiskEncryption {
    /// A dm-crypt layer lies below the file system, or the file system is encrypted itself.
    Encrypted,
    /// A block device without such a layer.
    Plain,
    /// The system does not tell (network or container file systems, other operating systems).
    Unknown,
}

/// The disk that the system starts from is the one below the home folder, unless somebody has moved it.
#[cfg(target_os = "macos")]
pub(crate) fn encryption(_folder: &Path) -> DiskEncryption {
    ask::program("/usr/bin/fdesetup", &["status"]).map_or(DiskEncryption::Unknown, |said| file_vault(&said))
}

/// Asks the shell's property of the drive, which every user may read; `manage-bde` answers administrators alone.
#[cfg(windows)]
pub(crate) fn encryption(folder: &Path) -> DiskEncryption {
    let Some(drive) = folder.canonicalize().ok().and_then(|folder| drive_of(&folder)) else {
        return DiskEncryption::Unknown;
    };
    let script = format!(
        "(New-Object -ComObject Shell.Application).NameSpace('{drive}:').Self.ExtendedProperty('System.Volume.BitLockerProtection')"
    );
    let words = ["-NoProfile", "-NonInteractive", "-Command", &script];
    ask::program("powershell.exe", &words).map_or(DiskEncryption::Unknown, |said| bit_locker(&said))
}

/// Other systems have no path here.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(crate) fn encryption(_folder: &Path) -> DiskEncryption {
    DiskEncryption::Unknown
}

/// The letter of the drive that a path begins with.
#[cfg(windows)]
fn drive_of(folder: &Path) -> Option<char> {
    use std::path::{Component, Prefix};
    match folder.components().next()? {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => Some(char::from(letter)),
            _ => None,
        },
        _ => None,
    }
}

/// What `fdesetup status` says. While it is being encrypted or decrypted, something of the disk is in clear.
#[cfg(any(target_os = "macos", test))]
fn file_vault(said: &str) -> DiskEncryption {
    let said = said.to_lowercase();
    if said.contains("in progress") || said.contains("filevault is off") {
        DiskEncryption::Plain
    } else if said.contains("filevault is on") {
        DiskEncryption::Encrypted
    } else {
        DiskEncryption::Unknown
    }
}

/// What Windows says of a volume: 1 protected, 2 not, 3 and 4 on the way, 5 suspended (the key lies on the disk in clear), 6 locked.
#[cfg(any(windows, test))]
fn bit_locker(said: &str) -> DiskEncryption {
    match said.trim() {
        "1" | "6" => DiskEncryption::Encrypted,
        "2" | "3" | "4" | "5" => DiskEncryption::Plain,
        _ => DiskEncryption::Unknown,
    }
}

/// Bytes that this user can still write below the folder; `None` where the system does not tell.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// See the Unix version.
#[cfg(not(unix))]
pub(crate) fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_file_vault_and_bit_locker_say_is_read() {
        use DiskEncryption::{Encrypted, Plain, Unknown};
        for (said, meant) in [
            ("FileVault is On.\n", Encrypted),
            ("FileVault is Off.\n", Plain),
            (
                "FileVault is On.\nEncryption in progress: Percent completed = 12\n",
                Plain,
            ),
            ("", Unknown),
        ] {
            assert_eq!(file_vault(said), meant, "{said}");
        }
        for (said, meant) in [
            ("1\r\n", Encrypted),
            ("2", Plain),
            ("5", Plain),
            ("6", Encrypted),
            ("0", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(bit_locker(said), meant, "{said}");
        }
    }

    #[test]
    fn free_space_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(cfg!(not(unix)) || free_bytes(dir.path()).is_some());
    }
}
