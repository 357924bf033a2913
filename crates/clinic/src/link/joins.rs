//! Joining: invitations, requests, answers.

use super::connection::{Link, STREAM, accepted};
use super::error::LinkError;
use http::Method;
use wardkeep_sync::wire::{InvitationPost, JoinPost, JoinState, JoinsReply, WelcomePost};

impl Link {
    /// Tells the server that an invitation exists.
    pub async fn post_invitation(&self, invitation: &InvitationPost) -> Result<(), LinkError> {
        self.tell("/v1/invitations", invitation).await
    }

    /// Asks to join, by a device that no roster lists yet. Harmless when repeated.
    pub async fn post_join(&self, join: &JoinPost) -> Result<(), LinkError> {
        self.tell("/v1/joins", join).await
    }

    /// The requests that wait for an admin.
    pub async fn joins(&self) -> Result<JoinsReply, LinkError> {
        self.get("/v1/joins").await
    }

    /// Answers a request.
    pub async fn post_welcome(&self, invitation: &[u8; 16], welcome: Vec<u8>) -> Result<(), LinkError> {
        let path = format!("/v1/joins/{}/welcome", hex(invitation));
        self.tell(&path, &WelcomePost { welcome }).await
    }

    /// Says no to a request.
    pub async fn decline(&self, invitation: &[u8; 16]) -> Result<(), LinkError> {
        let path = format!("/v1/joins/{}/decline", hex(invitation));
        let answer = self.send(Method::POST, &path, STREAM, Vec::new()).await?;
        accepted(answer).await.map(|_| ())
    }

    /// What became of this device's own request; the server waits for so many seconds for news.
    pub async fn join_state(&self, invitation: &[u8; 16], wait_s: u32) -> Result<JoinState, LinkError> {
        self.get(&format!("/v1/joins/{}?wait_s={wait_s}", hex(invitation)))
            .await
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
