//! What this device is to its clinic: its signing key, its server, where it stands in joining and fetching.

use super::Spool;
use super::error::{Failed, SpoolError, damaged};
use crate::key::SigningSeed;
use rusqlite::{OptionalExtension, params};
use wardkeep_roster::ClinicId;
use wardkeep_roster::limit::MAX_ENTRY_BYTES;
use wardkeep_sync::peer::MAX_MEMORY_BYTES;
use zeroize::Zeroizing;

/// The most bytes of a pending join's state.
pub const JOINING_MAX: usize = 64 * 1024;
/// The most bytes of a server's address.
const ADDRESS_MAX: usize = 1024;

/// The server, as the invitation named it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerLink {
    /// Its address, `host:port`.
    pub address: String,
    /// SHA-256 of the public key (SPKI) of its certificate authority.
    pub pin: [u8; 32],
    /// The clinic.
    pub clinic: ClinicId,
}

/// A new device key under way.
pub struct Renewal {
    /// The seed of the next key.
    pub seed: SigningSeed,
    /// The signed roster entry that lists it.
    pub entry: Vec<u8>,
}

/// How far this device has come with something. Numbers that only grow, or times in Unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cursor {
    /// The last parcel of the mailbox that was kept.
    Parcels,
    /// The last time the server answered.
    HeardMs,
    /// The last time everything was in step with the server.
    InStepMs,
    /// The last checkpoint that this device published in the office's chain: its segment number.
    OfficeCheckpoint,
    /// The same in the chart's chain.
    ClinicalCheckpoint,
    /// When this device last published a checkpoint.
    CheckpointMs,
    /// When a trusted snapshot of the office was last made, by its maker's clock.
    OfficeSnapshotMs,
    /// The same of the chart.
    ClinicalSnapshotMs,
    /// The last of the server's rescued segments that was looked at.
    Rescues,
    /// How many of its own segments this device has posted for rescue after it was revoked.
    Rescued,
    /// The last entry of the office's audit chain that is sealed for the clinic's trail.
    OfficeAudit,
    /// The same of the chart's audit chain.
    ClinicalAudit,
    /// The roster entry of this device's present key, once the log says that the key was renewed.
    DeviceKey,
}

impl Cursor {
    fn name(self) -> &'static str {
        match self {
            Self::Parcels => "parcels",
            Self::HeardMs => "heard_ms",
            Self::InStepMs => "in_step_ms",
            Self::OfficeCheckpoint => "office_checkpoint",
            Self::ClinicalCheckpoint => "clinical_checkpoint",
            Self::CheckpointMs => "checkpoint_ms",
            Self::OfficeSnapshotMs => "office_snapshot_ms",
            Self::ClinicalSnapshotMs => "clinical_snapshot_ms",
            Self::Rescues => "rescues",
            Self::Rescued => "rescued",
            Self::OfficeAudit => "office_audit",
            Self::ClinicalAudit => "clinical_audit",
            Self::DeviceKey => "device_key",
        }
    }
}

impl Spool {
    /// The seed of this device's signing key, once it has one.
    pub fn device_seed(&self) -> Result<Option<SigningSeed>, SpoolError> {
        let mut query = self.conn.prepare_cached("SELECT seed FROM device").failed()?;
        let seed: Option<Vec<u8>> = query.query_row([], |row| row.get(0)).optional().failed()?;
        let read = |seed: Zeroizing<Vec<u8>>| SigningSeed::from_slice(&seed).ok_or_else(damaged);
        seed.map(Zeroizing::new).map(read).transpose()
    }

    /// Keeps the seed of this device's signing key; another one is never put in its place.
    pub fn set_device_seed(&mut self, seed: &SigningSeed) -> Result<(), SpoolError> {
        if let Some(known) = self.device_seed()? {
            return if known.same(seed) {
                Ok(())
            } else {
                Err(SpoolError::Exists { what: "device key" })
            };
        }
        let insert = "INSERT INTO device (one, seed) VALUES (1, ?1)";
        self.conn.execute(insert, params![seed.expose().as_slice()]).failed()?;
        Ok(())
    }

    /// The device's next key with the roster entry that lists it, while it is not known whether the roster has it.
    pub fn renewal(&self) -> Result<Option<Renewal>, SpoolError> {
        let mut query = self.conn.prepare_cached("SELECT seed, entry FROM renewal").failed()?;
        let row: Option<(Vec<u8>, Vec<u8>)> = query
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .failed()?;
        let Some((seed, entry)) = row else {
            return Ok(None);
        };
        let seed = SigningSeed::from_slice(&Zeroizing::new(seed)).ok_or_else(damaged)?;
        Ok(Some(Renewal { seed, entry }))
    }

