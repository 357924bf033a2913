//! The audit chain: who did what, in order, each entry sealed to the one before it.
//!
//! Every compartment file has a chain of its own, written in the transaction of the change that it tells of, so that
//! there is never a change without its entry. The head (number and hash) stands in `meta` with a MAC under a key that
//! is derived from the file's key: cutting entries off the end shows, unless whoever cuts holds that key.

mod verify;

pub(super) use verify::verify;
pub use verify::{AuditFault, AuditReport};

use super::error::{At, StoreError};
use super::number::user_number;
use super::schema::schema;
use crate::key::{PurposeKey, VaultKey};
use rusqlite::{Connection, OptionalExtension, params};
use std::fmt;
use wardkeep_record::id::{DeviceId, RecordId, UserId};
use wardkeep_record::op::Compartment;

/// The longest detail text, in bytes.
pub const DETAIL_MAX: usize = 4096;

/// The same with the mark of broken glass.
pub(crate) const MARKED_MAX: usize = DETAIL_MAX + super::glass::GLASS_MARK.len();

/// Declares the actions with their stored numbers and names.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal,)*) => {
        /// What was done. The numbers are written to disk and never reused.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum Action {
            $($(#[$doc])* $name = $number,)*
        }

        impl Action {
            /// Every action, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stored number.
            pub fn number(self) -> u16 {
                self as u16
            }

            /// The action of a stored number; `None` when a newer version wrote it.
            pub fn of_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The action of a name.
            pub fn of_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.name() == name)
            }

            /// Whether records, or a paper with them, went out by it.
            pub fn discloses(self) -> bool {
                matches!(self, Self::Export | Self::Print)
            }

            /// Whether its detail goes to the readers of the trail though it is in the chart's chain: to whom records went and why, and why
            /// a restricted chart was opened.
            pub fn detail_leaves(self) -> bool {
                self.discloses() || matches!(self, Self::GlassBreak | Self::GlassEnd)
            }

            /// The name in `snake_case`, for reports and the window.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

