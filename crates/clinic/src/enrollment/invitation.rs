//! The invitations that this laptop has made. They lie in the office's file: only the laptop that made one can check a request for it.

use super::code::Code;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use serde::{Deserialize, Serialize};
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::invitation::Invitation;
use wardkeep_vault::store::AuditEntry;
use zeroize::Zeroizing;

/// Where they stand.
const KEY: &str = "invitations";
/// How many are kept.
const LIMIT: usize = 64;
/// How long an ended one is kept, for a request that came in time, in milliseconds.
const KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// One invitation.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct Made {
    /// Its code.
    pub(super) code: Code,
    /// When it ends, in Unix milliseconds.
    pub(super) expires_ms: u64,
    /// When a request for it was first seen here.
    pub(super) seen_ms: Option<u64>,
    /// Whose next laptop it is for, where the admin has said so.
    #[serde(default)]
    pub(super) user: Option<UserId>,
}

impl Made {
    /// Read from its code.
    pub(super) fn invitation(&self) -> Result<Invitation, CommandError> {
        Invitation::from_code(self.code.as_str()).map_err(|_| CommandError::internal("stored invitation"))
    }
}

/// All that are kept.
pub(super) fn all(session: &Session) -> Result<Vec<Made>, CommandError> {
    let text = session.read(|view| Ok(view.setting(KEY)?.map(Zeroizing::new)))?;
    match text {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str(&text).map_err(|_| CommandError::internal("stored invitations")),
    }
}

/// Keeps these, with an entry in the log.
pub(super) fn keep(session: &Session, mut made: Vec<Made>, entry: &AuditEntry) -> Result<(), CommandError> {
    let now_ms = session.now_ms();
    made.retain(|one| one.expires_ms.saturating_add(KEPT_MS) > now_ms);
    if made.len() > LIMIT {
        return Err(CommandError::new(ErrorCode::TooLarge).at("invitations"));
    }
    let text = serde_json::to_string(&made).map(Zeroizing::new);
    let text = text.map_err(|_| CommandError::internal("invitations as JSON"))?;
    session.write(Compartment::Office, |tx| {
        tx.put_setting(KEY, &text)?;
        Ok(tx.audit(entry)?)
    })
}

/// The one of this name.
pub(super) fn of_id(session: &Session, id: &[u8; 16]) -> Result<Option<(Made, Invitation)>, CommandError> {
    for made in all(session)? {
        let invitation = made.invitation()?;
        if invitation.id() == *id {
            return Ok(Some((made, invitation)));
        }
    }
    Ok(None)
}

/// An invitation's name as text.
pub(super) fn id_text(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name from its text.
pub(super) fn id_of(text: &str) -> Result<[u8; 16], CommandError> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| digits);
    number
        .map(u128::to_be_bytes)
        .ok_or_else(|| CommandError::new(ErrorCode::NotFound).at("id"))
}
