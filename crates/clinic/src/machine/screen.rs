//! Whether the screen locks by itself when nobody is there: the setting of the desktop that runs, where it is one that tells.

use super::ask;
use super::facts::Told;

/// The desktop's setting, and after how many seconds.
#[cfg(target_os = "linux")]
pub(super) fn lock() -> (Told, Option<u32>) {
    let desktop = environment("XDG_CURRENT_DESKTOP").unwrap_or_default().to_lowercase();
    let is = |name: &str| desktop.split(':').any(|part| part == name);
    if is("kde") {
        return plasma(&plasma_settings().unwrap_or_default());
    }
    if is("gnome") || is("unity") {
        let ask = |schema: &str, key: &str| ask::program("gsettings", &["get", schema, key]);
        let enabled = ask("org.gnome.desktop.screensaver", "lock-enabled");
        let idle = ask("org.gnome.desktop.session", "idle-delay");
        return gnome(enabled.as_deref(), idle.as_deref());
    }
    (Told::Unknown, None)
}

/// macOS says whether a password is asked for after the screen went dark.
#[cfg(target_os = "macos")]
pub(super) fn lock() -> (Told, Option<u32>) {
    let said = ask::program("/usr/sbin/sysadminctl", &["-screenLock", "status"]);
    (said.map_or(Told::Unknown, |said| apple(&said)), None)
}

/// Windows: the limit of inactivity that the machine's policy sets, then the person's own screen saver.
#[cfg(windows)]
pub(super) fn lock() -> (Told, Option<u32>) {
    let query = |key: &str, name: &str| {
        let said = ask::program("reg", &["query", key, "/v", name])?;
        registry_value(&said)
    };
    let policy = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
    if let Some(after) = query(policy, "InactivityTimeoutSecs").filter(|after| *after > 0) {
        return (Told::Yes, Some(after));
    }
    let desktop = r"HKCU\Control Panel\Desktop";
    match (
        query(desktop, "ScreenSaveActive"),
        query(desktop, "ScreenSaverIsSecure"),
    ) {
        (Some(1), Some(1)) => (Told::Yes, query(desktop, "ScreenSaveTimeOut")),
        (Some(_), _) => (Told::No, None),
        _ => (Told::Unknown, None),
    }
}

/// Other systems have no path here.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn lock() -> (Told, Option<u32>) {
    (Told::Unknown, None)
}

#[cfg(target_os = "linux")]
#[allow(
    clippy::disallowed_methods,
    reason = "the machine's own settings are read where they are asked for"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The file that Plasma keeps the setting in. Not there means as Plasma comes.
#[cfg(target_os = "linux")]
fn plasma_settings() -> Option<String> {
    let folder = environment("XDG_CONFIG_HOME").or_else(|| Some(format!("{}/.config", environment("HOME")?)))?;
    std::fs::read_to_string(format!("{folder}/kscreenlockerrc")).ok()
}

/// Plasma locks after five minutes unless somebody has said otherwise.
#[cfg(any(target_os = "linux", test))]
fn plasma(settings: &str) -> (Told, Option<u32>) {
    let mut daemon = false;
    let (mut locks, mut minutes) = (true, 5);
    for line in settings.lines().map(str::trim) {
        if line.starts_with('[') {
            daemon = line == "[Daemon]";
        }
        match line.split_once('=') {
            Some(("Autolock", value)) if daemon => locks = value.trim() != "false",
            Some(("Timeout", value)) if daemon => minutes = value.trim().parse().unwrap_or(minutes),
            _ => {}
        }
    }
    if locks && minutes > 0 {
        (Told::Yes, Some(u32::saturating_mul(minutes, 60)))
    } else {
        (Told::No, None)
    }
}

/// `gsettings` prints `true`, and `uint32 300`; a delay of 0 is never.
#[cfg(any(target_os = "linux", test))]
fn gnome(enabled: Option<&str>, idle: Option<&str>) -> (Told, Option<u32>) {
    let after = idle.and_then(|idle| idle.trim().trim_start_matches("uint32").trim().parse::<u32>().ok());
    match (enabled.map(str::trim), after) {
        (Some("true"), Some(after)) if after > 0 => (Told::Yes, Some(after)),
        (Some("false"), _) | (Some("true"), Some(_)) => (Told::No, None),
        _ => (Told::Unknown, None),
    }
}

/// What `sysadminctl -screenLock status` says.
#[cfg(any(target_os = "macos", test))]
fn apple(said: &str) -> Told {
    let said = said.to_lowercase();
    if said.contains("screenlock is off") {
        Told::No
    } else if said.contains("screenlock delay is") {
        Told::Yes
    } else {
        Told::Unknown
    }
}

/// The number at the end of what `reg query` prints of one value: decimal text, or `0x` and hexadecimal.
#[cfg(any(windows, test))]
fn registry_value(said: &str) -> Option<u32> {
    let last = said.lines().rev().find(|line| line.contains("REG_"))?;
    let value = last.split_whitespace().last()?;
    match value.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plasma_is_read() {
        assert_eq!(plasma(""), (Told::Yes, Some(300)));
        assert_eq!(plasma("[Daemon]\nTimeout=10\n"), (Told::Yes, Some(600)));
        assert_eq!(plasma("[Daemon]\nAutolock=false\nTimeout=10\n"), (Told::No, None));
        assert_eq!(plasma("[Greeter]\nAutolock=false\n"), (Told::Yes, Some(300)));
        assert_eq!(plasma("[Daemon]\nTimeout=0\n"), (Told::No, None));
        assert_eq!(plasma("[Daemon]\nTimeout=4294967295\n"), (Told::Yes, Some(u32::MAX)));
    }

    #[test]
    fn gnome_is_read() {
        assert_eq!(gnome(Some("true\n"), Some("uint32 300\n")), (Told::Yes, Some(300)));
        assert_eq!(gnome(Some("true\n"), Some("uint32 0\n")), (Told::No, None));
        assert_eq!(gnome(Some("false\n"), Some("uint32 300\n")), (Told::No, None));
        assert_eq!(gnome(None, Some("uint32 300\n")), (Told::Unknown, None));
    }

    #[test]
    fn the_others_are_read() {
        assert_eq!(apple("screenLock delay is immediate"), Told::Yes);
        assert_eq!(apple("screenLock is off"), Told::No);
        assert_eq!(apple(""), Told::Unknown);
        let said = "\r\nHKEY_LOCAL_MACHINE\\X\r\n    InactivityTimeoutSecs    REG_DWORD    0x384\r\n\r\n";
        assert_eq!(registry_value(said), Some(900));
        assert_eq!(registry_value("    ScreenSaveActive    REG_SZ    1"), Some(1));
        assert_eq!(registry_value("ERROR"), None);
    }
}
