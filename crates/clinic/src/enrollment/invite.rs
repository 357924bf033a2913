//! `invitation_create`: a code for one new device. The server learns that it exists and nothing of its secret.

use super::code::Code;
use super::invitation::{self, Made};
use super::wire::InvitationView;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::sync::key::filler;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::id::UserId;
use wardkeep_record::role::Permission;
use wardkeep_sync::invitation::{Invitation, ticket_hash};
use wardkeep_sync::wire::InvitationPost;
use wardkeep_vault::store::{Action, AuditEntry};

/// How long an invitation holds, in milliseconds.
const HOLDS_MS: u64 = 24 * 60 * 60 * 1000;

/// For whom.
#[derive(Debug, Default, Deserialize, TS)]
pub struct Input {
    /// A person of the clinic whose next laptop it is for; nothing for somebody new. The approval can say otherwise.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub user: Option<UserId>,
}

impl Command for Input {
    type Output = InvitationView;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<InvitationView, CommandError> {
        let (invitation, expires_ms) = clinic.with_both(|session, desk| {
            let link = desk.spool.server()?.ok_or(ErrorCode::NotAttached)?;
            let (id, head) = (desk.roster()?.clinic(), desk.head()?);
            let random = &mut filler(&*session.env.random);
            let made = Invitation::make(&link.address, link.pin, id, head, random);
            let made = made.ok_or_else(|| CommandError::internal("invitation"))?;
            Ok((made, session.now_ms() + HOLDS_MS))
        })?;
        let post = InvitationPost {
            id: invitation.id(),
            ticket_hash: ticket_hash(&invitation.ticket()),
            expires_ms,
        };
        clinic.ask(|link| async move { link.post_invitation(&post).await })?;
        let code = invitation.to_code();
        clinic.with_session(|session| {
            let mut made = invitation::all(session)?;
            made.push(Made {
                code: Code::new(code.clone()),
                expires_ms,
                seen_ms: None,
                user: self.user,
            });
            let detail = serde_json::json!({ "invitation": invitation::id_text(&invitation.id()) });
            invitation::keep(session, made, &AuditEntry::new(Action::Invite).detail(&detail))
        })?;
        Ok(InvitationView {
            code: code.to_string(),
            expires_ms,
        })
    }
}
