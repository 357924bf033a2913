//! A desktop of its own for a command: home folder, D-Bus, an unlocked keyring and, when asked, a display that nobody sees.
//!
//! Nothing of it touches the person's own session, and two of them can run side by side.

use crate::process;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Starts the bus without the complaints of its daemon about limits that do not matter here.
const BUS: &str = r#"exec 3>&2; exec dbus-run-session -- sh -c "$@" 2>/dev/null"#;

/// Starts the keyring, waits until it answers, then runs what follows. In the foreground, because a daemon would leave the
/// process group; with a password, because an empty one does not unlock.
const UNLOCKED: &str = r#"
exec 2>&3 3>&-
printf %s private | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
tries=0
until dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true
do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then echo "the keyring did not start within 10 s" >&2; exit 70; fi
    sleep 0.1
done
"$@"
"#;

/// Whether the session has a display.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// None; windows cannot open.
    None,
    /// An Xvfb of 1280 by 800.
    Hidden,
}

/// The folder of a session, removed at the end.
pub struct Session {
    folder: PathBuf,
}

impl Session {
    /// Makes the folder. It is short and outside the checkout, because the path of a socket has at most 107 bytes.
    pub fn new(name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("wardkeep-{name}-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for part in ["", "run", "data", "config", "cache", "state", "tmp"] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder.join(part))
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o700))?;
        Ok(Self { folder })
    }

    /// The command, to be run inside.
    pub fn command(&self, display: Display, program: &Path, arguments: &[String]) -> Command {
        let mut words: Vec<String> = Vec::new();
        if display == Display::Hidden {
            words.extend(["xvfb-run", "-a", "-s", "-screen 0 1280x800x24 -nolisten tcp"].map(String::from));
        }
        words.extend(["sh", "-c", BUS, "sh", UNLOCKED, "sh"].map(String::from));
        words.push(program.display().to_string());
        words.extend_from_slice(arguments);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        self.enter(&mut command);
        command
    }

    fn enter(&self, command: &mut Command) {
        let toolchain = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")];
        if let Some(home) = std::env::home_dir() {
            for (name, folder) in toolchain {
                if std::env::var_os(name).is_none() {
                    command.env(name, home.join(folder));
                }
            }
        }
        for (name, part) in [
            ("HOME", ""),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("TMPDIR", "tmp"),
        ] {
            command.env(name, self.folder.join(part));
        }
        for name in ["DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "WARDKEEP_HOME"] {
            command.env_remove(name);
        }
        command
            .env("GDK_BACKEND", "x11")
            .env("GSETTINGS_BACKEND", "memory")
            .env("NO_AT_BRIDGE", "1")
            .env("MESA_SHADER_CACHE_DISABLE", "true")
            // Screenshots of the window are often blank with the DMA-BUF renderer on a display without a GPU.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A leftover folder in the temp folder is a nuisance, no fault worth failing for.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether the person's own session can show a window.
pub fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether the person's own session has a keyring, running or to be started on demand.
pub fn has_keyring() -> bool {
    if cfg!(not(target_os = "linux")) {
        return true;
    }
    let asks = ["NameHasOwner", "StartServiceByName"];
    asks.iter().any(|ask| {
        let mut command = Command::new("dbus-send");
        command.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]);
        command.args([&format!("org.freedesktop.DBus.{ask}"), "string:org.freedesktop.secrets"]);
        if *ask == "StartServiceByName" {
            command.arg("uint32:0");
        }
        let answer = command.stderr(std::process::Stdio::null()).output();
        process::exists("dbus-send")
            && answer.is_ok_and(|output| {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                output.status.success() && !text.contains("false")
            })
    })
}
