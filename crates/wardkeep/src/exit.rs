//! Exit codes and the words for errors: what went wrong and what to do about it.

use wardkeep_clinic::{CommandError, ErrorCode};

/// All that this program answers to its caller. Documented in docs/command-line.md at the top of the repository; a number never changes its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed in another way than those below.
    Failure = 1,
    /// Arguments or input not valid.
    Usage = 2,
    /// Wrong password, or too soon after wrong ones.
    Password = 3,
    /// The keychain does not give what it should.
    Keychain = 4,
    /// Vault or slot damaged, or of a newer version.
    Vault = 5,
    /// Not allowed.
    Forbidden = 6,
    /// Imported, with rejects.
    Rejects = 7,
    /// No vault, or one already.
    Place = 8,
    /// Another process has the vault.
    Busy = 9,
    /// No such patient, user or command.
    NotFound = 10,
    /// A file or the disk.
    File = 11,
    /// Cancelled.
    Cancelled = 12,
    /// A check found a fault, or sync something wrong.
    Check = 13,
    /// The server cannot be reached, or refuses.
    Server = 14,
    /// No clinic on a server, or not yet.
    Alone = 15,
}

impl From<ErrorCode> for Exit {
    fn from(code: ErrorCode) -> Self {
        use ErrorCode as C;
        match code {
            C::WrongPassword | C::TooSoon => Self::Password,
            C::KeychainAbsent | C::KeychainLocked | C::KeychainEntryMissing | C::KeychainChanged => Self::Keychain,
            C::SlotDamaged | C::SlotNewer | C::VaultNewer | C::VaultDamaged => Self::Vault,
            C::NoVault | C::VaultExists | C::Wiped => Self::Place,
            C::Forbidden | C::ChartRestricted | C::PolicyForbids | C::UpdateRequired => Self::Forbidden,
            C::NotFound => Self::NotFound,
            C::Invalid
            | C::PasswordTooShort
            | C::PasswordTooLong
            | C::PasswordCommon
            | C::TooLarge
            | C::InvitationInvalid
            | C::RecoveryWords
            | C::RecoveryShares => Self::Usage,
            C::VaultBusy | C::ImportRunning => Self::Busy,
            C::DiskFull | C::FileUnreadable => Self::File,
            C::Cancelled => Self::Cancelled,
            C::ServerUnreachable
            | C::ServerCertificate
            | C::ServerRefused
            | C::ServerFull
            | C::ServerAnswer
            | C::DeviceRevoked
            | C::UserRevoked
            | C::LeaseEnded
            | C::Expired => Self::Server,
            C::NotAttached | C::NotEnrolled | C::NoKey | C::FileNotHere => Self::Alone,
            C::RosterRefused | C::RecoveryKey => Self::Check,
            C::Locked | C::Conflict | C::Internal => Self::Failure,
        }
    }
}

/// What a failed action tells its caller.
#[derive(Debug)]
pub enum Failure {
    /// A command of the table failed.
    Command(CommandError),
    /// The program itself could not do its part (a password file that is not there).
    Here {
        /// How to exit.
        exit: Exit,
        /// What to say.
        message: String,
    },
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl Failure {
    /// A fault in the arguments.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Here {
            exit: Exit::Usage,
            message: message.into(),
        }
    }

    /// A file that cannot be read or written. The reason is the system's.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Here {
            exit: Exit::File,
            message: format!("{}: {error}", path.display()),
        }
    }

    /// How to exit.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Command(error) => error.code.into(),
            Self::Here { exit, .. } => *exit,
        }
    }

    /// One or two sentences for a person.
    pub fn message(&self) -> String {
        match self {
            Self::Command(error) => words(error),
            Self::Here { message, .. } => message.clone(),
        }
    }

    /// The same for a script: the command's error, or one of the same shape.
    pub fn json(&self) -> serde_json::Value {
        let error = match self {
            Self::Command(error) => serde_json::to_value(error).unwrap_or_default(),
            Self::Here { exit: Exit::Usage, .. } => {
                serde_json::json!({"code": "invalid", "field": null, "retryable": false, "detail": null})
            }
            Self::Here { .. } => {
                serde_json::json!({"code": "file_unreadable", "field": null, "retryable": true, "detail": null})
            }
        };
        serde_json::json!({ "error": error, "message": self.message() })
    }
}

