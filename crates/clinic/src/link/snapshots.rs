//! Snapshots: which there are, manifests, signatures, chunks.

use super::connection::{Link, STREAM, accepted, next_piece};
use super::error::LinkError;
use http::{Method, StatusCode};
use wardkeep_sync::snapshot::{ChunkName, MAX_CHUNK_BYTES, SnapshotId};
use wardkeep_sync::wire::{Signed, SnapshotsReply};

fn hex(bytes: &[u8; 32]) -> String {
    SnapshotId(*bytes).to_string()
}

impl Link {
    /// The snapshots that this device may read; none from a server that knows no snapshots.
    pub async fn snapshots(&self) -> Result<SnapshotsReply, LinkError> {
        match self.get("/v1/snapshots").await {
            Err(error) if error.is_unknown() => Ok(SnapshotsReply { snapshots: Vec::new() }),
            other => other,
        }
    }

    /// A manifest as it was signed.
    pub async fn manifest(&self, id: &[u8; 32]) -> Result<Vec<u8>, LinkError> {
        let signed: Signed = self.get(&format!("/v1/snapshots/{}", hex(id))).await?;
        Ok(signed.bytes)
    }

    /// Offers a snapshot whose chunks are there.
    pub async fn post_manifest(&self, bytes: Vec<u8>) -> Result<(), LinkError> {
        self.tell("/v1/snapshots", &Signed { bytes }).await
    }

    /// Signs a snapshot of another device.
    pub async fn countersign(&self, id: &[u8; 32], bytes: Vec<u8>) -> Result<(), LinkError> {
        let path = format!("/v1/snapshots/{}/countersignature", hex(id));
        self.tell(&path, &Signed { bytes }).await
    }

    /// Says that this device holds all that is in a snapshot.
    pub async fn acknowledge(&self, id: &[u8; 32]) -> Result<(), LinkError> {
        let path = format!("/v1/snapshots/{}/acknowledgement", hex(id));
        let answer = self.send(Method::POST, &path, STREAM, Vec::new()).await?;
        accepted(answer).await.map(drop)
    }

    /// Whether a chunk is there.
    pub async fn has_chunk(&self, hash: &[u8; 32]) -> Result<bool, LinkError> {
        let path = format!("/v1/chunks/{}", hex(hash));
        let answer = self.send(Method::HEAD, &path, STREAM, Vec::new()).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        accepted(answer).await.map(|_| true)
    }

    /// Sends a chunk whole.
    pub async fn put_chunk(&self, hash: &[u8; 32], bytes: Vec<u8>) -> Result<(), LinkError> {
        let path = format!("/v1/chunks/{}", hex(hash));
        let answer = self.send(Method::PUT, &path, STREAM, bytes).await?;
        accepted(answer).await.map(drop)
    }

    /// Fetches a chunk: the bytes that its name says, or an error.
    pub async fn chunk(&self, name: &ChunkName) -> Result<Vec<u8>, LinkError> {
        let path = format!("/v1/chunks/{}", hex(&name.hash));
        let answer = self.send(Method::GET, &path, STREAM, Vec::new()).await?;
        let mut body = accepted(answer).await?.into_body();
        let mut bytes = Vec::with_capacity((name.bytes as usize).min(MAX_CHUNK_BYTES));
        while let Some(piece) = next_piece(&mut body).await? {
            if bytes.len() + piece.len() > name.bytes as usize {
                return Err(LinkError::Malformed("a chunk that is too long"));
            }
            bytes.extend_from_slice(&piece);
        }
        if *blake3::hash(&bytes).as_bytes() == name.hash {
            Ok(bytes)
        } else {
            Err(LinkError::Malformed("another chunk than was asked for"))
        }
    }
}
