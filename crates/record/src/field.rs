//! Fields of a record: numbers for the FHIR elements of each typed kind, written to disk and wire and never reused.
//!
//! What a field's value is depends on its [`Shape`]. An element without number (a primitive's `_name` sibling, say) goes
//! into [`OTHER`], so nothing vanishes and nothing is reordered into another meaning.

mod chart;
mod demographic;
mod events;

pub use crate::kind::Kind;
pub use chart::{allergy, condition, medication_request, medication_statement, note};
pub use demographic::patient;
pub use events::{encounter, immunization, observation, procedure, report};

/// The number of a FHIR element within its kind.
pub type FieldId = u16;

/// The tombstone: a [`crate::merge::Removal`] as JSON while the record is removed, without value when it was restored.
pub const REMOVED: FieldId = 0;

/// The whole resource as a JSON object without `resourceType`, for kinds that are kept verbatim.
pub const BODY: FieldId = 1;

/// Where an imported record came from; see the import. No part of the FHIR resource.
pub const SOURCE: FieldId = u16::MAX - 1;

/// The sealed file of a patient's photo or of a document: which, its key, its lengths and hashes, as a JSON object. No part of the FHIR
/// resource. Whoever can open the op can open the file, and nobody else.
pub const SEALED: FieldId = u16::MAX - 2;

/// A JSON object of all elements that have no number of their own, so that nothing vanishes.
pub const OTHER: FieldId = u16::MAX;

/// The `id` the resource had where it came from.
pub const ID: FieldId = 2;
/// `meta`.
pub const META: FieldId = 3;
/// `implicitRules`.
pub const IMPLICIT_RULES: FieldId = 4;
/// `language`.
pub const LANGUAGE: FieldId = 5;
/// `text`.
pub const TEXT: FieldId = 6;
/// `contained`.
pub const CONTAINED: FieldId = 7;
/// `extension`, less those that have fields of their own (see [`Shape::Extension`]).
pub const EXTENSION: FieldId = 8;
/// `modifierExtension`.
pub const MODIFIER_EXTENSION: FieldId = 9;

/// How a field holds its element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// The element's JSON text.
    One,
    /// One field for each item of the array: an object's JSON text. Items merge one by one and show in ascending item id.
    Items,
    /// A FHIR choice element such as `value[x]`: a JSON object with the one member that is present, `{"valueString":"x"}`,
    /// so that two devices which choose different types meet in one field and not in two.
    Choice(&'static [&'static str]),
    /// The first entry of `extension` with this url, as that extension's JSON text. Merges apart from other extensions.
    Extension(&'static str),
}

/// One numbered element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Element {
    /// Its number.
    pub number: FieldId,
    /// Its name, as FHIR paths have it: `birthDate`, `deceased[x]`, `extension:birthsex`.
    pub name: &'static str,
    /// How the field holds it.
    pub shape: Shape,
}

/// Elements that every typed kind has, in the order of FHIR.
pub static COMMON: &[Element] = &[
    Element {
        number: ID,
        name: "id",
        shape: Shape::One,
    },
    Element {
        number: META,
        name: "meta",
        shape: Shape::One,
    },
    Element {
        number: IMPLICIT_RULES,
        name: "implicitRules",
        shape: Shape::One,
    },
    Element {
        number: LANGUAGE,
        name: "language",
        shape: Shape::One,
    },
    Element {
        number: TEXT,
        name: "text",
        shape: Shape::One,
    },
    Element {
        number: CONTAINED,
        name: "contained",
        shape: Shape::One,
    },
    Element {
        number: EXTENSION,
        name: "extension",
        shape: Shape::One,
    },
    Element {
        number: MODIFIER_EXTENSION,
        name: "modifierExtension",
        shape: Shape::One,
    },
];

/// The elements of a typed kind besides [`COMMON`], in the order of FHIR; empty for kinds that are kept verbatim.
pub fn elements(kind: Kind) -> &'static [Element] {
    match kind {
        Kind::PATIENT => patient::ELEMENTS,
        Kind::ALLERGY => allergy::ELEMENTS,
        Kind::CONDITION => condition::ELEMENTS,
        Kind::MEDICATION_REQUEST => medication_request::ELEMENTS,
        Kind::MEDICATION_STATEMENT => medication_statement::ELEMENTS,
        Kind::IMMUNIZATION => immunization::ELEMENTS,
        Kind::OBSERVATION => observation::ELEMENTS,
        Kind::ENCOUNTER => encounter::ELEMENTS,
        Kind::PROCEDURE => procedure::ELEMENTS,
        Kind::REPORT => report::ELEMENTS,
        Kind::NOTE | Kind::DOCUMENT | Kind::OFFICE_DOCUMENT => note::ELEMENTS,
        _ => &[],
    }
}

/// The numbered element that a member of the resource's JSON object belongs to. Choice elements answer to each of their
/// member names (`valueString`); extension fields have no member name of their own.
pub fn element_by_name(kind: Kind, member: &str) -> Option<&'static Element> {
    if !kind.is_typed() {
        return None;
    }
    let answers = |element: &&Element| match element.shape {
        Shape::Choice(members) => members.contains(&member),
        Shape::Extension(_) => false,
        Shape::One | Shape::Items => element.name == member,
    };
    elements(kind)
        .iter()
        .find(answers)
        .or_else(|| COMMON.iter().find(answers))
}

