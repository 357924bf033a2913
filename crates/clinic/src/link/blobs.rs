//! Sealed files: which the server has, sending one piece by piece, fetching one piece by piece.

use super::connection::{Link, STREAM, accepted, next_piece};
use super::error::LinkError;
use http::header::RANGE;
use http::{Method, StatusCode};
use std::fmt::Write as _;
use wardkeep_sync::wire::{BlobsAsk, BlobsReply};

/// How far a file that is being sent has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It is whole and durable.
    Whole,
    /// So many bytes are there.
    UpTo(u64),
    /// The bytes were not those of the name: the server begins anew.
    Other,
}

impl Link {
    /// Which of these files the server has whole; at most [`wardkeep_sync::wire::MAX_BLOBS`].
    pub async fn blobs(&self, names: &[[u8; 32]]) -> Result<Vec<bool>, LinkError> {
        let reply: BlobsReply = self.post("/v1/blobs", &BlobsAsk::new(names)).await?;
        let whole: Vec<bool> = reply.whole().collect();
        if whole.len() == names.len() {
            Ok(whole)
        } else {
            Err(LinkError::Malformed("another number of answers than names"))
        }
    }

    /// How much of a file is there.
    pub async fn blob_offset(&self, name: &[u8; 32]) -> Result<Sent, LinkError> {
        let answer = self.send(Method::HEAD, &path(name), STREAM, Vec::new()).await?;
        match answer.status() {
            StatusCode::OK => Ok(Sent::Whole),
            StatusCode::NOT_FOUND => Ok(Sent::UpTo(offset_of(&answer).unwrap_or(0))),
            _ => Err(accepted(answer)
                .await
                .map_or_else(|error| error, |_| LinkError::Malformed("a status"))),
        }
    }

    /// Sends the bytes of a file from `offset` on.
    pub async fn put_blob(&self, name: &[u8; 32], offset: u64, total: u64, bytes: Vec<u8>) -> Result<Sent, LinkError> {
        let place = format!("{}?offset={offset}&total={total}", path(name));
        let answer = self.send(Method::PUT, &place, STREAM, bytes).await?;
        match (answer.status(), offset_of(&answer)) {
            (StatusCode::OK | StatusCode::CREATED, _) => Ok(Sent::Whole),
            (StatusCode::ACCEPTED | StatusCode::CONFLICT, Some(offset)) => Ok(Sent::UpTo(offset)),
            (StatusCode::UNPROCESSABLE_ENTITY, _) => Ok(Sent::Other),
            _ => Err(accepted(answer)
                .await
                .map_or_else(|error| error, |_| LinkError::Malformed("an upload without offset"))),
        }
    }

    /// Fetches at most `most` bytes of a file from `offset` on. What has come is in `into`, also where the connection was cut.
    pub async fn get_blob(&self, name: &[u8; 32], offset: u64, most: u64, into: &mut Vec<u8>) -> Result<(), LinkError> {
        let range = format!("bytes={offset}-{}", offset.saturating_add(most).saturating_sub(1));
        let answer = self.send_with(Method::GET, &path(name), (RANGE, &range)).await?;
        if answer.status() == StatusCode::OK && offset > 0 {
            return Err(LinkError::Malformed("the whole file where a part was asked for"));
        }
        let mut body = accepted(answer).await?.into_body();
        while let Some(piece) = next_piece(&mut body).await? {
            if (into.len() + piece.len()) as u64 > most {
                return Err(LinkError::Malformed("more of a file than was asked for"));
            }
            into.extend_from_slice(&piece);
        }
        Ok(())
    }

    /// Says that the server gave other bytes than those of the name. Whether it still claims to have the file.
    pub async fn check_blob(&self, name: &[u8; 32]) -> Result<bool, LinkError> {
        let answer = self
            .send(Method::POST, &format!("{}/check", path(name)), STREAM, Vec::new())
            .await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(false),
            _ => accepted(answer).await.map(|_| true),
        }
    }
}

fn path(name: &[u8; 32]) -> String {
    let mut path = String::from("/v1/blobs/");
    for byte in name {
        // Writing into a text cannot fail.
        let _ = write!(path, "{byte:02x}");
    }
    path
}

fn offset_of<B>(answer: &http::Response<B>) -> Option<u64> {
    answer.headers().get("upload-offset")?.to_str().ok()?.parse().ok()
}
