//! Judges the segments of one push and stores them in batches, so that memory stays bounded and one fsync serves many.

use crate::app::{App, Device};
use crate::fault::Fault;
use crate::metrics::{Outcome, OutcomeLabel};
use crate::store::{Appended, NewSegment, StoreError};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;
use wardkeep_sync::id::{Chain, SegmentHash, Tip};
use wardkeep_sync::segment::{Segment, Unverified};
use wardkeep_sync::stream::LENGTH_BYTES;
use wardkeep_sync::wire::{PushResult, RefusalCode};
use wardkeep_sync::{Held, Reject, Verdict, admit};

/// A batch is written once it has so many bytes.
const BATCH_BYTES: usize = 256 * 1024;

/// The segments of one push.
pub struct Intake {
    app: Arc<App>,
    device: Device,
    ahead: Ahead,
    results: Vec<PushResult>,
    batch: Vec<(usize, NewSegment)>,
    batch_bytes: usize,
}

/// The chains as they will be once the batch is durable.
struct Ahead {
    clinic: Arc<crate::clinic::Clinic>,
    tips: HashMap<Chain, Tip>,
}

impl Held for Ahead {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        let durable = self.clinic.tip(chain);
        let ahead = self.tips.get(chain).copied();
        // Another push may have brought the chain further in the meantime.
        durable.into_iter().chain(ahead).max_by_key(|tip| tip.seq)
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        self.tip(chain).filter(|tip| tip.seq == seq).map(|tip| tip.hash)
    }
}

impl Intake {
    /// For one push.
    pub fn new(app: Arc<App>, device: Device) -> Self {
        Self {
            ahead: Ahead {
                clinic: Arc::clone(&device.clinic),
                tips: HashMap::new(),
            },
            app,
            device,
            results: Vec::new(),
            batch: Vec::new(),
            batch_bytes: 0,
        }
    }

    /// How many segments have come.
    pub fn len(&self) -> usize {
        self.results.len()
    }

