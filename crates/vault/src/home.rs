//! Where a vault lies on disk, and who may read it: folders 0700, files 0600, one writing process.
//!
//! ```text
//! HOME/founding                 there while a vault is being made, so that one cut short is begun anew
//! HOME/granting                 there while a device gets its clinical vault, so that one cut short is begun anew
//! HOME/wiping                   there from the moment on in which an order to wipe is obeyed: nothing opens any more
//! HOME/wiped                    there once everything is destroyed, until somebody begins anew
//! HOME/lock                     held by the one process that writes
//! HOME/agent                    held by the process that keeps the locked device in touch with its server
//! HOME/vault/office.db          demographics, schedule (with -wal and -shm)
//! HOME/vault/clinical.db        the chart
//! HOME/vault/<name>.db.next     one of them anew under another key, until it takes the other's place
//! HOME/sync/spool.db            sealed segments, roster and what else a locked device needs
//! HOME/slots/<user id>.slot     what opens the two, sealed for one user
//! HOME/slots/<name>.handover    a new vault key, sealed for each user who has not unlocked since
//! HOME/slots/attempts           wrong passwords, and how long to wait
//! HOME/blobs/xx/<blob id>       sealed files; xx are the id's last two digits
//! HOME/quarantine/<time>-<n>/   damaged files, moved aside, never deleted
//! ```

mod atomic;
mod lock;
mod quarantine;

pub use atomic::write_atomically;
pub use lock::HomeLock;

pub(crate) use atomic::sync_dir_of;
pub(crate) use quarantine::with_suffix;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use wardkeep_record::id::{BlobId, UserId};
use wardkeep_record::op::Compartment;

/// The ending of slot files.
const SLOT_SUFFIX: &str = ".slot";
/// More slots than any laptop has users: a limit on what a hostile folder can make us read.
const MOST_SLOTS: usize = 1_000;

/// The folder of one vault.
#[derive(Clone, Debug)]
pub struct Home {
    root: PathBuf,
}

