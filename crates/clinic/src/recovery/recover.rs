//! `recovery_recover`: makes a vault on this laptop and has the recovery key take it into the clinic, with a person who is an admin. Asked again after
//! it was cut short, with the vault unlocked, it goes on.

use super::restoring::{Restoring, pending_here};
use super::wire::RecoveryReport;
use super::{paper, visit};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::enrollment::pending::{self, Pending};
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin};
use crate::secret::Password;
use crate::session::create::write_office;
use crate::session::open::{self, Opening};
use crate::sync::name;
use crate::user::{Role, checked_name};
use serde::Deserialize;
use std::sync::Arc;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_roster::ClinicId;
use wardkeep_vault::key::SigningSeed;
use wardkeep_vault::random;
use wardkeep_vault::slot::EnrollmentKeys;
use wardkeep_vault::spool::{ServerLink, Spool};
use wardkeep_vault::store::Store;
use wardkeep_vault::unlock::{self, JoiningVault, Unlocked};

/// Where the clinic is, what the paper says, and for whom.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Host and port of the clinic's server.
    pub server: String,
    /// The server's pin, 64 hex digits.
    pub pin: String,
    /// The clinic's id, where it is known; the paper names the clinic by itself.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub clinic: Option<String>,
    /// The words in one text, or two or three shares.
    pub key: Vec<Password>,
    /// What this laptop is called.
    pub device_name: String,
    /// Who will use it.
    pub user_name: String,
    /// The person of the clinic who they are, by id or name; somebody new where nobody is named.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub person: Option<String>,
    /// What they may do; every role where none is named. Admin is always among them.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Their password on this laptop.
    pub password: Password,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Input(..)")
    }
}

impl Command for Input {
    type Output = RecoveryReport;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<RecoveryReport, CommandError> {
        let address: Address = self.server.parse().map_err(|_| CommandError::invalid("server"))?;
        let pin: Pin = self.pin.trim().parse().map_err(|_| CommandError::invalid("pin"))?;
        let device_name = checked_name(&self.device_name, "device_name")?;
        let user_name = checked_name(&self.user_name, "user_name")?;
        let goes_on = clinic.locked_because().is_none();
        if goes_on && !pending_here(clinic)? {
            return Err(ErrorCode::VaultExists.into());
        }
        let secret = paper::read(&self.key, None)?;
        let server = visit::server(clinic, &secret, address.clone(), pin)?;
        let roster = visit::roster(clinic, &server, &secret)?;
        let id = roster.clinic();
        if let Some(wanted) = &self.clinic
            && wanted.trim().to_lowercase() != id.to_string()
        {
            return Err(CommandError::invalid("clinic"));
        }
        let parcels = visit::parcels(clinic, &server)?;
        let report = visit::report_of(&roster, &secret, &parcels);
        let keys = secret.newest_keys(&roster, parcels.iter().map(Vec::as_slice));
        let restoring = Restoring {
            secret: &secret,
            server: &server,
            keys: &keys,
            device_name: &device_name,
            user_name: &user_name,
            person: self.person.as_deref(),
            roles: &self.roles,
        };
        // What cannot succeed shall not leave a vault behind.
        restoring.may(&roster)?;
        if !goes_on {
            let new = New {
                link: ServerLink {
                    address: address.to_string(),
                    pin: pin.0,
                    clinic: id,
                },
                user_name: &user_name,
            };
            new.make(clinic, &self.password)?;
        }
        restoring.finish(clinic, roster)?;
        clinic.sync().forget_server();
        clinic.start_background()?;
        clinic.sync().signal().ask();
        Ok(report)
    }
}

/// What the new vault is made of.
struct New<'a> {
    link: ServerLink,
    user_name: &'a str,
}

impl New<'_> {
    /// Makes the vault, with an office, without a chart and without roles, and opens it.
    fn make(&self, clinic: &Clinic, password: &Password) -> Result<(), CommandError> {
        let _opening = clinic.opening();
        let home_lock = clinic.home_lock()?;
        clinic.require_no_vault()?;
        clinic
            .judge_password(password, &[self.user_name])
            .map_err(|error| error.at("password"))?;
        let env = clinic.env();
        let joining = JoiningVault {
            user: UserId::new(env.clock.now_ms(), random::array(&*env.random)),
            name: self.user_name,
            password: &password.normal()?,
            enrollment: EnrollmentKeys::generate(&*env.random),
        };
        let mut made = None;
        let unlocked = unlock::join_vault(env, joining, |unlocked| {
            let device = open::device_of(unlocked);
            let mut store = Store::create(&env.home, &unlocked.keys, device, Arc::clone(&env.clock))?;
            write_office(clinic, unlocked, &mut store, &clinic_name(self.link.clinic))?;
            self.fill_spool(clinic, unlocked)?;
            made = Some(store);
            Ok::<_, CommandError>(())
        })?;
        let store = made.ok_or_else(|| CommandError::internal("vault without store"))?;
        let session = open::open_session(clinic, unlocked, store, home_lock, Opening::Create)?;
        clinic.install(session);
        Ok(())
    }

    /// The device's key and its server, and that the roster does not list it yet.
    fn fill_spool(&self, clinic: &Clinic, unlocked: &Unlocked) -> Result<(), CommandError> {
        let env = clinic.env();
        let mut spool = Spool::open_unlocked(env, unlocked)?;
        spool.set_device_seed(&SigningSeed::generate(&*env.random))?;
        spool.set_server(&self.link)?;
        pending::store_in(&mut spool, Some(&Pending::Recovering))
    }
}

/// Until the clinic's own name arrives.
fn clinic_name(id: ClinicId) -> String {
    name::short(&id.to_string())
}
