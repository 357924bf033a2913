//! A log-in session of its own for each test: home folder, D-Bus, Secret Service. Nothing of the person who runs the tests is touched.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The password of the private keyring.
const KEYRING_PASSWORD: &str = "log-in password of the test person";

/// One person's log-in session on one laptop.
pub struct LoginSession {
    dir: tempfile::TempDir,
    bus: Option<Child>,
    bus_address: String,
    keyring: Option<Child>,
}

/// What answers for the Secret Service in a session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecretService {
    /// An unlocked keyring, as after an ordinary log-in.
    Unlocked,
    /// Nothing, and nothing that could be started.
    Absent,
}

impl LoginSession {
    /// An ordinary session with an unlocked keyring.
    pub fn start() -> Self {
        Self::start_with(SecretService::Unlocked)
    }

    /// A session with or without a Secret Service.
    pub fn start_with(service: SecretService) -> Self {
        let dir = tempfile::Builder::new().prefix("wk-").tempdir().unwrap();
        for name in ["home", "run", "data", "config", "cache", "tmp"] {
            let path = dir.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        let mut session = Self {
            dir,
            bus: None,
            bus_address: String::new(),
            keyring: None,
        };
        session.start_bus();
        if service == SecretService::Unlocked {
            session.start_keyring(KEYRING_PASSWORD);
        }
        session
    }

    /// The session's folder; everything that any program of it may write is below.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The vault's home folder.
    pub fn vault_home(&self) -> PathBuf {
        self.root().join("data").join("wardkeep")
    }

    /// The folder of the keyring's own files.
    pub fn keyring_files(&self) -> PathBuf {
        self.root().join("data").join("keyrings")
    }

    /// Turns the wall clock that programs of this session see, also those that run, so many days ahead of the machine's.
    pub fn turn_clock(&self, days: i64) {
        let file = self.root().join("clock-ahead-ms");
        let next = self.root().join("clock-ahead-ms.next");
        std::fs::write(&next, (days * 86_400_000).to_string()).unwrap();
        std::fs::rename(next, file).unwrap();
    }

    /// Makes `command` run inside this session: its folders, its bus, and nothing of the outer session.
    pub fn adopt(&self, command: &mut Command) {
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "WARDKEEP_HOME"] {
            command.env_remove(name);
        }
    }

    /// The environment of the session as pairs.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.root().join(name).to_string_lossy().into_owned();
        vec![
            ("HOME", path("home")),
            ("XDG_RUNTIME_DIR", path("run")),
            ("XDG_DATA_HOME", path("data")),
            ("XDG_CONFIG_HOME", path("config")),
            ("XDG_CACHE_HOME", path("cache")),
            ("TMPDIR", path("tmp")),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus_address.clone()),
            ("MESA_SHADER_CACHE_DISABLE", "true".into()),
            ("NO_AT_BRIDGE", "1".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("WARDKEEP_TEST_CLOCK_FILE", path("clock-ahead-ms")),
        ]
    }

    /// Stops the keyring, as when its service crashed or was never installed; nothing restarts it.
    pub fn stop_keyring(&mut self) {
        if let Some(mut child) = self.keyring.take() {
            end(&mut child);
        }
    }

    /// Starts the keyring again; with the wrong log-in password its default collection stays locked.
    pub fn restart_keyring_locked(&mut self) {
        self.stop_keyring();
        self.start_keyring("not the log-in password");
    }

    /// Starts the keyring again, unlocked.
    pub fn restart_keyring(&mut self) {
        self.stop_keyring();
        self.start_keyring(KEYRING_PASSWORD);
    }

    fn start_bus(&mut self) {
        // No service files: what a test did not start is absent, whatever the machine has installed.
        let config = self.root().join("bus.conf");
        std::fs::write(
            &config,
            format!(
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN\" \
                 \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
                 <busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>\
                 <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
                 <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
                self.root().join("run").display()
            ),
        )
        .unwrap();
        let mut command = Command::new("dbus-daemon");
        command
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut child = command.spawn().expect("dbus-daemon is installed by set-up");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.bus_address = line.trim().to_owned();
        assert!(!self.bus_address.is_empty(), "the private bus did not start");
        self.bus = Some(child);
    }

    fn start_keyring(&mut self, password: &str) {
        let mut command = Command::new("gnome-keyring-daemon");
        self.adopt(&mut command);
        command
            .args(["--unlock", "--foreground", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let mut child = command.spawn().expect("gnome-keyring-daemon is installed by set-up");
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        self.keyring = Some(child);
        wait_until("the private keyring owns its name on the bus", || {
            let mut probe = Command::new("dbus-send");
            self.adopt(&mut probe);
            let answer = probe
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ])
                .output()
                .unwrap();
            String::from_utf8_lossy(&answer.stdout).contains("boolean true")
        });
    }
}

impl Drop for LoginSession {
    fn drop(&mut self) {
        self.stop_keyring();
        if let Some(mut bus) = self.bus.take() {
            end(&mut bus);
        }
    }
}

/// Ends a process together with everything that it started.
pub fn end(child: &mut Child) {
    let _ = Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", child.id())])
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

/// Polls until `condition` holds; fails the test with `what` after twenty seconds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "timed out: {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// A port of this machine that nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
