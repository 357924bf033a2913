//! From this device's ops to sealed segments. The store decides which ops and which place; the caller holds the keys and seals.

use super::super::error::{At, StoreError};
use super::super::number::Numbers;
use super::super::op_log;
use super::chain::{self, ChainState};
use super::{Own, outbox, schema_of};
use crate::store::{Access, Store, View};
use rusqlite::{Connection, TransactionBehavior, params};
use wardkeep_record::op::Compartment;
use wardkeep_sync::id::{Chain, Incarnation, Tip};
use wardkeep_sync::segment::{Kind, MAX_OPS, Segment, fitting};
use zeroize::Zeroizing;

/// What to seal, and where it goes.
pub struct Pending<'a> {
    /// This device's chain.
    pub chain: Chain,
    /// The last segment in it; none for the first.
    pub tip: Option<Tip>,
    /// The number of the first op.
    pub first_op: u64,
    /// The ops, at least one, in order, within the limits of a segment.
    pub ops: &'a [Zeroizing<Vec<u8>>],
}

/// What was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealedRun {
    /// The segment's place and hash.
    pub tip: Tip,
    /// How many ops are in it.
    pub ops: u64,
    /// Whether more ops wait: call again.
    pub more: bool,
}

impl Store {
    /// Seals the next run of this device's ops, as many as one segment takes, and puts the segment into the outbox. `None` when
    /// every op is sealed. `seal` makes the bytes ([`wardkeep_sync::segment::seal_ops`]); when it fails nothing has changed.
    pub fn seal_pending<E: From<StoreError>>(
        &mut self,
        at: Compartment,
        seal: impl FnOnce(&Pending<'_>) -> Result<Vec<u8>, E>,
    ) -> Result<Option<SealedRun>, E> {
        let device = self.access.device;
        self.keep_books(at, |conn| {
            let own = Own::load(conn, at)?;
            let chain = own.chain(device, at)?;
            let run = op_log::own_run(conn, at, own.writer(device, at), own.sealed_op, MAX_OPS)?;
            let count = fitting(run.ops.iter().map(|op| op.len()));
            let ops = &run.ops[..count];
            if ops.is_empty() {
                return Ok(None);
            }
            let state = chain::load(conn, at, chain)?;
            let bytes = seal(&Pending {
                chain,
                tip: state.tip,
                first_op: run.first,
                ops,
            })?;
            let last = run.first + count as u64 - 1;
            let tip = keep(conn, at, &state, (run.first, last), (Kind::Ops, &bytes))?;
            Own { sealed_op: last, ..own }.store(conn, at)?;
            let more = count < run.ops.len() || run.more;
            Ok(Some(SealedRun {
                tip,
                ops: count as u64,
                more,
            }))
        })
    }

    /// Seals a checkpoint into this device's chain. `seal` sees the compartment as it is at that moment, and the place.
    pub fn seal_checkpoint<E: From<StoreError>>(
        &mut self,
        at: Compartment,
        seal: impl FnOnce(&View<'_>, &ChainState) -> Result<Vec<u8>, E>,
    ) -> Result<Tip, E> {
        let access: &Access = &self.access;
        access.audit_key(at)?;
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .at(at)?;
        let own = Own::load(&tx, at)?;
        let state = chain::load(&tx, at, own.chain(access.device, at)?)?;
        let bytes = seal(&View { conn: &tx, access }, &state)?;
        let nothing = (own.sealed_op + 1, own.sealed_op);
        let tip = keep(&tx, at, &state, nothing, (Kind::Checkpoint, &bytes))?;
        tx.commit().at(at)?;
        Ok(tip)
    }
}

/// Takes a fresh segment of this device into outbox, chain and index. It must be what was asked for: what does not fit here would be a
/// fork of our own chain.
fn keep(
    conn: &Connection,
    at: Compartment,
    before: &ChainState,
    (first_op, last_op): (u64, u64),
    (kind, bytes): (Kind, &[u8]),
) -> Result<Tip, StoreError> {
    let unfit = StoreError::Invalid {
        why: "the sealed segment is not the one asked for",
    };
    let segment = Segment::parse(bytes).map_err(|_| unfit.clone())?;
    let header = segment.header();
    let fits = header.kind == kind
        && header.chain == before.chain
        && header.seq == before.next_seq()
        && header.prev == before.next_prev();
    if !fits {
        return Err(unfit);
    }
    let tip = Tip {
        seq: header.seq,
        hash: segment.hash(),
    };
    let after = ChainState {
        tip: Some(tip),
        last_op: if kind == Kind::Ops { last_op } else { before.last_op },
        ..*before
    };
    chain::store(conn, at, &mut Numbers::default(), &after)?;
    outbox::append(conn, at, before.chain.incarnation, tip, bytes)?;
    note_segment(conn, at, before.chain.incarnation, tip, (first_op, last_op))?;
    Ok(tip)
}

/// Notes which ops an own segment holds.
pub(super) fn note_segment(
    conn: &Connection,
    at: Compartment,
    incarnation: Incarnation,
    tip: Tip,
    (first_op, last_op): (u64, u64),
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {}.segment_op (incarnation, seq, hash, first_op, last_op) VALUES (?1, ?2, ?3, ?4, ?5)",
        schema_of(at)
    );
    let row = params![
        incarnation.0.as_slice(),
        tip.seq.cast_signed(),
        tip.hash.0.as_slice(),
        first_op.cast_signed(),
        last_op.cast_signed(),
    ];
    conn.prepare_cached(&sql)
        .and_then(|mut insert| insert.execute(row))
        .at(at)?;
    Ok(())
}