    /// Judges one segment.
    pub async fn offer(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        // As it is at this moment: a revocation holds for a push that is under way, too.
        let roster = self.device.clinic.roster();
        let result = match admit(&roster, &self.ahead, bytes) {
            Verdict::Next(verified) if !self.app.disk_is_low() => {
                let new = new_segment(verified.segment());
                self.ahead.tips.insert(new.chain, Tip { seq: new.seq, hash: new.hash });
                self.batch_bytes += bytes.len();
                self.batch.push((self.results.len(), new));
                PushResult::Stored
            }
            Verdict::Next(_) => PushResult::Refused(RefusalCode::Storage),
            Verdict::Duplicate => self.compare(bytes).await?,
            Verdict::Ahead { .. } => PushResult::Refused(RefusalCode::Gap),
            Verdict::Fork(_) => PushResult::Refused(RefusalCode::Fork),
            Verdict::AfterRevocation(_) => PushResult::Refused(RefusalCode::Revoked),
            Verdict::UnknownRoster(_) => PushResult::Refused(RefusalCode::UnknownRoster),
            Verdict::Reject(why) => PushResult::Refused(code(why)),
        };
        self.results.push(result);
        if self.batch_bytes >= BATCH_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Stores what is left, and says what became of every segment.
    pub async fn finish(mut self) -> Result<Vec<PushResult>, Fault> {
        self.flush().await?;
        self.count();
        Ok(self.results)
    }

    /// Only the tip's hash is in memory: whether an older segment is the same is read from the store.
    async fn compare(&mut self, bytes: &[u8]) -> Result<PushResult, Fault> {
        let Ok(segment) = Segment::parse(bytes) else {
            return Ok(PushResult::Refused(RefusalCode::Malformed));
        };
        let (chain, seq) = (segment.header().chain, segment.header().seq);
        if self.ahead.hash_at(&chain, seq) == Some(segment.hash()) {
            // It is durable only once the batch is that it may be in.
            if self.batch.iter().any(|(_, new)| new.hash == segment.hash()) {
                self.flush().await?;
            }
            return Ok(PushResult::Duplicate);
        }
        self.flush().await?;
        Ok(self.stored_instead(chain, seq, segment.hash()).await?)
    }

    /// What the store says of a segment that was not taken.
    async fn stored_instead(&self, chain: Chain, seq: u64, hash: SegmentHash) -> Result<PushResult, StoreError> {
        let run = self.app.store.segments(self.device.clinic.id, chain, seq, seq, 1).await?;
        let stored = run.items.get(LENGTH_BYTES..).and_then(|bytes| Segment::parse(bytes).ok());
        Ok(match stored {
            Some(stored) if stored.hash() == hash => PushResult::Duplicate,
            Some(_) => PushResult::Refused(RefusalCode::Fork),
            None => PushResult::Refused(RefusalCode::Gap),
        })
    }

    /// Makes the batch durable.
    async fn flush(&mut self) -> Result<(), Fault> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let _turn = self.app.pushes.acquire().await.map_err(|_| Fault::STOPPING)?;
        let clinic = Arc::clone(&self.device.clinic);
        let batch = std::mem::take(&mut self.batch);
        let bytes = std::mem::take(&mut self.batch_bytes);
        let places: Vec<_> = batch.iter().map(|(at, new)| (*at, new.chain, new.seq, new.hash)).collect();
        let segments = batch.into_iter().map(|(_, new)| new).collect();
        let quota = self.app.limits.storage_per_clinic_bytes;
        let outcomes = match self.app.store.append_segments(clinic.id, segments, quota).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, "a batch of segments was not stored");
                places.iter().for_each(|(at, ..)| self.results[*at] = PushResult::Refused(RefusalCode::Storage));
                self.ahead.tips.clear();
                return Ok(());
            }
        };
        let mut raised = Vec::new();
        for ((at, chain, seq, hash), outcome) in places.into_iter().zip(outcomes) {
            match outcome {
                Appended::Stored => raised.push((chain, Tip { seq, hash })),
                Appended::OverQuota => self.results[at] = PushResult::Refused(RefusalCode::Full),
                // Another push was faster.
                Appended::NotNext => self.results[at] = self.stored_instead(chain, seq, hash).await?,
            }
        }
        self.ahead.tips.clear();
        if !raised.is_empty() {
            clinic.raise(raised);
            clinic.hub.segments(self.device.caller.device);
            self.app.metrics.stored_bytes.inc_by(bytes as u64);
        }
        Ok(())
    }

    fn count(&self) {
        let mut codes: HashMap<u8, u32> = HashMap::new();
        for result in &self.results {
            let outcome = match result {
                PushResult::Stored => Outcome::Stored,
                PushResult::Duplicate => Outcome::Duplicate,
                PushResult::Refused(code) => {
                    *codes.entry(code.number()).or_default() += 1;
                    Outcome::Refused
                }
            };
            self.app.metrics.segments.get_or_create(&OutcomeLabel { outcome }).inc();
        }
        for (code, count) in codes {
            let code = RefusalCode::from_number(code);
            tracing::warn!(clinic = ?self.device.clinic.id, ?code, count, "segments refused");
        }
    }
}

fn new_segment(segment: &Segment<'_>) -> NewSegment {
    let header = segment.header();
    NewSegment {
        chain: header.chain,
        seq: header.seq,
        prev: header.prev,
        hash: segment.hash(),
        bytes: Bytes::copy_from_slice(segment.bytes()),
    }
}

fn code(why: Reject) -> RefusalCode {
    match why {
        Reject::Malformed(_) => RefusalCode::Malformed,
        Reject::Unverified(Unverified::OtherClinic) => RefusalCode::OtherClinic,
        Reject::Unverified(Unverified::UnknownDevice | Unverified::Signature) => RefusalCode::Signature,
        Reject::Unverified(Unverified::UnknownRoster(_)) => RefusalCode::UnknownRoster,
        Reject::Unverified(_) => RefusalCode::Roster,
    }
}
