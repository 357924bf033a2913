//! Is this text a FHIR R4 resource? Typed kinds are held against the table of the specification, element by element;
//! all other types against the rules that every resource keeps.
//!
//! One walk over the text. It stops at the first fault, with the path to it.

mod concept;
mod rule;
mod shape;

use crate::grammar;
use crate::json::{Cursor, Next};
use crate::reference::{Target, references_at};
use crate::reject::Reason;
use crate::schema::{Codes, Element, ElementType, Member, Primitive, Schema};
use std::borrow::Cow;
use wardkeep_record::field::Kind;

/// A fault and the path to it, innermost step first.
#[derive(Debug)]
pub(crate) struct Fault {
    steps: Vec<String>,
    pub(crate) reason: Reason,
}

impl Fault {
    /// At an element.
    fn at(name: &str, reason: Reason) -> Self {
        Self {
            steps: vec![clean(name)],
            reason,
        }
    }

    /// One step further out.
    fn under(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The path, as `name[0].given`; `None` for the resource itself.
    pub(crate) fn path(&self) -> Option<String> {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        (!path.is_empty()).then_some(path)
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self {
            steps: Vec::new(),
            reason,
        }
    }
}

/// A member name as it may stand in an error: names of elements are letters; what is not might be content.
fn clean(name: &str) -> String {
    let of_element = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '[' | ']');
    if name.len() <= 64 && name.chars().all(of_element) {
        name.to_owned()
    } else {
        "(unreadable name)".to_owned()
    }
}

/// What a check yields.
type Checked<T = ()> = Result<T, Fault>;

/// A sound resource: its kind and its members, in order.
pub(crate) struct Resource<'a> {
    pub(crate) kind: Kind,
    members: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Resource<'a> {
    /// A member's JSON text.
    pub(crate) fn member(&self, name: &str) -> Option<&'a str> {
        self.members
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
    }
}

/// Checks a resource given as JSON text without white space. On a fault the kind is told as far as it is known.
pub(crate) fn resource(text: &str) -> Result<Resource<'_>, (Option<Kind>, Fault)> {
    let kind = kind_of(text).map_err(|fault| (None, fault))?;
    members_of(kind, text)
        .map(|members| Resource { kind, members })
        .map_err(|fault| (Some(kind), fault))
}

/// The kind that the text claims to be.
fn kind_of(text: &str) -> Checked<Kind> {
    let mut cursor = Cursor::new(text);
    if !cursor.eat(b'{') {
        return Err(Reason::NotAnObject.into());
    }
    let mut first = true;
    while let Some(name) = cursor.member(first)? {
        first = false;
        if name != "resourceType" {
            shape::value(&mut cursor)?;
            continue;
        }
        if cursor.next()? != Next::String {
            return Err(Fault::at("resourceType", Reason::WrongJson("a string")));
        }
        return Kind::of_type(&cursor.string()?).ok_or_else(|| Fault::at("resourceType", Reason::UnknownType));
    }
    Err(Reason::NoType.into())
}

/// Checks the whole resource, whose kind is known; yields its members.
fn members_of(kind: Kind, text: &str) -> Checked<Vec<(Cow<'_, str>, &str)>> {
    let mut check = Check {
        schema: Schema::r4(),
        cursor: Cursor::new(text),
        members: Vec::with_capacity(24),
    };
    check.resource_of(kind)?;
    if !check.cursor.at_end() {
        return Err(Reason::Broken("text after the end").into());
    }
    rule::keep(kind, &check.members)?;
    Ok(check.members)
}

/// A walk over one resource.
struct Check<'a> {
    schema: &'static Schema,
    cursor: Cursor<'a>,
    /// The members of the outermost object.
    members: Vec<(Cow<'a, str>, &'a str)>,
}

/// What was seen in one object: bits by the element's index in its type.
#[derive(Default)]
struct Seen {
    /// `name`
    values: u128,
    /// `_name`
    siblings: u128,
    /// An array with a null in it.
    nulls: u128,
}