actions! {
    /// The vault was made on this device.
    Found = 1 "found",
    /// A user unlocked the vault.
    Unlock = 2 "unlock",
    /// A password was wrong (written at the next unlock; the detail says when it happened).
    UnlockFailed = 3 "unlock_failed",
    /// The vault was locked.
    Lock = 4 "lock",
    /// A record was opened from a search.
    SearchOpen = 5 "search_open",
    /// A record or chart was looked at.
    View = 6 "view",
    /// A patient was registered.
    Register = 7 "register",
    /// A record was made or changed.
    Edit = 8 "edit",
    /// A record was removed.
    Remove = 9 "remove",
    /// A removed record was brought back.
    Restore = 10 "restore",
    /// Records came in from files.
    Import = 11 "import",
    /// Records went out to a file.
    Export = 12 "export",
    /// Something was printed.
    Print = 13 "print",
    /// A note was signed.
    Note = 14 "note",
    /// A file was attached.
    Attach = 15 "attach",
    /// A user was added to this device.
    UserAdd = 16 "user_add",
    /// A user's roles changed, or the user was closed.
    UserChange = 17 "user_change",
    /// A password was changed.
    PasswordChange = 18 "password_change",
    /// A setting or a policy was changed.
    Settings = 19 "settings",
    /// Changes of another device were taken in.
    Receive = 20 "receive",
    /// Damage was found and a file moved aside.
    Damage = 21 "damage",
    /// A conflict was settled.
    Settle = 22 "settle",
    /// The clinic was given a server, or given to another.
    ClinicAttach = 23 "clinic_attach",
    /// A new device was invited.
    Invite = 24 "invite",
    /// A device or a user was taken into the clinic, or refused, or given keys.
    Approve = 25 "approve",
    /// This device joined a clinic, or another asked to join.
    Join = 26 "join",
    /// A device was taken out of the clinic.
    Revoke = 27 "revoke",
    /// A snapshot of a compartment was made, signed, or taken in.
    Snapshot = 28 "snapshot",
    /// A key was renewed; the detail says which.
    Rotate = 60 "rotate",
    /// A step of an incident was taken.
    Incident = 61 "incident",
    /// A device was ordered to be wiped, or has answered.
    Wipe = 70 "wipe",
    /// The lease of this device ended, or a user's slot needs it from now on; the detail says which.
    Lease = 80 "lease",
    /// A recovery key was made; the detail says which, and how far it is.
    RecoveryNew = 85 "recovery_new",
    /// A recovery key was tried, without using it.
    RecoveryCheck = 86 "recovery_check",
    /// This laptop was taken into the clinic with the recovery key.
    RecoveryUse = 87 "recovery_use",
    /// The laptop said how it stands: system, version, disk, keychain, what waits.
    Posture = 90 "posture",
    /// Something by which a laptop is protected got another than it was; the detail says what.
    PostureChange = 91 "posture_change",
    /// Entries of the trail went out to a file.
    TrailExport = 95 "trail_export",
    /// It was asked to whom a patient's records were disclosed.
    Accounting = 96 "accounting",
    /// It was asked who looked at a patient.
    Viewers = 97 "viewers",
    /// What a revoked device wrote after its revocation was looked at.
    QuarantineView = 105 "quarantine_view",
    /// What a revoked device wrote after its revocation counts from now on.
    QuarantineAccept = 106 "quarantine_accept",
    /// What a revoked device wrote after its revocation stays out.
    QuarantineDiscard = 107 "quarantine_discard",
    /// A patient was restricted: only the people named for it open the chart as usual.
    RestrictionSet = 110 "restriction_set",
    /// Other people open the chart of a restricted patient as usual.
    RestrictionChange = 111 "restriction_change",
    /// A patient is no longer restricted.
    RestrictionLift = 112 "restriction_lift",
    /// The chart of a restricted patient was opened for an emergency; the detail says why and for how long.
    GlassBreak = 113 "glass_break",
    /// That ended; the detail says by what.
    GlassEnd = 114 "glass_end",
    /// The values before and after of an entry's change were looked at.
    ValuesView = 115 "values_view",
    /// An admin has seen that the glass was broken; the detail says which time.
    GlassSeen = 116 "glass_seen",
}

/// One entry to write. The user, the time and the place in the chain come from the transaction.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// What was done.
    pub action: Action,
    /// Whose record it was, where it was somebody's.
    pub patient: Option<RecordId>,
    /// Which record, where it was one.
    pub record: Option<RecordId>,
    /// A small JSON object with what the reader of the log needs (counts, reasons, field names); never record content.
    /// Empty for none; at most [`DETAIL_MAX`] bytes.
    pub detail: String,
}

impl fmt::Debug for AuditEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditEntry")
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

impl AuditEntry {
    /// An entry with nothing but its action.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            patient: None,
            record: None,
            detail: String::new(),
        }
    }

    /// The same entry, about this patient.
    #[must_use]
    pub fn patient(mut self, patient: RecordId) -> Self {
        self.patient = Some(patient);
        self
    }

    /// The same entry, about this record.
    #[must_use]
    pub fn record(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }

    /// Refuses a detail that is too long.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.detail.len() > DETAIL_MAX {
            return Err(StoreError::TooLarge {
                what: "audit detail",
                max: DETAIL_MAX,
            });
        }
        Ok(())
    }

    /// The same entry as one under broken glass. The mark comes on top of what a detail may have.
    pub(super) fn under_glass(&self) -> Self {
        Self {
            detail: super::glass::marked(&self.detail),
            ..self.clone()
        }
    }

    /// The same entry with a detail, as a JSON object.
    #[must_use]
    pub fn detail(mut self, detail: &serde_json::Value) -> Self {
        self.detail = detail.to_string();
        self
    }
}

/// One entry as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number in the chain, from 1.
    pub n: u64,
    /// When, in Unix milliseconds of this device's clock.
    pub at_ms: u64,
    /// Who was unlocked.
    pub user: UserId,
    /// The stored number of the action; see [`Action::of_number`].
    pub action: u16,
    /// Whose record it was.
    pub patient: Option<RecordId>,
    /// Which record.
    pub record: Option<RecordId>,
    /// The detail's JSON text, or nothing.
    pub detail: String,
}

