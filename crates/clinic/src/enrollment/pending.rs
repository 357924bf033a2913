//! What of founding or joining must survive a restart. It lies in the spool, which nobody reads without the keychain.

use super::code::Code;
use crate::base64;
use crate::error::CommandError;
use crate::sync::Desk;
use serde::{Deserialize, Serialize};
use wardkeep_vault::spool::Spool;
use zeroize::Zeroizing;

/// Under way, and not done.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Pending {
    /// A clinic that no server has taken yet: its first entries, each in Base64.
    Founding {
        /// In order.
        entries: Vec<String>,
    },
    /// A request to join.
    Joining(Joining),
    /// A vault that the recovery key takes in.
    Recovering,
}

/// A request to join, and what became of it.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct Joining {
    /// The invitation's code.
    pub(crate) code: Code,
    /// The request, in Base64.
    pub(crate) request: String,
    /// How far it is.
    pub(crate) stage: Stage,
}

/// How far a join is.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Made, and not known to have reached the server.
    Made,
    /// The server has it.
    Posted,
    /// An admin has said no.
    Refused,
    /// The invitation has ended.
    Expired,
    /// The answer is not to be believed.
    Failed,
}

impl Joining {
    /// The request's bytes.
    pub(crate) fn request(&self) -> Result<Vec<u8>, CommandError> {
        base64::decode(&self.request).ok_or_else(|| CommandError::internal("stored join request"))
    }
}

/// Reads it, if there is any.
pub(crate) fn load(desk: &Desk) -> Result<Option<Pending>, CommandError> {
    let Some(bytes) = desk.spool.joining()? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| CommandError::internal("stored state of a join"))
}

/// Writes it; `None` when it is done.
pub(crate) fn store(desk: &mut Desk, pending: Option<&Pending>) -> Result<(), CommandError> {
    store_in(&mut desk.spool, pending)
}

/// The same in a spool that is just made.
pub(crate) fn store_in(spool: &mut Spool, pending: Option<&Pending>) -> Result<(), CommandError> {
    let Some(pending) = pending else {
        return Ok(spool.set_joining(None)?);
    };
    let bytes = serde_json::to_vec(pending).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| CommandError::internal("state of a join as JSON"))?;
    Ok(spool.set_joining(Some(&bytes))?)
}