    /// Keeps the next key and its entry, before the entry is sent anywhere. One that is under way is never replaced.
    pub fn begin_renewal(&mut self, renewal: &Renewal) -> Result<(), SpoolError> {
        if renewal.entry.len() > MAX_ENTRY_BYTES {
            return Err(SpoolError::TooLarge {
                what: "roster entry",
                max: MAX_ENTRY_BYTES,
            });
        }
        if self.renewal()?.is_some() {
            return Err(SpoolError::Exists { what: "new device key" });
        }
        let insert = "INSERT INTO renewal (one, seed, entry) VALUES (1, ?1, ?2)";
        let row = params![renewal.seed.expose().as_slice(), renewal.entry];
        self.conn.execute(insert, row).failed()?;
        Ok(())
    }

    /// The roster lists the next key: it takes the place of the former one, which is gone.
    pub fn finish_renewal(&mut self) -> Result<(), SpoolError> {
        let tx = self.conn.transaction().failed()?;
        let put = "UPDATE device SET seed = (SELECT seed FROM renewal) WHERE EXISTS (SELECT 1 FROM renewal)";
        tx.execute(put, []).failed()?;
        tx.execute("DELETE FROM renewal", []).failed()?;
        tx.commit().failed()
    }

    /// The roster has another entry in that place: the next key never counted.
    pub fn drop_renewal(&mut self) -> Result<(), SpoolError> {
        self.conn.execute("DELETE FROM renewal", []).failed()?;
        Ok(())
    }

    /// The server and the clinic, once the device has them.
    pub fn server(&self) -> Result<Option<ServerLink>, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT address, pin, clinic FROM server")
            .failed()?;
        query
            .query_row([], |row| {
                Ok(ServerLink {
                    address: row.get(0)?,
                    pin: row.get(1)?,
                    clinic: ClinicId(row.get(2)?),
                })
            })
            .optional()
            .failed()
    }

    /// Sets address and pin; the clinic stays what it is, once it is known.
    pub fn set_server(&mut self, link: &ServerLink) -> Result<(), SpoolError> {
        if link.address.len() > ADDRESS_MAX {
            return Err(SpoolError::TooLarge {
                what: "address",
                max: ADDRESS_MAX,
            });
        }
        if self.server()?.is_some_and(|known| known.clinic != link.clinic) {
            return Err(SpoolError::Exists { what: "clinic" });
        }
        let put = "INSERT INTO server (one, address, pin, clinic) VALUES (1, ?1, ?2, ?3) \
                   ON CONFLICT (one) DO UPDATE SET address = ?1, pin = ?2";
        let row = params![link.address, link.pin.as_slice(), link.clinic.0.as_slice()];
        self.conn.execute(put, row).failed()?;
        Ok(())
    }

    /// What a join that is under way needs to go on after a restart, in the form of who asked for it.
    pub fn joining(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SpoolError> {
        let mut query = self.conn.prepare_cached("SELECT state FROM joining").failed()?;
        query
            .query_row([], |row| row.get(0).map(Zeroizing::new))
            .optional()
            .failed()
    }

    /// Keeps the state of a join; `None` when it has ended.
    pub fn set_joining(&mut self, state: Option<&[u8]>) -> Result<(), SpoolError> {
        let put = "INSERT INTO joining (one, state) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET state = ?1";
        let done = match state {
            Some(state) if state.len() > JOINING_MAX => {
                return Err(SpoolError::TooLarge {
                    what: "state of the join",
                    max: JOINING_MAX,
                });
            }
            Some(state) => self.conn.execute(put, params![state]),
            None => self.conn.execute("DELETE FROM joining", []),
        };
        done.failed().map(drop)
    }

    /// What the state machine of sync remembered ([`wardkeep_sync::peer::Memory`]); nothing before the first time.
    pub fn memory(&self) -> Result<Option<Vec<u8>>, SpoolError> {
        let mut query = self.conn.prepare_cached("SELECT bytes FROM memory").failed()?;
        query.query_row([], |row| row.get(0)).optional().failed()
    }

    /// Keeps what it remembers, in place of what it remembered before.
    pub fn set_memory(&mut self, bytes: &[u8]) -> Result<(), SpoolError> {
        if bytes.len() > MAX_MEMORY_BYTES {
            return Err(SpoolError::TooLarge {
                what: "memory of sync",
                max: MAX_MEMORY_BYTES,
            });
        }
        let put = "INSERT INTO memory (one, bytes) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET bytes = ?1";
        self.conn.execute(put, params![bytes]).failed()?;
        Ok(())
    }

    /// How far it has come; 0 before the first.
    pub fn cursor(&self, cursor: Cursor) -> Result<u64, SpoolError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT value FROM cursor WHERE name = ?1")
            .failed()?;
        let value: Option<i64> = query
            .query_row(params![cursor.name()], |row| row.get(0))
            .optional()
            .failed()?;
        Ok(value.unwrap_or(0).cast_unsigned())
    }

    /// Notes how far it has come.
    pub fn set_cursor(&mut self, cursor: Cursor, value: u64) -> Result<(), SpoolError> {
        let put = "INSERT INTO cursor (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        self.conn
            .execute(put, params![cursor.name(), value.cast_signed()])
            .failed()?;
        Ok(())
    }
}
