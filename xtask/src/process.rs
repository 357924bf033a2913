//! Running other programs: said aloud, timed, and never outliving this one.
//!
//! A program that starts others (a display, a keyring, the app) gets a process group of its own, and the group is ended by its
//! id: the app can outlive the driver that started it and would hold the output pipe for ever.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Groups that are ended when this program is interrupted.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Ends the groups that are still there when the person presses Ctrl+C or the job is stopped.
pub fn end_groups_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        let groups = GROUPS.lock().map(|groups| groups.clone()).unwrap_or_default();
        for group in groups {
            signal_group(group, "KILL");
        }
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl+C")
}

/// A command line as a person would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Runs a command, showing what it prints, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    eprintln!("  $ {}", line(command));
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start: {}", line(command)))?;
    ended(command, status)
}

/// Runs a command and gives what it printed to standard output; its errors are shown.
pub fn output(command: &mut Command) -> Result<String> {
    output_expecting(command, &[])
}

/// As [`output`], where these exit codes are no failure either.
pub fn output_expecting(command: &mut Command, expected: &[i32]) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start: {}", line(command)))?;
    if !output.status.code().is_some_and(|code| expected.contains(&code)) {
        ended(command, output.status)?;
    }
    String::from_utf8(output.stdout).with_context(|| format!("no text from: {}", line(command)))
}

/// Whether a program of this name can be started.
pub fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn ended(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("{status}: {}", line(command));
    }
    Ok(())
}

/// Runs a command in a group of its own, hands every line that it prints to `seen` besides showing it, and ends the whole
/// group when the command ends or `limit` has passed.
pub fn watched(command: &mut Command, limit: Duration, mut seen: impl FnMut(&str) + Send) -> Result<()> {
    eprintln!("  $ {}", line(command));
    let mut group = Group::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let Some(printed) = group.child.stdout.take() else {
        bail!("no output from: {}", line(command))
    };
    let status = std::thread::scope(|scope| {
        let reader = scope.spawn(move || show_lines(printed, &mut seen));
        let status = group.wait(limit);
        // Whatever it started still holds the pipe; without this the reader would wait for ever.
        group.end();
        let read = reader.join().unwrap_or(Ok(()));
        status.and_then(|status| read.map(|()| status))
    })?;
    match status {
        Some(status) => ended(command, status),
        None => bail!("no end after {} s: {}", limit.as_secs(), line(command)),
    }
}

fn show_lines(printed: impl Read, seen: &mut impl FnMut(&str)) -> Result<()> {
    let mut reader = BufReader::new(printed);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        std::io::stdout().write_all(&bytes)?;
        seen(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
    }
    Ok(())
}

/// A program with all that it started. Dropping it ends them.
pub struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    /// Starts the command in a process group of its own.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start: {}", line(command)))?;
        if let Ok(mut groups) = GROUPS.lock() {
            groups.push(child.id());
        }
        Ok(Self { child, ended: false })
    }

    /// Waits for the first program; `None` when the limit passed before.
    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(None)
    }

    /// Ends what is left of the group.
    fn end(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            let group = self.child.id();
            signal_group(group, "KILL");
            if let Ok(mut groups) = GROUPS.lock() {
                groups.retain(|other| *other != group);
            }
            // The first program is gone or has just been killed; nothing can be done about a failure here.
            let _ = self.child.wait();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

fn signal_group(group: u32, signal: &str) {
    // An empty group is the usual case and no fault.
    let _ = Command::new("kill")
        .args([format!("-{signal}").as_str(), "--", format!("-{group}").as_str()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
