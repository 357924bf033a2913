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
        let dir = tempfile::Builder::new().prefix("wk-server-").tempdir().unwrap();
        let (port, local) = (free_port(), free_port());
        let made = program(&dir.path().join("server"))
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
        let process = serve(dir.path());
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
        self.process = serve(self.dir.path());
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

fn serve(root: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log(root)).unwrap();
    program(&root.join("server"))
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
