//! Kinds of record: a number for every FHIR R4 resource type, written to disk and wire and never reused.

mod table;

use crate::op::Compartment;

/// What a record is. The number is stored; [`Kind::of_type`] and [`Kind::resource_type`] give the FHIR names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Kind(pub u16);

impl Kind {
    /// A person who receives care.
    pub const PATIENT: Self = Self(1);
    /// An allergy or intolerance, or the statement that none is known.
    pub const ALLERGY: Self = Self(2);
    /// A problem or diagnosis.
    pub const CONDITION: Self = Self(3);
    /// A prescription.
    pub const MEDICATION_REQUEST: Self = Self(4);
    /// A medicine that someone says the patient takes.
    pub const MEDICATION_STATEMENT: Self = Self(5);
    /// A vaccination.
    pub const IMMUNIZATION: Self = Self(6);
    /// A measurement or finding.
    pub const OBSERVATION: Self = Self(7);
    /// A visit.
    pub const ENCOUNTER: Self = Self(8);
    /// Something done to the patient.
    pub const PROCEDURE: Self = Self(9);
    /// A report on results.
    pub const REPORT: Self = Self(10);
    /// A note written in Wardkeep: a FHIR DocumentReference whose content is its text. Those of others keep their own kind.
    pub const NOTE: Self = Self(11);
    /// A document of the chart that was added here, a FHIR DocumentReference whose content is a sealed file.
    pub const DOCUMENT: Self = Self(12);
    /// The same of the office: an identity card, an insurance card, a letter about an appointment.
    pub const OFFICE_DOCUMENT: Self = Self(13);

    /// The kind that a resource of this FHIR type is stored as; `None` when R4 has no such type.
    pub fn of_type(resource_type: &str) -> Option<Self> {
        let verbatim = || {
            let at = table::VERBATIM
                .binary_search_by(|(_, name)| (*name).cmp(resource_type))
                .ok()?;
            Some(table::VERBATIM[at].0)
        };
        let typed = table::TYPED.iter().find(|(_, name)| *name == resource_type);
        typed.map(|(number, _)| *number).or_else(verbatim).map(Self)
    }

    /// The FHIR type; empty for a number that this version does not know (see [`Kind::is_known`]).
    pub fn resource_type(self) -> &'static str {
        if self.is_written_here() {
            return "DocumentReference";
        }
        let of = |table: &[(u16, &'static str)]| {
            let at = table.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
            Some(table[at].1)
        };
        of(table::TYPED).or_else(|| of(table::VERBATIM)).unwrap_or("")
    }

    /// Whether this version knows the number.
    pub fn is_known(self) -> bool {
        !self.resource_type().is_empty()
    }

    /// Whether its elements are fields of their own; the others keep their whole content in [`crate::field::BODY`].
    pub fn is_typed(self) -> bool {
        (1..=13).contains(&self.0)
    }

    /// Whether it is a DocumentReference that Wardkeep makes itself. Those of others keep their own kind, verbatim.
    pub fn is_written_here(self) -> bool {
        matches!(self, Self::NOTE | Self::DOCUMENT | Self::OFFICE_DOCUMENT)
    }

    /// Who needs to know: registration and schedule belong to the office, everything else to the chart.
    ///
    /// Billing types that carry diagnoses (Claim, Invoice, ExplanationOfBenefit and the like) are clinical on purpose.
    pub fn compartment(self) -> Compartment {
        if self == Self::OFFICE_DOCUMENT || table::OFFICE.contains(&self.resource_type()) {
            Compartment::Office
        } else {
            Compartment::Clinical
        }
    }

    /// Every kind, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        let typed = table::TYPED.iter().map(|(number, _)| Self(*number));
        let verbatim = table::VERBATIM.iter().map(|(number, _)| Self(*number));
        typed
            .chain([Self::NOTE, Self::DOCUMENT, Self::OFFICE_DOCUMENT])
            .chain(verbatim)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn numbers_are_frozen() {
        let mut list = String::new();
        for kind in Kind::all() {
            writeln!(list, "{} {} {:?}", kind.0, kind.resource_type(), kind.compartment()).unwrap();
        }
        insta::assert_snapshot!(list);
    }

    #[test]
    fn types_and_numbers_name_each_other() {
        for kind in Kind::all().filter(|kind| !kind.is_written_here()) {
            assert_eq!(Kind::of_type(kind.resource_type()), Some(kind));
        }
        assert_eq!(Kind::all().count(), 149);
        assert_eq!(Kind::of_type("DomainResource"), None);
        assert_eq!(Kind::of_type(""), None);
        assert!(!Kind(9_999).is_known());
        assert!(!Kind::of_type("DocumentReference").unwrap().is_typed());
    }
}
