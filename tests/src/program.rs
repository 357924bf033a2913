//! The `wardkeep` program as a script or a person at a terminal runs it.

use crate::session::LoginSession;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

/// The password of the founder in the tests: long enough for the policy, found nowhere else.
pub const PASSWORD: &str = "ultramarine heron nineteen";

/// What a run answered.
pub struct Answer {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// Fails the test unless the run succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "wardkeep failed: {}{}", self.stdout, self.stderr);
        self
    }

    /// The error code that a failed run gave.
    #[track_caller]
    pub fn error_code(&self) -> String {
        let error: Value = serde_json::from_str(self.stderr.trim())
            .unwrap_or_else(|e| panic!("no JSON error ({e}): {}{}", self.stdout, self.stderr));
        error["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The JSON that a run with `--json` printed.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|e| panic!("no JSON ({e}): {}{}", self.stdout, self.stderr))
    }
}

/// `wardkeep` with these arguments in this session, the founder's password given by file.
pub fn command(session: &LoginSession, args: &[&str]) -> Command {
    command_with_password(session, PASSWORD, args)
}

/// The options that every run in this session has, for a script that runs the program itself.
pub fn wardkeep_arguments(session: &LoginSession) -> Vec<std::ffi::OsString> {
    command(session, &[]).get_args().map(Into::into).collect()
}

fn command_with_password(session: &LoginSession, password: &str, args: &[&str]) -> Command {
    let mut command = Command::new(crate::binary("wardkeep"));
    session.adopt(&mut command);
    command
        .arg("--home")
        .arg(session.vault_home())
        .args(["--json", "--password-file"])
        .arg(password_file(password))
        .args(args)
        .stdin(Stdio::null());
    command
}

/// Runs `wardkeep` to its end.
pub fn wardkeep(session: &LoginSession, args: &[&str]) -> Answer {
    answer(command(session, args).output().unwrap())
}

/// Runs `wardkeep` with another password than the founder's.
pub fn wardkeep_with_password(session: &LoginSession, password: &str, args: &[&str]) -> Answer {
    answer(command_with_password(session, password, args).output().unwrap())
}

/// Founds the clinic of the tests.
#[track_caller]
pub fn found(session: &LoginSession) {
    wardkeep(session, &["init", "--clinic", "Riverside", "--user", "Ada Founder"]).ok();
}

/// A `wardkeep batch` that is fed one command a line.
pub struct Batch {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Batch {
    /// Unlocks and waits for commands.
    pub fn start(session: &LoginSession) -> Self {
        let mut child = command(session, &["batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    /// Sends one command; `None` when the process died before it acknowledged.
    pub fn ask(&mut self, name: &str, input: &Value) -> Option<Value> {
        let line = json!({ "name": name, "input": input });
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").ok()?;
        stdin.flush().ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).ok()?;
        if !answer.ends_with('\n') {
            return None;
        }
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["error"].is_null(), "{name}: {answer}");
        Some(answer["ok"].clone())
    }

    /// Ends the process with SIGKILL after this time. The thread is to be joined before another process may have its number.
    pub fn kill_after(&self, wait: Duration) -> JoinHandle<()> {
        let pid = self.process_id();
        std::thread::spawn(move || {
            std::thread::sleep(wait);
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        })
    }

    /// Sends one command and is killed after this time, whether it has answered by then or not.
    pub fn ask_and_kill(mut self, name: &str, input: &Value, wait: Duration) {
        let killer = self.kill_after(wait);
        let _ = self.ask(name, input);
        killer.join().unwrap();
        self.kill();
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects what a finished process said.
pub fn answer(output: Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A file with a password, outside every folder that the canary scan reads; one for each password and process.
fn password_file(password: &str) -> PathBuf {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    password.hash(&mut hash);
    let dir = crate::binaries().join("test-passwords");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("{}-{:x}", std::process::id(), hash.finish()));
    if !path.exists() {
        std::fs::write(&path, password).unwrap();
    }
    path
}
