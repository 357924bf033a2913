//! The clocks of a record's fields, and their canonical bytes.

use super::Stamp;
use crate::fields::Fields;
use crate::hlc::Hlc;
use crate::id::{DeviceId, UserId};
use crate::op::{Dot, FieldKey};
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;

/// The form of [`Clocks::to_bytes`] that this version writes.
const VERSION: u8 = 1;

/// One field's clocks. The value of the head that shows stands in the record's fields.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct FieldState {
    /// The head that shows. `None` only where writes cite each other in a circle, which no honest device does.
    pub shown: Option<Stamp>,
    /// The other heads and what they say, the latest first.
    pub hidden: Vec<(Stamp, Option<Box<str>>)>,
    /// The highest write of each device that was applied here or cited, sorted by device.
    pub seen: Vec<Dot>,
}

impl std::fmt::Debug for FieldState {
    /// The stamps, never what the hidden heads say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden: Vec<Stamp> = self.hidden.iter().map(|(stamp, _)| *stamp).collect();
        f.debug_struct("FieldState")
            .field("shown", &self.shown)
            .field("hidden", &hidden)
            .field("seen", &self.seen)
            .finish()
    }
}

impl FieldState {
    /// The only write that this field has ever seen, if it was but one.
    fn single(&self) -> Option<Stamp> {
        let shown = self.shown?;
        (self.hidden.is_empty() && self.seen.as_slice() == [shown.dot]).then_some(shown)
    }
}

/// The clocks of all fields of a record. Canonical: equal states are equal here, byte for byte.
///
/// A field whose only write was `base`, and which has a value, has no entry in `over`: so a record that was written once
/// has no entries at all.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Clocks {
    /// The only write of most fields with a value (of equals, the smallest dot); `None` when each saw several.
    pub base: Option<Stamp>,
    /// Every other field.
    pub over: BTreeMap<FieldKey, FieldState>,
}

/// The stored bytes are not those of [`Clocks::to_bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the stored clocks cannot be read")]
pub struct ClocksDamaged;

impl Clocks {
    /// Chooses the base anew and moves fields in or out of `over` accordingly.
    pub(super) fn settle_base(&mut self, fields: &Fields) {
        let mut counts: Vec<(Stamp, usize)> = Vec::new();
        let elided = fields.iter().filter(|(key, _)| !self.over.contains_key(key)).count();
        if let Some(base) = self.base.filter(|_| elided > 0) {
            counts.push((base, elided));
        }
        for (key, field) in &self.over {
            let Some(stamp) = field.single().filter(|_| fields.get(*key).is_some()) else {
                continue;
            };
            match counts.iter_mut().find(|(known, _)| *known == stamp) {
                Some((_, count)) => *count += 1,
                None => counts.push((stamp, 1)),
            }
        }
        let best = counts
            .into_iter()
            .max_by_key(|(stamp, count)| (*count, std::cmp::Reverse(stamp.dot)));
        let best = best.map(|(stamp, _)| stamp);
        if let Some(old) = self.base.filter(|old| elided > 0 && Some(*old) != best) {
            for (key, _) in fields.iter() {
                let state = || FieldState {
                    shown: Some(old),
                    hidden: Vec::new(),
                    seen: vec![old.dot],
                };
                self.over.entry(key).or_insert_with(state);
            }
        }
        self.base = best;
        let is_base = |field: &FieldState| best.is_some() && field.single() == best;
        self.over
            .retain(|key, field| !(is_base(field) && fields.get(*key).is_some()));
    }

    /// Canonical bytes: a pure function of the state.
    ///
    /// ```text
    /// clocks = [1, [* device], [* user], base stamp / null, [* field, item / null, shown stamp / null, hidden, seen]]   (flat)
    /// hidden = [* stamp, value / null]   seen = [* device, seq]   stamp = [device, seq, hlc, user]   (flat; indices into the tables)
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let stamps = || {
            let over = self.over.values();
            let hidden = over
                .clone()
                .flat_map(|field| field.hidden.iter().map(|(stamp, _)| stamp));
            self.base
                .iter()
                .chain(over.filter_map(|field| field.shown.as_ref()))
                .chain(hidden)
        };
        let seen = self.over.values().flat_map(|field| &field.seen);
        let mut devices: Vec<DeviceId> = stamps()
            .map(|stamp| &stamp.dot)
            .chain(seen)
            .map(|dot| dot.device)
            .collect();
        devices.sort_unstable();
        devices.dedup();
        let mut users: Vec<UserId> = stamps().map(|stamp| stamp.user).collect();
        users.sort_unstable();
        users.dedup();
        let mut out = Writer {
            out: Encoder::new(Vec::with_capacity(96)),
            devices,
            users,
        };
        out.clocks(self).expect("writing to a Vec cannot fail");
        out.out.into_writer()
    }

    /// Back from [`Clocks::to_bytes`]. Never panics.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ClocksDamaged> {
        let mut input = Reader {
            input: Decoder::new(bytes),
            devices: Vec::new(),
            users: Vec::new(),
        };
        let clocks = input.clocks().ok_or(ClocksDamaged)?;
        if input.input.position() == bytes.len() {
            Ok(clocks)
        } else {
            Err(ClocksDamaged)
        }
    }
}

