//! Starting the agent at log-in, by an entry in the desktop's autostart folder (XDG Desktop Application Autostart Specification).

use crate::error::{CommandError, ErrorCode};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The entry's name.
const FILE: &str = "org.wardkeep.agent.desktop";

/// Where the entry is. The environment is passed in.
pub fn entry(var: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, CommandError> {
    let set = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let config = config.ok_or_else(|| CommandError::new(ErrorCode::FileUnreadable).file("autostart"))?;
    Ok(config.join("autostart").join(FILE))
}

/// Where the entry is for this user.
pub fn entry_of_user() -> Result<PathBuf, CommandError> {
    #[allow(clippy::disallowed_methods, reason = "both programs begin here")]
    entry(|name| std::env::var_os(name))
}

/// Writes the entry, unless it says so already: this program, with these words, for this home.
pub fn install(entry: &Path, program: &Path, words: &[&str], home: &Path) -> Result<(), CommandError> {
    let command: Option<Vec<String>> = [program.to_str()]
        .into_iter()
        .chain(words.iter().map(|word| Some(*word)))
        .chain([Some("--home"), home.to_str()])
        .map(|word| word.and_then(quoted))
        .collect();
    let command = command.ok_or_else(|| CommandError::new(ErrorCode::FileUnreadable).file("autostart"))?;
    let text = format!(
        "[Desktop Entry]\nType=Application\nName=Wardkeep agent\nComment=Keeps this computer in touch with its clinic while nobody has \
         unlocked\nExec={}\nTerminal=false\nNoDisplay=true\nX-GNOME-Autostart-enabled=true\n",
        command.join(" ")
    );
    if std::fs::read_to_string(entry).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let unwritable = |_| CommandError::new(ErrorCode::FileUnreadable).file("autostart");
    if let Some(folder) = entry.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    std::fs::write(entry, text).map_err(unwritable)
}

/// Takes the entry away; one that is not there counts as taken away.
pub fn uninstall(entry: &Path) -> Result<(), CommandError> {
    match std::fs::remove_file(entry) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CommandError::new(ErrorCode::FileUnreadable).file("autostart"))
        }
        _ => Ok(()),
    }
}

/// A word of an `Exec` line in quotes; `None` where it cannot be written there.
fn quoted(word: &str) -> Option<String> {
    if word.chars().any(char::is_control) {
        return None;
    }
    let mut out = String::from("\"");
    for letter in word.chars() {
        if matches!(letter, '"' | '`' | '$' | '\\') {
            // Once for the quotes and once for the string that holds them.
            out.push_str("\\\\");
        }
        out.push(letter);
        if letter == '%' {
            out.push('%');
        }
    }
    out.push('"');
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_entry_starts_this_program_for_this_home() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        let entry = entry(|name| (name == "HOME").then(|| root.clone().into_os_string())).unwrap();
        install(
            &entry,
            Path::new("/opt/a b/wardkeep"),
            &["agent"],
            Path::new("/home/a/100%"),
        )
        .unwrap();
        let text = std::fs::read_to_string(&entry).unwrap();
        assert!(
            text.contains("Exec=\"/opt/a b/wardkeep\" \"agent\" \"--home\" \"/home/a/100%%\"\n"),
            "{text}"
        );
        uninstall(&entry).unwrap();
        uninstall(&entry).unwrap();
        assert!(!entry.exists());
        assert!(install(&entry, Path::new("/a\nb"), &[], Path::new("/c")).is_err());
    }
}
