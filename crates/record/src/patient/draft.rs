//! What a registration form holds. Wire types: their names and members are those of the generated TypeScript.
//!
//! In all of them an empty string means absent, and `item` is the id of the item that a part was read from; `None` is a new
//! part. Nothing here has a `Debug` that prints content.

use crate::gender::Gender;
use crate::op::ItemId;
use serde::{Deserialize, Serialize};

/// Everything that a registration form shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PatientDraft {
    /// Names; the first official one is the one that identifies.
    pub names: Vec<HumanName>,
    /// `yyyy`, `yyyy-mm` or `yyyy-mm-dd`.
    pub birth_date: Option<String>,
    /// Gender for administration.
    pub gender: Option<Gender>,
    /// `F`, `M`, `OTH` or `UNK`: the codes of US Core birth sex.
    pub sex_at_birth: Option<String>,
    /// Pronouns in the patient's words.
    pub pronouns: Option<String>,
    /// Phones, mail addresses and the like.
    pub telecom: Vec<ContactPoint>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Record numbers, insurance numbers and the like.
    pub identifiers: Vec<Identifier>,
    /// Whom to call.
    pub next_of_kin: Vec<NextOfKin>,
    /// Whether and when the patient died.
    pub deceased: Deceased,
    /// A code of <http://terminology.hl7.org/CodeSystem/v3-MaritalStatus> (`M`, `S`, ...), or words.
    pub marital_status: Option<String>,
    /// The language to speak with the patient: a BCP 47 tag where there is one, else words.
    pub language: Option<String>,
    /// What the front desk must know at once.
    pub emergency_note: Option<String>,
}

/// A name. A person with a single name has it in `family`, `given` or `text` alone.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct HumanName {
    /// The item it was read from.
    pub item: Option<ItemId>,
    /// What it is used for.
    pub use_: Option<NameUse>,
    /// Titles, with a space between.
    pub prefix: String,
    /// Given names, with a space between.
    pub given: String,
    /// The family name, or several as one text.
    pub family: String,
    /// What follows the name, with a space between.
    pub suffix: String,
    /// The whole name as it is written, where that is known.
    pub text: String,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-name-use.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum NameUse {
    /// The formal name.
    Official,
    /// The name the patient usually goes by.
    Usual,
    /// The name before marriage.
    Maiden,
    /// What friends say.
    Nickname,
    /// No longer used.
    Old,
    /// For a time.
    Temp,
    /// To protect the patient's identity.
    Anonymous,
}

/// A phone number, mail address or the like.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ContactPoint {
    /// The item it was read from.
    pub item: Option<ItemId>,
    /// What it is.
    pub system: ContactSystem,
    /// Where it reaches the patient.
    pub use_: Option<ContactUse>,
    /// As people read it: a number that is stored in E.164 shows in its international form.
    pub value: String,
    /// The number in E.164, where it is a valid one. Only for reading; ignored in an edited draft.
    #[serde(default)]
    pub e164: Option<String>,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-contact-point-system.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ContactSystem {
    /// A telephone.
    Phone,
    /// Electronic mail.
    Email,
    /// Only text messages.
    Sms,
    /// A fax machine.
    Fax,
    /// A page or an address of another protocol.
    Url,
    /// A pager.
    Pager,
    /// Another, or not said.
    #[default]
    Other,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-contact-point-use.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ContactUse {
    /// At home.
    Home,
    /// At work.
    Work,
    /// On the way.
    Mobile,
    /// For a time.
    Temp,
    /// No longer used.
    Old,
}

/// A postal address.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Address {
    /// The item it was read from.
    pub item: Option<ItemId>,
    /// What it is used for.
    pub use_: Option<AddressUse>,
    /// Street, house, flat: the lines, with a line feed between.
    pub line: String,
    /// City or town.
    pub city: String,
    /// County or district.
    pub district: String,
    /// State or province.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, by name or code.
    pub country: String,
    /// The whole address as it is written, where that is known.
    pub text: String,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-address-use.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum AddressUse {
    /// Where the patient lives.
    Home,
    /// Where the patient works.
    Work,
    /// For a time.
    Temp,
    /// No longer used.
    Old,
    /// For bills.
    Billing,
}

/// A number that names the patient somewhere.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Identifier {
    /// The item it was read from.
    pub item: Option<ItemId>,
    /// The URI of the list in which the value is unique; empty when unknown.
    pub system: String,
    /// The number.
    pub value: String,
    /// What people call it: 'Passport', 'MRN'.
    pub label: String,
}

/// Somebody to call.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct NextOfKin {
    /// The item it was read from.
    pub item: Option<ItemId>,
    /// The whole name.
    pub name: String,
    /// 'Mother', 'friend': in words.
    pub relationship: String,
    /// The first telephone number.
    pub phone: String,
}

/// Whether and when the patient died.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deceased {
    /// Nothing says so.
    #[default]
    AliveOrUnknown,
    /// Yes, the day is unknown.
    Yes,
    /// Yes, on this day.
    On {
        /// `yyyy`, `yyyy-mm` or `yyyy-mm-dd`.
        date: String,
    },
}

impl PatientDraft {
    /// An empty form.
    pub fn empty() -> Self {
        Self {
            names: Vec::new(),
            birth_date: None,
            gender: None,
            sex_at_birth: None,
            pronouns: None,
            telecom: Vec::new(),
            addresses: Vec::new(),
            identifiers: Vec::new(),
            next_of_kin: Vec::new(),
            deceased: Deceased::AliveOrUnknown,
            marital_status: None,
            language: None,
            emergency_note: None,
        }
    }
}

/// Content never prints.
macro_rules! silent_debug {
    ($($name:ident)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
silent_debug!(PatientDraft HumanName ContactPoint Address Identifier NextOfKin Deceased);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_wire_form_is_frozen() {
        let draft = PatientDraft {
            names: vec![HumanName {
                item: Some(1),
                use_: Some(NameUse::Official),
                family: "Lovelace".into(),
                ..HumanName::default()
            }],
            telecom: vec![ContactPoint {
                item: None,
                system: ContactSystem::Phone,
                use_: Some(ContactUse::Mobile),
                value: "+44 20 7946 0000".into(),
                e164: None,
            }],
            addresses: vec![Address {
                use_: Some(AddressUse::Home),
                ..Address::default()
            }],
            identifiers: vec![Identifier::default()],
            next_of_kin: vec![NextOfKin::default()],
            deceased: Deceased::On {
                date: "1852-11-27".into(),
            },
            gender: Some(Gender::Female),
            ..PatientDraft::empty()
        };
        let json = serde_json::to_string_pretty(&draft).unwrap();
        assert!(serde_json::from_str::<PatientDraft>(&json).unwrap() == draft);
        insta::assert_snapshot!(json);
        assert_eq!(format!("{draft:?}"), "PatientDraft(..)");
    }
}
