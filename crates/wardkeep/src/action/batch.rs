//! `wardkeep batch`: the command table as a conversation, one line in, one line out, in one session.
//!
//! An answer is written only when its command is committed, so what was answered survives whatever happens to the program.

use crate::args::Common;
use crate::exit::{Exit, Failure};
use crate::session::unlock;
use std::io::{BufRead, Read, Write};
use std::path::Path;
use wardkeep_clinic::command::{FILE_LIMIT, Request, decode};
use wardkeep_clinic::{Clinic, CommandError, ErrorCode};
use zeroize::Zeroizing;

/// Runs commands until standard input ends. Failed commands are answers; only a broken conversation is a failure.
pub fn run(common: &Common) -> Result<Exit, Failure> {
    let session = unlock(common)?;
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    let limit = u64::try_from(FILE_LIMIT).unwrap_or(u64::MAX) + 2048;
    loop {
        let mut line = Zeroizing::new(Vec::new());
        let read = input.by_ref().take(limit).read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::file(Path::new("standard input"), &error))? == 0 {
            return Ok(Exit::Done);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match answer(&session.clinic, &line) {
            Ok(answer) => format!("{{\"ok\":{answer}}}\n"),
            Err(error) => format!("{}\n", Failure::from(error).json()),
        };
        match output.write_all(answer.as_bytes()).and_then(|()| output.flush()) {
            // Whoever asked has gone: there is nobody left to answer.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
            other => other.map_err(|error| Failure::file(Path::new("standard output"), &error))?,
        }
    }
}

/// One command. The session is the conversation's: it begins and ends with it.
fn answer(clinic: &Clinic, line: &[u8]) -> Result<String, CommandError> {
    if !line.ends_with(b"\n") && line.len() > FILE_LIMIT {
        return Err(ErrorCode::TooLarge.into());
    }
    match decode(line)? {
        Request::vault_create(_) | Request::unlock(_) | Request::resume(_) | Request::lock(_) => {
            Err(CommandError::invalid("name"))
        }
        request => request.run(clinic),
    }
}
