//! One laptop: the program around the state machine, which stores what the disk keeps in the order in which it must be kept.

mod apply;
mod intake;
mod life;
mod seal;
mod snapshot;
mod write;

pub(crate) use life::writer_of;
pub(crate) use snapshot::Made;
pub(crate) use write::{Wish, fields};

use crate::clinic::{Clinic, KEPT, Member};
use crate::disk::{Disk, Durable, Spool, Vault};
use crate::program;
use std::collections::BTreeMap;
use std::sync::Arc;
use wardkeep_record::merge::RecordState;
use wardkeep_roster::{Compartment, Roster};
use wardkeep_sync::peer::{Memory, Origin};
use wardkeep_sync::{Alarm, DigestKey, Digests, EpochKey, Frontier, Incarnation, Peer, RowDigest, TableDigest};

/// The laptop. All but `disk` is gone when the power fails.
pub(crate) struct Device {
    pub(crate) member: Arc<Member>,
    pub(crate) disk: Disk,
    pub(crate) peer: Peer,
    /// What a person was told.
    pub(crate) alarms: Vec<Alarm>,
    /// How far its clock is off, in milliseconds.
    pub(crate) clock_off_ms: i64,
    /// The version of the program.
    pub(crate) program: u8,
    /// What it draws for new lives.
    pub(crate) lives: u8,
}

impl Device {
    /// A device that was just enrolled and given the present keys.
    pub(crate) fn new(clinic: &Clinic, at: usize) -> Self {
        let member = Arc::clone(&clinic.members[at]);
        let compartments = opened(&clinic.roster, &member);
        let keys = |part: Compartment| -> BTreeMap<u32, Arc<EpochKey>> {
            let known = clinic.keys.iter().filter(|((other, _), _)| *other == part);
            known.map(|((_, number), key)| (*number, Arc::clone(key))).collect()
        };
        let incarnation = Incarnation(member.device().0);
        let vault = |part: &Compartment| Vault {
            incarnation: Some(incarnation),
            keys: keys(*part),
            ..Vault::default()
        };
        let spool = Spool {
            roster: Some(clinic.roster.clone()),
            incarnation: Some(incarnation),
            ..Spool::default()
        };
        let disk = Disk {
            vaults: compartments.iter().map(|part| (*part, vault(part))).collect(),
            spool,
            fuse: None,
        };
        Self {
            peer: peer_of(&member, &disk),
            member,
            disk,
            alarms: Vec::new(),
            clock_off_ms: 0,
            program: program::FIRST,
            lives: 0,
        }
    }

    /// The power comes back: what is on the disk is all there is. What was begun is brought to its end.
    pub(crate) fn restart(&mut self) {
        self.disk.fuse = None;
        self.peer = peer_of(&self.member, &self.disk);
        let done = self.recover();
        assert_eq!(done, Ok(()), "nothing burns without a fuse");
    }

    fn recover(&mut self) -> Durable<()> {
        self.finish_life()?;
        // A snapshot that was taken just before: the rows say so, the spool not yet.
        let me = self.member.device();
        for part in self.compartments() {
            let applied = self.vault(part).applied();
            let others = applied.iter().filter(|(chain, _)| chain.device != me);
            let vector: Frontier = others.map(|(chain, tip)| (*chain, *tip)).collect();
            if !vector.beyond(self.peer.held()).is_empty() {
                self.disk.spool(|spool| spool.segments.adopt(&vector))?;
                self.peer.adopt(&vector, 0);
            }
        }
        for part in self.compartments() {
            self.empty_outbox(part, 0)?;
        }
        Ok(())
    }

    /// Stores what the state machine must remember.
    pub(crate) fn remember(&mut self) -> Durable<()> {
        if self.disk.spool.memory == *self.peer.memory() {
            return Ok(());
        }
        let memory = self.peer.memory().clone();
        self.disk.spool(|spool| spool.memory = memory)
    }