/// What is wrong with a recovery key, by the field of its error.
fn recovery(field: &str) -> String {
    let (what, at) = field.split_once('[').unwrap_or((field, ""));
    let at = at.trim_end_matches(']').replace(',', " and ");
    match what {
        "words.count" => format!("{at} words were given; a recovery key has 24."),
        "words.unknown" => format!("Word {at} is not in the list of words. Look at it again."),
        "words.wrong" => format!("Word {at} is not the one on the paper. Look at it again."),
        "words.swapped" => format!("Words {at} have changed places."),
        "words.check" => "The check characters behind the words cannot be read: they are two groups of four, with a hyphen between.".into(),
        "words.mixed" => "The words do not belong together: one is wrong, or two have changed places. Type the check characters behind them, and the place is told.".into(),
        "words.paper" => "The words and the check characters are of two different recovery keys.".into(),
        "shares.few" => "One share alone makes no key. Give two of the three.".into(),
        "shares.many" => "There are only three shares.".into(),
        "shares.length" => format!("The share given as number {at} is cut short or too long: a share has 28 groups of four characters."),
        "shares.mistyped" => format!("The share given as number {at} is mistyped. Compare it with the paper group by group."),
        "shares.version" => format!("The share given as number {at} was made by a newer version. Update Wardkeep."),
        "shares.foreign" => format!("The share given as number {at} is of another recovery key."),
        "shares.different" => "The two shares are of different recovery keys: compare the names at their heads.".into(),
        "shares.twice" => format!("Share {at} was given twice. Give two different ones."),
        "shares.altered" => format!("Share {at} was altered since it was printed. Use the other two."),
        "shares.disagree" => "One of the two shares was altered since it was printed. With the third it can be told which.".into(),
        "none" => "The clinic has no recovery key.".into(),
        "replaced" => "This recovery key was replaced by another. Use the newest paper.".into(),
        _ => "This is not the recovery key of this clinic, or no longer.".into(),
    }
}

