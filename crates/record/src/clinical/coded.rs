//! The recurring shapes of FHIR, read leniently.

use super::Coded;
use crate::field::FieldId;
use crate::fields::Fields;
use serde_json::Value;

/// A field's value.
pub(super) fn one(fields: &Fields, field: FieldId) -> Option<Value> {
    serde_json::from_str(fields.one(field)?).ok()
}

/// A field that is a code or a string.
pub(super) fn text_of(fields: &Fields, field: FieldId) -> Option<String> {
    one(fields, field)?.as_str().and_then(present)
}

/// A field that is a CodeableConcept.
pub(super) fn concept_of(fields: &Fields, field: FieldId) -> Option<Coded> {
    concept(&one(fields, field)?)
}

/// The code of a field that is a CodeableConcept with a code of a small list, such as a clinical status.
pub(super) fn status_of(fields: &Fields, field: FieldId) -> Option<String> {
    let coded = concept_of(fields, field)?;
    coded.code.or_else(|| present(&coded.text))
}

/// The entries of a field that is an array.
pub(super) fn list_of(fields: &Fields, field: FieldId) -> Vec<Value> {
    match one(fields, field) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// A CodeableConcept: its text, else the display of the coding that a person chose, else of the first that has one, else a code.
pub(super) fn concept(value: &Value) -> Option<Coded> {
    let codings = || value.get("coding").and_then(Value::as_array).into_iter().flatten();
    let chosen = codings().find(|coding| coding.get("userSelected") == Some(&Value::Bool(true)));
    let best = chosen.or_else(|| codings().find(|coding| string(coding, "code").is_some()));
    let code = best.and_then(|coding| string(coding, "code"));
    let display = || best.and_then(|coding| string(coding, "display"));
    let any_display = || codings().find_map(|coding| string(coding, "display"));
    let text = string(value, "text")
        .or_else(display)
        .or_else(any_display)
        .or_else(|| code.clone())?;
    Some(Coded {
        text,
        code,
        system: best.and_then(|coding| string(coding, "system")),
    })
}

/// A Coding.
pub(super) fn coding(value: &Value) -> Option<Coded> {
    let code = string(value, "code");
    let text = string(value, "display").or_else(|| code.clone())?;
    Some(Coded {
        text,
        code,
        system: string(value, "system"),
    })
}

/// What a Reference calls its target.
pub(super) fn display(value: &Value) -> Option<String> {
    string(value, "display")
}

/// The texts of an array of CodeableConcepts, with a comma between.
pub(super) fn concepts(list: &[Value]) -> Option<String> {
    joined(list.iter().filter_map(concept).map(|coded| coded.text))
}

/// Parts with a comma between; `None` of none.
pub(super) fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A member that is a string and not blank.
pub(super) fn string(value: &Value, member: &str) -> Option<String> {
    value.get(member)?.as_str().and_then(present)
}

fn present(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number as charts write it: no trailing zeros, never a bare point, no exponent. Of more than four decimals, which come from
/// conversions and not from instruments, five significant digits show; the record keeps them all.
pub(super) fn number(value: f64) -> String {
    let plain = format!("{value}");
    let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals <= 4 || value == 0.0 {
        return plain;
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(4 - magnitude).unwrap_or(0).min(17);
    let rounded = format!("{value:.decimals$}");
    if rounded.contains('.') {
        rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        rounded
    }
}

/// A Quantity with its comparator and unit.
pub(super) fn quantity(value: &Value) -> Option<String> {
    let mut out = string(value, "comparator").unwrap_or_default();
    out.push_str(&number(value.get("value")?.as_f64()?));
    if let Some(unit) = unit(value) {
        out.push(' ');
        out.push_str(&unit);
    }
    Some(out)
}

/// A Quantity's unit as people read it, else its code. The UCUM unit `1` says nothing.
pub(super) fn unit(value: &Value) -> Option<String> {
    string(value, "unit")
        .or_else(|| string(value, "code"))
        .filter(|unit| unit != "1")
}

/// When something was, as its author wrote it, and what was said instead of a date.
#[derive(Default)]
pub(super) struct When {
    /// A date or dateTime.
    pub(super) start: Option<String>,
    /// A date or dateTime.
    pub(super) end: Option<String>,
    /// An age, a range or words.
    pub(super) words: Option<String>,
}

/// A choice of dateTime, instant, Period, Age, Range, Timing or string; or a plain date, dateTime or Period.
pub(super) fn when(fields: &Fields, field: FieldId) -> When {
    let Some(value) = one(fields, field) else {
        return When::default();
    };
    if let Some(start) = value.as_str().and_then(present) {
        return When {
            start: Some(start),
            ..When::default()
        };
    }
    let Some(members) = value.as_object() else {
        return When::default();
    };
    let plain_period = members.contains_key("start") || members.contains_key("end");
    let mut when = if plain_period { period(&value) } else { When::default() };
    for (name, value) in members {
        if name.ends_with("DateTime") || name.ends_with("Instant") {
            when.start = value.as_str().and_then(present);
        } else if name.ends_with("Period") {
            when = period(value);
        } else if name.ends_with("String") {
            when.words = value.as_str().and_then(present);
        } else if name.ends_with("Age") {
            when.words = quantity(value);
        } else if name.ends_with("Range") {
            when.words = range(value);
        } else if name.ends_with("Timing") {
            let first = value
                .get("event")
                .and_then(Value::as_array)
                .and_then(|events| events.first());
            when.start = first.and_then(Value::as_str).and_then(present);
        }
    }
    when
}

fn period(value: &Value) -> When {
    When {
        start: string(value, "start"),
        end: string(value, "end"),
        words: None,
    }
}

/// A Range of two Quantities.
pub(super) fn range(value: &Value) -> Option<String> {
    let end = |name: &str| value.get(name).and_then(quantity);
    match (end("low"), end("high")) {
        (Some(low), Some(high)) => Some(format!("{low}\u{2013}{high}")),
        (Some(low), None) => Some(format!("\u{2265} {low}")),
        (None, Some(high)) => Some(format!("\u{2264} {high}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_as_charts_write_them() {
        for (value, text) in [
            (0.5, "0.5"),
            (5.0, "5"),
            (-0.25, "-0.25"),
            (178.694_527_090_417_75, "178.69"),
            (0.000_123_456, "0.00012346"),
            (1_234_567.123_45, "1234567"),
            (2.567_80, "2.5678"),
            (0.1 + 0.2, "0.3"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn the_best_words_of_a_concept() {
        let text = |value: Value| concept(&value).map(|coded| (coded.text, coded.code));
        let code = || Some("b".to_owned());
        assert_eq!(text(json!({"coding": [{"code": "b"}]})), Some(("b".into(), code())));
        assert_eq!(
            text(json!({"coding": [{"code": "b"}, {"display": "D"}]})),
            Some(("D".into(), code()))
        );
        let chosen =
            json!({"coding": [{"code": "a", "display": "A"}, {"code": "b", "display": "B", "userSelected": true}]});
        assert_eq!(text(chosen), Some(("B".into(), code())));
        assert_eq!(
            text(json!({"text": " T ", "coding": [{"code": "b"}]})),
            Some(("T".into(), code()))
        );
        assert_eq!(text(json!({"text": " ", "coding": "x"})), None);
        assert_eq!(text(json!(7)), None);
    }

    #[test]
    fn quantities_and_ranges() {
        assert_eq!(
            quantity(&json!({"value": 5.0, "comparator": "<", "unit": "mg"})).as_deref(),
            Some("<5 mg")
        );
        assert_eq!(quantity(&json!({"value": 5, "code": "1"})).as_deref(), Some("5"));
        assert_eq!(quantity(&json!({"value": "5"})), None);
        assert_eq!(
            range(&json!({"low": {"value": 1}, "high": {"value": 2}})).as_deref(),
            Some("1\u{2013}2")
        );
        assert_eq!(range(&json!({})), None);
    }
}
