//! The record of attempts and its sealed file.

use super::{FREE, FailedAttempt, LONGEST_MS, delay_ms};
use crate::cbor::{array_of, at_end, exactly, into_vec};
use crate::clock::{BootTime, Clock};
use crate::env::Env;
use crate::home::{HomeError, read_limited, write_atomically};
use crate::key::{DeviceSecret, PurposeKey};
use crate::keychain::{Item, KeychainError};
use crate::seal;
use minicbor::data::Type;
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;
use uuid::Uuid;
use wardkeep_record::id::UserId;

/// What the box is bound to; ends in the version.
const ASSOCIATED: &[u8] = b"WKATTEMPTS\x01";
/// Larger than any file that [`MOST_UNREPORTED`] and the limit on slots allow.
const MOST_BYTES: usize = 256 * 1024;
/// Unreported events that are kept; beyond them the oldest go.
const MOST_UNREPORTED: usize = 1_000;
/// More users than a laptop has.
const MOST_USERS: u64 = 2_000;
/// The count at which the wait is the longest.
const TAMPERED_COUNT: u32 = FREE + 10;

/// One user's wrong passwords in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Row {
    count: u32,
    at_ms: u64,
    boot: Option<BootTime>,
}

/// Everyone's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ledger {
    vault: Uuid,
    number: u64,
    rows: BTreeMap<UserId, Row>,
    unreported: Vec<FailedAttempt>,
    /// The disk was full when this attempt was written down: only the keychain knows of it.
    only_in_keychain: bool,
}

impl Ledger {
    /// The empty record of a new vault, written to both places.
    pub(crate) fn found(env: &Env, vault: Uuid, device: &DeviceSecret) -> Result<Self, LedgerError> {
        let ledger = Self::empty(vault, 1);
        ledger.save(env, device)?;
        ledger.write_number(env)?;
        Ok(ledger)
    }

    fn empty(vault: Uuid, number: u64) -> Self {
        Self {
            vault,
            number,
            rows: BTreeMap::new(),
            unreported: Vec::new(),
            only_in_keychain: false,
        }
    }

    /// Reads it; what is not ours or not the latest becomes the record that makes everybody wait.
    pub(crate) fn load(env: &Env, vault: Uuid, device: &DeviceSecret) -> Result<Self, LedgerError> {
        let known = known_number(env, vault)?;
        let read = read_limited(&env.home.attempts(), MOST_BYTES)?;
        let ledger = read
            .and_then(|sealed| seal::open(&key(vault, device), ASSOCIATED, &sealed))
            .and_then(|plain| decode(&plain).ok())
            .filter(|ledger| ledger.vault == vault && known.is_some_and(|known| ledger.number >= known));
        let Some(mut ledger) = ledger else {
            return Self::tampered(env, vault, device, known.unwrap_or(0));
        };
        if ledger.anchor(&*env.clock) {
            ledger.save(env, device)?;
        }
        Ok(ledger)
    }

    /// Everybody waits as long as can be, from now on; written down at once, so that it counts down.
    fn tampered(env: &Env, vault: Uuid, device: &DeviceSecret, known: u64) -> Result<Self, LedgerError> {
        let mut ledger = Self::empty(vault, known.saturating_add(1));
        let row = Row {
            count: TAMPERED_COUNT,
            at_ms: env.clock.now_ms(),
            boot: env.clock.boot(),
        };
        ledger
            .rows
            .extend(env.home.slot_users()?.into_iter().map(|user| (user, row)));
        ledger
            .unreported
            .push(FailedAttempt::RecordTampered { at_ms: row.at_ms });
        tracing::warn!("the record of wrong passwords was missing or changed; unlocking waits");
        match ledger.save(env, device) {
            Err(error) if !error.is_disk_full() => return Err(error.into()),
            _ => {}
        }
        ledger.write_number(env)?;
        Ok(ledger)
    }

    /// A wall clock that stands before an attempt of an earlier start is taken as the new beginning of its wait: otherwise the wait
    /// would either be cut or never end.
    fn anchor(&mut self, clock: &dyn Clock) -> bool {
        let (now_ms, boot) = (clock.now_ms(), clock.boot());
        let mut moved = false;
        for row in self.rows.values_mut() {
            if !same_boot(row.boot, boot) && now_ms < row.at_ms {
                (row.at_ms, row.boot, moved) = (now_ms, boot, true);
            }
        }
        moved
    }

    /// Milliseconds that this user must still wait.
    pub(crate) fn wait_ms(&self, user: UserId, clock: &dyn Clock) -> u64 {
        let Some(row) = self.rows.get(&user) else { return 0 };
        let passed = match (row.boot, clock.boot()) {
            (Some(then), Some(now)) if then.id == now.id => now.since_ms.saturating_sub(then.since_ms),
            _ => clock.now_ms().saturating_sub(row.at_ms),
        };
        delay_ms(row.count).min(LONGEST_MS).saturating_sub(passed)
    }

    /// Writes down an attempt whose result is not known yet. On a full disk the keychain alone is told: then a right password still
    /// opens, and a wrong one leaves a file that is too old, which is the longest wait.
    pub(crate) fn begin(&mut self, env: &Env, device: &DeviceSecret, user: UserId) -> Result<(), LedgerError> {
        let at_ms = env.clock.now_ms();
        let count = self.rows.get(&user).map_or(0, |row| row.count).saturating_add(1);
        self.rows.insert(
            user,
            Row {
                count,
                at_ms,
                boot: env.clock.boot(),
            },
        );
        if self.unreported.len() >= MOST_UNREPORTED {
            self.unreported.remove(0);
        }
        self.unreported.push(FailedAttempt::WrongPassword { user, at_ms });
        self.number = self.number.saturating_add(1);
        match self.save(env, device) {
            Ok(()) => {}
            Err(error) if error.is_disk_full() => self.only_in_keychain = true,
            Err(error) => return Err(error.into()),
        }
        self.write_number(env)
    }