/// Why a home folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The platform names no place for a user's data.
    #[error("no home folder is set for this user")]
    NoPlace,
    /// Another process holds the lock.
    #[error("another Wardkeep process is using this vault")]
    Busy,
    /// A file or folder could not be made, read, moved or protected.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl HomeError {
    /// Whether the reason is that no room is left.
    pub fn is_disk_full(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
    }

    /// Names the path of an I/O error.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Home {
    /// Where this user's vault is by default: `$XDG_DATA_HOME/wardkeep` or `~/.local/share/wardkeep`,
    /// `~/Library/Application Support/wardkeep`, `%LOCALAPPDATA%\wardkeep`. The environment is passed in.
    pub fn default_root(var: impl Fn(&str) -> Option<std::ffi::OsString>) -> Result<PathBuf, HomeError> {
        let set = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = if cfg!(windows) {
            set("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            set("HOME").map(|home| home.join("Library").join("Application Support"))
        } else {
            set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
        };
        base.map(|base| base.join("wardkeep")).ok_or(HomeError::NoPlace)
    }

    /// Makes the folders that are missing and takes everyone else's rights away from those that are there, and from databases and slots.
    pub fn open(root: &Path) -> Result<Self, HomeError> {
        let home = Self { root: root.to_owned() };
        for dir in [
            home.root.clone(),
            home.vault_dir(),
            home.sync_dir(),
            home.slots_dir(),
            home.blobs_dir(),
            home.quarantine_dir(),
        ] {
            private_dir(&dir)?;
        }
        for dir in [home.vault_dir(), home.sync_dir(), home.slots_dir()] {
            for entry in fs::read_dir(&dir).map_err(HomeError::io(&dir))? {
                let file = entry.map_err(HomeError::io(&dir))?.path();
                if file.is_file() {
                    owner_only(&file, 0o600)?;
                }
            }
        }
        Ok(home)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the databases.
    pub fn vault_dir(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// The office compartment's SQLCipher file.
    pub fn office_db(&self) -> PathBuf {
        self.vault_dir().join("office.db")
    }

    /// The clinical compartment's SQLCipher file.
    pub fn clinical_db(&self) -> PathBuf {
        self.vault_dir().join("clinical.db")
    }

    /// A compartment's SQLCipher file.
    pub fn db(&self, at: Compartment) -> PathBuf {
        match at {
            Compartment::Office => self.office_db(),
            Compartment::Clinical => self.clinical_db(),
        }
    }

    /// A compartment's file under its next key, while it is being made ([`crate::rekey`]).
    pub fn next_db(&self, at: Compartment) -> PathBuf {
        with_suffix(&self.db(at), ".next")
    }

    /// The new key of a compartment for the users who have not unlocked since it was made.
    pub(crate) fn handover(&self, at: Compartment) -> PathBuf {
        self.slots_dir().join(match at {
            Compartment::Office => "office.handover",
            Compartment::Clinical => "clinical.handover",
        })
    }

    /// The clinic's audit trail of one user who may read it: a SQLCipher file under a key from that user's slot.
    pub fn trail_db(&self, reader: UserId) -> PathBuf {
        self.vault_dir().join(format!("audit-{reader}.db"))
    }

    /// The folder of what the device has of its clinic without a password.
    pub fn sync_dir(&self) -> PathBuf {
        self.root.join("sync")
    }

    /// The spool: a SQLCipher file under a key from the device secret.
    pub fn spool_db(&self) -> PathBuf {
        self.sync_dir().join("spool.db")
    }

    /// Where sealed chunks of a snapshot lie on their way.
    pub fn snapshots_dir(&self) -> PathBuf {
        self.sync_dir().join("snapshots")
    }

    /// The folder of the key slots.
    pub fn slots_dir(&self) -> PathBuf {
        self.root.join("slots")
    }

    /// One user's key slot.
    pub fn slot(&self, user: UserId) -> PathBuf {
        self.slots_dir().join(format!("{user}{SLOT_SUFFIX}"))
    }

    /// The record of wrong passwords.
    pub fn attempts(&self) -> PathBuf {
        self.slots_dir().join("attempts")
    }

    /// The folder of the sealed files.
    pub fn blobs_dir(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// One sealed file. The last digits of a UUIDv7 are random, so the folders fill evenly.
    pub fn blob(&self, blob: BlobId) -> PathBuf {
        let name = blob.0.simple().to_string();
        self.blobs_dir().join(&name[name.len() - 2..]).join(name)
    }

    /// Where damaged files are moved to.
    pub fn quarantine_dir(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// The users who have a slot here, in the order of their ids; files with other names are passed over.
    pub fn slot_users(&self) -> Result<Vec<UserId>, HomeError> {
        let dir = self.slots_dir();
        let mut users = Vec::new();
        let entries = match fs::read_dir(&dir) {
            // In the middle of a wipe.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(users),
            other => other.map_err(HomeError::io(&dir))?,
        };
        for entry in entries {
            let name = entry.map_err(HomeError::io(&dir))?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(SLOT_SUFFIX));
            users.extend(id.and_then(|id| id.parse::<UserId>().ok()));
            if users.len() == MOST_SLOTS {
                break;
            }
        }
        users.sort_unstable();
        Ok(users)
    }

    /// Marks that a vault is being made here and is not whole yet.
    pub(crate) fn founding(&self) -> PathBuf {
        self.root.join("founding")
    }

    /// Marks that a wipe is under way.
    pub(crate) fn wiping(&self) -> PathBuf {
        self.root.join("wiping")
    }

    /// Marks that this device was wiped.
    pub(crate) fn wiped(&self) -> PathBuf {
        self.root.join("wiped")
    }

    /// Held by the one process that writes.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Held by the agent for as long as it runs.
    pub(crate) fn agent_file(&self) -> PathBuf {
        self.root.join("agent")
    }

    /// Marks that this device's clinical vault is being made and that no slot has its key yet.
    pub(crate) fn granting(&self) -> PathBuf {
        self.root.join("granting")
    }

    /// Whether a vault is here: a slot or a database, unless its making was cut short. Where this holds, no new key is ever made.
    pub fn has_vault(&self) -> Result<bool, HomeError> {
        if self.founding().exists() {
            return Ok(false);
        }
        Ok(self.office_db().exists() || self.clinical_db().exists() || !self.slot_users()?.is_empty())
    }
}

/// Makes a folder that only its owner may enter.
pub(crate) fn private_dir(dir: &Path) -> Result<(), HomeError> {
    fs::create_dir_all(dir).map_err(HomeError::io(dir))?;
    owner_only(dir, 0o700)
}

/// Takes everyone else's rights away. On Windows the folder inherits the profile's access list, which is the owner's.
pub(crate) fn owner_only(path: &Path, mode: u32) -> Result<(), HomeError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let now = fs::metadata(path).map_err(HomeError::io(path))?.permissions().mode() & 0o777;
        if now != mode {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(HomeError::io(path))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// A whole file of at most so many bytes, or `None` where there is none. One that is larger is cut, and fails its checksum.
pub(crate) fn read_limited(path: &Path, most: usize) -> Result<Option<Vec<u8>>, HomeError> {
    use io::Read;
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(HomeError::io(path))?,
    };
    let mut bytes = Vec::new();
    file.take(most as u64)
        .read_to_end(&mut bytes)
        .map_err(HomeError::io(path))?;
    Ok(Some(bytes))
}

/// Creates an empty file that only its owner may read; it must not exist.
pub fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests;
