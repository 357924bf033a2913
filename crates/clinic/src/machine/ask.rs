//! Asks a program of the operating system for what it says, for a short time and within a limit: a laptop's report must not wait for one.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long an answer may take, in steps.
const STEP: Duration = Duration::from_millis(20);
const STEPS: u32 = 150;
/// Bytes of an answer that are read.
const MOST: u64 = 4096;

/// What the program printed; nothing where it is not there, fails, or takes too long.
pub(super) fn program(name: &str, words: &[&str]) -> Option<String> {
    let mut command = Command::new(name);
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    for _ in 0..STEPS {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => {
                let mut said = String::new();
                child.stdout.take()?.take(MOST).read_to_string(&mut said).ok()?;
                return Some(said);
            }
            Ok(Some(_)) => return None,
            Ok(None) => std::thread::sleep(STEP),
            Err(_) => break,
        }
    }
    // It may have ended in this moment; either way nothing is asked of it any more.
    let _ = child.kill();
    let _ = child.wait();
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::program;

    #[test]
    fn an_answer_is_read_and_none_is_nothing() {
        assert_eq!(program("echo", &["on"]).as_deref(), Some("on\n"));
        assert_eq!(program("false", &[]), None);
        assert_eq!(program("wardkeep-no-such-program", &[]), None);
        assert_eq!(program("sleep", &["60"]), None);
    }
}
