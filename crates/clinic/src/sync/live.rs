//! What a surface is shown of sync between two rounds: kept in memory, because all of it is found again by the next round.

use super::wire::{Problem, ProblemKind, Receiving};
use crate::error::{CommandError, ErrorCode};
use crate::lease::wire::LeaseView;
use std::collections::BTreeMap;

/// The state of sync in this process.
#[derive(Default, Debug)]
pub(crate) struct Live {
    /// A round runs.
    pub(super) syncing: bool,
    /// When the server last answered, in Unix milliseconds.
    pub(super) heard_ms: Option<u64>,
    /// When a round last ended with everything sent and fetched.
    pub(super) synced_ms: Option<u64>,
    /// Since when the server cannot be reached.
    pub(super) offline_since_ms: Option<u64>,
    /// When the next try is due, in monotonic milliseconds.
    pub(super) retry_at_ms: Option<u64>,
    /// This clock less the server's.
    pub(super) clock_offset_ms: Option<i64>,
    /// How far a long fetch has come.
    pub(super) receiving: Option<Receiving>,
    /// Whoever answers is not the pinned server.
    pub(super) untrusted: bool,
    /// The server refuses this device's key as revoked, or the roster says so.
    pub(super) revoked: bool,
    /// The lease, as it was last looked at.
    pub(crate) lease: Option<LeaseView>,
    /// When other devices that are to be wiped were last given a lease, by the server's word and clock.
    pub(crate) leases: BTreeMap<[u8; 16], u64>,
    /// Whether another device's checkpoint had the digest that this device had, by the device's id.
    pub(crate) agrees: BTreeMap<[u8; 16], bool>,
    /// When something of another device was applied here last, by the device's id.
    pub(crate) devices_heard: BTreeMap<[u8; 16], u64>,
    /// How far the files that are being sent have come, by their names on the wire.
    pub(crate) sending: BTreeMap<[u8; 32], u64>,
    problems: BTreeMap<(ProblemKind, Option<String>), Problem>,
}

impl Live {
    /// The server has answered.
    pub(super) fn heard(&mut self, now_ms: u64) {
        self.heard_ms = Some(now_ms);
        self.offline_since_ms = None;
    }

    /// A round begins: what it looks at is found anew.
    pub(super) fn begin(&mut self) {
        self.syncing = true;
        self.untrusted = false;
        self.problems.clear();
    }

    /// A round has ended.
    pub(super) fn end(&mut self, result: Result<bool, &CommandError>, now_ms: u64) {
        self.syncing = false;
        self.receiving = None;
        match result {
            Ok(in_step) => {
                if in_step {
                    self.synced_ms = Some(now_ms);
                }
            }
            Err(error) => self.fail(error, now_ms),
        }
    }

    fn fail(&mut self, error: &CommandError, now_ms: u64) {
        match error.code {
            ErrorCode::ServerUnreachable => {
                self.offline_since_ms.get_or_insert(now_ms);
            }
            ErrorCode::ServerCertificate => {
                self.untrusted = true;
                self.problem(ProblemKind::Certificate, None, 1, now_ms);
            }
            ErrorCode::DeviceRevoked => self.revoked = true,
            // It asks for patience, as one that stops or has too much to do.
            ErrorCode::ServerRefused if error.retryable => {
                self.offline_since_ms.get_or_insert(now_ms);
            }
            ErrorCode::ServerRefused => self.problem(ProblemKind::Refused, None, 1, now_ms),
            ErrorCode::ServerFull => self.problem(ProblemKind::ServerFull, None, 1, now_ms),
            // What a device asks for in a round is always there at a server that is one.
            ErrorCode::ServerAnswer | ErrorCode::NotFound | ErrorCode::Expired => {
                self.problem(ProblemKind::ServerFault, None, 1, now_ms);
            }
            _ => {}
        }
    }

    /// This clock less the server's, and when the server last answered.
    pub(crate) fn server_clock(&self) -> (Option<i64>, Option<u64>) {
        (self.clock_offset_ms, self.heard_ms)
    }

    /// Something is wrong.
    pub(super) fn problem(&mut self, kind: ProblemKind, device: Option<String>, count: u64, now_ms: u64) {
        let known = self.problems.entry((kind, device.clone())).or_insert(Problem {
            kind,
            device,
            at_ms: now_ms,
            count: 0,
        });
        known.at_ms = now_ms;
        known.count += count;
    }

    /// All that is wrong.
    pub(super) fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.values()
    }
}
