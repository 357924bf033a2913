//! To whom records are given, and why: what an accounting of disclosures must be able to say (45 CFR 164.528).

use crate::error::{CommandError, ErrorCode};
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Characters of a recipient's name and address.
const LIMIT: usize = 300;

/// Why records are given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Somebody else treats the patient.
    Treatment,
    /// Somebody pays, or is asked to.
    Payment,
    /// The clinic's own work: quality, training, audits.
    Operations,
    /// The patient asked for it.
    Patient,
    /// An authority for public health.
    PublicHealth,
    /// A court, the police, an overseeing authority, another law.
    Legal,
    /// Research.
    Research,
    /// Something else.
    Other,
}

impl Purpose {
    /// Its name on every surface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Payment => "payment",
            Self::Operations => "operations",
            Self::Patient => "patient",
            Self::PublicHealth => "public_health",
            Self::Legal => "legal",
            Self::Research => "research",
            Self::Other => "other",
        }
    }

    /// Its code in HL7's list of reasons (v3-ActReason).
    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Treatment => Some("TREAT"),
            Self::Payment => Some("HPAYMT"),
            Self::Operations => Some("HOPERAT"),
            Self::Patient => Some("PATRQT"),
            Self::PublicHealth => Some("PUBHLTH"),
            Self::Legal => Some("HLEGAL"),
            Self::Research => Some("HRESCH"),
            Self::Other => None,
        }
    }

    /// Whether the rule asks to account for it: not for treatment, payment, operations, and what the patient got.
    pub(crate) fn must_account(self) -> bool {
        !matches!(self, Self::Treatment | Self::Payment | Self::Operations | Self::Patient)
    }
}

/// To whom, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
pub struct Disclosure {
    /// Name and, where it is known, address.
    pub recipient: String,
    /// Why.
    pub purpose: Purpose,
}

/// The detail of the audit entry about a copy in clear.
pub(crate) fn detail(disclosure: Option<&Disclosure>) -> Result<Value, CommandError> {
    let mut detail = serde_json::json!({ "to": "file" });
    if let Some(said) = disclosure {
        let recipient = text::checked(&said.recipient, "recipient")?;
        if recipient.chars().count() > LIMIT {
            return Err(CommandError::new(ErrorCode::TooLarge).at("recipient"));
        }
        detail["recipient"] = recipient.into();
        detail["purpose"] = said.purpose.name().into();
    }
    Ok(detail)
}
