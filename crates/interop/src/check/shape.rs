//! What every resource keeps, whatever its type: sound JSON, and no member named twice.

use super::{Checked, Fault, clean};
use crate::json::{Cursor, Next};
use crate::reject::Reason;
use std::borrow::Cow;
use std::collections::HashSet;

/// From so many members on, names are looked up in a set.
const MANY: usize = 24;

/// Passes over one value.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Checked {
    match cursor.next()? {
        Next::Object => drop(members(cursor)?),
        Next::Array => {
            cursor.eat(b'[');
            let mut count = 0_usize;
            while cursor.item(count == 0)? {
                value(cursor).map_err(|fault| fault.under(format!("[{count}]")))?;
                count += 1;
            }
        }
        Next::String => drop(cursor.string()?),
        Next::Number => drop(cursor.number()?),
        Next::Bool | Next::Null => drop(cursor.literal()?),
    }
    Ok(())
}

/// Passes over one object; yields its members.
pub(super) fn members<'a>(cursor: &mut Cursor<'a>) -> Checked<Vec<(Cow<'a, str>, &'a str)>> {
    if !cursor.eat(b'{') {
        return Err(Reason::NotAnObject.into());
    }
    let mut members: Vec<(Cow<'a, str>, &'a str)> = Vec::new();
    let mut names: HashSet<Cow<'a, str>> = HashSet::new();
    while let Some(name) = cursor.member(members.is_empty())? {
        let twice = match members.len() {
            0..MANY => members.iter().any(|(known, _)| *known == name),
            MANY => {
                names.extend(members.iter().map(|(known, _)| known.clone()));
                !names.insert(name.clone())
            }
            _ => !names.insert(name.clone()),
        };
        if twice {
            return Err(Fault::at(&name, Reason::Twice));
        }
        let start = *cursor;
        value(cursor).map_err(|fault| fault.under(clean(&name)))?;
        members.push((name, cursor.since(&start)));
    }
    Ok(members)
}
