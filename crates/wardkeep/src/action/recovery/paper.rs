//! The sheets as text, and as files that their owner alone can read.

#[cfg(unix)]
use crate::exit::Exit;
use crate::exit::Failure;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use wardkeep_clinic::Password;
use wardkeep_clinic::recovery::wire::RecoverySheets;
use zeroize::Zeroizing;

/// Bytes of a file that are read at most.
const LIMIT: usize = 64 * 1024;
/// Words or groups in a line.
const LINE: usize = 6;

/// All sheets, for the terminal.
pub fn text(sheets: &RecoverySheets) -> Zeroizing<String> {
    let mut all = Zeroizing::new(String::with_capacity(4096));
    for number in 1..=sheets.sheets.len() {
        all.push('\n');
        push_sheet(&mut all, sheets, number, "");
    }
    all
}

/// One sheet: what it is and where it leads, then its words or groups.
fn push_sheet(text: &mut String, sheets: &RecoverySheets, number: usize, mark: &str) {
    let count = sheets.sheets.len();
    let what = if count == 1 {
        "24 words. Whoever has them is an admin of this clinic and reads everything: keep them locked away from every laptop.".to_owned()
    } else {
        format!(
            "share {number} of {count}. Any two shares are the key; one alone says nothing. Keep each in another place."
        )
    };
    for line in [
        format!("Wardkeep recovery key {}: {what}", sheets.paper),
        format!("server {}", sheets.server),
        format!("pin    {}", sheets.pin),
        format!("clinic {}", sheets.clinic),
    ] {
        text.push_str(mark);
        text.push_str(&line);
        text.push('\n');
    }
    text.push('\n');
    let words = count == 1;
    for (row, parts) in sheets.sheets[number - 1].chunks(LINE).enumerate() {
        for (at, part) in parts.iter().enumerate() {
            if words {
                text.push_str(&format!("{:>2}. ", row * LINE + at + 1));
            }
            text.push_str(part);
            text.extend(std::iter::repeat_n(' ', 10_usize.saturating_sub(part.len())));
        }
        text.push('\n');
    }
    if words {
        text.push_str(&format!("\n    {}\n", sheets.paper));
    }
}

/// Writes each sheet into a new file with mode 0600.
pub fn write(sheets: &RecoverySheets, path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let count = sheets.sheets.len();
    let mut files = Vec::with_capacity(count);
    for number in 1..=count {
        let file = if count == 1 {
            path.to_owned()
        } else {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        let mut text = Zeroizing::new(String::with_capacity(4096));
        push_sheet(&mut text, sheets, number, "# ");
        let written = create(&file).and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()
        });
        written.map_err(|error| Failure::file(&file, &error))?;
        files.push(file);
    }
    Ok(files)
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What the questions ask for, as the files have it: so it is proven that they were written.
pub fn answers(sheets: &RecoverySheets, files: &[PathBuf]) -> Result<Vec<Password>, Failure> {
    let texts: Vec<Password> = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
    let answers = sheets.questions.iter().map(|question| {
        let text = texts.get(at(question.sheet)).map(Password::reveal).unwrap_or_default();
        let mut parts = text.split_whitespace().filter(|part| !part.ends_with('.'));
        let part = parts.nth(at(question.place)).unwrap_or_default();
        Password::new(Zeroizing::new(part.to_owned()))
    });
    Ok(answers.collect())
}

/// What stands in a file, without its comments.
pub fn read(path: &Path) -> Result<Password, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    private(&file, path)?;
    let mut bytes = Zeroizing::new(vec![0; LIMIT]);
    let mut length = 0;
    while length < LIMIT {
        let more = file.read(&mut bytes[length..]).map_err(failed)?;
        if more == 0 {
            break;
        }
        length += more;
    }
    let text = std::str::from_utf8(&bytes[..length]).ok().filter(|_| length < LIMIT);
    let text = text.ok_or_else(|| Failure::usage(format!("{}: this is no recovery key", path.display())))?;
    let mut plain = Zeroizing::new(String::with_capacity(length));
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        plain.push_str(line);
        plain.push(' ');
    }
    Ok(Password::new(plain))
}

/// A file that others can read is no place for a recovery key.
#[cfg(unix)]
fn private(file: &File, path: &Path) -> Result<(), Failure> {
    let meta = file.metadata().map_err(|error| Failure::file(path, &error))?;
    if meta.is_file() && std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o077 != 0 {
        return Err(Failure::Here {
            exit: Exit::File,
            message: format!(
                "{}: others can read this file. Allow its owner alone: chmod 600",
                path.display()
            ),
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}
