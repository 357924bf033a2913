//! Receipts of wiped devices that this device has verified: once confirmed, a wipe stays so, whatever the server shows later.

use super::Spool;
use super::error::{Failed, SpoolError};
use rusqlite::params;
use wardkeep_roster::DeviceId;
use wardkeep_sync::receipt::{MAX_RECEIPT_BYTES, Stage};

/// One receipt that was verified here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptReceipt {
    /// Of which device.
    pub device: DeviceId,
    /// Which of its two.
    pub stage: Stage,
    /// When it came here, in Unix milliseconds.
    pub at_ms: u64,
    /// Whether the audit trail has heard of it.
    pub noted: bool,
}

impl Spool {
    /// Keeps a verified receipt; says whether it is new.
    pub fn keep_receipt(
        &mut self,
        device: DeviceId,
        stage: Stage,
        bytes: &[u8],
        now_ms: u64,
    ) -> Result<bool, SpoolError> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(SpoolError::TooLarge {
                what: "receipt",
                max: MAX_RECEIPT_BYTES,
            });
        }
        let put = "INSERT OR IGNORE INTO receipt (device, stage, bytes, at_ms, noted) VALUES (?1, ?2, ?3, ?4, 0)";
        let row = params![device.0.as_slice(), number(stage), bytes, now_ms.cast_signed()];
        Ok(self.conn.execute(put, row).failed()? == 1)
    }

    /// All of them.
    pub fn receipts(&self) -> Result<Vec<KeptReceipt>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT device, stage, at_ms, noted FROM receipt ORDER BY device, stage")
            .failed()?;
        let rows = query
            .query_map([], |row| {
                Ok(KeptReceipt {
                    device: DeviceId(row.get(0)?),
                    stage: if row.get::<_, i64>(1)? == number(Stage::Done) {
                        Stage::Done
                    } else {
                        Stage::Heard
                    },
                    at_ms: row.get::<_, i64>(2)?.cast_unsigned(),
                    noted: row.get(3)?,
                })
            })
            .failed()?;
        rows.collect::<rusqlite::Result<_>>().failed()
    }

    /// The audit trail has heard of it.
    pub fn receipt_noted(&mut self, device: DeviceId, stage: Stage) -> Result<(), SpoolError> {
        let update = "UPDATE receipt SET noted = 1 WHERE device = ?1 AND stage = ?2";
        self.conn
            .execute(update, params![device.0.as_slice(), number(stage)])
            .failed()?;
        Ok(())
    }
}

fn number(stage: Stage) -> i64 {
    match stage {
        Stage::Heard => 1,
        Stage::Done => 2,
    }
}
