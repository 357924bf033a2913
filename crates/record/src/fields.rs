//! The fields of a record: what shows, as JSON text by field, and how it becomes a FHIR resource and back.

mod fhir;

pub use fhir::FromJsonError;

use crate::field::FieldId;
use crate::op::{FieldKey, ItemId};
use minicbor::{Decoder, Encoder};

/// The form of [`Fields::to_bytes`] that this version writes.
const VERSION: u8 = 1;

/// New values of fields; `None` clears.
pub type NewValues = Vec<(FieldKey, Option<Box<str>>)>;

/// A record's values that show, sorted by field and item. Cleared fields are absent.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(FieldKey, Box<str>)>);

/// The stored bytes are not those of [`Fields::to_bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the stored fields cannot be read")]
pub struct FieldsDamaged;

impl std::fmt::Debug for Fields {
    /// Which fields there are, never what they say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(key, value)| (key.field, key.item, value.len())))
            .finish()
    }
}

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// From any order; of two entries with one key the later stays.
    pub fn from_vec(mut list: Vec<(FieldKey, Box<str>)>) -> Self {
        if list.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            list.sort_by_key(|(key, _)| *key);
            list.reverse();
            list.dedup_by_key(|(key, _)| *key);
            list.reverse();
        }
        Self(list)
    }

    /// All entries, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FieldKey, &str)> + DoubleEndedIterator {
        self.0.iter().map(|(key, value)| (*key, value.as_ref()))
    }

    /// All entries, sorted, to keep.
    pub fn into_vec(self) -> Vec<(FieldKey, Box<str>)> {
        self.0
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of one entry.
    pub fn get(&self, key: FieldKey) -> Option<&str> {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(&self.0[at].1)
    }

    /// The value of a field that is no set of items.
    pub fn one(&self, field: FieldId) -> Option<&str> {
        self.get(FieldKey { field, item: None })
    }

    /// The items of a field, in the order in which they show.
    pub fn items(&self, field: FieldId) -> impl Iterator<Item = (ItemId, &str)> {
        let start = self.0.partition_point(|(key, _)| key.field < field);
        let of_field = self.0[start..].iter().take_while(move |(key, _)| key.field == field);
        of_field.filter_map(|(key, value)| Some((key.item?, value.as_ref())))
    }

    /// Sets or clears one entry; returns whether that changed anything.
    pub fn set(&mut self, key: FieldKey, value: Option<Box<str>>) -> bool {
        match (self.0.binary_search_by_key(&key, |(key, _)| *key), value) {
            (Ok(at), Some(value)) if self.0[at].1 == value => false,
            (Ok(at), Some(value)) => {
                self.0[at].1 = value;
                true
            }
            (Ok(at), None) => {
                self.0.remove(at);
                true
            }
            (Err(at), Some(value)) => {
                self.0.insert(at, (key, value));
                true
            }
            (Err(_), None) => false,
        }
    }

    /// The id for a new local item of a field: after all others, and hardly ever the one that another device takes at the same time.
    pub fn next_item(&self, field: FieldId, random: u16) -> ItemId {
        let last = self.items(field).map(|(item, _)| item).last().unwrap_or(0);
        last.saturating_add(1).saturating_add(ItemId::from(random))
    }

    /// Compact bytes for a row: CBOR `[1, key, value, ...]`, where key is a field number or `[field, item]`, sorted.
    /// A pure function of the fields.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = self.0.iter().map(|(_, value)| value.len() + 12).sum::<usize>();
        let mut out = Encoder::new(Vec::with_capacity(size + 8));
        let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
            out.array(1 + 2 * self.0.len() as u64)?.u8(VERSION)?;
            for (key, value) in &self.0 {
                match key.item {
                    Some(item) => out.array(2)?.u16(key.field)?.u32(item)?,
                    None => out.u16(key.field)?,
                };
                out.str(value)?;
            }
            Ok(())
        })();
        written.expect("writing to a Vec cannot fail");
        out.into_writer()
    }

    /// Back from [`Fields::to_bytes`]. Never panics.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsDamaged> {
        let mut input = Decoder::new(bytes);
        let fields = read(&mut input).map_err(|_| FieldsDamaged)?.ok_or(FieldsDamaged)?;
        if input.position() != bytes.len() {
            return Err(FieldsDamaged);
        }
        Ok(fields)
    }
}

/// The fields; `None` when the form is another.
fn read(input: &mut Decoder<'_>) -> Result<Option<Fields>, minicbor::decode::Error> {
    let Some(parts @ 1..) = input.array()? else {
        return Ok(None);
    };
    if input.u8()? != VERSION || parts % 2 == 0 {
        return Ok(None);
    }
    let mut list: Vec<(FieldKey, Box<str>)> = Vec::with_capacity((parts / 2).min(64) as usize);
    for _ in 0..parts / 2 {
        let key = if input.datatype()? == minicbor::data::Type::Array {
            if input.array()? != Some(2) {
                return Ok(None);
            }
            FieldKey {
                field: input.u16()?,
                item: Some(input.u32()?),
            }
        } else {
            FieldKey {
                field: input.u16()?,
                item: None,
            }
        };
        if list.last().is_some_and(|(last, _)| *last >= key) {
            return Ok(None);
        }
        list.push((key, input.str()?.into()));
    }
    Ok(Some(Fields(list)))
}

#[cfg(test)]
mod tests;
