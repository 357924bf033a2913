//! The demo clinic: founded and filled through the `wardkeep` program, as anyone would.

use crate::session::{Display, Session};
use crate::{place, process};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Who founds it and has every role.
pub const USER: &str = "Dr. Amara Okafor";
/// Its password: public, because the clinic is invented.
pub const PASSWORD: &str = "harbour lantern sixteen";
/// Its name.
const NAME: &str = "Harbour Street Practice";

/// A demo clinic in its home folder.
pub struct Clinic {
    home: PathBuf,
    /// A keyring of its own; the person's where there is none.
    session: Option<Session>,
}

impl Clinic {
    /// The clinic in this folder, whether it is there already or not.
    pub fn new(home: PathBuf, session: Option<Session>) -> Self {
        Self {
            home: std::path::absolute(&home).unwrap_or(home),
            session,
        }
    }

    /// Its home folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Whether a clinic was founded here and its import came to an end.
    pub fn is_there(&self) -> bool {
        self.home.join("vault/office.db").is_file() && self.finished().is_file()
    }

    /// Written after the import: a clinic that was interrupted on the way is made anew.
    fn finished(&self) -> PathBuf {
        place::target().join("demo").join(format!(
            "finished-{}",
            self.home.display().to_string().replace(['/', '\\', ':'], "-")
        ))
    }

    /// Throws the folder away, but never one that is no Wardkeep home.
    pub fn remove(&self) -> Result<()> {
        let entries: Vec<_> = fs::read_dir(&self.home)
            .map(|list| list.flatten().collect())
            .unwrap_or_default();
        if !entries.is_empty() && !self.home.join("slots").is_dir() {
            bail!(
                "{} is not empty and no Wardkeep home; nothing was removed",
                self.home.display()
            );
        }
        if self.home.exists() {
            fs::remove_dir_all(&self.home)?;
        }
        let finished = self.finished();
        if finished.exists() {
            fs::remove_file(finished)?;
        }
        Ok(())
    }

    /// Founds the clinic.
    pub fn found(&self) -> Result<()> {
        println!("demo: founding {NAME} in {}", place::shown(&self.home));
        self.remove()?;
        self.ask(["init", "--clinic", NAME, "--user", USER])?;
        Ok(())
    }

    /// Imports the lives that come with the checkout and gives the program's account of it.
    pub fn import(&self) -> Result<Value> {
        let data = unpacked()?;
        println!("demo: importing {} files of whole lives", data.len());
        let done = self.import_files(&data, &[])?;
        fs::write(self.finished(), "")?;
        Ok(done)
    }

    /// Imports files or folders. Exit codes beside 0 that the caller expects are no fault: 7 says that some resources were rejected.
    pub fn import_files(&self, paths: &[PathBuf], expected: &[i32]) -> Result<Value> {
        let words = ["import", "fhir"].iter().map(OsString::from);
        self.ask_expecting(
            words.chain(paths.iter().map(|path| path.clone().into_os_string())),
            expected,
        )
    }

    /// Searches as a person types.
    pub fn search(&self, query: &str) -> Result<Value> {
        self.ask(["patient", "search", query])
    }

    /// Verifies the audit chains.
    pub fn audit(&self) -> Result<Value> {
        self.ask(["audit", "verify"])
    }

    /// Checks the machine and the vault.
    pub fn doctor(&self) -> Result<Value> {
        self.ask(["doctor"])
    }

    /// Runs `wardkeep --json` with these words and gives its answer.
    pub fn ask<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Result<Value> {
        self.ask_expecting(words, &[])
    }

    /// Runs several commands of the table in one unlocked program, and gives their answers.
    pub fn batch(&self, commands: &[(&str, Value)]) -> Result<Vec<Value>> {
        let mut command = self.program()?;
        command.arg("batch").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().context("a program without standard input")?;
        for (name, input) in commands {
            writeln!(stdin, "{}", serde_json::json!({ "name": name, "input": input }))?;
        }
        drop(stdin);
        let output = child.wait_with_output()?;
        let answers = String::from_utf8(output.stdout)?;
        answers
            .lines()
            .map(|line| {
                let answer: Value = serde_json::from_str(line)?;
                match answer.get("ok") {
                    Some(answer) => Ok(answer.clone()),
                    None => bail!("wardkeep refused: {line}"),
                }
            })
            .collect()
    }

    /// Runs `wardkeep --json` and gives its answer; progress and errors are shown as they come.
    fn ask_expecting<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>, expected: &[i32]) -> Result<Value> {
        let mut command = self.program()?;
        for word in words {
            command.arg(word);
        }
        let text = process::output_expecting(&mut command, expected)?;
        serde_json::from_str(&text).with_context(|| format!("wardkeep answered no JSON: {text}"))
    }

    /// `wardkeep` for this clinic, in its session.
    fn program(&self) -> Result<Command> {
        let program = place::debug_program("wardkeep");
        let mut command = match &self.session {
            Some(session) => session.command(Display::None, &program, &[]),
            None => Command::new(&program),
        };
        command
            .arg("--json")
            .arg("--home")
            .arg(&self.home)
            .arg("--password-file")
            .arg(password_file()?);
        Ok(command)
    }
}

/// The password is never an argument, so the demo's too stands in a file.
fn password_file() -> Result<PathBuf> {
    let folder = place::target().join("demo");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let path = folder.join("password");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)?;
    writeln!(file, "{PASSWORD}")?;
    Ok(path)
}

/// The data of `demo/`; what is compressed is unpacked below the target folder when it is not there yet.
fn unpacked() -> Result<Vec<PathBuf>> {
    let folder = place::target().join("demo/data");
    fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(place::root().join("demo")).context("the demo data is missing")? {
        let packed = entry?.path();
        match packed.extension().and_then(|ending| ending.to_str()) {
            Some("zst") => {}
            Some("ndjson") => {
                files.push(packed);
                continue;
            }
            _ => continue,
        }
        let file = folder.join(packed.file_stem().context("a file without a name")?);
        let current = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
        if !file.is_file() || current(&file)? < current(&packed)? {
            process::run(
                Command::new("zstd")
                    .args(["-d", "-q", "-f", "-o"])
                    .arg(&file)
                    .arg(&packed),
            )?;
        }
        files.push(file);
    }
    files.sort();
    if files.is_empty() {
        bail!("there is no data in demo/");
    }
    Ok(files)
}