impl<'a> Check<'a> {
    fn resource_of(&mut self, kind: Kind) -> Checked {
        match self.schema.resource(kind.resource_type()) {
            Some(of) if kind.is_typed() => self.object(of, 0),
            _ => self.verbatim(),
        }
    }

    /// A resource of a type that is kept as it is.
    fn verbatim(&mut self) -> Checked {
        self.members = shape::members(&mut self.cursor)?;
        // Longer than FHIR has it, too: what is kept as it is need not be addressed by it.
        let id = self.members.iter().find(|(name, _)| name == "id");
        let is_good = |text: &str| {
            text.strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                .is_some_and(grammar::is_long_id)
        };
        if id.is_some_and(|(_, value)| !is_good(value)) {
            return Err(Fault::at("id", Reason::Grammar("id")));
        }
        Ok(())
    }

    /// An object of a type of the table.
    fn object(&mut self, of: usize, depth: usize) -> Checked {
        if self.cursor.next()? != Next::Object {
            let array = self.cursor.next()? == Next::Array;
            return Err(if array {
                Reason::IsAnArray
            } else {
                Reason::WrongJson("an object")
            }
            .into());
        }
        self.cursor.eat(b'{');
        let kind = self.schema.of(of);
        let mut seen = Seen::default();
        let mut empty = true;
        while let Some(name) = self.cursor.member(empty)? {
            empty = false;
            let start = self.cursor;
            if &*name == "resourceType" && depth == 0 {
                self.cursor.string()?;
            } else {
                self.element(of, &name, &mut seen, depth)
                    .map_err(|fault| fault.under(clean(&name)))?;
            }
            if depth == 0 {
                self.members.push((name, self.cursor.since(&start)));
            }
        }
        if empty {
            return Err(Reason::Empty.into());
        }
        complete(&kind.elements, &seen)?;
        if kind.name == "Extension" {
            rule::extension(kind, seen.values | seen.siblings)?;
        }
        Ok(())
    }

    /// One member of an object.
    fn element(&mut self, of: usize, name: &str, seen: &mut Seen, depth: usize) -> Checked {
        let kind = self.schema.of(of);
        let sibling = name.strip_prefix('_');
        let member = self
            .schema
            .member(kind, sibling.unwrap_or(name))
            .ok_or(Reason::UnknownElement)?;
        let (bit, repeats) = (1 << member.element, kind.elements[member.element].repeats);
        let place = if sibling.is_some() {
            &mut seen.siblings
        } else {
            &mut seen.values
        };
        if *place & bit != 0 {
            return Err(Reason::Twice.into());
        }
        *place |= bit;
        match sibling {
            Some(_) => match member.kind {
                ElementType::Primitive(_) => self.sibling(repeats, depth),
                _ => Err(Reason::UnknownElement.into()),
            },
            None if repeats => {
                if self.array(member, depth)? {
                    seen.nulls |= bit;
                }
                Ok(())
            }
            None => self.value(member, depth),
        }
    }

    /// An array of values; whether a null stood in it.
    fn array(&mut self, member: Member, depth: usize) -> Checked<bool> {
        if self.cursor.next()? != Next::Array {
            return Err(Reason::NotAnArray.into());
        }
        self.cursor.eat(b'[');
        let (mut count, mut null) = (0, false);
        while self.cursor.item(count == 0)? {
            if matches!(member.kind, ElementType::Primitive(_)) && self.cursor.next()? == Next::Null {
                self.cursor.literal()?;
                null = true;
            } else {
                self.value(member, depth)
                    .map_err(|fault| fault.under(format!("[{count}]")))?;
            }
            count += 1;
        }
        if count == 0 {
            Err(Reason::Empty.into())
        } else {
            Ok(null)
        }
    }

