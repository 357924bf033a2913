//! The people of this laptop: rows of the office file, not records, because who may unlock here is this device's matter.

use super::error::{At, StoreError};
use super::{Tx, View};
use rusqlite::{OptionalExtension, params};
use std::fmt;
use wardkeep_record::id::UserId;
use wardkeep_record::op::Compartment;

/// The longest user name, in bytes.
pub const USER_NAME_MAX: usize = 200;

/// One user of this device.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalUser {
    /// Who.
    pub id: UserId,
    /// The name that the unlock screen shows.
    pub name: String,
    /// The roles as bits; the numbers are those of the caller's role table.
    pub roles: u32,
    /// When the user was added, in Unix milliseconds.
    pub created_ms: u64,
    /// When the user was closed; a closed user has no slot any more, but the log still names them.
    pub closed_ms: Option<u64>,
}

impl fmt::Debug for LocalUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl View<'_> {
    /// All users of this device, closed ones too, by name.
    pub fn users(&self) -> Result<Vec<LocalUser>, StoreError> {
        let at = Compartment::Office;
        let sql = "SELECT id, name, roles, created_ms, closed_ms FROM main.local_user ORDER BY name";
        let mut query = self.conn.prepare_cached(sql).at(at)?;
        let rows = query.query_map([], read_user).at(at)?;
        rows.collect::<rusqlite::Result<_>>().at(at)
    }

    /// One user, closed or not.
    pub fn user(&self, id: UserId) -> Result<Option<LocalUser>, StoreError> {
        let at = Compartment::Office;
        let sql = "SELECT id, name, roles, created_ms, closed_ms FROM main.local_user WHERE id = ?1";
        let mut query = self.conn.prepare_cached(sql).at(at)?;
        query
            .query_row(params![id.as_bytes().as_slice()], read_user)
            .optional()
            .at(at)
    }
}

/// Reads the five columns.
fn read_user(row: &rusqlite::Row<'_>) -> rusqlite::Result<LocalUser> {
    Ok(LocalUser {
        id: UserId::from_bytes(row.get(0)?),
        name: row.get(1)?,
        roles: row.get(2)?,
        created_ms: row.get::<_, i64>(3)?.cast_unsigned(),
        closed_ms: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
    })
}

impl Tx<'_> {
    /// Gives a user of this device the id by which the clinic knows them. Nothing happens when it was given already.
    pub fn readdress_user(&mut self, from: UserId, to: UserId) -> Result<(), StoreError> {
        let at = self.expect(Compartment::Office)?;
        let sql = "UPDATE main.local_user SET id = ?2 WHERE id = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM main.local_user WHERE id = ?2)";
        let ids = params![from.as_bytes().as_slice(), to.as_bytes().as_slice()];
        self.conn
            .prepare_cached(sql)
            .and_then(|mut update| update.execute(ids))
            .at(at)?;
        self.must_audit();
        Ok(())
    }

    /// Adds a user, or changes the one with this id. A name that another user has is refused with `Exists`.
    pub fn put_user(&mut self, user: &LocalUser) -> Result<(), StoreError> {
        let at = self.expect(Compartment::Office)?;
        if user.name.len() > USER_NAME_MAX {
            return Err(StoreError::TooLarge {
                what: "user name",
                max: USER_NAME_MAX,
            });
        }
        let taken = "SELECT EXISTS (SELECT 1 FROM main.local_user WHERE name = ?1 AND id <> ?2)";
        let taken: bool = self
            .conn
            .prepare_cached(taken)
            .and_then(|mut query| query.query_row(params![user.name, user.id.as_bytes().as_slice()], |row| row.get(0)))
            .at(at)?;
        if taken {
            return Err(StoreError::Exists { what: "user name" });
        }
        let sql = "INSERT INTO main.local_user (id, name, roles, created_ms, closed_ms) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (id) DO UPDATE SET name = ?2, roles = ?3, closed_ms = ?5";
        let row = params![
            user.id.as_bytes().as_slice(),
            user.name,
            user.roles,
            user.created_ms.cast_signed(),
            user.closed_ms.map(u64::cast_signed),
        ];
        self.conn
            .prepare_cached(sql)
            .and_then(|mut put| put.execute(row))
            .at(at)?;
        self.must_audit();
        Ok(())
    }
}
