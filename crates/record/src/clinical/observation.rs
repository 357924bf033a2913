//! Measurements as series, so that a screen can show their trend.

use super::coded::{concept, concept_of, concepts, list_of, number, one, quantity, range, string, text_of, unit, when};
use super::sort_date::sort_date;
use super::{Coded, ObservationPoint, ObservationSeries};
use crate::field::{Kind, observation as at};
use crate::fields::Fields;
use crate::id::RecordId;
use crate::name::fold;
use serde_json::Value;

/// The block of a chart that an observation belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ObservationGroup {
    /// Blood pressure, weight and the like.
    VitalSigns,
    /// Results of a laboratory.
    Laboratory,
    /// Questionnaires, social history, imaging and the rest.
    Other,
}

/// LOINC codes of the vital signs (<http://hl7.org/fhir/R4/observation-vitalsigns.html>), for records without category.
const VITAL_SIGNS: [&str; 14] = [
    "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7", "39156-5", "85354-9",
    "8480-6", "8462-4", "8478-0",
];

/// The block that an observation belongs to, by its category, else by its code.
pub fn observation_group(fields: &Fields) -> ObservationGroup {
    let categories = list_of(fields, at::CATEGORY);
    let codes = categories
        .iter()
        .flat_map(|category| category.get("coding").and_then(Value::as_array).into_iter().flatten());
    for code in codes.filter_map(|coding| string(coding, "code")) {
        match code.as_str() {
            "vital-signs" => return ObservationGroup::VitalSigns,
            "laboratory" | "LAB" => return ObservationGroup::Laboratory,
            _ => {}
        }
    }
    let code = concept_of(fields, at::CODE).and_then(|coded| coded.code);
    let is_vital = categories.is_empty() && code.is_some_and(|code| VITAL_SIGNS.contains(&code.as_str()));
    if is_vital {
        ObservationGroup::VitalSigns
    } else {
        ObservationGroup::Other
    }
}

/// Series of these observations: one for each thing and unit, by name, the parts of a measurement ('Systolic', 'Diastolic') adjacent;
/// points newest first. What was entered in error, cancelled, or has no value does not show.
pub fn observation_series<'f>(
    observations: impl IntoIterator<Item = (RecordId, &'f Fields)>,
) -> Vec<ObservationSeries> {
    let mut series: Vec<Growing> = Vec::new();
    for (id, fields) in observations {
        if matches!(
            text_of(fields, at::STATUS).as_deref(),
            Some("entered-in-error" | "cancelled")
        ) {
            continue;
        }
        let Some(what) = concept_of(fields, at::CODE) else {
            continue;
        };
        let when = (sort_date(Kind::OBSERVATION, fields), written(fields));
        let whole = members(fields);
        add(&mut series, &what, None, &whole, id, &when);
        for (place, component) in list_of(fields, at::COMPONENT).iter().enumerate() {
            if let Some(part) = component.get("code").and_then(concept) {
                add(&mut series, &what, Some((place, part)), component, id, &when);
            }
        }
    }
    series.sort_by(|left, right| left.order.cmp(&right.order));
    series.into_iter().map(Growing::finish).collect()
}

/// A series being collected.
struct Growing {
    /// By the whole's name, then its parts in their own order.
    order: (String, usize, String),
    key: (String, Option<String>),
    series: ObservationSeries,
    times: Vec<i64>,
}

impl Growing {
    fn finish(self) -> ObservationSeries {
        let mut points: Vec<(i64, ObservationPoint)> = self.times.into_iter().zip(self.series.points).collect();
        points.sort_by_key(|(time, point)| (std::cmp::Reverse(*time), point.id));
        ObservationSeries {
            points: points.into_iter().map(|(_, point)| point).collect(),
            ..self.series
        }
    }
}

