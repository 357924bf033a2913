//! What a revoked device had not sent: offered under a key of the moment, and fetched by those who may look at it.

use super::connection::{Link, STREAM, accepted, message};
use super::error::LinkError;
use http::Method;
use wardkeep_roster::{ClinicId, DeviceId};
use wardkeep_sync::stream::write_item;
use wardkeep_sync::wire::{PushReply, RescuesReply};

impl Link {
    /// Offers segments of a revoked device. The answer has one result for each.
    pub async fn post_rescues(
        &self,
        clinic: ClinicId,
        device: DeviceId,
        segments: &[Vec<u8>],
    ) -> Result<PushReply, LinkError> {
        let mut body = Vec::new();
        for segment in segments {
            write_item(&mut body, segment).map_err(|_| LinkError::TooLarge)?;
        }
        let path = format!("/v1/rescues?clinic={clinic}&device={device}");
        let answer = self.send(Method::POST, &path, STREAM, body).await?;
        let reply: PushReply = message(accepted(answer).await?).await?;
        if reply.results.len() == segments.len() {
            Ok(reply)
        } else {
            Err(LinkError::Malformed("another number of results than segments"))
        }
    }

    /// What was rescued after this number, as far as one answer holds. A server that is older has nothing.
    pub async fn rescues_after(&self, number: u64) -> Result<RescuesReply, LinkError> {
        match self.get(&format!("/v1/rescues?after={number}")).await {
            Err(error) if error.is_unknown() => Ok(RescuesReply { rescues: Vec::new() }),
            other => other,
        }
    }
}
