//! Where a password comes from: a file, a command's output, or a prompt on the terminal.

use crate::exit::{Exit, Failure};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use wardkeep_clinic::Password;
use zeroize::Zeroizing;

/// Bytes of a password file or of a command's output that are read at most.
const LIMIT: usize = 64 * 1024;

/// Where to take a password from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// First line of a file.
    File(&'a Path),
    /// First line of a command's output.
    Command(&'a str),
    /// The terminal.
    Prompt,
}

impl<'a> Source<'a> {
    /// From the two options; the argument parser refuses both at once.
    pub fn of(file: Option<&'a Path>, command: Option<&'a str>) -> Self {
        match (file, command) {
            (Some(file), _) => Self::File(file),
            (None, Some(command)) => Self::Command(command),
            (None, None) => Self::Prompt,
        }
    }
}

/// Reads a password that exists already.
pub fn read(source: Source<'_>, prompt: &str) -> Result<Password, Failure> {
    match source {
        Source::File(path) => {
            let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
            first_line(file).map_err(|error| Failure::file(path, &error))
        }
        Source::Command(command) => from_command(command),
        Source::Prompt => ask(prompt),
    }
}

/// Reads a password that is being chosen: a prompt asks twice.
pub fn choose(source: Source<'_>, prompt: &str) -> Result<Password, Failure> {
    let first = read(source, prompt)?;
    if matches!(source, Source::Prompt) {
        let again = ask("The same again: ")?;
        if first.reveal() != again.reveal() {
            return Err(Failure::usage("The two passwords differ."));
        }
    }
    Ok(first)
}

fn ask(prompt: &str) -> Result<Password, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "No terminal to ask for the password on: give --password-file or --password-command.",
        ));
    }
    let typed = rpassword::prompt_password(prompt).map_err(|error| Failure::Here {
        exit: Exit::Failure,
        message: format!("cannot ask for the password: {error}"),
    })?;
    Ok(Password::new(Zeroizing::new(typed)))
}

fn from_command(command: &str) -> Result<Password, Failure> {
    let failed = |message: String| Failure::Here {
        exit: Exit::Failure,
        message,
    };
    let mut child = shell(command)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("the password command did not start: {error}")))?;
    let password = match child.stdout.take() {
        Some(pipe) => first_line(pipe).map_err(|error| failed(format!("the password command: {error}"))),
        None => Err(failed("the password command has no output".into())),
    };
    let status = child
        .wait()
        .map_err(|error| failed(format!("the password command: {error}")))?;
    if !status.success() {
        return Err(failed(format!("the password command failed ({status})")));
    }
    password
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

/// The first line without its end. The buffer has its full size from the start, so that no copy is left behind.
fn first_line(mut from: impl Read) -> std::io::Result<Password> {
    let mut bytes = Zeroizing::new(vec![0; LIMIT]);
    let mut len = 0;
    while len < LIMIT {
        let more = from.read(&mut bytes[len..])?;
        if more == 0 {
            break;
        }
        len += more;
    }
    let bad = |why| std::io::Error::new(std::io::ErrorKind::InvalidData, why);
    let line = bytes[..len].split(|byte| *byte == b'\n').next().unwrap_or_default();
    if len == LIMIT {
        return Err(bad("too long for a password"));
    }
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| bad("the password is not UTF-8"))?;
    Ok(Password::new(Zeroizing::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn takes_the_first_line() {
        for (text, password) in [
            ("abc", "abc"),
            ("abc\n", "abc"),
            ("abc\r\nxyz\n", "abc"),
            (" a b \n", " a b "),
            ("", ""),
        ] {
            assert_eq!(first_line(text.as_bytes()).unwrap().reveal(), password);
        }
        assert!(first_line(&[0xff, 0xfe][..]).is_err());
        assert!(first_line(&vec![b'a'; LIMIT + 1][..]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn takes_a_commands_output_and_minds_its_failure() {
        let read = |command| read(Source::Command(command), "");
        assert_eq!(read("echo 'two words'").unwrap().reveal(), "two words");
        assert_eq!(read("echo lost; exit 3").unwrap_err().exit(), Exit::Failure);
    }
}
