//! Since when keys of this laptop are in use: small numbers in the office file, written in the transaction that says what was renewed.

use super::wire::KeyKind;
use crate::error::CommandError;
use std::collections::BTreeMap;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_vault::store::{Action, AuditEntry, Tx, View};

/// Where it stands in the office compartment.
const KEY: &str = "key_ages";

type Ages = BTreeMap<String, u64>;

fn read(view: &View<'_>) -> Result<Ages, CommandError> {
    let text = view.setting(KEY)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

fn name_of(key: KeyKind, user: UserId) -> String {
    match key {
        KeyKind::Password => format!("password/{user}"),
        other => other.name().to_owned(),
    }
}

/// Since when this key is in use, if it was ever renewed here.
pub(crate) fn since(view: &View<'_>, key: KeyKind, user: UserId) -> Result<Option<u64>, CommandError> {
    Ok(read(view)?.get(&name_of(key, user)).copied())
}

/// When the vault was made: its first entry.
pub(crate) fn made(view: &View<'_>, at: Compartment) -> Result<Option<u64>, CommandError> {
    Ok(view.audit_entries(at, None, Some(2), 1)?.first().map(|row| row.at_ms))
}

/// Notes when a key was renewed. Belongs into a transaction of the office that writes its entry too.
pub(crate) fn note(tx: &mut Tx<'_>, key: KeyKind, user: UserId, at_ms: u64) -> Result<(), CommandError> {
    let mut ages = read(&tx.read())?;
    let known = ages.entry(name_of(key, user)).or_default();
    *known = at_ms.max(*known);
    let text = serde_json::to_string(&ages).map_err(|_| CommandError::internal("ages of keys"))?;
    Ok(tx.put_setting(KEY, &text)?)
}

/// The entry of a renewal: `began` before anything changes, `done` afterwards.
pub(crate) fn entry(key: KeyKind, state: &str) -> AuditEntry {
    AuditEntry::new(Action::Rotate).detail(&serde_json::json!({ "key": key.name(), "state": state }))
}