/// The numbered element of a field.
pub fn element_by_number(kind: Kind, field: FieldId) -> Option<&'static Element> {
    if !kind.is_typed() {
        return None;
    }
    let has = |element: &&Element| element.number == field;
    elements(kind).iter().find(has).or_else(|| COMMON.iter().find(has))
}

/// The field of a member of the resource's JSON object; `None` when it goes into [`OTHER`] (typed) or [`BODY`].
pub fn field_of(kind: Kind, member: &str) -> Option<FieldId> {
    element_by_name(kind, member).map(|element| element.number)
}

/// The element's name for people and errors: `birthDate`, `value[x]`, `extension:birthsex`.
pub fn element_of(kind: Kind, field: FieldId) -> Option<&'static str> {
    match field {
        REMOVED => Some("(removed)"),
        SOURCE => Some("(source)"),
        SEALED if has_sealed_file(kind) => Some("(sealed file)"),
        OTHER if kind.is_typed() => Some("(other)"),
        BODY if !kind.is_typed() => Some("(body)"),
        _ => element_by_number(kind, field).map(|element| element.name),
    }
}

/// Whether a record of this kind may have a sealed file of its own.
pub fn has_sealed_file(kind: Kind) -> bool {
    matches!(kind, Kind::PATIENT | Kind::DOCUMENT | Kind::OFFICE_DOCUMENT)
}

/// Whether the field exists in this kind, in this version.
pub fn is_known_field(kind: Kind, field: FieldId) -> bool {
    element_of(kind, field).is_some()
}

/// Whether the field is a set of items that merge one by one.
pub fn is_item_field(kind: Kind, field: FieldId) -> bool {
    element_by_number(kind, field).is_some_and(|element| element.shape == Shape::Items)
}

/// Whether two values that met must both be shown until a person settles it: what identifies the patient, and what the
/// chart says. Elsewhere (a phone number, a language) the later one shows and the other is kept quietly.
pub fn needs_settling(kind: Kind, field: FieldId) -> bool {
    match field {
        REMOVED => true,
        SOURCE | SEALED | ID | META | IMPLICIT_RULES | LANGUAGE | TEXT => false,
        _ if kind == Kind::PATIENT => IDENTIFYING.contains(&field),
        _ => kind.compartment() == crate::op::Compartment::Clinical,
    }
}

/// What tells one patient from another, or decides on their care at the desk.
const IDENTIFYING: &[FieldId] = &[
    patient::IDENTIFIER,
    patient::NAME,
    patient::GENDER,
    patient::BIRTH_DATE,
    patient::DECEASED,
    patient::BIRTH_SEX,
    patient::FRONT_DESK_NOTE,
    MODIFIER_EXTENSION,
];

/// Declares the elements of one kind: a module of constants and its table.
macro_rules! element_table {
    ($(#[$doc:meta])* $module:ident $($name:ident = $number:literal $element:literal $shape:ident $(($argument:expr))?;)*) => {
        $(#[$doc])*
        pub mod $module {
            use super::super::{Element, FieldId, Shape};
            $(
                #[doc = concat!("`", $element, "`.")]
                pub const $name: FieldId = $number;
            )*
            /// The kind's own elements in the order of FHIR.
            pub static ELEMENTS: &[Element] =
                &[$(Element { number: $name, name: $element, shape: Shape::$shape $(($argument))? }),*];
        }
    };
}
use element_table;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    #[test]
    fn numbers_are_frozen() {
        let mut list = String::new();
        for kind in Kind::all().filter(|kind| kind.is_typed()) {
            writeln!(list, "{} {}", kind.0, kind.resource_type()).unwrap();
            for element in elements(kind) {
                let settle = if needs_settling(kind, element.number) {
                    " settle"
                } else {
                    ""
                };
                writeln!(
                    list,
                    "  {} {} {:?}{settle}",
                    element.number, element.name, element.shape
                )
                .unwrap();
            }
        }
        insta::assert_snapshot!(list);
    }

    #[test]
    fn no_number_or_member_occurs_twice_in_a_kind() {
        for kind in Kind::all().filter(|kind| kind.is_typed()) {
            let mut numbers = BTreeSet::from([REMOVED, BODY, SOURCE, SEALED, OTHER]);
            let mut members = BTreeSet::new();
            for element in COMMON.iter().chain(elements(kind)) {
                assert!(numbers.insert(element.number), "{kind:?} {}", element.name);
                match element.shape {
                    Shape::Choice(choices) => choices.iter().for_each(|member| assert!(members.insert(*member))),
                    _ => assert!(members.insert(element.name)),
                }
            }
        }
    }

    #[test]
    fn members_find_their_field() {
        assert_eq!(field_of(Kind::PATIENT, "deceasedDateTime"), Some(patient::DECEASED));
        assert_eq!(field_of(Kind::PATIENT, "deceased[x]"), None);
        assert_eq!(field_of(Kind::PATIENT, "extension"), Some(EXTENSION));
        assert_eq!(field_of(Kind::PATIENT, "_birthDate"), None);
        assert_eq!(field_of(Kind::of_type("Basic").unwrap(), "id"), None);
        assert_eq!(element_of(Kind::OBSERVATION, observation::VALUE), Some("value[x]"));
        assert!(is_item_field(Kind::PATIENT, patient::NAME));
        assert!(!is_item_field(Kind::OBSERVATION, observation::COMPONENT));
    }
}
