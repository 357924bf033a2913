//! What the surfaces see of attaching, inviting, joining and approving.

use crate::error::ErrorDetail;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use wardkeep_record::id::UserId;

/// Six words, to compare on two screens or by phone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct ClinicWords {
    /// In order.
    pub words: Vec<String>,
}

/// A new invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "Invitation")]
pub struct InvitationView {
    /// The code that the new device is given. Whoever has it may ask to join.
    pub code: String,
    /// When it ends, in Unix milliseconds.
    #[ts(type = "number")]
    pub expires_ms: u64,
}

impl std::fmt::Debug for InvitationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationView")
            .field("expires_ms", &self.expires_ms)
            .finish_non_exhaustive()
    }
}

/// A device that asks to join.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(rename = "JoinRequest")]
pub struct JoinRequestRow {
    /// Names the request.
    pub id: String,
    /// What the device calls itself.
    pub device_name: String,
    /// Who sits before it.
    pub user_name: String,
    /// Must be the same as on the new device's screen.
    pub words: Vec<String>,
    /// When this laptop first saw it, in Unix milliseconds.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// The person of the clinic for whom the invitation was made, if it was for one.
    pub person: Option<UserId>,
}

/// How far a join has come, on the device that joins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JoinState {
    /// This device has not asked to join anything.
    None,
    /// It waits for an admin.
    Waiting,
    /// It is of the clinic.
    Approved,
    /// An admin has said no.
    Refused,
    /// The invitation has ended.
    Expired,
    /// The answer is not to be believed; `detail` and the log say why.
    Failed,
}

/// A join, as the device that joins shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct JoinView {
    /// How far it is.
    pub state: JoinState,
    /// The six words that the admin compares; none where there is no request.
    pub words: Vec<String>,
    /// The clinic's id, its first eight digits.
    pub clinic: Option<String>,
    /// Figures of a failure.
    pub detail: Option<ErrorDetail>,
}
