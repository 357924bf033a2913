//! A sync server of its own for a test: the real program, on ports of its own, in a folder that is scanned afterwards.

use crate::session::{end, free_port, wait_until};
use std::fs::File;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// One running server.
pub struct SyncServer {
    dir: tempfile::TempDir,
    process: Child,
    port: u16,
    /// What devices pin.
    pub pin: String,
    /// What founds one clinic.
    pub token: String,
}

impl SyncServer {
    /// Makes a server and runs it.
    pub fn start() -> Self {
        Self::start_on(None)
    }

    /// The same with its files on a disk of its own of this size, as `mount` takes it. Nobody but the server sees that disk; see
    /// [`Self::disk`].
    pub fn start_on_small_disk(size: &str) -> Self {
        Self::start_on(Some(size))
    }

    fn start_on(disk: Option<&str>) -> Self {
        let dir = tempfile::Builder::new().prefix("wk-server-").tempdir().unwrap();
        let (port, local) = (free_port(), free_port());
        let home = dir.path().join("server");
        let made = program(&home)
            .args(["init", "--name", "localhost", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--local-listen", &format!("127.0.0.1:{local}")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
        let after = |label: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("no {label} in {said}")).trim().to_owned()
        };
        let process = match disk {
            None => serve(program(&home), dir.path()),
            Some(size) => {
                let file = home.join("server.toml");
                let settings = std::fs::read_to_string(&file).unwrap();
                let line = settings
                    .lines()
                    .find(|line| line.starts_with("keep_free_bytes"))
                    .unwrap();
                // The disk is to be full, not nearly so.
                std::fs::write(&file, settings.replace(line, "keep_free_bytes = 0")).unwrap();
                serve(program_on_disk(&home, size), dir.path())
            }
        };
        let server = Self {
            process,
            port,
            pin: after("pin"),
            token: after("founding token"),
            dir,
        };
        server.wait();
        server
    }

    /// Where devices connect.
    pub fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Everything that the server keeps, and its log.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Its folder as the server sees it, through the system's window into the process: the way onto a disk of its own.
    pub fn disk(&self) -> PathBuf {
        let home = self.dir.path().join("server");
        Path::new("/proc")
            .join(self.process.id().to_string())
            .join("root")
            .join(home.strip_prefix("/").unwrap())
    }

    /// Runs another of the server's commands to its end.
    pub fn tell(&self, args: &[&str]) {
        let said = program(&self.dir.path().join("server")).args(args).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }

    /// Has it look at its certificate at once.
    pub fn look_at_certificate(&self) {
        let process = self.process.id().to_string();
        let told = Command::new("kill").args(["-HUP", &process]).status().unwrap();
        assert!(told.success());
    }

    /// What it has written about itself.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log(self.dir.path())).unwrap()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        end(&mut self.process);
    }

    /// Runs it again on the same files.
    pub fn restart(&mut self) {
        self.kill();
        self.process = serve(program(&self.dir.path().join("server")), self.dir.path());
        self.wait();
    }

    fn wait(&self) {
        wait_until("the sync server answers", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }
}

impl Drop for SyncServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program(home: &Path) -> Command {
    let mut command = Command::new(crate::binary("wardkeep-server"));
    command.arg("--home").arg(home).stdin(Stdio::null());
    command
}

/// The server in a mount namespace of its own, where its data lies on a small disk.
fn program_on_disk(home: &Path, size: &str) -> Command {
    const SCRIPT: &str = r#"
set -e
mkdir "$DATA.small" && mount -t tmpfs -o "size=$SIZE,mode=700" tmpfs "$DATA.small"
cp -a "$DATA/." "$DATA.small/" && mount --move "$DATA.small" "$DATA"
exec "$@"
"#;
    let server = program(home);
    let mut command = Command::new("unshare");
    // Without root the same works through a user namespace that keeps this user's own number.
    if !std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0) {
        command.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    command
        .args(["--mount", "sh", "-c", SCRIPT, "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .env("DATA", home.join("data"))
        .env("SIZE", size)
        .stdin(Stdio::null());
    command
}

fn serve(mut program: Command, root: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log(root)).unwrap();
    program
        .arg("serve")
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()
        .unwrap()
}

fn log(root: &Path) -> PathBuf {
    root.join("server.log")
}
