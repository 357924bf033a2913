//! Where sealed files are, in what a surface can say.

use crate::clinic::Clinic;
use crate::error::CommandError;
use crate::session::Session;
use crate::sync::{Desk, name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_vault::blob::{self, Sealed};
use wardkeep_vault::home::Home;
use wardkeep_vault::spool::Carried;
use wardkeep_vault::store::wire_device;

/// Where a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FilePlace {
    /// On this laptop, and with the server where there is one.
    Here,
    /// On this laptop; the server does not have it yet.
    Sending,
    /// Not here yet: the server has it.
    Fetching,
    /// Not here, and not with the server: the laptop that has it was not heard since.
    Waits,
    /// The server gave other bytes; another laptop is asked.
    Damaged,
    /// It is not on this laptop, which works alone.
    Missing,
}

/// Where a file is, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct FileState {
    /// Where.
    pub place: FilePlace,
    /// Sealed bytes that have been sent or fetched.
    #[ts(type = "number")]
    pub done: u64,
    /// Sealed bytes in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Which laptop is waited for, where its name is known.
    pub device: Option<String>,
}

/// How many files, and how much of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
pub struct Amount {
    /// Files.
    #[ts(type = "number")]
    pub files: u64,
    /// Their sealed bytes.
    #[ts(type = "number")]
    pub total: u64,
    /// How many of these bytes have been sent or fetched.
    #[ts(type = "number")]
    pub done: u64,
}

/// Files that another laptop has not sent yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct FilesWait {
    /// Its name, where it is known.
    pub device: Option<String>,
    /// How many.
    #[ts(type = "number")]
    pub files: u64,
}

/// All files that are not where they should be.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
pub struct Files {
    /// Here only.
    pub sending: Amount,
    /// With the server only.
    pub fetching: Amount,
    /// With neither.
    pub waiting: Vec<FilesWait>,
    /// The server gave other bytes; another laptop is asked.
    #[ts(type = "number")]
    pub damaged: u64,
}

/// A file's state, and whether it has left this laptop.
pub(crate) struct Known {
    pub(crate) state: FileState,
    pub(crate) left: bool,
}

/// Where a record's file is.
pub(crate) fn state_of(clinic: &Clinic, session: Option<&Session>, sealed: &Sealed) -> Result<Known, CommandError> {
    let known = clinic.with_desk(|desk| {
        let Some(file) = desk.spool.carried(&sealed.hash)? else {
            return Ok(None);
        };
        let (place, done) = place_of(clinic, &file);
        let device = session
            .filter(|_| place == FilePlace::Waits)
            .and_then(|session| device_of(session, desk, &file));
        Ok(Some(Known {
            state: FileState {
                place,
                done,
                total: file.length,
                device,
            },
            left: file.acknowledged,
        }))
    })?;
    Ok(known.flatten().unwrap_or_else(|| alone(clinic.home(), sealed)))
}

/// Of a file that no spool knows.
fn alone(home: &Home, sealed: &Sealed) -> Known {
    let here = home.blob(sealed.id).exists();
    Known {
        state: FileState {
            place: if here { FilePlace::Here } else { FilePlace::Missing },
            done: 0,
            total: sealed.length,
            device: None,
        },
        left: false,
    }
}

fn place_of(clinic: &Clinic, file: &Carried) -> (FilePlace, u64) {
    let part = || blob::partial_length(clinic.home(), file.id);
    match (file.here, file.acknowledged) {
        (true, true) => (FilePlace::Here, file.length),
        (true, false) => (
            FilePlace::Sending,
            clinic.sync().live().sending.get(&file.hash).copied().unwrap_or(0),
        ),
        (false, _) if file.damaged > 0 => (FilePlace::Damaged, part()),
        (false, true) => (FilePlace::Fetching, part()),
        (false, false) => (FilePlace::Waits, part()),
    }
}

fn device_of(session: &Session, desk: &Desk, file: &Carried) -> Option<String> {
    let id = wire_device(file.device);
    desk.roster().ok()?.device(&id)?;
    Some(name::of_device(session, desk, id))
}

/// All that waits.
pub(crate) fn status(clinic: &Clinic, session: Option<&Session>, desk: &Desk) -> Result<Files, CommandError> {
    let mut files = Files::default();
    let mut waiting: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for file in desk.spool.carried_waiting()? {
        let (place, done) = place_of(clinic, &file);
        let amount = match place {
            FilePlace::Sending => &mut files.sending,
            FilePlace::Fetching => &mut files.fetching,
            FilePlace::Waits => {
                let device = session.and_then(|session| device_of(session, desk, &file));
                *waiting.entry(device).or_default() += 1;
                continue;
            }
            FilePlace::Damaged => {
                files.damaged += 1;
                continue;
            }
            FilePlace::Here | FilePlace::Missing => continue,
        };
        amount.files += 1;
        amount.total += file.length;
        amount.done += done;
    }
    files.waiting = waiting
        .into_iter()
        .map(|(device, files)| FilesWait { device, files })
        .collect();
    Ok(files)
}
