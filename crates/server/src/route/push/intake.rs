//! Judges the segments of one push and stores them in batches, so that memory stays bounded and one fsync serves many.

use crate::app::{App, Device};
use crate::fault::Fault;
use crate::metrics::{Outcome, OutcomeLabel};
use crate::store::{Appended, NewSegment, StoreError};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;
use wardkeep_sync::segment::{Header, Segment};
use wardkeep_sync::stream::LENGTH_BYTES;
use wardkeep_sync::wire::{PushResult, RefusalCode};
use wardkeep_sync::{Chain, Frontier, Ruling, SegmentHash, Tip};

/// A batch is judged and written once it has so many bytes,
const BATCH_BYTES: usize = 256 * 1024;
/// or so many segments: judging one costs a signature check, and others wait for the same threads.
const BATCH_SEGMENTS: usize = 128;

/// The segments of one push.
pub struct Intake {
    app: Arc<App>,
    device: Device,
    results: Vec<PushResult>,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
}

/// Where a segment stands in the push, and in its chain.
struct Placed {
    at: usize,
    chain: Chain,
    tip: Tip,
}

impl Intake {
    /// For one push.
    pub fn new(app: Arc<App>, device: Device) -> Self {
        Self {
            app,
            device,
            results: Vec::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
        }
    }

    /// How many segments have come.
    pub fn len(&self) -> usize {
        self.results.len() + self.waiting.len()
    }

    /// Takes one segment.
    pub async fn offer(&mut self, segment: &[u8]) -> Result<(), Fault> {
        self.waiting.push(Bytes::copy_from_slice(segment));
        self.waiting_bytes += segment.len();
        if self.waiting_bytes >= BATCH_BYTES || self.waiting.len() >= BATCH_SEGMENTS {
            self.settle().await?;
        }
        Ok(())
    }

    /// Stores what is left, and says what became of every segment.
    pub async fn finish(mut self) -> Result<Vec<PushResult>, Fault> {
        self.settle().await?;
        self.count();
        Ok(self.results)
    }

    /// Judges what waits, and makes durable what is right.
    async fn settle(&mut self) -> Result<(), Fault> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // Room is taken before judging, so that what is judged is not old by the time it is written.
        let app = Arc::clone(&self.app);
        let _room = app.pushes.acquire().await.map_err(|_| Fault::STOPPING)?;
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let (new, placed, doubtful) = self.judge(&waiting);
        self.store(new, placed).await?;
        for (at, segment) in doubtful {
            self.results[at] = self.compare(&segment).await?;
        }
        Ok(())
    }

    /// Judges by the roster of this moment: a revocation holds for a push that is under way, too. Of those that seem to be here
    /// already only the tips' hashes are in memory; the others are doubtful until they are compared with the store.
    fn judge(&mut self, waiting: &[Bytes]) -> (Vec<NewSegment>, Vec<Placed>, Vec<(usize, Bytes)>) {
        let (mut new, mut placed, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
        let relay = self.device.clinic.relay();
        let nothing_more = Frontier::new();
        let mut batch = relay.batch(&nothing_more);
        for bytes in waiting {
            let at = self.results.len();
            let result = match batch.judge(bytes) {
                Ruling::Store { .. } if self.app.disk_is_low() => PushResult::Refused(RefusalCode::Storage),
                Ruling::Store { chain, tip } => {
                    new.push(new_segment(chain, tip, bytes));
                    placed.push(Placed { at, chain, tip });
                    PushResult::Stored
                }
                Ruling::Duplicate => {
                    doubtful.push((at, bytes.clone()));
                    PushResult::Duplicate
                }
                Ruling::Refuse(code) => PushResult::Refused(code),
            };
            self.results.push(result);
        }
        (new, placed, doubtful)
    }

    /// Makes segments durable. A store that fails is an answer for each of them: the device keeps them and tries again.
    async fn store(&mut self, new: Vec<NewSegment>, placed: Vec<Placed>) -> Result<(), Fault> {
        if new.is_empty() {
            return Ok(());
        }
        let clinic = Arc::clone(&self.device.clinic);
        let sizes: Vec<usize> = new.iter().map(|segment| segment.bytes.len()).collect();
        let quota = self.app.limits.storage_per_clinic_bytes;
        let outcomes = match self.app.store.append_segments(clinic.id, new, quota).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                tracing::error!(%error, segments = placed.len(), "segments could not be stored");
                for Placed { at, .. } in placed {
                    self.results[at] = PushResult::Refused(RefusalCode::Storage);
                }
                return Ok(());
            }
        };
        let (mut written, mut bytes) = (Frontier::new(), 0);
        for ((Placed { at, chain, tip }, outcome), size) in placed.into_iter().zip(outcomes).zip(sizes) {
            match outcome {
                Appended::Stored => {
                    written.raise(chain, tip);
                    bytes += size as u64;
                }
                Appended::OverQuota => self.results[at] = PushResult::Refused(RefusalCode::Full),
                // Another push was faster.
                Appended::NotNext => self.results[at] = self.stored_instead(chain, tip.seq, tip.hash).await?,
            }
        }
        if !written.is_empty() {
            clinic.stored(&written);
            clinic.hub.segments(self.device.caller.device);
            self.app.metrics.stored_bytes.inc_by(bytes);
        }
        Ok(())
    }

    /// Whether a segment that seems to be here is the one that is here.
    async fn compare(&self, bytes: &[u8]) -> Result<PushResult, StoreError> {
        let Ok(segment) = Segment::parse(bytes) else {
            return Ok(PushResult::Refused(RefusalCode::Malformed));
        };
        let header = segment.header();
        let tip = self.device.clinic.relay().held().tip(&header.chain);
        if tip.is_some_and(|tip| tip.seq == header.seq && tip.hash == segment.hash()) {
            return Ok(PushResult::Duplicate);
        }
        self.stored_instead(header.chain, header.seq, segment.hash()).await
    }

    /// What the store says of a segment that was not taken.
    async fn stored_instead(&self, chain: Chain, seq: u64, hash: SegmentHash) -> Result<PushResult, StoreError> {
        let run = self
            .app
            .store
            .segments(self.device.clinic.id, chain, seq, seq, 1)
            .await?;
        let stored = run
            .items
            .get(LENGTH_BYTES..)
            .and_then(|bytes| Segment::parse(bytes).ok());
        Ok(match stored {
            Some(stored) if stored.hash() == hash => PushResult::Duplicate,
            Some(_) => PushResult::Refused(RefusalCode::Fork),
            None => PushResult::Refused(RefusalCode::Gap),
        })
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

fn new_segment(chain: Chain, tip: Tip, bytes: &Bytes) -> NewSegment {
    let header = bytes.first_chunk().and_then(|header| Header::decode(header).ok());
    NewSegment {
        chain,
        seq: tip.seq,
        hash: tip.hash,
        // The relay has just parsed these bytes. Were they no segment, the store would not find this one before them.
        prev: header.map_or(SegmentHash::ZERO, |header| header.prev),
        bytes: bytes.clone(),
    }
}