    /// One value.
    fn value(&mut self, member: Member, depth: usize) -> Checked {
        match member.kind {
            ElementType::Primitive(kind) => self.primitive(kind, member.codes),
            ElementType::Complex(of) => {
                let start = self.cursor;
                self.object(of, depth + 1)?;
                let text = self.cursor.since(&start);
                match member.codes {
                    Some(codes) if codes.system.is_some() => concept::keep(codes, text),
                    Some(targets) => reference_keeps(targets, text),
                    None => Ok(()),
                }
            }
            ElementType::Resource => self.contained(),
        }
    }

    /// A resource within this one, which is checked as one of its own.
    fn contained(&mut self) -> Checked {
        let start = self.cursor;
        shape::value(&mut self.cursor)?;
        resource(self.cursor.since(&start))
            .map(|_| ())
            .map_err(|(_, fault)| fault)
    }

    fn primitive(&mut self, kind: Primitive, codes: Option<Codes>) -> Checked {
        let next = self.cursor.next()?;
        if next == Next::Array {
            return Err(Reason::IsAnArray.into());
        }
        let numeric = matches!(
            kind,
            Primitive::Decimal | Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt
        );
        match next {
            Next::Bool if kind == Primitive::Boolean => drop(self.cursor.literal()?),
            Next::Number if numeric => {
                if !grammar::is_valid_number(kind, self.cursor.number()?) {
                    return Err(Reason::Grammar(grammar::name(kind)).into());
                }
            }
            Next::String if !numeric && kind != Primitive::Boolean => {
                let text = self.cursor.string()?;
                if text.is_empty() {
                    return Err(Reason::Empty.into());
                }
                if !grammar::is_valid(kind, &text) {
                    return Err(Reason::Grammar(grammar::name(kind)).into());
                }
                if let Some(codes) = codes.filter(|codes| !codes.has(&text)) {
                    return Err(Reason::NotInValueSet(codes.list).into());
                }
            }
            _ if kind == Primitive::Boolean => return Err(Reason::WrongJson("true or false").into()),
            _ if numeric => return Err(Reason::WrongJson("a number").into()),
            _ => return Err(Reason::WrongJson("a string").into()),
        }
        Ok(())
    }

    /// The `_name` beside a primitive: its id and extensions; in an array null where an item has none.
    fn sibling(&mut self, repeats: bool, depth: usize) -> Checked {
        let element = self.schema.resource("Element").expect("the table has Element");
        if !repeats {
            return self.object(element, depth + 1);
        }
        if self.cursor.next()? != Next::Array {
            return Err(Reason::NotAnArray.into());
        }
        self.cursor.eat(b'[');
        let mut count = 0;
        while self.cursor.item(count == 0)? {
            if self.cursor.next()? == Next::Null {
                self.cursor.literal()?;
            } else {
                self.object(element, depth + 1)
                    .map_err(|fault| fault.under(format!("[{count}]")))?;
            }
            count += 1;
        }
        if count == 0 { Err(Reason::Empty.into()) } else { Ok(()) }
    }
}

/// A reference by type and id points at one of the types that the element may point at.
fn reference_keeps(targets: Codes, text: &str) -> Checked {
    let mut references = Vec::new();
    references_at(text, None, &mut references);
    let type_of = |text: &Cow<'_, str>| Target::of(text).and_then(|target| target.resource_type);
    match references.iter().find_map(type_of) {
        Some(name) if !targets.has(name) => Err(Fault::at("reference", Reason::WrongTarget(targets.list))),
        _ => Ok(()),
    }
}

/// Whether all required elements are there, and every null stands for an extension.
fn complete(elements: &[Element], seen: &Seen) -> Checked {
    for (index, element) in elements.iter().enumerate() {
        let bit = 1 << index;
        if element.required && (seen.values | seen.siblings) & bit == 0 {
            return Err(Fault::at(element.name, Reason::Missing));
        }
        if seen.nulls & bit != 0 && seen.siblings & bit == 0 {
            return Err(Fault::at(
                element.name,
                Reason::WrongJson("no null where there is no extension"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
