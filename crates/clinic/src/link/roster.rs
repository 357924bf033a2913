//! The clinic and its roster on the server.

use super::connection::{Link, accepted, message, next_piece};
use super::error::LinkError;
use http::{Method, StatusCode};
use wardkeep_roster::limit::{MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_ROSTER_BYTES};
use wardkeep_roster::{ClinicId, DeviceId};
use wardkeep_sync::id::RosterHead;
use wardkeep_sync::stream::ItemReader;
use wardkeep_sync::wire::{FoundPost, Founded, Hello, MAX_ROSTER_POST_ENTRIES, RosterPost, RosterReply};

/// What became of new entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Posted {
    /// They are the server's head now.
    Taken(RosterHead),
    /// Somebody was first: the head is this one. Fetch, then make the entries anew.
    Behind(RosterHead),
}

impl Link {
    /// What the server says of itself to anybody.
    pub async fn hello(&self) -> Result<Hello, LinkError> {
        self.get("/v1/hello").await
    }

    /// Founds the clinic of this first entry. Harmless when repeated.
    pub async fn found(&self, token: &[u8], genesis: &[u8]) -> Result<Founded, LinkError> {
        let post = FoundPost {
            token: token.to_vec(),
            genesis: genesis.to_vec(),
        };
        self.post("/v1/clinics", &post).await
    }

    /// The entries after this number, in order, as the server has them: to be verified by the roster that they continue.
    pub async fn roster_after(&self, number: u32) -> Result<Vec<Vec<u8>>, LinkError> {
        self.entries(&format!("/v1/roster?after={number}")).await
    }

    /// The entries after this number up to the one that revokes this device, for a device that is let in no more.
    pub async fn revocation_after(
        &self,
        clinic: ClinicId,
        device: DeviceId,
        number: u32,
    ) -> Result<Vec<Vec<u8>>, LinkError> {
        let path = format!("/v1/revocations?clinic={clinic}&device={device}&after={number}");
        self.entries(&path).await
    }

    async fn entries(&self, path: &str) -> Result<Vec<Vec<u8>>, LinkError> {
        let answer = self
            .send(Method::GET, path, super::connection::STREAM, Vec::new())
            .await?;
        let mut body = accepted(answer).await?.into_body();
        let mut reader = ItemReader::new(MAX_ENTRY_BYTES);
        let (mut entries, mut bytes) = (Vec::new(), 0);
        let long = || LinkError::Malformed("a roster that is larger than any may be");
        while let Some(piece) = next_piece(&mut body).await? {
            reader.push(&piece);
            while let Some(entry) = reader.take().map_err(|_| LinkError::Malformed("a stream of entries"))? {
                bytes += entry.len();
                if bytes > MAX_ROSTER_BYTES || entries.len() >= MAX_ENTRIES as usize {
                    return Err(long());
                }
                entries.push(entry.to_vec());
            }
        }
        reader
            .finish()
            .map_err(|_| LinkError::Malformed("a stream of entries, cut"))?;
        Ok(entries)
    }

    /// Appends entries if the head is still the expected one.
    pub async fn post_roster(&self, expected: RosterHead, entries: Vec<Vec<u8>>) -> Result<Posted, LinkError> {
        if entries.is_empty() || entries.len() > MAX_ROSTER_POST_ENTRIES {
            return Err(LinkError::TooLarge);
        }
        let answer = self.post_any("/v1/roster", &RosterPost { expected, entries }).await?;
        if answer.status() == StatusCode::CONFLICT {
            let reply: RosterReply = message(answer).await?;
            return Ok(Posted::Behind(reply.head));
        }
        let reply: RosterReply = message(accepted(answer).await?).await?;
        Ok(Posted::Taken(reply.head))
    }
}
