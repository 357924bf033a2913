//! `clinic_join`: makes a vault on a new laptop and asks a clinic to take it in. The vault has an office and no chart, its user no roles,
//! until an admin approves.

use super::code::Code;
use super::join_status::view;
use super::joining;
use super::pending::{self, Joining, Pending, Stage};
use super::wire::JoinView;
use crate::base64;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin};
use crate::secret::Password;
use crate::session::create::write_office;
use crate::session::open::{self, Opening};
use crate::sync::key::{filler, kem_secret, signing_key, wire_user};
use crate::sync::{self, name};
use crate::user::checked_name;
use serde::Deserialize;
use std::sync::Arc;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_sync::invitation::Invitation;
use wardkeep_sync::join::{JoinRequest, Joiner};
use wardkeep_vault::key::SigningSeed;
use wardkeep_vault::random;
use wardkeep_vault::slot::EnrollmentKeys;
use wardkeep_vault::spool::{ServerLink, Spool};
use wardkeep_vault::store::{Store, wire_device};
use wardkeep_vault::unlock::{self, JoiningVault, Unlocked};
use zeroize::Zeroizing;

/// Whom, where, by which invitation.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The invitation's code.
    pub code: String,
    /// What this laptop is called.
    pub device_name: String,
    /// Who will use it.
    pub user_name: String,
    /// Their password on this laptop.
    pub password: Password,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Input(..)")
    }
}

impl Command for Input {
    type Output = JoinView;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<JoinView, CommandError> {
        let code = Zeroizing::new(self.code);
        let invitation =
            Invitation::from_code(&code).map_err(|_| CommandError::new(ErrorCode::InvitationInvalid).at("code"))?;
        let device_name = checked_name(&self.device_name, "device_name")?;
        let user_name = checked_name(&self.user_name, "user_name")?;
        {
            let _opening = clinic.opening();
            if clinic.locked_because().is_none() {
                return Err(ErrorCode::VaultExists.into());
            }
            let home_lock = clinic.home_lock()?;
            clinic.require_no_vault()?;
            clinic
                .judge_password(&self.password, &[&user_name])
                .map_err(|error| error.at("password"))?;
            let seed = SigningSeed::generate(&*clinic.env().random);
            // A mistyped code or a server out of reach shall not leave a vault behind.
            meet(clinic, &invitation, &seed)?;
            let new = New {
                invitation: &invitation,
                code: &code,
                device_name: &device_name,
                user_name: &user_name,
                seed: &seed,
            };
            let (unlocked, store) = new.vault(clinic, &self.password)?;
            let session = open::open_session(clinic, unlocked, store, home_lock, Opening::Create)?;
            clinic.install(session);
        }
        if let Err(error) = joining::advance(clinic) {
            tracing::warn!(%error, "the request to join did not go out yet");
        }
        clinic.start_background()?;
        clinic.sync().signal().ask();
        view(clinic)
    }
}

/// Says hello to the server of the invitation, as a stranger.
fn meet(clinic: &Clinic, invitation: &Invitation, seed: &SigningSeed) -> Result<(), CommandError> {
    let address: Address = invitation
        .address
        .parse()
        .map_err(|_| CommandError::new(ErrorCode::InvitationInvalid))?;
    let server = sync::server_of(&clinic.env().clock, seed.expose(), address, Pin(invitation.server_pin))?;
    clinic
        .ask_at(&server, |link| async move { link.hello().await })
        .map(|_| ())
}

/// What the new vault is made of.
struct New<'a> {
    invitation: &'a Invitation,
    code: &'a Zeroizing<String>,
    device_name: &'a str,
    user_name: &'a str,
    seed: &'a SigningSeed,
}

impl New<'_> {
    /// Makes vault, spool and request, all or nothing.
    fn vault(&self, clinic: &Clinic, password: &Password) -> Result<(Unlocked, Store), CommandError> {
        let env = clinic.env();
        let keys = EnrollmentKeys::generate(&*env.random);
        let joining = JoiningVault {
            user: UserId::new(env.clock.now_ms(), random::array(&*env.random)),
            name: self.user_name,
            password: &password.normal()?,
            enrollment: keys.duplicate(),
        };
        let mut made = None;
        let unlocked = unlock::join_vault(env, joining, |unlocked| {
            let device = open::device_of(unlocked);
            let mut store = Store::create(&env.home, &unlocked.keys, device, Arc::clone(&env.clock))?;
            let clinic_name = name::short(&self.invitation.clinic.to_string());
            write_office(clinic, unlocked, &mut store, &clinic_name)?;
            self.fill_spool(clinic, unlocked, &keys)?;
            made = Some(store);
            Ok::<_, CommandError>(())
        })?;
        let store = made.ok_or_else(|| CommandError::internal("vault without store"))?;
        Ok((unlocked, store))
    }

    /// The device's key, its server and its request.
    fn fill_spool(&self, clinic: &Clinic, unlocked: &Unlocked, keys: &EnrollmentKeys) -> Result<(), CommandError> {
        let env = clinic.env();
        let mut spool = Spool::open_unlocked(env, unlocked)?;
        spool.set_device_seed(self.seed)?;
        spool.set_server(&ServerLink {
            address: self.invitation.address.clone(),
            pin: self.invitation.server_pin,
            clinic: self.invitation.clinic,
        })?;
        let joiner = Joiner {
            device: wire_device(open::device_of(unlocked)),
            user: Some(wire_user(unlocked.user)),
            device_key: &signing_key(self.seed),
            sign_key: &signing_key(&keys.signing),
            kem: &kem_secret(&keys.kem)?,
            device_name: name::cut(self.device_name),
            user_name: name::cut(self.user_name),
        };
        let request = JoinRequest::make(self.invitation, &joiner, &mut filler(&*env.random))
            .map_err(|_| CommandError::internal("request to join"))?;
        let pending = Pending::Joining(Joining {
            code: Code::new(self.code.clone()),
            request: base64::encode(&request),
            stage: Stage::Made,
        });
        pending::store_in(&mut spool, Some(&pending))
    }
}
