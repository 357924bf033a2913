//! The demo's sync: a server of its own, the clinic attached to it, and a second laptop that joins, fetches and writes.

use super::clinic::Clinic;
use crate::place;
use crate::process::{self, Group};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Who uses the second laptop.
const SECOND_USER: &str = "Bea Lindqvist";

/// Whom she registers there.
const NEWCOMER: &str = "Vandersloot";

/// How long the server may take to answer, and two laptops to agree.
const PATIENCE: Duration = Duration::from_secs(120);

/// The demo's server. Dropping it ends it.
pub struct Server {
    home: PathBuf,
    _running: Group,
}

impl Server {
    /// Makes a server in an empty folder, or takes up the one of last time, and runs it.
    pub fn start(home: &Path) -> Result<Self> {
        let settings = home.join("server.toml");
        if !settings.is_file() {
            if home.exists() {
                fs::remove_dir_all(home)?;
            }
            let listen = format!("127.0.0.1:{}", free_port()?);
            let local = format!("127.0.0.1:{}", free_port()?);
            process::output(program(home).args(["init", "--listen", &listen, "--local-listen", &local]))?;
        }
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(home.with_extension("log"))?;
        let running = Group::start(program(home).arg("serve").stdout(Stdio::null()).stderr(log))?;
        let server = Self {
            home: home.to_owned(),
            _running: running,
        };
        let address = server.address()?;
        let start = Instant::now();
        while TcpStream::connect(&address).is_err() {
            if start.elapsed() > PATIENCE {
                bail!(
                    "the demo's server does not answer at {address}; {} says why",
                    server.home.with_extension("log").display()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("demo: the sync server runs at {address}, in {}", place::shown(home));
        Ok(server)
    }

    /// Where devices connect.
    fn address(&self) -> Result<String> {
        self.setting("listen")
    }

    /// One of its settings that are texts.
    fn setting(&self, name: &str) -> Result<String> {
        let text = fs::read_to_string(self.home.join("server.toml"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        Ok(line
            .context("the server's settings name no address")?
            .trim_matches('"')
            .to_owned())
    }

    /// A fresh right to found a clinic.
    fn token(&self) -> Result<String> {
        let said = process::output(program(&self.home).arg("token"))?;
        let token = said.lines().find_map(|line| line.strip_prefix("founding token"));
        Ok(token.context("the server gave no token")?.trim().to_owned())
    }

    /// How many segments it has stored since it was started.
    fn stored_segments(&self) -> Result<u64> {
        let address = self.setting("local_listen")?;
        let mut stream = TcpStream::connect(&address)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let line = text
            .lines()
            .find(|line| line.starts_with("wardkeep_segments_total") && line.contains("Stored"));
        let number = line
            .and_then(|line| line.rsplit(' ').next())
            .and_then(|number| number.parse().ok());
        number.context("the server's figures count no segments")
    }

    /// What it says of itself.
    fn status(&self) -> Result<Value> {
        let said = process::output(program(&self.home).args(["status", "--json"]))?;
        serde_json::from_str(&said).context("the server's status is no JSON")
    }
}

fn program(home: &Path) -> Command {
    let mut command = Command::new(place::debug_program("wardkeep-server"));
    command.arg("--home").arg(home).stdin(Stdio::null());
    command
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Gives the clinic its server, sends everything, and takes the second laptop in. Prints what happened.
pub fn share(clinic: &Clinic, server: &Server, second: &Clinic) -> Result<()> {
    attach(clinic, server)?;
    let started = Instant::now();
    clinic.ask(["sync"])?;
    let bytes = server.status()?["clinics"][0]["stored_bytes"].as_f64().unwrap_or(0.0);
    println!(
        "demo: pushed {} segments in {:.1} s: {:.1} MB that the server cannot read",
        server.stored_segments()?,
        started.elapsed().as_secs_f64(),
        bytes / 1e6
    );
    let started = Instant::now();
    clinic.ask(["sync", "snapshot"])?;
    println!(
        "demo: made a snapshot for new laptops in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    join(clinic, second)?;
    let started = Instant::now();
    second.ask(["sync"])?;
    println!(
        "demo: the second laptop fetched it in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    second.ask([
        "patient",
        "add",
        "--family",
        NEWCOMER,
        "--given",
        "Ines",
        "--birth-date",
        "1988-11-02",
    ])?;
    second.ask(["sync"])?;
    agree(clinic, second)
}

fn attach(clinic: &Clinic, server: &Server) -> Result<()> {
    let pin = server.status()?["pin"]
        .as_str()
        .context("the server's status has no pin")?
        .to_owned();
    let (address, token) = (server.address()?, server.token()?);
    clinic.ask([
        "clinic",
        "attach",
        "--server",
        &address,
        "--pin",
        &pin,
        "--token",
        &token,
        "--device-name",
        "Front desk",
    ])?;
    Ok(())
}

/// Invitation, request, six words on both sides, approval.
fn join(clinic: &Clinic, second: &Clinic) -> Result<()> {
    let invitation = clinic.ask(["clinic", "invite"])?;
    let code = invitation["code"].as_str().context("no invitation")?.to_owned();
    let words = [
        "--user",
        SECOND_USER,
        "clinic",
        "join",
        "--code",
        &code,
        "--device-name",
        "Village laptop",
        "--wait",
        "120",
    ];
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| second.ask(words));
        let request = wait_for("the second laptop to ask", || {
            let waiting = clinic.ask(["clinic", "requests"])?;
            Ok(waiting.as_array().and_then(|all| all.first()).cloned())
        })?;
        let id = request["id"].as_str().context("a request without an id")?;
        clinic.ask(["clinic", "approve", id, "--role", "clinician"])?;
        let view = asking
            .join()
            .map_err(|_| anyhow::anyhow!("the second laptop's join ended early"))??;
        if view["state"] != "approved" {
            bail!("the second laptop was not taken in: {view}");
        }
        let words: Vec<&str> = request["words"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        println!(
            "demo: {SECOND_USER} joined after both compared six words: {}",
            words.join(" ")
        );
        Ok(())
    })
}

/// Both have the same rows: the first laptop compares its digest with the checkpoint of the second.
fn agree(clinic: &Clinic, second: &Clinic) -> Result<()> {
    let devices = wait_for("both laptops to agree", || {
        let answers = clinic.batch(&[
            ("sync_now", json!({})),
            ("sync_status", json!({})),
            ("device_list", json!({})),
        ])?;
        let devices = answers.last().cloned().unwrap_or_default();
        let agrees = |device: &Value| device["this"] == true || device["agrees"] == true;
        let all = devices
            .as_array()
            .is_some_and(|all| all.len() == 2 && all.iter().all(agrees));
        Ok(all.then_some(devices))
    })?;
    for device in devices.as_array().into_iter().flatten() {
        let digest = if device["this"] == true {
            "this one"
        } else {
            "the same digest"
        };
        println!("demo: device {}: {digest}", device["name"].as_str().unwrap_or("-"));
    }
    let here = clinic.search(NEWCOMER)?;
    let there = second.search("olson")?;
    for (what, answer) in [("what the second wrote", here), ("what the first wrote", there)] {
        if answer["rows"].as_array().is_none_or(Vec::is_empty) {
            bail!("{what} is not on the other laptop");
        }
    }
    println!("demo: each laptop finds what the other wrote");
    Ok(())
}

/// Asks until there is an answer.
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = ask()? {
            return Ok(found);
        }
        if start.elapsed() > PATIENCE {
            bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}
