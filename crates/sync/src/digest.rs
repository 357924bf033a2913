//! Replica digests: one sum for each table, which says whether two devices that have seen the same segments hold the same rows.
//!
//! A row counts as a keyed BLAKE3 hash; a table is the sum of its rows' hashes modulo 2^256 and their number. Order does not matter,
//! and a changed row costs one subtraction and one addition, so the digest is kept up to date by every write. The key is
//! derived from the compartment's first epoch key: whoever may read the compartment can compute it, the server cannot. Without the
//! key nobody can find two sets of rows with one sum. Whoever has it could, with effort (Wagner's generalised birthdays); but such a
//! person may write any row anyway, and that all devices apply the same ops is held by the hashes of the chains, not by
//! this. The digest finds faults of programs and disks.

use crate::secret::{DigestKey, EpochKey};
use minicbor::{Decode, Encode};
use wardkeep_roster::{ClinicId, Compartment};

const KEY_LABEL: &str = "wardkeep replica digest v1";

impl DigestKey {
    /// The key of a compartment's digests, from the key of its epoch 1.
    pub fn of(clinic: &ClinicId, compartment: Compartment, first_epoch: &EpochKey) -> Self {
        Self::derive(first_epoch.expose(), &clinic.0, KEY_LABEL, &[compartment.number()])
    }
}

/// The digest of one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowDigest([u8; 32]);

impl RowDigest {
    /// Of a row, by its table's number, its id and its canonical bytes.
    pub fn of(key: &DigestKey, table: u16, id: &[u8], row: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(key.expose());
        hasher.update(&table.to_be_bytes());
        hasher.update(&(id.len() as u64).to_be_bytes());
        hasher.update(id);
        hasher.update(row);
        Self(*hasher.finalize().as_bytes())
    }
}

/// The digest of one table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
#[cbor(array)]
pub struct TableDigest {
    /// How many rows.
    #[n(0)]
    pub rows: u64,
    /// The sum of their digests, big-endian.
    #[cbor(n(1), with = "crate::cbor::fixed")]
    pub sum: [u8; 32],
}

impl TableDigest {
    /// One row more.
    pub fn add(&mut self, row: &RowDigest) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = sum(&self.sum, &row.0, 0);
    }

    /// One row less: one that was added before.
    pub fn remove(&mut self, row: &RowDigest) {
        self.rows = self.rows.wrapping_sub(1);
        // Subtraction is the addition of the two's complement.
        self.sum = sum(&self.sum, &row.0.map(|byte| !byte), 1);
    }

    /// The rows of both: parts of a table, as when a difference is bisected.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.rows = self.rows.wrapping_add(other.rows);
        self.sum = sum(&self.sum, &other.sum, 0);
        self
    }
}

/// Modulo 2^256, big-endian.
fn sum(a: &[u8; 32], b: &[u8; 32], mut carry: u16) -> [u8; 32] {
    let mut out = [0; 32];
    for at in (0..32).rev() {
        carry += u16::from(a[at]) + u16::from(b[at]);
        out[at] = carry as u8;
        carry >>= 8;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test fails by panicking

    use super::*;
    use proptest::prelude::*;

    fn key() -> DigestKey {
        DigestKey::of(
            &ClinicId([1; 32]),
            Compartment::Office,
            &EpochKey::from_slice(&[7; 32]).unwrap(),
        )
    }

    #[test]
    fn its_bytes_are_frozen() {
        let row = RowDigest::of(&key(), 3, b"id", b"row");
        insta::assert_snapshot!(crate::tests::hex(&row.0));
    }

    #[test]
    fn key_table_id_and_row_all_count() {
        let other = DigestKey::of(
            &ClinicId([1; 32]),
            Compartment::Clinical,
            &EpochKey::from_slice(&[7; 32]).unwrap(),
        );
        let base = RowDigest::of(&key(), 3, b"id", b"row");
        for different in [
            RowDigest::of(&other, 3, b"id", b"row"),
            RowDigest::of(&key(), 4, b"id", b"row"),
            RowDigest::of(&key(), 3, b"idr", b"ow"),
            RowDigest::of(&key(), 3, b"id", b"rov"),
        ] {
            assert_ne!(base, different);
        }
    }

    #[test]
    fn carries_run_through() {
        let mut digest = TableDigest {
            rows: 0,
            sum: [0xff; 32],
        };
        let mut one = [0; 32];
        one[31] = 1;
        digest.add(&RowDigest(one));
        assert_eq!(digest.sum, [0; 32]);
        digest.remove(&RowDigest(one));
        assert_eq!((digest.rows, digest.sum), (0, [0xff; 32]));
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_what_goes_leaves_nothing(rows in proptest::collection::vec(any::<[u8; 8]>(), 1..40), split in 0usize..40) {
            let digests: Vec<_> = rows.iter().map(|row| RowDigest::of(&key(), 1, b"", row)).collect();
            let mut forward = TableDigest::default();
            digests.iter().for_each(|row| forward.add(row));
            let mut backward = TableDigest::default();
            digests.iter().rev().for_each(|row| backward.add(row));
            prop_assert_eq!(forward, backward);
            let (left, right) = digests.split_at(split.min(digests.len()));
            let part = |rows: &[RowDigest]| rows.iter().fold(TableDigest::default(), |mut sum, row| { sum.add(row); sum });
            prop_assert_eq!(part(left).with(&part(right)), forward);
            digests.iter().for_each(|row| forward.remove(row));
            prop_assert_eq!(forward, TableDigest::default());
        }
    }
}
