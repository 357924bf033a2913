//! What macOS and Windows say about the encryption of their disks. Linux is asked through its own files, by the crate above.
//!
//! Both are asked through the programs that the system brings for it, by absolute path or from the system folder, without a shell and
//! without anything of ours in the arguments but a drive letter. What they print is read on every platform, so that every platform's
//! tests hold it.

use std::path::Path;

/// Whether the volume under a folder is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VolumeEncryption {
    /// It is, and protection is on.
    On,
    /// It is not.
    Off,
    /// Turning on or off, or suspended: not to be relied on yet.
    Changing,
    /// The system does not tell.
    CannotTell,
}

/// Asks the system. Takes up to some seconds on Windows; the caller keeps it off the window's thread.
#[cfg(target_os = "macos")]
pub fn volume_encryption(_folder: &Path) -> VolumeEncryption {
    printed_by(std::process::Command::new("/usr/bin/fdesetup").arg("status"))
        .map_or(VolumeEncryption::CannotTell, |text| read_fdesetup(&text))
}

/// Asks the system. Takes up to some seconds on Windows; the caller keeps it off the window's thread.
#[cfg(windows)]
pub fn volume_encryption(folder: &Path) -> VolumeEncryption {
    use std::path::{Component, Prefix};
    let drive = match folder.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => char::from(letter),
            _ => return VolumeEncryption::CannotTell,
        },
        _ => return VolumeEncryption::CannotTell,
    };
    let Some(system) = std::env::var_os("SystemRoot") else {
        return VolumeEncryption::CannotTell;
    };
    let program = Path::new(&system).join(r"System32\WindowsPowerShell\v1.0\powershell.exe");
    let script = bitlocker_script(drive);
    printed_by(std::process::Command::new(program).args(["-NoProfile", "-NonInteractive", "-Command", &script]))
        .map_or(VolumeEncryption::CannotTell, |text| read_bitlocker(&text))
}

/// Linux has no single program to ask; see the crate above.
#[cfg(not(any(target_os = "macos", windows)))]
pub fn volume_encryption(_folder: &Path) -> VolumeEncryption {
    VolumeEncryption::CannotTell
}

/// What a program prints when it ends well.
#[cfg(any(target_os = "macos", windows))]
fn printed_by(command: &mut std::process::Command) -> Option<String> {
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// The property that Explorer shows; unlike `manage-bde` it needs no administrator.
#[cfg(any(windows, test))]
fn bitlocker_script(drive: char) -> String {
    let drive = if drive.is_ascii_alphabetic() { drive } else { 'C' };
    let property = "System.Volume.BitLockerProtection";
    format!("(New-Object -ComObject Shell.Application).NameSpace('{drive}:').Self.ExtendedProperty('{property}')")
}

/// The states of `System.Volume.BitLockerProtection`: 1 on, 2 off, 3 encrypting, 4 decrypting, 5 suspended, 6 on and locked.
#[cfg(any(windows, test))]
fn read_bitlocker(printed: &str) -> VolumeEncryption {
    match printed.trim() {
        "1" | "6" => VolumeEncryption::On,
        "2" => VolumeEncryption::Off,
        "3" | "4" | "5" => VolumeEncryption::Changing,
        _ => VolumeEncryption::CannotTell,
    }
}

/// The first line of `fdesetup status`; more follow while the disk is being converted.
#[cfg(any(target_os = "macos", test))]
fn read_fdesetup(printed: &str) -> VolumeEncryption {
    let in_progress = printed.lines().any(|line| line.contains("in progress"));
    match printed.lines().next().map(str::trim) {
        Some("FileVault is On.") if in_progress => VolumeEncryption::Changing,
        Some("FileVault is On.") => VolumeEncryption::On,
        Some("FileVault is Off.") if in_progress => VolumeEncryption::Changing,
        Some("FileVault is Off.") => VolumeEncryption::Off,
        _ => VolumeEncryption::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::VolumeEncryption::{CannotTell, Changing, Off, On};
    use super::*;

    #[test]
    fn what_the_systems_print_is_understood() {
        assert_eq!(read_fdesetup("FileVault is On.\n"), On);
        assert_eq!(read_fdesetup("FileVault is Off.\n"), Off);
        let converting = "FileVault is On.\nEncryption in progress: Percent completed = 12\n";
        assert_eq!(read_fdesetup(converting), Changing);
        assert_eq!(read_fdesetup("Error: something"), CannotTell);
        let states: Vec<_> = ["1\r\n", "2\r\n", "3", "5", "6", "", "0"].map(read_bitlocker).into();
        assert_eq!(states, [On, Off, Changing, Changing, On, CannotTell, CannotTell]);
    }

    #[test]
    fn nothing_but_a_letter_gets_into_the_script() {
        assert!(bitlocker_script('d').contains("NameSpace('d:')"));
        assert!(bitlocker_script('\'').contains("NameSpace('C:')"));
    }
}