    /// The attempt was right: what [`Self::begin`] wrote is taken back.
    pub(crate) fn succeed(&mut self, env: &Env, device: &DeviceSecret, user: UserId) -> Result<(), LedgerError> {
        self.rows.remove(&user);
        self.unreported.pop();
        if self.only_in_keychain {
            self.number -= 1;
            return self.write_number(env);
        }
        match self.save(env, device) {
            Err(error) if !error.is_disk_full() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A removed user has no row.
    pub(crate) fn remove(&mut self, user: UserId) {
        self.rows.remove(&user);
    }

    /// What the audit trail has not heard of.
    pub(crate) fn unreported(&self) -> &[FailedAttempt] {
        &self.unreported
    }

    /// Drops what the audit trail has heard of.
    pub(crate) fn forget(&mut self, reported: &[FailedAttempt]) {
        self.unreported.retain(|event| !reported.contains(event));
    }

    /// Seals and writes the file.
    pub(crate) fn save(&self, env: &Env, device: &DeviceSecret) -> Result<(), HomeError> {
        let sealed = seal::seal(&key(self.vault, device), ASSOCIATED, &encode(self), &*env.random);
        write_atomically(&env.home.attempts(), &sealed)
    }

    fn write_number(&self, env: &Env) -> Result<(), LedgerError> {
        Ok(env
            .keychain
            .write(&self.vault, Item::Attempts, &self.number.to_le_bytes())?)
    }
}

/// Why the record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Keychain(#[from] KeychainError),
}

/// The latest number that the keychain knows of; `None` where it knows none, which is as bad as a wrong one.
fn known_number(env: &Env, vault: Uuid) -> Result<Option<u64>, LedgerError> {
    let known = env.keychain.read_if_there(&vault, Item::Attempts)?;
    Ok(known
        .and_then(|bytes| <[u8; 8]>::try_from(&bytes[..]).ok())
        .map(u64::from_le_bytes))
}

fn key(vault: Uuid, device: &DeviceSecret) -> PurposeKey {
    PurposeKey::derive(&[device.expose()], vault.as_bytes(), "wardkeep attempts v1", &[])
}

fn same_boot(then: Option<BootTime>, now: Option<BootTime>) -> bool {
    matches!((then, now), (Some(then), Some(now)) if then.id == now.id)
}

/// A CBOR array: vault, number, rows, unreported events.
fn encode(ledger: &Ledger) -> Vec<u8> {
    let mut bytes = Vec::new();
    into_vec(Encoder::new(&mut bytes).array(4).and_then(|encoder| {
        encoder
            .bytes(ledger.vault.as_bytes())?
            .u64(ledger.number)?
            .array(ledger.rows.len() as u64)?;
        for (user, row) in &ledger.rows {
            encoder
                .array(5)?
                .bytes(user.as_bytes())?
                .u32(row.count)?
                .u64(row.at_ms)?;
            match row.boot {
                Some(boot) => encoder.bytes(&boot.id)?.u64(boot.since_ms)?,
                None => encoder.null()?.null()?,
            };
        }
        encoder.array(ledger.unreported.len() as u64)?;
        for event in &ledger.unreported {
            match event {
                FailedAttempt::WrongPassword { user, at_ms } => {
                    encoder.array(2)?.bytes(user.as_bytes())?.u64(*at_ms)?
                }
                FailedAttempt::RecordTampered { at_ms } => encoder.array(2)?.null()?.u64(*at_ms)?,
            };
        }
        encoder.ok()
    }));
    bytes
}

fn decode(bytes: &[u8]) -> Result<Ledger, Error> {
    let mut decoder = Decoder::new(bytes);
    array_of(&mut decoder, 4)?;
    let mut ledger = Ledger::empty(Uuid::from_bytes(exactly(&mut decoder)?), decoder.u64()?);
    for _ in 0..limited(decoder.array()?, MOST_USERS)? {
        array_of(&mut decoder, 5)?;
        let user = UserId::from_bytes(exactly(&mut decoder)?);
        let (count, at_ms) = (decoder.u32()?, decoder.u64()?);
        let boot = if is_null(&mut decoder)? {
            decoder.null()?; // no time either
            None
        } else {
            Some(BootTime {
                id: exactly(&mut decoder)?,
                since_ms: decoder.u64()?,
            })
        };
        ledger.rows.insert(user, Row { count, at_ms, boot });
    }
    for _ in 0..limited(decoder.array()?, MOST_UNREPORTED as u64)? {
        array_of(&mut decoder, 2)?;
        let user = if is_null(&mut decoder)? {
            None
        } else {
            Some(UserId::from_bytes(exactly(&mut decoder)?))
        };
        let at_ms = decoder.u64()?;
        ledger.unreported.push(match user {
            Some(user) => FailedAttempt::WrongPassword { user, at_ms },
            None => FailedAttempt::RecordTampered { at_ms },
        });
    }
    at_end(&decoder, bytes)?;
    Ok(ledger)
}

/// Whether null comes next; if so it is taken.
fn is_null(decoder: &mut Decoder) -> Result<bool, Error> {
    let null = decoder.datatype()? == Type::Null;
    if null {
        decoder.null()?;
    }
    Ok(null)
}

fn limited(length: Option<u64>, most: u64) -> Result<u64, Error> {
    length
        .filter(|length| *length <= most)
        .ok_or_else(|| Error::message("length"))
}