impl fmt::Debug for AuditRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditRow")
            .field("n", &self.n)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// The key of a chain head's MAC, derived from the compartment's own key.
pub(super) struct AuditKey(PurposeKey);

impl AuditKey {
    /// Derives the key from the compartment's database key.
    pub(super) fn derive(vault_key: &VaultKey) -> Self {
        Self(PurposeKey::derive(
            &[vault_key.expose()],
            b"",
            "wardkeep audit head mac v1",
            b"",
        ))
    }
}

/// The end of a chain.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) n: u64,
    pub(super) hash: [u8; 32],
}

impl Head {
    /// The head of an empty chain: bound to the device and the compartment.
    pub(super) fn empty(device: DeviceId, compartment: Compartment) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("wardkeep 2025 audit chain v1");
        hasher.update(device.as_bytes()).update(&[tag(compartment)]);
        Self {
            n: 0,
            hash: *hasher.finalize().as_bytes(),
        }
    }

    /// The MAC over the head.
    pub(super) fn mac(&self, key: &AuditKey, device: DeviceId, compartment: Compartment) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(key.0.expose());
        hasher
            .update(device.as_bytes())
            .update(&[tag(compartment)])
            .update(&self.n.to_be_bytes())
            .update(&self.hash);
        hasher.finalize()
    }
}

/// The compartment's byte in hashed text.
fn tag(compartment: Compartment) -> u8 {
    match compartment {
        Compartment::Office => 1,
        Compartment::Clinical => 2,
    }
}

/// The hash of one entry: BLAKE3 in key-derivation mode (so that the bytes mean nothing elsewhere) over the device, the
/// compartment and every column, each of fixed length or with its length before it.
fn entry_hash(device: DeviceId, compartment: Compartment, row: &AuditRow, prev: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("wardkeep 2025 audit entry v1");
    hasher.update(device.as_bytes()).update(&[tag(compartment)]);
    hasher.update(&row.n.to_be_bytes()).update(&row.at_ms.to_be_bytes());
    hasher.update(row.user.as_bytes()).update(&row.action.to_be_bytes());
    for id in [row.patient, row.record] {
        match id {
            Some(id) => hasher.update(&[1]).update(id.as_bytes()),
            None => hasher.update(&[0]),
        };
    }
    hasher
        .update(&(row.detail.len() as u64).to_be_bytes())
        .update(row.detail.as_bytes());
    *hasher.update(prev).finalize().as_bytes()
}

/// The hash that an entry of a device's chain must have after the one with this hash; none before the first.
pub fn audit_entry_hash(
    device: DeviceId,
    compartment: Compartment,
    row: &AuditRow,
    before: Option<[u8; 32]>,
) -> [u8; 32] {
    let before = before.unwrap_or_else(|| Head::empty(device, compartment).hash);
    entry_hash(device, compartment, row, &before)
}

/// Appends one entry, whose detail was checked, after `head` and moves `head` to it. The caller stores the head before it commits.
pub(super) fn append(
    conn: &Connection,
    compartment: Compartment,
    device: DeviceId,
    head: &mut Head,
    (user, at_ms): (UserId, u64),
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    let row = AuditRow {
        n: head.n + 1,
        at_ms,
        user,
        action: entry.action.number(),
        patient: entry.patient,
        record: entry.record,
        detail: entry.detail.clone(),
    };
    let hash = entry_hash(device, compartment, &row, &head.hash);
    let user_n = user_number(conn, compartment, user)?;
    let sql = format!(
        "INSERT INTO {}.audit (n, at_ms, user, action, patient, record, detail, prev, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        schema(compartment)
    );
    conn.prepare_cached(&sql)
        .and_then(|mut insert| {
            insert.execute(params![
                row.n.cast_signed(),
                row.at_ms.cast_signed(),
                user_n,
                row.action,
                row.patient.as_ref().map(|id| id.as_bytes().as_slice()),
                row.record.as_ref().map(|id| id.as_bytes().as_slice()),
                row.detail,
                head.hash.as_slice(),
                hash.as_slice(),
            ])
        })
        .at(compartment)?;
    *head = Head { n: row.n, hash };
    Ok(())
}

