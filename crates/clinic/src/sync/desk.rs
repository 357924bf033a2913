//! What this device keeps for its clinic: the open spool, and the state machine of sync with the verified roster in it. Open while somebody
//! is unlocked or a round runs, and closed between, so that another process may take the home.

use super::alarm;
use super::key::signing_key;
use super::server_of;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin, Server};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wardkeep_roster::codec;
use wardkeep_roster::entry::Reached;
use wardkeep_roster::roster::Status;
use wardkeep_roster::{Compartment, DeviceId, Roster, SigningKey};
use wardkeep_sync::id::{Incarnation, RosterHead};
use wardkeep_sync::join::Welcomed;
use wardkeep_sync::peer::{Action, Memory, Origin, Peer};
use wardkeep_sync::receipt::Answered;
use wardkeep_vault::clock::Clock;
use wardkeep_vault::home::{Home, HomeLock};
use wardkeep_vault::spool::{Renewal, Spool};

/// The spool and what was read of it.
pub(crate) struct Desk {
    /// On disk.
    pub(crate) spool: Spool,
    peer: Option<Peer>,
    /// What is on disk of the state machine's memory.
    remembered: Vec<u8>,
    home: Home,
    clock: Arc<dyn Clock>,
    /// Rung when this device has another key: connections of the former one are of no use.
    key_changed: Arc<AtomicBool>,
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
        let mut desk = Self {
            remembered: spool.memory()?.unwrap_or_default(),
            spool,
            peer: None,
            home: clinic.home().clone(),
            clock: Arc::clone(&clinic.machine().clock),
            key_changed: Arc::clone(clinic.sync().key_changed()),
            _home: home,
        };
        if !entries.is_empty() {
            let roster = Roster::verify(entries.iter().map(Vec::as_slice));
            desk.begin(roster.map_err(|_| damaged())?)?;
        }
        Ok(desk)
    }

    /// Sets the state machine up over a verified roster.
    fn begin(&mut self, roster: Roster) -> Result<(), CommandError> {
        let key = self.device_key()?.verifying_key();
        let listed = roster.device_by_key(key.as_bytes()).map(|(id, _)| id);
        let me = listed.ok_or(ErrorCode::NotAttached)?;
        let (incarnation, memory) = if self.remembered.is_empty() {
            // The first life of a device bears its own id.
            (Incarnation(me.0), Memory::default())
        } else {
            let (life, memory) = self.remembered.split_first_chunk().ok_or_else(damaged)?;
            (Incarnation(*life), Memory::from_bytes(memory).map_err(|_| damaged())?)
        };
        self.peer = Some(Peer::new(Origin {
            me,
            incarnation,
            compartments: opened_on(&roster, me),
            held: self.spool.frontier()?,
            roster,
            memory,
        }));
        self.settle_key()
    }

    /// What became of a new key of this device, by the roster that is here: it takes the place of the former one, or it never counted. While
    /// neither is known nothing is sealed.
    fn settle_key(&mut self) -> Result<(), CommandError> {
        let Some(renewal) = self.spool.renewal()? else {
            return Ok(());
        };
        let key = signing_key(&renewal.seed).verifying_key();
        let (roster, me) = (self.roster()?, self.device()?);
        let listed = roster.device(&me).is_some_and(|device| device.key == key);
        let place = codec::decode(&renewal.entry).map_err(|_| damaged())?.number;
        let under_way = !listed && roster.head().0 < place;
        if listed {
            self.spool.finish_renewal()?;
            self.key_changed.store(true, Ordering::Release);
        } else if !under_way {
            self.spool.drop_renewal()?;
        }
        self.peer()?.0.set_key_under_way(under_way);
        Ok(())
    }

    /// A new key of this device and the entry that lists it, onto the disk before anybody is sent the entry.
    pub(crate) fn begin_key(&mut self, renewal: &Renewal) -> Result<(), CommandError> {
        self.spool.begin_renewal(renewal)?;
        self.settle_key()
    }

    /// Finds out, from entries that follow the head, what became of a new key, before anything else follows from them: what a session seals
    /// at its end is to be under the key that counts. Returns how many of the entries were taken.
    pub(super) fn settle_key_among(&mut self, entries: &[Vec<u8>]) -> Result<(usize, Vec<Action>), CommandError> {
        let (Some(renewal), Some(first)) = (self.spool.renewal()?, entries.first()) else {
            return Ok((0, Vec::new()));
        };
        if *first == renewal.entry {
            return Ok((1, self.extend_roster(&entries[..1])?));
        }
        if self.roster()?.clone().append(first).is_ok() {
            self.spool.drop_renewal()?;
            self.peer()?.0.set_key_under_way(false);
        }
        Ok((0, Vec::new()))
    }

    /// How far this device's key has come; nothing where others know more of the device than it does itself.
    pub(crate) fn reached(&self) -> Result<Vec<Reached>, CommandError> {
        self.standing()?.reached().map_err(|_| ErrorCode::Conflict.into())
    }

    /// The state machine.
    pub(super) fn peer(&mut self) -> Result<(&mut Peer, &Spool), CommandError> {
        let peer = self.peer.as_mut().ok_or(ErrorCode::NotAttached)?;
        Ok((peer, &self.spool))
    }

    /// The same, to ask only.
    pub(super) fn standing(&self) -> Result<&Peer, CommandError> {
        self.peer.as_ref().ok_or_else(|| ErrorCode::NotAttached.into())
    }

    /// Puts what the state machine must not forget onto the disk.
    pub(super) fn save(&mut self) -> Result<(), CommandError> {
        let Some(peer) = &self.peer else {
            return Ok(());
        };
        let bytes = [&peer.incarnation().0[..], &peer.memory().to_bytes()].concat();
        if bytes != self.remembered {
            self.spool.set_memory(&bytes)?;
            self.remembered = bytes;
        }
        Ok(())
    }

    /// The clinic's roster as this device has verified it.
    pub(crate) fn roster(&self) -> Result<&Roster, CommandError> {
        self.standing().map(Peer::roster)
    }

    /// Whether the device has a roster at all.
    pub(crate) fn has_roster(&self) -> bool {
        self.peer.is_some()
    }

    /// Takes entries that follow the head, as far as they are valid, onto the disk. What follows from them is to be done.
    pub(crate) fn extend_roster(&mut self, entries: &[Vec<u8>]) -> Result<Vec<Action>, CommandError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let slices = || entries.iter().map(Vec::as_slice);
        let Some(peer) = &mut self.peer else {
            let roster = Roster::verify(slices()).map_err(|_| ErrorCode::RosterRefused)?;
            self.spool.keep_roster(1, entries)?;
            self.begin(roster)?;
            return Ok(Vec::new());
        };
        let before = peer.roster().head().0;
        let actions = peer.on_roster(slices());
        let fresh: Vec<&[u8]> = peer.roster().entries_after(before).collect();
        self.spool.keep_roster(before + 1, &fresh)?;
        self.settle_key()?;
        let (me, roster) = (self.device()?, self.roster()?);
        if Answered::of(roster, me).is_some() {
            // From here on nothing opens, also when the program ends before it does anything else.
            let vault = wardkeep_vault::store::store_device(me).0;
            wardkeep_vault::wipe::begin(&self.home, vault, self.clock.now_ms())
                .map_err(|_| CommandError::internal("the mark of a wipe"))?;
        }
        let compartments = opened_on(roster, me);
        self.peer()?.0.set_compartments(compartments);
        Ok(actions)
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
        let peer = self.standing()?;
        Ok(peer.own_chain(Compartment::Office).device)
    }

    /// The compartments that somebody on this device may open.
    pub(super) fn compartments(&self) -> Result<&[Compartment], CommandError> {
        self.standing().map(Peer::compartments)
    }

    /// Whether the roster says that this device is of the clinic no more.
    pub(crate) fn is_revoked(&self) -> Result<bool, CommandError> {
        let known = self.roster()?.device(&self.device()?);
        Ok(known.is_some_and(|known| known.status != Status::Active))
    }

    /// Takes an admin's welcome for a witness of what the server must show.
    pub(crate) fn welcome(&mut self, welcomed: &Welcomed, now_ms: u64) -> Result<(), CommandError> {
        let (peer, spool) = self.peer()?;
        let actions = peer.on_welcome(spool, welcomed);
        self.tell(actions, now_ms)?;
        self.save()
    }

    /// Raises the alarms among these, which stay until somebody has seen them; what is left is to be done.
    pub(crate) fn tell(&mut self, actions: Vec<Action>, now_ms: u64) -> Result<Vec<Action>, CommandError> {
        let mut rest = Vec::new();
        for action in actions {
            match action {
                Action::Alarm(what) => {
                    let (kind, subject) = alarm::named(&what);
                    tracing::warn!(?what, "sync found something wrong");
                    self.spool.raise_alarm(alarm::kind_name(kind), &subject, "", now_ms)?;
                }
                other => rest.push(other),
            }
        }
        Ok(rest)
    }
}

fn damaged() -> CommandError {
    CommandError::new(ErrorCode::VaultDamaged).file("sync/spool.db")
}

/// The compartments that somebody on the device may open.
fn opened_on(roster: &Roster, device: DeviceId) -> Vec<Compartment> {
    let opens = |part: &Compartment| roster.active_enrollments(*part).any(|one| one.device == device);
    Compartment::ALL.into_iter().filter(opens).collect()
}

/// The last entry of a roster.
pub(crate) fn head_of(roster: &Roster) -> RosterHead {
    let (number, hash) = roster.head();
    RosterHead { number, hash }
}
