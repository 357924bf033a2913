//! Texts that are being written, saved as they are typed: one for each user, patient and form.
//!
//! A draft is nobody's record yet. It needs no audit entry and makes no op; it lives in the clinical file, so that it is
//! as secret as the note that it becomes, and dies in the transaction that signs that note.

use super::error::{At, StoreError};
use super::number::{known_subject, user_number};
use super::schema::schema;
use super::{Tx, View};
use rusqlite::{OptionalExtension, params};
use std::fmt;
use wardkeep_record::id::{RecordId, UserId};
use wardkeep_record::op::Compartment;

/// The longest draft, in bytes.
pub const DRAFT_MAX: usize = 1 << 20;

/// A saved draft.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// The text, in the form's own shape.
    pub body: String,
    /// When it was saved, in Unix milliseconds.
    pub updated_ms: u64,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("updated_ms", &self.updated_ms)
            .finish_non_exhaustive()
    }
}

const AT: Compartment = Compartment::Clinical;

impl View<'_> {
    /// The user's draft of this form (`note`) for this patient.
    pub fn draft(&self, user: UserId, patient: RecordId, form: &str) -> Result<Option<Draft>, StoreError> {
        self.granted(AT)?;
        let s = schema(AT);
        let sql = format!(
            "SELECT d.body, d.updated_ms FROM {s}.draft d JOIN {s}.user_ref u ON u.n = d.user \
             JOIN {s}.subject p ON p.n = d.subject WHERE u.id = ?1 AND p.id = ?2 AND d.form = ?3"
        );
        let key = params![user.as_bytes().as_slice(), patient.as_bytes().as_slice(), form];
        let mut query = self.conn.prepare_cached(&sql).at(AT)?;
        query
            .query_row(key, |row| {
                Ok(Draft {
                    body: row.get(0)?,
                    updated_ms: row.get::<_, i64>(1)?.cast_unsigned(),
                })
            })
            .optional()
            .at(AT)
    }
}

impl Tx<'_> {
    /// Saves the unlocked user's draft; answers when, in Unix milliseconds.
    pub fn save_draft(&mut self, patient: RecordId, form: &str, body: &str) -> Result<u64, StoreError> {
        self.expect(AT)?;
        if body.len() > DRAFT_MAX {
            return Err(StoreError::TooLarge {
                what: "draft",
                max: DRAFT_MAX,
            });
        }
        let user = user_number(self.conn, AT, self.user)?;
        let subject = self.numbers.subject(self.conn, AT, Some(patient))?;
        let sql = format!(
            "INSERT INTO {}.draft (user, subject, form, body, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (user, subject, form) DO UPDATE SET body = ?4, updated_ms = ?5",
            schema(AT)
        );
        let row = params![user, subject, form, body, self.now_ms.cast_signed()];
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut put| put.execute(row))
            .at(AT)?;
        Ok(self.now_ms)
    }

    /// Throws the unlocked user's draft away; nothing happens when there is none.
    pub fn discard_draft(&mut self, patient: RecordId, form: &str) -> Result<(), StoreError> {
        self.expect(AT)?;
        let user = user_number(self.conn, AT, self.user)?;
        let Some(subject) = known_subject(self.conn, AT, patient)? else {
            return Ok(());
        };
        let sql = format!(
            "DELETE FROM {}.draft WHERE user = ?1 AND subject = ?2 AND form = ?3",
            schema(AT)
        );
        self.conn
            .prepare_cached(&sql)
            .and_then(|mut del| del.execute(params![user, subject, form]))
            .at(AT)?;
        Ok(())
    }
}