/// The last entries before number `before` (all when `None`), newest first, at most `limit`; of one patient when given.
pub(super) fn page(
    conn: &Connection,
    compartment: Compartment,
    patient: Option<RecordId>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let s = schema(compartment);
    let of_patient = if patient.is_some() {
        "a.patient = ?3 AND"
    } else {
        "?3 IS NULL AND"
    };
    let sql = format!(
        "SELECT a.n, a.at_ms, u.id, a.action, a.patient, a.record, a.detail, a.prev, a.hash \
         FROM {s}.audit a JOIN {s}.user_ref u ON u.n = a.user \
         WHERE {of_patient} a.n < ?1 ORDER BY a.n DESC LIMIT ?2"
    );
    let before = before.map_or(i64::MAX, u64::cast_signed);
    let patient = patient.as_ref().map(|id| id.as_bytes().as_slice());
    let mut query = conn.prepare_cached(&sql).at(compartment)?;
    let mut rows = query.query(params![before, limit, patient]).at(compartment)?;
    let mut page = Vec::new();
    while let Some(row) = rows.next().at(compartment)? {
        page.push(read_row(row).at(compartment)?.row);
    }
    Ok(page)
}

/// The entries after number `after` with their hashes, oldest first, at most `limit`.
pub(super) fn after(
    conn: &Connection,
    compartment: Compartment,
    after: u64,
    limit: u32,
) -> Result<Vec<(AuditRow, [u8; 32])>, StoreError> {
    let s = schema(compartment);
    let sql = format!(
        "SELECT a.n, a.at_ms, u.id, a.action, a.patient, a.record, a.detail, a.prev, a.hash \
         FROM {s}.audit a JOIN {s}.user_ref u ON u.n = a.user WHERE a.n > ?1 ORDER BY a.n LIMIT ?2"
    );
    let mut query = conn.prepare_cached(&sql).at(compartment)?;
    let mut rows = query
        .query(params![i64::try_from(after).unwrap_or(i64::MAX), limit])
        .at(compartment)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().at(compartment)? {
        let hash = row.get(8).at(compartment)?;
        found.push((read_row(row).at(compartment)?.row, hash));
    }
    Ok(found)
}

/// A row with its links.
struct Linked {
    row: AuditRow,
    prev: Vec<u8>,
    hash: Vec<u8>,
}

/// Reads one row of the nine columns that [`page`] selects.
fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Linked> {
    let id = |column: usize| -> rusqlite::Result<Option<RecordId>> {
        Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(RecordId::from_bytes))
    };
    Ok(Linked {
        row: AuditRow {
            n: row.get::<_, i64>(0)?.cast_unsigned(),
            at_ms: row.get::<_, i64>(1)?.cast_unsigned(),
            user: UserId::from_bytes(row.get(2)?),
            action: row.get(3)?,
            patient: id(4)?,
            record: id(5)?,
            detail: row.get(6)?,
        },
        prev: row.get(7)?,
        hash: row.get(8)?,
    })
}

/// Reads the stored head and its MAC.
pub(super) fn stored_head(conn: &Connection, compartment: Compartment) -> Result<(Head, [u8; 32]), StoreError> {
    let sql = format!(
        "SELECT audit_n, audit_hash, audit_mac FROM {}.meta",
        schema(compartment)
    );
    conn.prepare_cached(&sql)
        .and_then(|mut query| {
            query
                .query_row([], |row| {
                    let head = Head {
                        n: row.get::<_, i64>(0)?.cast_unsigned(),
                        hash: row.get(1)?,
                    };
                    Ok((head, row.get(2)?))
                })
                .optional()
        })
        .at(compartment)?
        .ok_or_else(|| StoreError::damaged(compartment))
}
