//! Sealed files: kept by the BLAKE3 hash of what is sealed, in an object store. A half-sent one lies in parts, each an object of its
//! own, so that any object store will do and nothing is lost when a connection is cut; the last part brings them together.

use crate::store::StoreError;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use wardkeep_roster::ClinicId;

/// Bytes of a part; so much is lost at most when a connection is cut.
pub const PART_BYTES: usize = 1024 * 1024;
/// What object stores want of each piece of a big upload but the last.
const PIECE_BYTES: usize = 5 * 1024 * 1024;
/// Files that are brought together at once.
const AT_ONCE: usize = 2;

/// The hash that names a sealed file.
pub type BlobHash = [u8; 32];

/// All sealed files.
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    busy: Arc<Mutex<HashSet<(ClinicId, BlobHash)>>>,
    bringing_together: Semaphore,
}

/// What became of bringing a file's parts together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assembled {
    /// It is whole, verified and durable.
    Whole,
    /// Its hash is another one: not all of it is here, or it is not what its name says.
    WrongHash,
}

impl Blobs {
    /// In a folder, which must exist. Every writing is made durable before it returns.
    pub fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        let objects = LocalFileSystem::new_with_prefix(folder)
            .map_err(fault)?
            .with_fsync(true);
        Ok(Self::over(Arc::new(objects)))
    }

    /// In any object store.
    pub fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            objects,
            busy: Arc::default(),
            bringing_together: Semaphore::new(AT_ONCE),
        }
    }

    /// Claims the sending of one file, so that two callers do not write the same parts.
    pub fn claim(&self, clinic: ClinicId, blob: BlobHash) -> Option<Claim> {
        let mut busy = lock(&self.busy);
        busy.insert((clinic, blob)).then(|| Claim {
            busy: Arc::clone(&self.busy),
            of: (clinic, blob),
        })
    }

    /// Keeps one part.
    pub async fn put_part(
        &self,
        clinic: ClinicId,
        blob: &BlobHash,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let place = part(clinic, blob, offset);
        self.objects.put(&place, PutPayload::from(bytes)).await.map_err(fault)?;
        Ok(())
    }

    /// Brings the parts together, up to this length, and checks the hash. The parts stay: the books come first.
    pub async fn assemble(&self, clinic: ClinicId, blob: &BlobHash, length: u64) -> Result<Assembled, StoreError> {
        let _turn = self.bringing_together.acquire().await.map_err(|_| StoreError::Closed)?;
        let upload = self.objects.put_multipart(&whole(clinic, blob)).await.map_err(fault)?;
        let mut writing = WriteMultipart::new_with_chunk_size(upload, PIECE_BYTES);
        let (mut hasher, mut at) = (blake3::Hasher::new(), 0);
        while at < length {
            let found = self.objects.get(&part(clinic, blob, at)).await.map_err(fault)?;
            let mut bytes = found.into_stream();
            let start = at;
            while let Some(piece) = bytes.next().await {
                let piece = piece.map_err(fault)?;
                at += piece.len() as u64;
                hasher.update(&piece);
                writing.wait_for_capacity(1).await.map_err(fault)?;
                writing.put(piece);
            }
            if at == start {
                return Err(StoreError::Damaged("a part of a file is empty".into()));
            }
        }
        let right = at == length && hasher.finalize() == *blob;
        if right {
            writing.finish().await.map_err(fault)?;
        } else {
            writing.abort().await.map_err(fault)?;
        }
        Ok(if right { Assembled::Whole } else { Assembled::WrongHash })
    }

    /// Forgets the parts of a half-sent file.
    pub async fn drop_parts(&self, clinic: ClinicId, blob: &BlobHash) -> Result<(), StoreError> {
        let parts = self
            .objects
            .list(Some(&parts(clinic, blob)))
            .map_ok(|object| object.location)
            .boxed();
        let gone: Vec<Place> = self.objects.delete_stream(parts).try_collect().await.map_err(fault)?;
        tracing::debug!(parts = gone.len(), "parts of a sealed file are gone");
        Ok(())
    }

    /// Keeps a chunk of a snapshot whole.
    pub async fn put_chunk(&self, clinic: ClinicId, hash: &BlobHash, bytes: Vec<u8>) -> Result<(), StoreError> {
        let place = chunk(clinic, hash);
        self.objects.put(&place, PutPayload::from(bytes)).await.map_err(fault)?;
        Ok(())
    }

    /// A chunk of a snapshot.
    pub async fn chunk(&self, clinic: ClinicId, hash: &BlobHash) -> Result<Bytes, StoreError> {
        let found = self.objects.get(&chunk(clinic, hash)).await.map_err(fault)?;
        found.bytes().await.map_err(fault)
    }

    /// Removes a chunk; one that is not there counts as removed.
    pub async fn drop_chunk(&self, clinic: ClinicId, hash: &BlobHash) -> Result<(), StoreError> {
        match self.objects.delete(&chunk(clinic, hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    /// Whether a whole file is still what its name says. Reads all of it, a few at once.
    pub async fn is_sound(&self, clinic: ClinicId, blob: &BlobHash) -> Result<bool, StoreError> {
        let _turn = self.bringing_together.acquire().await.map_err(|_| StoreError::Closed)?;
        let found = match self.objects.get(&whole(clinic, blob)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            other => other.map_err(fault)?,
        };
        let (mut hasher, mut bytes) = (blake3::Hasher::new(), found.into_stream());
        while let Some(piece) = bytes.next().await {
            hasher.update(&piece.map_err(fault)?);
        }
        Ok(hasher.finalize() == *blob)
    }

    /// Removes a whole file that is not what its name says.
    pub async fn drop_whole(&self, clinic: ClinicId, blob: &BlobHash) -> Result<(), StoreError> {
        match self.objects.delete(&whole(clinic, blob)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    /// The length of a whole file.
    pub async fn length(&self, clinic: ClinicId, blob: &BlobHash) -> Result<Option<u64>, StoreError> {
        match self.objects.head(&whole(clinic, blob)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// A range of a whole file.
    pub async fn read(
        &self,
        clinic: ClinicId,
        blob: &BlobHash,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, StoreError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self
            .objects
            .get_opts(&whole(clinic, blob), options)
            .await
            .map_err(fault)?;
        Ok(found.into_stream())
    }
}

/// The right to send one file, until it is dropped.
pub struct Claim {
    busy: Arc<Mutex<HashSet<(ClinicId, BlobHash)>>>,
    of: (ClinicId, BlobHash),
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.busy).remove(&self.of);
    }
}

fn lock(busy: &Mutex<HashSet<(ClinicId, BlobHash)>>) -> std::sync::MutexGuard<'_, HashSet<(ClinicId, BlobHash)>> {
    busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn whole(clinic: ClinicId, blob: &BlobHash) -> Place {
    let name = HEXLOWER.encode(blob);
    Place::from(format!("{clinic}/{}/{name}", &name[..2]))
}

/// Apart from sealed files: nobody can name a file as a chunk and have it go with a snapshot.
fn chunk(clinic: ClinicId, hash: &BlobHash) -> Place {
    let name = HEXLOWER.encode(hash);
    Place::from(format!("{clinic}/snapshots/{}/{name}", &name[..2]))
}

fn parts(clinic: ClinicId, blob: &BlobHash) -> Place {
    Place::from(format!("{clinic}/parts/{}", HEXLOWER.encode(blob)))
}

fn part(clinic: ClinicId, blob: &BlobHash, offset: u64) -> Place {
    parts(clinic, blob).join(format!("{offset:016x}"))
}

/// Without paths: they would name a file, and say nothing more.
fn fault(error: object_store::Error) -> StoreError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
                kind => StoreError::Io(kind.to_string()),
            };
        }
        cause = inner.source();
    }
    StoreError::Io("the object store failed".into())
}
