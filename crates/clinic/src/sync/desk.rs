//! What this device keeps for its clinic: the open spool and the verified roster. Open while somebody is unlocked or a round runs, and
//! closed between, so that another process may take the home.

use super::key::signing_key;
use super::roster::kind_name;
use super::server_of;
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin, Server};
use std::cell::RefCell;
use std::sync::Arc;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Compartment, DeviceId, Roster, SigningKey};
use wardkeep_sync::admit::Held;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, RosterHead, SegmentHash, Tip};
use wardkeep_vault::clock::Clock;
use wardkeep_vault::home::HomeLock;
use wardkeep_vault::spool::{Spool, SpoolError};

/// The spool and what was read of it.
pub(crate) struct Desk {
    /// On disk.
    pub(crate) spool: Spool,
    roster: Option<Roster>,
    _home: Arc<HomeLock>,
}

impl Desk {
    /// Opens the spool, where there is one.
    pub(super) fn open(clinic: &Clinic) -> Result<Option<Self>, CommandError> {
        if !clinic.home().spool_db().exists() {
            return Ok(None);
        }
        Self::make(clinic).map(Some)
    }

    /// Opens the spool; makes an empty one where none is.
    pub(crate) fn make(clinic: &Clinic) -> Result<Self, CommandError> {
        let home = clinic.home_lock()?;
        let spool = Spool::open(clinic.env())?;
        let entries = spool.roster()?;
        let roster = if entries.is_empty() {
            None
        } else {
            let roster = Roster::verify(entries.iter().map(Vec::as_slice));
            Some(roster.map_err(|_| CommandError::new(ErrorCode::VaultDamaged).file("sync/spool.db"))?)
        };
        Ok(Self {
            spool,
            roster,
            _home: home,
        })
    }

    /// The clinic's roster as this device has verified it.
    pub(crate) fn roster(&self) -> Result<&Roster, CommandError> {
        self.roster.as_ref().ok_or_else(|| ErrorCode::NotAttached.into())
    }

    /// Whether the device has a roster at all.
    pub(crate) fn has_roster(&self) -> bool {
        self.roster.is_some()
    }

    /// Takes entries that follow the head, after verifying them, onto the disk.
    pub(crate) fn extend_roster(&mut self, entries: &[Vec<u8>]) -> Result<(), CommandError> {
        if entries.is_empty() {
            return Ok(());
        }
        let slices = || entries.iter().map(Vec::as_slice);
        let (roster, first) = match &self.roster {
            Some(roster) => {
                let mut longer = roster.clone();
                longer.extend(slices()).map_err(|_| ErrorCode::RosterRefused)?;
                (longer, roster.head().0 + 1)
            }
            None => (Roster::verify(slices()).map_err(|_| ErrorCode::RosterRefused)?, 1),
        };
        self.spool.keep_roster(first, entries)?;
        self.roster = Some(roster);
        Ok(())
    }

    /// The key that signs this device's segments and stands in its certificate.
    pub(crate) fn device_key(&self) -> Result<SigningKey, CommandError> {
        let seed = self.spool.device_seed()?.ok_or(ErrorCode::NotAttached)?;
        Ok(signing_key(&seed))
    }

    /// A server for this device's key.
    pub(super) fn server(&self, clock: &Arc<dyn Clock>, address: Address, pin: Pin) -> Result<Server, CommandError> {
        let seed = self.spool.device_seed()?.ok_or(ErrorCode::NotAttached)?;
        server_of(clock, seed.expose(), address, pin)
    }

    /// The last roster entry.
    pub(crate) fn head(&self) -> Result<RosterHead, CommandError> {
        self.roster().map(head_of)
    }

    /// This device, as the roster lists its key.
    pub(crate) fn device(&self) -> Result<DeviceId, CommandError> {
        let key = self.device_key()?.verifying_key();
        let listed = self.roster()?.device_by_key(key.as_bytes());
        listed.map(|(id, _)| id).ok_or_else(|| ErrorCode::NotAttached.into())
    }

    /// The compartments that somebody on this device may open.
    pub(super) fn compartments(&self) -> Result<Vec<Compartment>, CommandError> {
        let (roster, device) = (self.roster()?, self.device()?);
        let opens = |part: &Compartment| roster.active_enrollments(*part).any(|one| one.device == device);
        Ok(Compartment::ALL.into_iter().filter(opens).collect())
    }

    /// Whether the roster says that this device is of the clinic no more.
    pub(crate) fn is_revoked(&self) -> Result<bool, CommandError> {
        let known = self.roster()?.device(&self.device()?);
        Ok(known.is_some_and(|known| known.status != Status::Active))
    }

    /// Alarms about everything of a vector that this device may have and has not: others know it, and the server does not show it.
    pub(crate) fn miss(&mut self, vector: &Frontier, now_ms: u64) -> Result<(), CommandError> {
        let parts = self.compartments()?;
        for gap in vector.within(&parts).beyond(&self.spool.frontier()?) {
            self.alarm(kind_name(ProblemKind::Withheld), &gap.chain.device.to_string(), now_ms)?;
        }
        Ok(())
    }

    /// Raises an alarm that stays until somebody has seen it.
    pub(super) fn alarm(&mut self, kind: &str, subject: &str, now_ms: u64) -> Result<(), CommandError> {
        tracing::warn!(kind, subject, "sync found something wrong");
        Ok(self.spool.raise_alarm(kind, subject, "", now_ms)?)
    }
}

/// The last entry of a roster.
pub(crate) fn head_of(roster: &Roster) -> RosterHead {
    let (number, hash) = roster.head();
    RosterHead { number, hash }
}

/// The spool as [`wardkeep_sync::admit`] asks it: the tips in memory, older hashes from the disk. Its questions have no room for a
/// failure, so the first one is kept.
pub(super) struct Shelf<'a> {
    spool: &'a Spool,
    tips: Frontier,
    failed: RefCell<Option<SpoolError>>,
}

impl<'a> Shelf<'a> {
    /// Over this spool.
    pub(super) fn new(spool: &'a Spool) -> Result<Self, SpoolError> {
        Ok(Self {
            spool,
            tips: spool.frontier()?,
            failed: RefCell::new(None),
        })
    }

    /// A segment that will be kept.
    pub(super) fn raise(&mut self, chain: Chain, tip: Tip) {
        self.tips.raise(chain, tip);
    }

    /// What could not be read, if anything.
    pub(super) fn finish(self) -> Result<(), SpoolError> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }
}

impl Held for Shelf<'_> {
    fn tip(&self, chain: &Chain) -> Option<Tip> {
        self.tips.tip(chain)
    }

    fn hash_at(&self, chain: &Chain, seq: u64) -> Option<SegmentHash> {
        if let Some(tip) = self.tips.tip(chain).filter(|tip| tip.seq == seq) {
            return Some(tip.hash);
        }
        self.spool.hash_at(chain, seq).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            None
        })
    }
}
