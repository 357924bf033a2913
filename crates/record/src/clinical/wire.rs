//! What the chart's screens receive. Wire types: their names and members are those of the generated TypeScript.

use crate::id::RecordId;
use serde::{Deserialize, Serialize};

/// Something that has a name and perhaps a code.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Coded {
    /// As its author wrote it, else as the best of its codes calls it, else that code. Empty when there is none of these.
    pub text: String,
    /// The code.
    pub code: Option<String>,
    /// The URI of the code's system.
    pub system: Option<String>,
}

/// One line of a chart block.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ChartItem {
    /// Which record.
    pub id: RecordId,
    /// The problem, medicine, vaccine, visit, procedure or report.
    pub what: Coded,
    /// The FHIR status code; for problems the clinical status.
    pub status: Option<String>,
    /// Whether it holds now: a current problem, a medicine being taken, a visit under way.
    pub active: bool,
    /// When it began or happened: a FHIR date or dateTime as it was written.
    pub start: Option<String>,
    /// When it ended, in the same form.
    pub end: Option<String>,
    /// One more line: dosage, severity, dose and lot, reason, conclusion.
    pub detail: Option<String>,
    /// Who prescribed, performed or recorded it, by name.
    pub who: Option<String>,
}

/// What is known about a patient's allergies. That a block failed or is hidden is for the screen to say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum AllergyState {
    /// There is at least one that holds.
    Known,
    /// Somebody asked, and there is none.
    NoKnown,
    /// Nobody wrote anything down.
    NotRecorded,
}

/// What the allergies of a patient add up to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AllergyBlock {
    /// The sum of them.
    pub state: AllergyState,
    /// Those that hold, the most dangerous first; or the statements that there is none.
    pub active: Vec<Allergy>,
    /// Those that no longer hold, or were refuted or entered in error.
    pub inactive: Vec<Allergy>,
}

/// One allergy or intolerance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Allergy {
    /// Which record.
    pub id: RecordId,
    /// To what.
    pub substance: Coded,
    /// `food`, `medication`, `environment`, `biologic`, or several with a comma between.
    pub category: Option<String>,
    /// How dangerous.
    pub criticality: Option<AllergyCriticality>,
    /// What happened.
    pub reactions: Vec<String>,
    /// The worst severity of a reaction: `mild`, `moderate`, `severe`.
    pub severity: Option<String>,
    /// `unconfirmed`, `confirmed`, `refuted`, `entered-in-error`.
    pub verification: Option<String>,
    /// `active`, `inactive`, `resolved`.
    pub clinical_status: Option<String>,
    /// When it was written down.
    pub recorded: Option<String>,
    /// A removal met an edit: it stays until a person decides.
    pub flagged: bool,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-allergy-intolerance-criticality.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum AllergyCriticality {
    /// No risk to life.
    Low,
    /// Risk to life.
    High,
    /// Nobody can tell.
    UnableToAssess,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-allergy-intolerance-category.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum AllergyCategory {
    /// Eaten.
    Food,
    /// A medicine.
    Medication,
    /// Touched or breathed in.
    Environment,
    /// A preparation from living things.
    Biologic,
}

/// The codes of <http://hl7.org/fhir/R4/valueset-reaction-event-severity.html>.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum AllergySeverity {
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Severe.
    Severe,
}

/// What a person enters for a new allergy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AllergyDraft {
    /// To what, in words.
    pub substance: String,
    /// The code of that, where it was chosen from a list.
    pub code: Option<String>,
    /// The URI of the code's system.
    pub system: Option<String>,
    /// Of what sort.
    pub category: Option<AllergyCategory>,
    /// How dangerous.
    pub criticality: Option<AllergyCriticality>,
    /// What happened, in words.
    pub reaction: Option<String>,
    /// How bad that was.
    pub severity: Option<AllergySeverity>,
}

/// Measurements of one thing, newest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct ObservationSeries {
    /// What was measured; of a part of a measurement ('Systolic'), the part.
    pub what: Coded,
    /// The unit that all numbers have.
    pub unit: Option<String>,
    /// The measurements.
    pub points: Vec<ObservationPoint>,
}

/// One measurement.
#[derive(Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct ObservationPoint {
    /// Which record.
    pub id: RecordId,
    /// When: a FHIR date or dateTime as it was written; empty when unknown.
    pub at: String,
    /// The number, for a trend. `text` is what was written.
    pub value: Option<f64>,
    /// The value as it was written, with its unit, never rounded.
    pub text: String,
    /// `H`, `L`, `N` or the interpretation in words.
    pub interpretation: Option<String>,
    /// The lower end of the reference range.
    pub low: Option<f64>,
    /// The upper end of the reference range.
    pub high: Option<f64>,
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
silent_debug!(Coded ChartItem Allergy AllergyBlock AllergyDraft ObservationSeries ObservationPoint);
