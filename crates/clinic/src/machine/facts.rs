//! What a laptop can say of itself: its name, its operating system, whether its disk is encrypted and its screen locks by itself.

use super::disk::{self, DiskEncryption};
use super::{ask, screen};
use serde::{Deserialize, Serialize};
use std::path::Path;
use ts_rs::TS;

/// The longest name of a computer or a system that is told, in characters.
const NAME_MAX: usize = 80;

/// Whether something is so. 'Cannot tell' is an answer of its own, and never taken for yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The system does not tell, or a newer version says it in another way.
    #[default]
    #[serde(other)]
    Unknown,
}

/// The facts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// The computer's name.
    pub host: String,
    /// The operating system with its version.
    pub os: String,
    /// Whether the disk below the home folder is encrypted.
    pub disk_encrypted: Told,
    /// Whether the screen locks by itself.
    pub screen_locks: Told,
    /// After how many seconds, where the system tells.
    pub screen_lock_s: Option<u32>,
}

/// Looks at the machine. Asks other programs, so no lock is held meanwhile.
pub(super) fn of_machine(home: &Path) -> Facts {
    let (screen_locks, screen_lock_s) = screen::lock();
    Facts {
        host: tidy(&host().unwrap_or_default()),
        os: tidy(&os().unwrap_or_else(|| std::env::consts::OS.to_owned())),
        disk_encrypted: match disk::encryption(home) {
            DiskEncryption::Encrypted => Told::Yes,
            DiskEncryption::Plain => Told::No,
            DiskEncryption::Unknown => Told::Unknown,
        },
        screen_locks,
        screen_lock_s,
    }
}

/// One line of bounded length without control characters: it is shown on other people's screens.
pub(crate) fn tidy(text: &str) -> String {
    let printable = text.trim().chars().filter(|c| !c.is_control());
    printable.take(NAME_MAX).collect()
}

#[cfg(target_os = "linux")]
fn host() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/hostname").ok()
}

#[cfg(target_os = "macos")]
fn host() -> Option<String> {
    ask::program("/usr/sbin/scutil", &["--get", "ComputerName"])
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn host() -> Option<String> {
    ask::program("hostname", &[])
}

#[cfg(target_os = "linux")]
fn os() -> Option<String> {
    let release = ["/etc/os-release", "/usr/lib/os-release"]
        .into_iter()
        .find_map(|file| std::fs::read_to_string(file).ok())?;
    pretty_name(&release).or_else(|| ask::program("uname", &["-sr"]))
}

#[cfg(target_os = "macos")]
fn os() -> Option<String> {
    ask::program("/usr/bin/sw_vers", &["-productVersion"]).map(|version| format!("macOS {version}"))
}

#[cfg(windows)]
fn os() -> Option<String> {
    ask::program("cmd", &["/c", "ver"])
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn os() -> Option<String> {
    ask::program("uname", &["-sr"])
}

/// `PRETTY_NAME` of os-release(5), which may be quoted as a shell does it.
#[cfg(any(target_os = "linux", test))]
fn pretty_name(release: &str) -> Option<String> {
    let value = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let bare = value.trim().trim_matches(['"', '\'']);
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{pretty_name, tidy};

    #[test]
    fn the_systems_name_is_read() {
        let release = "NAME=\"X\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(pretty_name(release).as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(pretty_name("PRETTY_NAME=Arch\n").as_deref(), Some("Arch"));
        assert_eq!(pretty_name("ID=x\n"), None);
    }

    #[test]
    fn what_is_shown_elsewhere_is_one_short_line() {
        assert_eq!(tidy(" front\u{1b}[31m\ndesk\t7 "), "front[31mdesk7");
        assert_eq!(tidy(&"x".repeat(5_000)).len(), 80);
    }
}
