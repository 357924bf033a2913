//! What FHIR R4 says about the typed resources and their data types: elements, cardinalities, required codes.
//!
//! The table is text ([`schema/r4.txt`](../schema/r4.txt)), made by a script from the specification's own definitions,
//! and read once.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A resource, data type or inner element: its elements.
pub(crate) struct Type {
    pub(crate) name: &'static str,
    /// By member name, sorted. A choice element stands here once for each of its types.
    members: Vec<(Box<str>, usize)>,
    pub(crate) elements: Vec<Element>,
}

/// One element of a type.
pub(crate) struct Element {
    /// As in FHIR paths: `value[x]`.
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) repeats: bool,
}

/// What a member of a JSON object is.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    /// Which of the type's elements.
    pub(crate) element: usize,
    pub(crate) kind: ElementType,
    pub(crate) codes: Option<Codes>,
}

/// The type of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ElementType {
    /// A primitive type, by its name.
    Primitive(Primitive),
    /// A type of the table, by its index.
    Complex(usize),
    /// A whole resource within this one.
    Resource,
}

/// The primitive types of FHIR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Primitive {
    Base64,
    Boolean,
    Code,
    Date,
    DateTime,
    Decimal,
    Id,
    Instant,
    Integer,
    Oid,
    PositiveInt,
    /// string and markdown
    Text,
    Time,
    UnsignedInt,
    /// uri, url, canonical
    Uri,
    Uuid,
    Xhtml,
}

/// A required value set, or the types that a Reference may point at.
#[derive(Clone, Copy)]
pub(crate) struct Codes {
    /// The code system, where the element is a CodeableConcept.
    pub(crate) system: Option<&'static str>,
    /// The codes, with a blank between.
    pub(crate) list: &'static str,
}

impl Codes {
    pub(crate) fn has(&self, code: &str) -> bool {
        self.list.split(' ').any(|known| known == code)
    }
}

/// The whole table.
pub(crate) struct Schema {
    types: Vec<Type>,
    members: Vec<Member>,
    by_name: HashMap<&'static str, usize>,
}

impl Schema {
    /// The table of FHIR R4.
    pub(crate) fn r4() -> &'static Self {
        static R4: OnceLock<Schema> = OnceLock::new();
        R4.get_or_init(|| Self::read(include_str!("../schema/r4.txt")))
    }

    /// A typed resource.
    pub(crate) fn resource(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn of(&self, index: usize) -> &Type {
        &self.types[index]
    }

    /// What a member of an object of this type is.
    pub(crate) fn member(&self, of: &Type, name: &str) -> Option<Member> {
        let at = of.members.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.members[of.members[at].1])
    }

    fn read(text: &'static str) -> Self {
        let lines = || text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let names = lines().filter_map(|line| line.strip_prefix("= "));
        let by_name = names
            .enumerate()
            .map(|(index, name)| (name, index))
            .collect::<HashMap<_, _>>();
        let mut schema = Self {
            types: Vec::with_capacity(by_name.len()),
            members: Vec::new(),
            by_name,
        };
        for line in lines() {
            match line.strip_prefix("= ") {
                Some(name) => schema.types.push(Type {
                    name,
                    members: Vec::new(),
                    elements: Vec::new(),
                }),
                None => schema.element(line),
            }
        }
        for known in &mut schema.types {
            known.members.sort_by(|a, b| a.0.cmp(&b.0));
        }
        schema
    }

    /// One element's line, of the type begun last.
    fn element(&mut self, line: &'static str) {
        let (line, codes) = line.split_once(" {").unwrap_or((line, ""));
        let mut words = line.split(' ');
        let mut word = || {
            words
                .next()
                .expect("the table that comes with the program has three words on a line")
        };
        let (name, cardinality, kinds) = (word(), word(), word());
        let of = self.types.last_mut().expect("the table begins with a type");
        let element = of.elements.len();
        of.elements.push(Element {
            name,
            required: matches!(cardinality, "!" | "+"),
            repeats: matches!(cardinality, "*" | "+"),
        });
        for kind in kinds.split(',') {
            let member = match name.strip_suffix("[x]") {
                Some(stem) => format!("{stem}{}{}", kind[..1].to_ascii_uppercase(), &kind[1..]),
                None => name.to_owned(),
            };
            let codes = (!codes.is_empty()).then(|| match kind {
                "CodeableConcept" if kinds == "CodeableConcept" => {
                    let (system, list) = codes.split_once(' ').unwrap_or((codes, ""));
                    Codes {
                        system: Some(system),
                        list,
                    }
                }
                _ => Codes {
                    system: None,
                    list: codes,
                },
            });
            // What stands after the brace of a choice concerns the Reference among its types.
            let codes = codes.filter(|_| matches!(kind, "code" | "Reference") || kinds == "CodeableConcept");
            let kind = element_type(kind, &self.by_name);
            of.members.push((member.into_boxed_str(), self.members.len()));
            self.members.push(Member { element, kind, codes });
        }
    }
}

fn element_type(name: &str, by_name: &HashMap<&str, usize>) -> ElementType {
    ElementType::Primitive(match name {
        "Resource" => return ElementType::Resource,
        "base64Binary" => Primitive::Base64,
        "boolean" => Primitive::Boolean,
        "code" => Primitive::Code,
        "date" => Primitive::Date,
        "dateTime" => Primitive::DateTime,
        "decimal" => Primitive::Decimal,
        "id" => Primitive::Id,
        "instant" => Primitive::Instant,
        "integer" => Primitive::Integer,
        "oid" => Primitive::Oid,
        "positiveInt" => Primitive::PositiveInt,
        "string" | "markdown" => Primitive::Text,
        "time" => Primitive::Time,
        "unsignedInt" => Primitive::UnsignedInt,
        "uri" | "url" | "canonical" => Primitive::Uri,
        "uuid" => Primitive::Uuid,
        "xhtml" => Primitive::Xhtml,
        other => return ElementType::Complex(*by_name.get(other).expect("every type of the table is in the table")),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use wardkeep_record::field::Kind;

    #[test]
    fn every_typed_kind_is_in_the_table() {
        let schema = Schema::r4();
        for kind in Kind::all().filter(|kind| kind.is_typed() && !kind.is_written_here()) {
            let known = schema.of(schema.resource(kind.resource_type()).unwrap());
            for element in wardkeep_record::field::elements(kind) {
                let named = known.elements.iter().any(|known| known.name == element.name);
                assert!(
                    named || element.name.starts_with("extension:"),
                    "{kind:?} {}",
                    element.name
                );
            }
        }
    }

    #[test]
    fn choices_and_codes_are_found() {
        let schema = Schema::r4();
        let observation = schema.of(schema.resource("Observation").unwrap());
        let value = schema.member(observation, "valueQuantity").unwrap();
        assert_eq!(observation.elements[value.element].name, "value[x]");
        assert!(schema.member(observation, "value[x]").is_none());
        let status = schema.member(observation, "status").unwrap();
        assert!(status.codes.unwrap().has("final") && !status.codes.unwrap().has("fin"));
        assert!(observation.elements[status.element].required);
    }
}
