//! Segments: what the server has, pushing to it, pulling from it.

use super::connection::{Link, STREAM, accepted, message, next_piece};
use super::error::LinkError;
use http::Method;
use wardkeep_sync::segment::MAX_SEGMENT_BYTES;
use wardkeep_sync::stream::{ItemReader, write_item};
use wardkeep_sync::wire::{
    MAX_PULL_BYTES, MAX_PUSH_BYTES, MAX_PUSH_SEGMENTS, Message, PullRequest, PushReply, VectorReply,
};

impl Link {
    /// What the server says that it has.
    pub async fn vector(&self) -> Result<VectorReply, LinkError> {
        self.get("/v1/vector").await
    }

    /// Pushes segments, in the order of each chain. The answer has one result for each.
    pub async fn push(&self, segments: &[Vec<u8>]) -> Result<PushReply, LinkError> {
        let mut body = Vec::new();
        for segment in segments {
            write_item(&mut body, segment).map_err(|_| LinkError::TooLarge)?;
        }
        if segments.len() > MAX_PUSH_SEGMENTS || body.len() > MAX_PUSH_BYTES {
            return Err(LinkError::TooLarge);
        }
        let answer = self.send(Method::POST, "/v1/segments", STREAM, body).await?;
        let reply: PushReply = message(accepted(answer).await?).await?;
        if reply.results.len() == segments.len() {
            Ok(reply)
        } else {
            Err(LinkError::Malformed("another number of results than segments"))
        }
    }

    /// Pulls what lies beyond the request's vector and hands each segment to `take` as it comes; `take` ends the pull by `false`.
    /// Says how many bytes of segments came.
    pub async fn pull(&self, request: &PullRequest, mut take: impl FnMut(&[u8]) -> bool) -> Result<u64, LinkError> {
        let answer = self
            .send(Method::POST, "/v1/pull", "application/cbor", request.to_bytes())
            .await?;
        let mut body = accepted(answer).await?.into_body();
        let mut reader = ItemReader::new(MAX_SEGMENT_BYTES);
        let mut bytes = 0_u64;
        while let Some(piece) = next_piece(&mut body).await? {
            reader.push(&piece);
            while let Some(segment) = reader
                .take()
                .map_err(|_| LinkError::Malformed("a stream of segments"))?
            {
                bytes += segment.len() as u64;
                if bytes > MAX_PULL_BYTES + MAX_SEGMENT_BYTES as u64 {
                    return Err(LinkError::Malformed("more segments than were asked for"));
                }
                if !take(segment) {
                    return Err(LinkError::Stopped);
                }
            }
        }
        reader
            .finish()
            .map_err(|_| LinkError::Malformed("a stream of segments, cut"))?;
        Ok(bytes)
    }
}
