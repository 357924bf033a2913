//! Gender for administration, as FHIR has it. Sex at birth, gender identity and pronouns are fields of their own.

use serde::{Deserialize, Serialize};

/// The codes of <http://hl7.org/fhir/R4/valueset-administrative-gender.html>.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Another.
    Other,
    /// It was asked or looked for, and is not known. Not recorded is the absence of a gender.
    Unknown,
}

impl Gender {
    /// From the FHIR code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Other, Self::Unknown]
            .into_iter()
            .find(|gender| gender.code() == code)
    }

    /// The FHIR code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn codes_are_those_of_fhir_and_of_the_wire() {
        for code in ["male", "female", "other", "unknown"] {
            let gender = Gender::from_code(code).unwrap();
            assert_eq!(gender.code(), code);
            assert_eq!(serde_json::to_string(&gender).unwrap(), format!("\"{code}\""));
        }
        assert_eq!(Gender::from_code("Male"), None);
    }
}