/// What went wrong and what to do, for each code.
fn words(error: &CommandError) -> String {
    use ErrorCode as C;
    let detail = error.detail.clone().unwrap_or_default();
    let file = detail.file.map(|file| format!(" ({file})")).unwrap_or_default();
    let field = error
        .field
        .as_ref()
        .map(|field| format!(" ({field})"))
        .unwrap_or_default();
    match error.code {
        C::WrongPassword => "Wrong password.".into(),
        C::TooSoon => format!("Too many wrong passwords. Try again in {} seconds.", detail.seconds.unwrap_or(1)),
        C::KeychainAbsent => "No keychain service answers. Start the Secret Service (gnome-keyring, KWallet, KeePassXC), then try again.".into(),
        C::KeychainLocked => "The keychain is locked. Unlock it (log in to the desktop, or open the keyring manager), then try again.".into(),
        C::KeychainEntryMissing => "The keychain has no entry for this vault. It was deleted, or this is another computer or log-in: restore the keychain from its backup.".into(),
        C::KeychainChanged => "Another keychain answers than the one this vault was made with. Start the former one, then try again.".into(),
        C::SlotDamaged => format!("The key slot of this user is damaged{file}. Another user of this laptop can still unlock; restore the slot file from a backup."),
        C::SlotNewer => format!("The key slot was written by a newer version{file}. Update Wardkeep."),
        C::NoVault => "There is no vault here. Make one with `wardkeep init`, or name its folder with --home.".into(),
        C::VaultExists => "There is a vault here already. Nothing was changed.".into(),
        C::Locked => "The session is locked.".into(),
        C::Forbidden => "Your roles do not allow this.".into(),
        C::ChartRestricted => "This patient is restricted, and the chart is closed to you. In an emergency `wardkeep break-glass open` opens it for a while; the admins are told at once.".into(),
        C::NotFound => format!("Not found{field}."),
        C::Invalid => format!("Not valid{field}."),
        C::PasswordTooShort => format!("The password is too short{field}: the clinic's policy asks for more characters. A few words in a row are easy to remember."),
        C::PasswordTooLong => "The password is too long.".into(),
        C::PasswordCommon => "This password is among the first that an attacker tries. Take another.".into(),
        C::VaultNewer => "The vault was written by a newer version. Update Wardkeep; nothing was changed.".into(),
        C::VaultDamaged => format!("The vault is damaged{file}. Nothing was deleted; restore from a backup."),
        C::VaultBusy => "Another Wardkeep has this vault open. Close it, then try again.".into(),
        C::DiskFull => "No space is left on the disk. Nothing was lost; free some space, then try again.".into(),
        C::FileUnreadable => format!("A file cannot be read or written{file}."),
        C::ImportRunning => "An import runs already.".into(),
        C::Cancelled => "Cancelled.".into(),
        C::TooLarge => "The input is too large.".into(),
        C::Conflict => "The record has changed meanwhile. Look at it again.".into(),
        C::ServerUnreachable => "The server cannot be reached. Work goes on; what was written here is sent when it answers again.".into(),
        C::ServerCertificate => "The server's certificate is not the pinned one. Nothing was sent; ask who runs the server.".into(),
        C::ServerRefused => match detail.seconds {
            Some(seconds) => format!("The server refuses{field}. Try again in {seconds} seconds."),
            None => format!("The server refuses{field}."),
        },
        C::ServerFull => "The server has no room left. What was written here stays and is sent once it has; tell who runs the server.".into(),
        C::ServerAnswer => "The server answers something that this program does not understand. One of the two may need an update.".into(),
        C::NotAttached => "This laptop works alone. `wardkeep clinic attach` gives its clinic a server; `wardkeep clinic join` joins another.".into(),
        C::NotEnrolled => "The clinic does not know this user on this laptop yet. An admin unlocks here once while the server can be reached.".into(),
        C::Wiped => "This laptop was wiped by order of the clinic, or is being wiped. Nothing opens here; `wardkeep status` says how far it is.".into(),
        C::PolicyForbids => format!("The rules of the clinic do not allow it{field}. `wardkeep policy show` has them."),
        C::UpdateRequired => "The rules of the clinic ask for a newer version of this program before anything is written. Reading and sending go on.".into(),
        C::LeaseEnded => lease_words(error.field.as_deref()).into(),
        C::UserRevoked => "The clinic has revoked this user here. Nothing was erased.".into(),
        C::DeviceRevoked => "This device was revoked. Nothing was erased; what was not sent is still here.".into(),
        C::RosterRefused => "The roster of the clinic and the one here do not agree. Nothing was changed; compare `wardkeep clinic words` on two laptops.".into(),
        C::NoKey => "A key that this needs has not come to this laptop yet. Another laptop of the clinic that has it must be online once.".into(),
        C::FileNotHere => "The file is not on this laptop yet. `wardkeep sync` fetches it once another laptop has sent it; `wardkeep document show` says where it is.".into(),
        C::Expired => "The invitation has ended, or was used. Ask for another.".into(),
        C::InvitationInvalid => format!("This is no invitation{field}: it may be mistyped or cut short."),
        C::RecoveryWords | C::RecoveryShares | C::RecoveryKey => recovery(error.field.as_deref().unwrap_or_default()),
        C::Internal => "A fault of the program. The log says where.".into(),
    }
}

/// Why nothing opens before the server was met, and what to do.
fn lease_words(why: Option<&str>) -> &'static str {
    match why {
        Some("wrong_password_limit") => {
            "Too many wrong passwords: this laptop's lease has ended. Connect it to the clinic's network, then unlock again. Nothing was erased."
        }
        Some("keychain") => {
            "The keychain has lost this laptop's lease. Connect it to the clinic's network, then unlock again. Nothing was erased."
        }
        Some("server") => {
            "This laptop's lease has ended, and the server does not have what opens it any more. Nothing was erased. Whoever runs the server puts its backup back; or an admin revokes this laptop and it joins anew."
        }
        _ => {
            "This laptop has not met the clinic's server for longer than the clinic allows: its lease has ended. Connect it to the clinic's network, then unlock again. Nothing was erased."
        }
    }
}
