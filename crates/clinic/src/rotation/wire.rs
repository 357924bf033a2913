//! What the surfaces see of keys.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A key or certificate of the clinic or of this laptop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// The office's epoch key: what all laptops seal office records with.
    EpochOffice,
    /// The chart's epoch key.
    EpochClinical,
    /// The key of this laptop's office file.
    VaultOffice,
    /// The key of this laptop's chart file.
    VaultClinical,
    /// The key in this laptop's certificate, which signs what it sends.
    DeviceKey,
    /// The secret in this laptop's keychain.
    DeviceSecret,
    /// The password of who is unlocked.
    Password,
    /// The clinic's recovery key.
    RecoveryKey,
    /// The server's certificate.
    ServerCertificate,
}

impl KeyKind {
    /// The name in `snake_case`, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::EpochOffice => "epoch_office",
            Self::EpochClinical => "epoch_clinical",
            Self::VaultOffice => "vault_office",
            Self::VaultClinical => "vault_clinical",
            Self::DeviceKey => "device_key",
            Self::DeviceSecret => "device_secret",
            Self::Password => "password",
            Self::RecoveryKey => "recovery_key",
            Self::ServerCertificate => "server_certificate",
        }
    }
}

/// Who may renew a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyHolder {
    /// An administrator.
    Admin,
    /// A clinician: nobody else holds what it takes.
    Clinician,
    /// Anybody who works on this laptop.
    Anybody,
    /// The person whose password it is.
    Yourself,
    /// Whoever runs the server; it renews by itself.
    Server,
    /// Nobody by a button: the laptop is revoked and joins anew.
    JoinAnew,
}

/// One key or certificate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct KeyRow {
    /// Which.
    pub key: KeyKind,
    /// Its number, where keys of its kind are numbered.
    pub number: Option<u32>,
    /// Since when it is in use, in Unix milliseconds; nothing where that is not known here.
    #[ts(type = "number | null")]
    pub since_ms: Option<u64>,
    /// When the next is due, or when it ends; nothing where no time is set.
    #[ts(type = "number | null")]
    pub due_ms: Option<u64>,
    /// Whether that time has come.
    pub overdue: bool,
    /// Who may renew it.
    pub by: KeyHolder,
    /// Whether this session may renew it, here and now.
    pub may: bool,
    /// Users of this laptop who have not unlocked since the last renewal, and take the new key over when they do.
    pub waiting: u32,
}

/// What a renewal is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyStage {
    /// The new file is being written.
    Copying,
    /// Old and new are compared row by row.
    Comparing,
    /// Every page of the new file is checked.
    Checking,
    /// The new file takes the old one's place.
    Exchanging,
}

/// How far a renewal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct KeyProgress {
    /// Which key.
    pub key: KeyKind,
    /// What is being done.
    pub stage: KeyStage,
    /// Bytes written so far.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes that there will be, about.
    #[ts(type = "number")]
    pub bytes_total: u64,
}
