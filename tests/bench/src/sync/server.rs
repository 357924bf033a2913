//! The server as its operator runs it: the real program in a process of its own, so that its processor time, memory and disk are
//! nobody else's.

use crate::meter::resident_bytes;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server with an empty store. Dropping it ends it.
pub struct Server {
    child: Child,
    folder: tempfile::TempDir,
    /// Where devices connect.
    pub address: SocketAddr,
    /// Where this machine may ask for its figures.
    local_address: SocketAddr,
    /// What founds one clinic.
    pub token: String,
    /// What devices pin.
    pub pin: String,
}

impl Server {
    /// Makes a new one in a folder of its own and starts it.
    pub fn start() -> Result<Self> {
        let program = program()?;
        let folder = tempfile::tempdir()?;
        let home = folder.path().join("server");
        let made = Command::new(&program)
            .arg("--home")
            .arg(&home)
            .args(["init", "--listen", "127.0.0.1:0", "--local-listen", "127.0.0.1:0"])
            .output()?;
        ensure!(
            made.status.success(),
            "wardkeep-server init: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let said = String::from_utf8(made.stdout)?;
        let token = said.lines().find_map(|line| line.strip_prefix("founding token"));
        let token = token.context("init printed no founding token")?.trim().to_owned();
        let pin = said.lines().find_map(|line| line.strip_prefix("pin"));
        let pin = pin.context("init printed no pin")?.trim().to_owned();
        allow_invitations(&home)?;
        let (child, address, local_address) = serve(&home)?;
        Ok(Self {
            child,
            folder,
            address,
            local_address,
            token,
            pin,
        })
    }

    /// Stops it and starts it again on the same folder, at another port.
    pub fn restart(&mut self) -> Result<()> {
        self.terminate()?;
        (self.child, self.address, self.local_address) = serve(&self.folder.path().join("server"))?;
        Ok(())
    }

    /// How many devices listen for its wake-ups.
    pub fn listeners(&self) -> Result<u32> {
        let mut stream = TcpStream::connect(self.local_address)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let line = text
            .lines()
            .find(|line| line.contains("event_streams ") && !line.starts_with('#'));
        let value = line.and_then(|line| line.rsplit(' ').next());
        Ok(value.context("the server counts its event streams")?.parse()?)
    }

    /// The certificate of the authority that devices pin.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("server/keys/ca.pem")
    }

    /// Processor time of all its threads so far, in milliseconds.
    pub fn cpu_ms(&self) -> Result<f64> {
        cpu_ms(self.child.id())
    }

    /// Resident memory in millions of bytes.
    pub fn resident_mb(&self) -> Result<f64> {
        let bytes = resident_bytes(self.child.id()).context("the server is gone")?;
        Ok(bytes as f64 / 1e6)
    }

    /// Bytes of its data folder: database, log and sealed files.
    pub fn disk_bytes(&self) -> Result<u64> {
        folder_bytes(&self.folder.path().join("server/data"))
    }

    /// Stops it as systemd does, and says what its data folder holds then.
    pub fn stop(mut self) -> Result<u64> {
        self.terminate()?;
        self.disk_bytes()
    }

    fn terminate(&mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; nothing can be done about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A clinic that takes in two hundred laptops on one day has more invitations than the server keeps otherwise.
fn allow_invitations(home: &Path) -> Result<()> {
    let file = home.join("server.toml");
    let settings = std::fs::read_to_string(&file)?;
    let more = settings.replace("invitations_per_clinic = 100\n", "invitations_per_clinic = 2000\n");
    ensure!(more != settings, "the server's settings have no limit of invitations");
    Ok(std::fs::write(&file, more)?)
}

/// Starts the program on its folder.
fn serve(home: &Path) -> Result<(Child, SocketAddr, SocketAddr)> {
    let mut command = Command::new(program()?);
    command.arg("--home").arg(home).arg("serve").stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (address, local_address) = listening(&mut child)?;
    Ok((child, address, local_address))
}

/// The addresses that it says it listens on, for devices and for this machine. What it says later is read and dropped, so that it never waits for a full pipe.
fn listening(child: &mut Child) -> Result<(SocketAddr, SocketAddr)> {
    let mut lines = BufReader::new(child.stderr.take().context("no error stream")?).lines();
    while let Some(line) = lines.next().transpose()? {
        let said: serde_json::Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        if said["message"] == "listening" {
            std::thread::spawn(move || lines.for_each(drop));
            let (devices, local) = (said["address"].as_str(), said["local_address"].as_str());
            return Ok((
                devices.context("no address")?.parse()?,
                local.context("no local address")?.parse()?,
            ));
        }
    }
    bail!("wardkeep-server ended with {}", child.wait()?)
}

/// Processor time of all threads of a process so far, in milliseconds, as the kernel counts it: in steps of its clock tick.
pub fn cpu_ms(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // User and system time, fields 14 and 15 of proc(5); the name before them may hold spaces.
    let (_, after_name) = stat.rsplit_once(')').context("/proc/PID/stat")?;
    let fields = after_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 * 1e3 / rustix::param::clock_ticks_per_second() as f64)
}

/// Bytes of all files below a folder.
pub fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() {
            folder_bytes(&entry.path())?
        } else {
            found.len()
        };
    }
    Ok(bytes)
}

/// The server's program of the same build.
fn program() -> Result<PathBuf> {
    beside("wardkeep-server")
}

/// A program of the same build.
#[allow(clippy::disallowed_methods, reason = "a benchmark finds the programs beside itself")]
pub fn beside(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(
        program.exists(),
        "{name} is not built: use `cargo xtask bench NAME`, or `cargo build -p {name}`"
    );
    Ok(program)
}
