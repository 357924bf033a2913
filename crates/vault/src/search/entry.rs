//! What the index knows of a patient.

use wardkeep_record::id::RecordId;

/// Everything about one patient that can be searched for or is shown in a row of results. Texts are as the record has
/// them; folding is the index's own business, so that equal entries give equal index rows.
#[derive(Clone, PartialEq, Eq, Default)]
// What a patient is called is printed by nothing but a failing test of invented patients.
#[cfg_attr(test, derive(Debug))]
pub struct PatientIndexEntry {
    /// The record's id, 16 bytes.
    pub id: [u8; 16],
    /// All names, the one that is shown first.
    pub names: Vec<IndexedName>,
    /// The preferred name, where there is one.
    pub preferred: Option<String>,
    /// The birth date, as much of it as is known.
    pub birth: BirthDay,
    /// FHIR's administrative gender by its place in the value set, from 1 (male, female, other, unknown); 0 is not recorded.
    pub gender: u8,
    /// Telephone numbers, the one that is shown first: E.164 with the plus sign, or as written where that is not known.
    pub phones: Vec<String>,
    /// The medical record number as it is shown; empty where there is none.
    pub mrn: String,
    /// Values of all other identifiers.
    pub identifiers: Vec<String>,
    /// Postal addresses, the one whose town is shown first.
    pub addresses: Vec<IndexedAddress>,
    /// The patient is known to have died.
    pub deceased: bool,
    /// The record is removed: it is found by its identifiers only.
    pub removed: bool,
}

/// One name of a patient.
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(Debug))]
pub struct IndexedName {
    /// Family names, or the whole of a name that is not divided.
    pub family: String,
    /// Given and middle names.
    pub given: String,
}

/// One postal address of a patient.
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(Debug))]
pub struct IndexedAddress {
    /// Street and house number.
    pub line: String,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
}

/// A calendar date of which month and day may be unknown, as the number yyyymmdd with zeros for what is not known.
/// 0 is no date at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct BirthDay(pub u32);

impl BirthDay {
    /// From FHIR's `yyyy`, `yyyy-mm` or `yyyy-mm-dd`; anything else is no date.
    pub fn from_fhir(text: &str) -> Self {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| match parts.next() {
            None => Some(0),
            Some(part) if part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()) => part.parse::<u32>().ok(),
            Some(_) => None,
        };
        match (number(4), number(2), number(2)) {
            (Some(year), Some(month), Some(day)) if month <= 12 && day <= 31 => Self(year * 10_000 + month * 100 + day),
            _ => Self(0),
        }
    }

    /// As FHIR writes it; `None` where no date is known.
    pub fn to_fhir(self) -> Option<String> {
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        match (year, month, day) {
            (0, ..) => None,
            (_, 0, _) => Some(format!("{year:04}")),
            (_, _, 0) => Some(format!("{year:04}-{month:02}")),
            _ => Some(format!("{year:04}-{month:02}-{day:02}")),
        }
    }
}

impl PatientIndexEntry {
    /// The record's id.
    pub fn record_id(&self) -> RecordId {
        RecordId::from_bytes(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::BirthDay;

    #[test]
    fn dates_go_there_and_back() {
        for text in ["1956", "1956-03", "1956-03-12"] {
            assert_eq!(BirthDay::from_fhir(text).to_fhir().as_deref(), Some(text));
        }
        for text in [
            "",
            "56",
            "1956-3",
            "1956-13-01",
            "1956-03-32",
            "x",
            "1956-03-12T00:00",
            "+956",
        ] {
            assert_eq!(BirthDay::from_fhir(text), BirthDay(0), "{text}");
        }
    }
}
