//! `settings_set`: changes the policy of this laptop. Admins only.

use super::Settings;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_vault::store::{Action, AuditEntry};

/// Where the settings stand in the office compartment.
pub(crate) const KEY: &str = "settings";

/// All settings as they shall be.
#[derive(Debug, Deserialize, TS)]
#[serde(transparent)]
pub struct Input(pub Settings);

impl Command for Input {
    type Output = Settings;
    type Place = Session;
    const NEED: Need = Need::May(Permission::SettingsWrite);

    fn run(self, session: &Session) -> Result<Settings, CommandError> {
        self.0.check()?;
        let before = session.settings();
        if crate::policy::over(session.policy(), self.0.clone()) != self.0 {
            // These are rules of the whole clinic here.
            return Err(CommandError::new(ErrorCode::PolicyForbids).at("idle_lock_s"));
        }
        if self.0 == before {
            return Ok(before);
        }
        let text = serde_json::to_string(&self.0).map_err(|_| CommandError::internal("settings as JSON"))?;
        let detail = changed(&before, &self.0);
        session.write(Compartment::Office, |tx| {
            tx.put_setting(KEY, &text)?;
            tx.audit(&AuditEntry::new(Action::Settings).detail(&detail))?;
            Ok(())
        })?;
        let resume_window_ms = u64::from(self.0.resume_window_s) * 1000;
        session.adopt_settings(self.0);
        session.keep_now(resume_window_ms);
        Ok(session.settings())
    }
}

/// The names of the settings that differ, with their new values: policy is no secret of a patient.
fn changed(before: &Settings, after: &Settings) -> serde_json::Value {
    let object = |settings| match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let before = object(before);
    object(after)
        .into_iter()
        .filter(|(name, value)| before.get(name) != Some(value))
        .collect()
}