fn add(
    series: &mut Vec<Growing>,
    whole: &Coded,
    part: Option<(usize, Coded)>,
    value: &Value,
    id: RecordId,
    when: &(i64, String),
) {
    let Some(measured) = measure(value) else { return };
    let (place, what) = part.map_or((0, whole.clone()), |(place, part)| (place + 1, part));
    let name = |coded: &Coded| coded.code.clone().unwrap_or_else(|| fold(&coded.text));
    let key = (format!("{}\u{1}{}", name(whole), name(&what)), measured.unit.clone());
    let point = ObservationPoint {
        id,
        at: when.1.clone(),
        value: measured.value,
        text: measured.text,
        interpretation: interpretation(value),
        low: limit(value, "low"),
        high: limit(value, "high"),
    };
    let at = series.iter().position(|known| known.key == key).unwrap_or_else(|| {
        let order = (fold(&whole.text), place, measured.unit.clone().unwrap_or_default());
        let empty = ObservationSeries {
            what,
            unit: measured.unit,
            points: Vec::new(),
        };
        series.push(Growing {
            order,
            key,
            series: empty,
            times: Vec::new(),
        });
        series.len() - 1
    });
    series[at].times.push(when.0);
    series[at].series.points.push(point);
}

/// The value and its surroundings as one object, as a component has them.
fn members(fields: &Fields) -> Value {
    let mut all = match one(fields, at::VALUE) {
        Some(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let rest = [
        ("interpretation", at::INTERPRETATION),
        ("referenceRange", at::REFERENCE_RANGE),
        ("dataAbsentReason", at::DATA_ABSENT_REASON),
    ];
    for (name, field) in rest {
        all.extend(one(fields, field).map(|value| (name.to_owned(), value)));
    }
    Value::Object(all)
}

/// When, as its author wrote it.
fn written(fields: &Fields) -> String {
    let effective = when(fields, at::EFFECTIVE);
    effective
        .start
        .or(effective.end)
        .or_else(|| text_of(fields, at::ISSUED))
        .unwrap_or_default()
}

/// A measured value.
struct Measured {
    value: Option<f64>,
    unit: Option<String>,
    text: String,
}

/// The `value[x]` of an observation or component, or why there is none.
fn measure(value: &Value) -> Option<Measured> {
    let words = |text: String| {
        Some(Measured {
            value: None,
            unit: None,
            text,
        })
    };
    if let Some(found) = value.get("valueQuantity") {
        // A comparator makes a bound of the number: no point of a trend.
        let exact = found.get("comparator").is_none();
        let number = found.get("value").and_then(Value::as_f64).filter(|_| exact);
        return Some(Measured {
            value: number,
            unit: unit(found),
            text: quantity(found)?,
        });
    }
    if let Some(found) = value.get("valueInteger").and_then(Value::as_f64) {
        return Some(Measured {
            value: Some(found),
            unit: None,
            text: number(found),
        });
    }
    if let Some(found) = value.get("valueCodeableConcept").and_then(concept) {
        return words(found.text);
    }
    for name in ["valueString", "valueTime", "valueDateTime"] {
        if let Some(found) = string(value, name) {
            return words(found);
        }
    }
    if let Some(found) = value.get("valueBoolean").and_then(Value::as_bool) {
        return words(if found { "Yes" } else { "No" }.to_owned());
    }
    if let Some(found) = value.get("valueRange").and_then(range) {
        return words(found);
    }
    if let Some(found) = value.get("valueRatio") {
        let end = |name: &str| found.get(name).and_then(quantity);
        return words(format!("{} : {}", end("numerator")?, end("denominator")?));
    }
    if let Some(found) = value.get("valuePeriod") {
        let end = |name: &str| string(found, name).unwrap_or_default();
        return words(format!("{} \u{2013} {}", end("start"), end("end")));
    }
    if value.get("valueSampledData").is_some() {
        return words("Curve".to_owned());
    }
    words(value.get("dataAbsentReason").and_then(concept)?.text)
}

/// `H`, `L`, `N`: the codes, else the words.
fn interpretation(value: &Value) -> Option<String> {
    let list = value.get("interpretation")?.as_array()?;
    list.iter()
        .filter_map(concept)
        .find_map(|coded| coded.code)
        .or_else(|| concepts(list))
}

/// One end of the first reference range that has it.
fn limit(value: &Value, end: &str) -> Option<f64> {
    let ranges = value.get("referenceRange")?.as_array()?;
    ranges.iter().find_map(|range| range.get(end)?.get("value")?.as_f64())
}
