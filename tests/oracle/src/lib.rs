//! For tests only: SQLite's session extension as an independent witness of which rows a piece of work changed.
//!
//! The store says that every change of a record is explained by an op. The extension knows nothing of ops: it hooks the
//! b-tree writes themselves, so what it saw and no op explains is a fault.

use rusqlite::Connection;
use rusqlite::ffi;
use rusqlite::types::Value;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

/// What happened to a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happened {
    /// It is new.
    Insert,
    /// Some of its columns changed.
    Update,
    /// It is gone.
    Delete,
}

/// One row that differs between before and after.
#[derive(Clone, PartialEq, Debug)]
pub struct Changed {
    /// The table.
    pub table: String,
    /// What happened.
    pub happened: Happened,
    /// The old columns; `None` where unchanged, empty for a new row.
    pub old: Vec<Option<Value>>,
    /// The new columns; `None` where unchanged, empty for a row that is gone.
    pub new: Vec<Option<Value>>,
}

/// The extension's session object.
#[repr(C)]
struct Session {
    _private: [u8; 0],
}

/// The extension's iterator over a changeset.
#[repr(C)]
struct Iter {
    _private: [u8; 0],
}

unsafe extern "C" {
    fn sqlite3session_create(db: *mut ffi::sqlite3, schema: *const c_char, session: *mut *mut Session) -> c_int;
    fn sqlite3session_delete(session: *mut Session);
    fn sqlite3session_attach(session: *mut Session, table: *const c_char) -> c_int;
    fn sqlite3session_changeset(session: *mut Session, size: *mut c_int, changeset: *mut *mut c_void) -> c_int;
    fn sqlite3changeset_start(iter: *mut *mut Iter, size: c_int, changeset: *mut c_void) -> c_int;
    fn sqlite3changeset_next(iter: *mut Iter) -> c_int;
    fn sqlite3changeset_op(
        iter: *mut Iter,
        table: *mut *const c_char,
        columns: *mut c_int,
        op: *mut c_int,
        indirect: *mut c_int,
    ) -> c_int;
    fn sqlite3changeset_old(iter: *mut Iter, column: c_int, value: *mut *mut ffi::sqlite3_value) -> c_int;
    fn sqlite3changeset_new(iter: *mut Iter, column: c_int, value: *mut *mut ffi::sqlite3_value) -> c_int;
    fn sqlite3changeset_finalize(iter: *mut Iter) -> c_int;
}

/// Does `work` on `subject` while the session extension watches all tables of `schema` on the connection that `conn` names
/// in it, and returns what changed from before to after.
///
/// `work` must not close that connection.
///
/// # Panics
/// When the extension answers with an error, or the subject holds another connection afterwards.
pub fn watch<S, R>(
    subject: &mut S,
    conn: impl Fn(&S) -> &Connection,
    schema: &str,
    work: impl FnOnce(&mut S) -> R,
) -> (R, Vec<Changed>) {
    // SAFETY: the handle is only used while `subject` keeps its connection open, which is checked below by its address.
    let db = unsafe { conn(subject).handle() };
    let name = CString::new(schema).expect("a schema's name holds no zero byte");
    let mut session = ptr::null_mut();
    // SAFETY: `db` is open, `name` ends with a zero, `session` is a place for the answer.
    check(unsafe { sqlite3session_create(db, name.as_ptr(), &raw mut session) });
    // SAFETY: the session was just made; a null table means all of them.
    check(unsafe { sqlite3session_attach(session, ptr::null()) });
    let answer = work(subject);
    // SAFETY: only the address is compared.
    let after = unsafe { conn(subject).handle() };
    assert_eq!(db, after, "the work closed the connection that is watched");
    let (mut size, mut changeset) = (0, ptr::null_mut());
    // SAFETY: the session lives, its connection is open, both places are ours.
    check(unsafe { sqlite3session_changeset(session, &raw mut size, &raw mut changeset) });
    let changed = read_changeset(size, changeset);
    // SAFETY: the changeset was made by SQLite for us and is read; the session is not used again.
    unsafe {
        ffi::sqlite3_free(changeset);
        sqlite3session_delete(session);
    }
    (answer, changed)
}

/// Reads all rows of a changeset.
fn read_changeset(size: c_int, changeset: *mut c_void) -> Vec<Changed> {
    let mut iter = ptr::null_mut();
    // SAFETY: the changeset has that size and outlives the iterator.
    check(unsafe { sqlite3changeset_start(&raw mut iter, size, changeset) });
    let mut all = Vec::new();
    // SAFETY: the iterator lives until it is finalized below.
    while unsafe { sqlite3changeset_next(iter) } == ffi::SQLITE_ROW {
        let (mut table, mut columns, mut op, mut indirect) = (ptr::null(), 0, 0, 0);
        // SAFETY: the iterator stands on a row; all places are ours.
        check(unsafe { sqlite3changeset_op(iter, &raw mut table, &raw mut columns, &raw mut op, &raw mut indirect) });
        // SAFETY: SQLite gives the table's name with a zero at its end, valid until the next step.
        let table = unsafe { CStr::from_ptr(table) }.to_string_lossy().into_owned();
        let happened = match op {
            ffi::SQLITE_INSERT => Happened::Insert,
            ffi::SQLITE_DELETE => Happened::Delete,
            _ => Happened::Update,
        };
        let read = |get: unsafe extern "C" fn(*mut Iter, c_int, *mut *mut ffi::sqlite3_value) -> c_int| {
            (0..columns).map(|column| read_column(iter, column, get)).collect()
        };
        all.push(Changed {
            table,
            happened,
            old: if happened == Happened::Insert {
                Vec::new()
            } else {
                read(sqlite3changeset_old)
            },
            new: if happened == Happened::Delete {
                Vec::new()
            } else {
                read(sqlite3changeset_new)
            },
        });
    }
    // SAFETY: not used again.
    check(unsafe { sqlite3changeset_finalize(iter) });
    all
}

/// Reads one column of the row that the iterator stands on; `None` when it did not change.
fn read_column(
    iter: *mut Iter,
    column: c_int,
    get: unsafe extern "C" fn(*mut Iter, c_int, *mut *mut ffi::sqlite3_value) -> c_int,
) -> Option<Value> {
    let mut value = ptr::null_mut();
    // SAFETY: the column is within the row, the place is ours.
    check(unsafe { get(iter, column, &raw mut value) });
    if value.is_null() {
        return None;
    }
    // SAFETY: the value is valid until the iterator moves; text and blobs are copied with the length SQLite gives,
    // asked for after the pointer as its documentation wants.
    Some(unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let text = bytes(ffi::sqlite3_value_text(value), ffi::sqlite3_value_bytes(value));
                Value::Text(String::from_utf8_lossy(&text).into_owned())
            }
            ffi::SQLITE_BLOB => Value::Blob(bytes(
                ffi::sqlite3_value_blob(value).cast(),
                ffi::sqlite3_value_bytes(value),
            )),
            _ => Value::Null,
        }
    })
}

/// Copies bytes out.
///
/// # Safety
/// `start` must be null or point to `length` bytes.
unsafe fn bytes(start: *const u8, length: c_int) -> Vec<u8> {
    if start.is_null() {
        return Vec::new();
    }
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(start, usize::try_from(length).unwrap_or(0)) }.to_vec()
}

/// A test that cannot observe must not pass.
fn check(code: c_int) {
    assert_eq!(code, ffi::SQLITE_OK, "the session extension answered {code}");
}
