//! How far each chain has been applied: the version vector of this compartment, with what stopped.

use super::super::error::{At, StoreError};
use super::super::number::Numbers;
use super::{Own, schema_of, store_device, wire_compartment};
use crate::store::{Store, View};
use rusqlite::{Connection, OptionalExtension, Row, params};
use wardkeep_record::id::DeviceId;
use wardkeep_record::op::Compartment;
use wardkeep_sync::frontier::Frontier;
use wardkeep_sync::id::{Chain, Incarnation, SegmentHash, Tip};

/// Why a chain was stopped before its next segment. The numbers are stored and never reused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Stop {
    /// An op's bytes are not an op of any version.
    Unreadable = 1,
    /// An op has the number of another op of that device: the device was cloned, or restored from an image.
    Cloned = 2,
    /// An op writes to another compartment than its segment.
    Misplaced = 3,
    /// Op numbers are missing between this segment and the one before.
    Gap = 4,
}

impl Stop {
    /// The name in `snake_case`, for reports and the window.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Cloned => "cloned",
            Self::Misplaced => "misplaced",
            Self::Gap => "gap",
        }
    }

    fn of_number(number: i64) -> Option<Self> {
        [Self::Unreadable, Self::Cloned, Self::Misplaced, Self::Gap]
            .into_iter()
            .find(|stop| i64::from(*stop as u8) == number)
    }
}

/// One chain as this device has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChainState {
    /// Which.
    pub chain: Chain,
    /// The last segment that was applied, or of this device sealed; `None` while there is none.
    pub tip: Option<Tip>,
    /// The last op of that segment or of one before it; 0 before the first.
    pub last_op: u64,
    /// Why it does not go on, if it does not.
    pub stopped: Option<Stop>,
}

impl ChainState {
    /// A chain of which nothing is here.
    pub(super) fn unknown(chain: Chain) -> Self {
        Self {
            chain,
            tip: None,
            last_op: 0,
            stopped: None,
        }
    }

    /// The number that the next segment has.
    pub fn next_seq(&self) -> u64 {
        self.tip.map_or(1, |tip| tip.seq.saturating_add(1))
    }

    /// The hash that the next segment cites.
    pub fn next_prev(&self) -> SegmentHash {
        self.tip.map_or(SegmentHash::ZERO, |tip| tip.hash)
    }
}

/// The columns that [`read`] takes.
fn columns(at: Compartment) -> String {
    let s = schema_of(at);
    format!(
        "SELECT d.id, c.incarnation, c.seq, c.hash, c.last_op, c.stopped FROM {s}.chain c JOIN {s}.device d ON d.n = c.device"
    )
}

fn read(row: &Row<'_>, at: Compartment) -> rusqlite::Result<ChainState> {
    let seq = row.get::<_, i64>(2)?.cast_unsigned();
    let hash = SegmentHash(row.get(3)?);
    Ok(ChainState {
        chain: Chain {
            device: wardkeep_roster::DeviceId(row.get(0)?),
            incarnation: Incarnation(row.get(1)?),
            compartment: wire_compartment(at),
        },
        tip: (seq > 0).then_some(Tip { seq, hash }),
        last_op: row.get::<_, i64>(4)?.cast_unsigned(),
        stopped: Stop::of_number(row.get(5)?),
    })
}

/// One chain; unknown ones are empty.
pub(super) fn load(conn: &Connection, at: Compartment, chain: Chain) -> Result<ChainState, StoreError> {
    let sql = format!("{} WHERE d.id = ?1 AND c.incarnation = ?2", columns(at));
    let key = params![chain.device.0.as_slice(), chain.incarnation.0.as_slice()];
    let mut query = conn.prepare_cached(&sql).at(at)?;
    let found = query.query_row(key, |row| read(row, at)).optional().at(at)?;
    Ok(found.unwrap_or_else(|| ChainState::unknown(chain)))
}

/// Writes a chain's state over what was there.
pub(in crate::store) fn store(
    conn: &Connection,
    at: Compartment,
    numbers: &mut Numbers,
    state: &ChainState,
) -> Result<(), StoreError> {
    let device = numbers.device(conn, at, store_device(state.chain.device))?;
    let sql = format!(
        "INSERT INTO {}.chain (device, incarnation, seq, hash, last_op, stopped) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (device, incarnation) DO UPDATE SET seq = ?3, hash = ?4, last_op = ?5, stopped = ?6",
        schema_of(at)
    );
    let tip = state.tip.unwrap_or(Tip {
        seq: 0,
        hash: SegmentHash::ZERO,
    });
    let row = params![
        device,
        state.chain.incarnation.0.as_slice(),
        tip.seq.cast_signed(),
        tip.hash.0.as_slice(),
        state.last_op.cast_signed(),
        state.stopped.map_or(0, |stop| stop as u8),
    ];
    conn.prepare_cached(&sql).and_then(|mut put| put.execute(row)).at(at)?;
    Ok(())
}

impl Store {
    /// Lets a stopped chain try its next segment again: after an update, or when whoever wrote it has mended it.
    pub fn retry_chain(&mut self, at: Compartment, chain: Chain) -> Result<(), StoreError> {
        self.keep_books(at, |conn| {
            let state = load(conn, at, chain)?;
            let goes_on = ChainState { stopped: None, ..state };
            match state.stopped {
                Some(_) => store(conn, at, &mut Numbers::default(), &goes_on),
                None => Ok(()),
            }
        })
    }
}

impl View<'_> {
    /// Every chain that this compartment has heard of, by device and incarnation, this device's own included.
    pub fn chains(&self, at: Compartment) -> Result<Vec<ChainState>, StoreError> {
        self.granted(at)?;
        let mut query = self
            .conn
            .prepare_cached(&format!("{} ORDER BY d.id, c.incarnation", columns(at)))
            .at(at)?;
        let rows = query.query_map([], |row| read(row, at)).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// One chain of this compartment.
    pub fn chain(&self, chain: Chain) -> Result<ChainState, StoreError> {
        let at = super::store_compartment(chain.compartment).ok_or(StoreError::WrongCompartment)?;
        self.granted(at)?;
        load(self.conn, at, chain)
    }

    /// What was applied, and of this device sealed: the version vector of this compartment.
    pub fn frontier(&self, at: Compartment) -> Result<Frontier, StoreError> {
        let chains = self.chains(at)?;
        Ok(chains
            .into_iter()
            .filter_map(|state| Some((state.chain, state.tip?)))
            .collect())
    }

    /// The chains that stopped at an op that cannot be taken in. To be shown until they go on.
    pub fn stopped_chains(&self, at: Compartment) -> Result<Vec<ChainState>, StoreError> {
        let mut chains = self.chains(at)?;
        chains.retain(|state| state.stopped.is_some());
        Ok(chains)
    }

    /// The chain that this device writes now; `None` until it has begun one.
    pub fn own_chain(&self, at: Compartment) -> Result<Option<ChainState>, StoreError> {
        self.granted(at)?;
        let own = Own::load(self.conn, at)?;
        match own.chain(self.access.device, at) {
            Ok(chain) => load(self.conn, at, chain).map(Some),
            Err(StoreError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// This device, as ops name it.
    pub fn device(&self) -> DeviceId {
        self.access.device
    }
}
