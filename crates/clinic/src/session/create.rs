//! `vault_create`: makes the vault and its first user, who gets every role, and unlocks it.

use super::open::{self, CLINIC_NAME, Opening};
use super::wire::SessionView;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::secret::Password;
use crate::setting::{self, Settings};
use crate::user::checked_name;
use serde::Deserialize;
use std::sync::Arc;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_vault::random;
use wardkeep_vault::roles::Roles;
use wardkeep_vault::store::{Action, AuditEntry, LocalUser, Store};
use wardkeep_vault::unlock::{self, NewVault, Unlocked};

/// Who founds what.
#[derive(Deserialize, TS)]
pub struct Input {
    /// The clinic's name.
    pub clinic_name: String,
    /// The first user's name.
    pub user_name: String,
    /// The first user's password.
    pub password: Password,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Input(..)")
    }
}

impl Command for Input {
    type Output = SessionView;
    type Place = Clinic;
    const NEED: Need = Need::Nothing;

    fn run(self, clinic: &Clinic) -> Result<SessionView, CommandError> {
        let clinic_name = checked_name(&self.clinic_name, "clinic_name")?;
        let user_name = checked_name(&self.user_name, "user_name")?;
        let _opening = clinic.opening();
        if clinic.locked_because().is_none() {
            return Err(ErrorCode::VaultExists.into());
        }
        let home_lock = clinic.home_lock()?;
        clinic.require_no_vault()?;
        clinic
            .judge_password(&self.password, &[&user_name, &clinic_name])
            .map_err(|error| error.at("password"))?;
        let password = self.password.normal()?;
        let env = clinic.env();
        let user = UserId::new(env.clock.now_ms(), random::array(&*env.random));
        let new = NewVault {
            user,
            name: &user_name,
            roles: Roles::ALL,
            password: &password,
        };
        let mut made = None;
        let unlocked = unlock::create_vault(env, &new, |unlocked| {
            made = Some(found(clinic, unlocked, &clinic_name)?);
            Ok::<_, CommandError>(())
        })?;
        let store = made.ok_or_else(|| CommandError::internal("vault without store"))?;
        let session = open::open_session(clinic, unlocked, store, home_lock, Opening::Create)?;
        let view = session.view()?;
        clinic.install(session);
        Ok(view)
    }
}

/// Makes the files and writes what every vault has from its first moment: the founder, the clinic's name, the policy.
fn found(clinic: &Clinic, unlocked: &Unlocked, clinic_name: &str) -> Result<Store, CommandError> {
    let env = clinic.env();
    let mut store = Store::create(
        &env.home,
        &unlocked.keys,
        open::device_of(unlocked),
        Arc::clone(&env.clock),
    )?;
    write_office(clinic, unlocked, &mut store, clinic_name)?;
    store.write(Compartment::Clinical, unlocked.user, |tx| {
        tx.audit(&AuditEntry::new(Action::Found))?;
        Ok::<_, CommandError>(())
    })?;
    Ok(store)
}

/// What every office has from its first moment.
pub(crate) fn write_office(
    clinic: &Clinic,
    unlocked: &Unlocked,
    store: &mut Store,
    clinic_name: &str,
) -> Result<(), CommandError> {
    let as_json = |text: Result<String, serde_json::Error>| text.map_err(|_| CommandError::internal("setting as JSON"));
    let settings = Settings {
        language: clinic.machine().language.clone(),
        ..Settings::default()
    };
    let settings = as_json(serde_json::to_string(&settings))?;
    let name = as_json(serde_json::to_string(clinic_name))?;
    store.write(Compartment::Office, unlocked.user, |tx| {
        let founder = LocalUser {
            id: unlocked.user,
            name: unlocked.name.clone(),
            roles: unlocked.roles.bits(),
            created_ms: tx.now_ms(),
            closed_ms: None,
        };
        tx.put_user(&founder)?;
        tx.put_setting(CLINIC_NAME, &name)?;
        tx.put_setting(setting::set::KEY, &settings)?;
        tx.audit(&AuditEntry::new(Action::Found))?;
        Ok::<_, CommandError>(())
    })
}
