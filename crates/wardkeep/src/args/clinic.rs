//! The arguments about the clinic, its server and its devices.

use super::RoleArgument;
use clap::{Args, Subcommand};

/// `sync`.
#[derive(Args, Debug)]
pub struct Sync {
    /// Go on until interrupted, a round whenever there is something
    #[arg(long)]
    pub watch: bool,
    /// Something else than to send and fetch
    #[command(subcommand)]
    pub action: Option<SyncAction>,
}

/// `sync ...`.
#[derive(Subcommand, Debug)]
pub enum SyncAction {
    /// Make a snapshot now, for new devices to begin with
    Snapshot,
}

/// `clinic ...`.
#[derive(Subcommand, Debug)]
pub enum ClinicAction {
    /// Give the clinic of this laptop a server; again, to offer a new or emptied server everything
    Attach(Attach),
    /// Make an invitation for one new device
    Invite(Invite),
    /// Ask a clinic to take this laptop in; --user names who will use it
    Join(Join),
    /// How far the join of this laptop is
    JoinStatus,
    /// The devices that ask to join by an invitation of this laptop
    Requests,
    /// Take a device in; compare the six words first
    Approve(Approve),
    /// Say no to a device
    Refuse(RequestId),
    /// Six words of the clinic, to compare on two screens
    Words,
}

/// `clinic attach`.
#[derive(Args, Debug)]
pub struct Attach {
    /// Host and port of the server
    #[arg(long, value_name = "HOST:PORT")]
    pub server: String,
    /// The pin that `wardkeep-server init` has shown
    #[arg(long, value_name = "HEX")]
    pub pin: String,
    /// The founding token that it has shown; `-` reads it from standard input
    #[arg(long)]
    pub token: String,
    /// What this laptop is called in the clinic
    #[arg(long, value_name = "NAME")]
    pub device_name: String,
}

/// `clinic join`.
#[derive(Args, Debug)]
pub struct Join {
    /// The invitation; `-` reads it from standard input
    #[arg(long)]
    pub code: String,
    /// What this laptop is called in the clinic
    #[arg(long, value_name = "NAME")]
    pub device_name: String,
    /// Wait for the answer, at most so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub wait: u64,
}

/// `clinic invite`.
#[derive(Args, Debug)]
pub struct Invite {
    /// The person of the clinic whose next laptop it is for, by name or id
    #[arg(long, value_name = "NAME|ID")]
    pub person: Option<String>,
}

/// `clinic approve`.
#[derive(Args, Debug)]
pub struct Approve {
    /// Which request
    #[command(flatten)]
    pub request: RequestId,
    /// front_desk, clinician or admin; several with commas or by repeating
    #[arg(long = "role", required_unless_present = "person", value_delimiter = ',')]
    pub roles: Vec<RoleArgument>,
    /// A person of the clinic, by name or id, whose next laptop it is; their roles stay
    #[arg(long, value_name = "NAME|ID")]
    pub person: Option<String>,
}

/// One request.
#[derive(Args, Debug)]
pub struct RequestId {
    /// As `wardkeep clinic requests` lists it
    #[arg(value_name = "REQUEST")]
    pub id: String,
}

/// `devices`.
#[derive(Args, Debug)]
pub struct Devices {
    /// Nothing lists them
    #[command(subcommand)]
    pub action: Option<DevicesAction>,
}

/// `devices ...`.
#[derive(Subcommand, Debug)]
pub enum DevicesAction {
    /// What one device has said of itself, newest first
    Show(Show),
    /// Take a device out of the clinic, for ever
    Revoke(Revoke),
    /// Order a device to destroy what it holds; where the policy asks for two admins, the second gives the same order
    Wipe(Wipe),
}

/// `devices show`.
#[derive(Args, Debug)]
pub struct Show {
    /// The device, by id or name
    #[arg(value_name = "NAME|ID")]
    pub device: String,
    /// Reports at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
}

/// `devices wipe`.
#[derive(Args, Debug)]
pub struct Wipe {
    /// The device, by id or name
    #[arg(value_name = "NAME|ID")]
    pub device: String,
    /// What the device has not sent is lost; otherwise it is posted first, sealed
    #[arg(long)]
    pub discard_unsent: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `agent`.
#[derive(Args, Debug)]
pub struct Agent {
    /// Have it started at every log-in, and end
    #[arg(long, conflicts_with = "uninstall")]
    pub install: bool,
    /// Have it started no more, and end
    #[arg(long)]
    pub uninstall: bool,
}

/// `devices revoke`.
#[derive(Args, Debug)]
pub struct Revoke {
    /// The device, by id or name
    #[arg(value_name = "DEVICE")]
    pub device: String,
}

/// `conflicts`.
#[derive(Args, Debug)]
pub struct Conflicts {
    /// Nothing lists them
    #[command(subcommand)]
    pub action: Option<ConflictsAction>,
    /// At most this many records
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
}

/// `conflicts ...`.
#[derive(Subcommand, Debug)]
pub enum ConflictsAction {
    /// Settle one
    Settle(Settle),
}

/// `conflicts settle`.
#[derive(Args, Debug)]
pub struct Settle {
    /// The record
    pub record: String,
    /// The element, as listed
    pub element: String,
    /// A value's choice as listed, or `both`; `remove` or `restore` where a removal met an edit
    pub choice: String,
    /// The item, as listed
    #[arg(long)]
    pub item: Option<u32>,
}
