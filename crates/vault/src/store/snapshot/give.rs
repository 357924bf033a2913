//! Reading a compartment out: what it claims, and every row in the order of ids, one at a time.

use super::super::error::{At, StoreError};
use super::super::{View, row};
use super::item;
use wardkeep_record::op::Compartment;
use wardkeep_sync::snapshot::Claim;

/// The number of the items' encoding. A program takes no snapshot with a higher one: it would not know what it reads.
pub const SNAPSHOT_SCHEMA: u32 = 1;

impl View<'_> {
    /// What a snapshot of this moment claims; `None` where vector and rows do not say the same just now: ops that are in no segment yet, ops
    /// that wait for an update, or no digest.
    pub fn snapshot_claim(&self, at: Compartment) -> Result<Option<Claim>, StoreError> {
        if self.unsent(at)?.unsealed > 0 || self.deferred_count(at)? > 0 {
            return Ok(None);
        }
        let Some(digests) = self.digest(at)? else {
            return Ok(None);
        };
        let chains = self.chains(at)?;
        let chains = chains
            .into_iter()
            .filter_map(|state| Some((state.chain, state.tip?, state.last_op)));
        Ok(Some(Claim::new(super::super::wire_compartment(at), chains, digests)))
    }

    /// Hands over every row as an item, ordered by id. Call it within [`super::super::Reader::snapshot`] together with
    /// [`View::snapshot_claim`], so that both see one moment.
    pub fn each_snapshot_item<E: From<StoreError>>(
        &self,
        at: Compartment,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.granted(at)?;
        let sql = format!("{} ORDER BY r.id", row::columns(at));
        let mut query = self.conn.prepare_cached(&sql).at(at)?;
        let mut rows = query.query([]).at(at)?;
        let mut bytes = Vec::new();
        while let Some(found) = rows.next().at(at)? {
            let raw = row::read_raw(found, at)?;
            item::write(
                &mut bytes,
                (raw.kind, raw.id, raw.patient.as_ref()),
                &raw.fields,
                &raw.clocks,
            );
            take(&bytes)?;
        }
        Ok(())
    }
}