    /// Takes roster entries in, and what they open to somebody here.
    pub(crate) fn take_roster(&mut self, entries: &[Vec<u8>], now_ms: u64) -> Durable<()> {
        let actions = self.peer.on_roster(entries.iter().map(Vec::as_slice));
        self.peer.tick(self.own_time(now_ms));
        self.note(actions);
        let roster = self.peer.roster().clone();
        let memory = self.peer.memory().clone();
        let incarnation = self.peer.incarnation();
        let compartments = opened(&roster, &self.member);
        self.disk.spool(|spool| {
            spool.roster = Some(roster);
            spool.memory = memory;
        })?;
        for part in compartments
            .iter()
            .filter(|part| !self.disk.vaults.contains_key(part))
            .copied()
            .collect::<Vec<_>>()
        {
            self.disk.vault(part, |vault| vault.incarnation = Some(incarnation))?;
        }
        self.peer.set_compartments(compartments);
        Ok(())
    }

    /// Says the alarms among these actions; whatever else there is goes on.
    pub(crate) fn note(&mut self, actions: Vec<wardkeep_sync::Action>) -> Vec<wardkeep_sync::Action> {
        let mut rest = Vec::new();
        for action in actions {
            match action {
                wardkeep_sync::Action::Alarm(alarm) => self.alarms.push(alarm),
                other => rest.push(other),
            }
        }
        rest
    }

    /// The compartments that it keeps.
    pub(crate) fn compartments(&self) -> Vec<Compartment> {
        self.disk.vaults.keys().copied().collect()
    }

    pub(crate) fn vault(&self, part: Compartment) -> &Vault {
        &self.disk.vaults[&part]
    }

    /// What its clock says.
    pub(crate) fn own_time(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.clock_off_ms)
    }

    /// The digest of a compartment's rows; `None` before the first key came.
    pub(crate) fn digests(&self, part: Compartment) -> Option<Digests> {
        self.digests_of(part, self.disk.vaults.get(&part)?)
    }

    /// The digest of these rows, under the key that is here.
    fn digests_of(&self, part: Compartment, vault: &Vault) -> Option<Digests> {
        let keys = &self.disk.vaults.get(&part)?.keys;
        let key = DigestKey::of(&self.peer.roster().clinic(), part, keys.get(&1)?);
        let mut tables: BTreeMap<u16, TableDigest> = BTreeMap::new();
        for (id, row) in &vault.rows {
            let digest = RowDigest::of(&key, row.kind.0, id.as_bytes(), &canonical(row));
            tables.entry(row.kind.0).or_default().add(&digest);
        }
        Digests::new(tables.into_iter().collect())
    }
}

/// A row's bytes, which are a function of its state.
pub(crate) fn canonical(row: &RecordState) -> Vec<u8> {
    let patient = row.patient.map(|id| *id.as_bytes()).unwrap_or_default();
    [&patient[..], &row.fields.to_bytes(), &row.clocks.to_bytes()].concat()
}

/// The compartments with records that the roster opens to this member.
fn opened(roster: &Roster, member: &Member) -> Vec<Compartment> {
    let head = roster.head().0;
    let open = |part: &Compartment| roster.entitled_at(&member.me, *part, head);
    KEPT.into_iter().filter(open).collect()
}

/// A state machine that goes on from what is on the disk.
fn peer_of(member: &Member, disk: &Disk) -> Peer {
    let roster = disk.spool.roster.clone().unwrap();
    let held: Frontier = disk.spool.segments.frontier();
    Peer::new(Origin {
        me: member.device(),
        incarnation: disk.spool.incarnation.unwrap(),
        compartments: opened(&roster, member),
        roster,
        held,
        memory: Memory::from_bytes(&disk.spool.memory.to_bytes()).unwrap(),
    })
}

/// The compartment as records have it.
pub(crate) fn record_compartment(part: Compartment) -> wardkeep_record::op::Compartment {
    match part {
        Compartment::Office => wardkeep_record::op::Compartment::Office,
        Compartment::Clinical => wardkeep_record::op::Compartment::Clinical,
        Compartment::Audit => unreachable!("no records are kept there"),
    }
}