struct Writer {
    out: Encoder<Vec<u8>>,
    devices: Vec<DeviceId>,
    users: Vec<UserId>,
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

impl Writer {
    fn clocks(&mut self, clocks: &Clocks) -> Written {
        self.out.array(5)?.u8(VERSION)?.array(self.devices.len() as u64)?;
        for device in &self.devices {
            self.out.bytes(device.as_bytes())?;
        }
        self.out.array(self.users.len() as u64)?;
        for user in &self.users {
            self.out.bytes(user.as_bytes())?;
        }
        self.stamp(clocks.base)?;
        self.out.array(5 * clocks.over.len() as u64)?;
        for (key, field) in &clocks.over {
            self.out.u16(key.field)?;
            match key.item {
                Some(item) => self.out.u32(item)?,
                None => self.out.null()?,
            };
            self.field(field)?;
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldState) -> Written {
        self.stamp(field.shown)?;
        self.out.array(2 * field.hidden.len() as u64)?;
        for (stamp, value) in &field.hidden {
            self.stamp(Some(*stamp))?;
            match value {
                Some(value) => self.out.str(value)?,
                None => self.out.null()?,
            };
        }
        self.out.array(2 * field.seen.len() as u64)?;
        for dot in &field.seen {
            let device = self.device(dot.device);
            self.out.u64(device)?.u64(dot.seq)?;
        }
        Ok(())
    }

    fn stamp(&mut self, stamp: Option<Stamp>) -> Written {
        let Some(stamp) = stamp else {
            self.out.null()?;
            return Ok(());
        };
        let device = self.device(stamp.dot.device);
        let user = self
            .users
            .binary_search(&stamp.user)
            .expect("the table holds every user") as u64;
        self.out
            .array(4)?
            .u64(device)?
            .u64(stamp.dot.seq)?
            .u64(stamp.hlc.0)?
            .u64(user)?;
        Ok(())
    }

    fn device(&self, device: DeviceId) -> u64 {
        self.devices
            .binary_search(&device)
            .expect("the table holds every device") as u64
    }
}

struct Reader<'b> {
    input: Decoder<'b>,
    devices: Vec<DeviceId>,
    users: Vec<UserId>,
}

impl Reader<'_> {
    fn clocks(&mut self) -> Option<Clocks> {
        if self.length()? != 5 || self.input.u8().ok()? != VERSION {
            return None;
        }
        for _ in 0..self.length()? {
            let device = DeviceId::from_bytes(self.sixteen()?);
            self.devices.push(device);
        }
        for _ in 0..self.length()? {
            let user = UserId::from_bytes(self.sixteen()?);
            self.users.push(user);
        }
        let mut clocks = Clocks {
            base: self.stamp()?,
            over: BTreeMap::new(),
        };
        let parts = self.length()?;
        if parts % 5 != 0 {
            return None;
        }
        for _ in 0..parts / 5 {
            let field = self.input.u16().ok()?;
            let item = if self.null()? {
                None
            } else {
                Some(self.input.u32().ok()?)
            };
            let state = self.field()?;
            if clocks.over.insert(FieldKey { field, item }, state).is_some() {
                return None;
            }
        }
        Some(clocks)
    }

    fn field(&mut self) -> Option<FieldState> {
        let mut field = FieldState {
            shown: self.stamp()?,
            ..FieldState::default()
        };
        for _ in 0..self.length()? / 2 {
            let stamp = self.stamp()??;
            let value = if self.null()? {
                None
            } else {
                Some(self.input.str().ok()?.into())
            };
            field.hidden.push((stamp, value));
        }
        for _ in 0..self.length()? / 2 {
            field.seen.push(self.dot()?);
        }
        field
            .seen
            .is_sorted_by(|left, right| left.device < right.device)
            .then_some(field)
    }

    #[expect(
        clippy::option_option,
        reason = "the outer says whether the bytes can be read, the inner whether there is a stamp"
    )]
    fn stamp(&mut self) -> Option<Option<Stamp>> {
        if self.null()? {
            return Some(None);
        }
        if self.length()? != 4 {
            return None;
        }
        let dot = self.dot()?;
        let hlc = Hlc(self.input.u64().ok()?);
        let user = usize::try_from(self.input.u64().ok()?).ok()?;
        Some(Some(Stamp {
            dot,
            hlc,
            user: *self.users.get(user)?,
        }))
    }

    fn dot(&mut self) -> Option<Dot> {
        let device = usize::try_from(self.input.u64().ok()?).ok()?;
        Some(Dot {
            device: *self.devices.get(device)?,
            seq: self.input.u64().ok()?,
        })
    }

    fn length(&mut self) -> Option<u64> {
        self.input.array().ok().flatten()
    }

    fn sixteen(&mut self) -> Option<[u8; 16]> {
        self.input.bytes().ok()?.try_into().ok()
    }

    fn null(&mut self) -> Option<bool> {
        let is_null = self.input.datatype().ok()? == minicbor::data::Type::Null;
        if is_null {
            self.input.null().ok()?;
        }
        Some(is_null)
    }
}
