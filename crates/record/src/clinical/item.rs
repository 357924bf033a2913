//! One line of a chart block for each kind.

use super::coded::{
    When, coding, concept, concept_of, concepts, display, joined, list_of, number, one, quantity, range, status_of,
    string, text_of, when,
};
use super::{ChartItem, Coded};
use crate::field::{self, FieldId, Kind};
use crate::fields::Fields;
use crate::id::RecordId;
use serde_json::Value;

/// The line of a problem, medicine, vaccination, visit, procedure or report; `None` for other kinds. `resolve` finds what a
/// reference to another record (`Medication/7`, `urn:uuid:...`) is called, where that is known.
pub fn chart_item(
    id: RecordId,
    kind: Kind,
    fields: &Fields,
    resolve: &dyn Fn(&str) -> Option<Coded>,
) -> Option<ChartItem> {
    let parts = match kind {
        Kind::CONDITION => condition(fields),
        Kind::MEDICATION_REQUEST => medication_request(fields, resolve),
        Kind::MEDICATION_STATEMENT => medication_statement(fields, resolve),
        Kind::IMMUNIZATION => immunization(fields),
        Kind::ENCOUNTER => encounter(fields),
        Kind::PROCEDURE => procedure(fields),
        Kind::REPORT => report(fields),
        _ => return None,
    };
    let what = parts.what.unwrap_or_default();
    let detail = joined(parts.detail.into_iter().flatten().filter(|detail| *detail != what.text));
    let (start, end) = (parts.when.start, parts.when.end);
    Some(ChartItem {
        id,
        what,
        status: parts.status,
        active: parts.active,
        start,
        end,
        detail,
        who: parts.who,
    })
}

/// The reference to the patient that a record of the chart is about, as its source wrote it.
pub fn subject_reference(kind: Kind, fields: &Fields) -> Option<String> {
    let field = match kind {
        Kind::ALLERGY => field::allergy::PATIENT,
        Kind::CONDITION => field::condition::SUBJECT,
        Kind::MEDICATION_REQUEST => field::medication_request::SUBJECT,
        Kind::MEDICATION_STATEMENT => field::medication_statement::SUBJECT,
        Kind::IMMUNIZATION => field::immunization::PATIENT,
        Kind::OBSERVATION => field::observation::SUBJECT,
        Kind::ENCOUNTER => field::encounter::SUBJECT,
        Kind::PROCEDURE => field::procedure::SUBJECT,
        Kind::REPORT => field::report::SUBJECT,
        Kind::NOTE => field::note::SUBJECT,
        _ => return None,
    };
    string(&one(fields, field)?, "reference")
}

/// What the kinds differ in.
struct Parts {
    what: Option<Coded>,
    status: Option<String>,
    active: bool,
    when: When,
    detail: Vec<Option<String>>,
    who: Option<String>,
}

/// Whether a code is one of these.
fn is(code: &Option<String>, codes: &[&str]) -> bool {
    code.as_deref().is_some_and(|code| codes.contains(&code))
}

/// The name of the one that a field of one Reference names.
fn named(fields: &Fields, field: FieldId) -> Option<String> {
    display(&one(fields, field)?)
}

/// The first name in an array whose entries hold a Reference in this member.
fn first_named(fields: &Fields, field: FieldId, member: &str) -> Option<String> {
    list_of(fields, field)
        .iter()
        .filter_map(|entry| entry.get(member))
        .find_map(display)
}

/// The reasons in words: codes, else what referenced problems are called.
fn reasons(fields: &Fields, codes: FieldId, references: FieldId) -> Option<String> {
    concepts(&list_of(fields, codes)).or_else(|| joined(list_of(fields, references).iter().filter_map(display)))
}

fn condition(fields: &Fields) -> Parts {
    use field::condition as at;
    let verification = status_of(fields, at::VERIFICATION_STATUS);
    let clinical = status_of(fields, at::CLINICAL_STATUS);
    let mut when_ = when(fields, at::ONSET);
    let abated = when(fields, at::ABATEMENT);
    let refuted = is(&verification, &["refuted", "entered-in-error"]);
    let gone = abated.start.is_some() || abated.words.is_some() || fields.one(at::ABATEMENT).is_some();
    let holds = match &clinical {
        Some(_) => is(&clinical, &["active", "recurrence", "relapse"]),
        None => !gone,
    };
    when_.end = abated.start;
    let severity = concept_of(fields, at::SEVERITY).map(|coded| coded.text);
    Parts {
        what: concept_of(fields, at::CODE),
        status: if refuted {
            verification
        } else {
            clinical.or(verification)
        },
        active: holds && !refuted,
        detail: vec![severity, concepts(&list_of(fields, at::BODY_SITE)), when_.words.take()],
        when: when_,
        who: named(fields, at::ASSERTER).or_else(|| named(fields, at::RECORDER)),
    }
}

fn medication_request(fields: &Fields, resolve: &dyn Fn(&str) -> Option<Coded>) -> Parts {
    use field::medication_request as at;
    let status = text_of(fields, at::STATUS);
    let never = one(fields, at::DO_NOT_PERFORM) == Some(Value::Bool(true));
    let validity = one(fields, at::DISPENSE_REQUEST).and_then(|request| request.get("validityPeriod").cloned());
    Parts {
        what: medication(fields, at::MEDICATION, resolve),
        active: is(&status, &["active"]) && !never,
        when: When {
            start: text_of(fields, at::AUTHORED_ON),
            end: validity.and_then(|period| string(&period, "end")),
            words: None,
        },
        detail: vec![
            never.then(|| "do not give".to_owned()),
            dosages(&list_of(fields, at::DOSAGE_INSTRUCTION)),
        ],
        status,
        who: named(fields, at::REQUESTER),
    }
}

fn medication_statement(fields: &Fields, resolve: &dyn Fn(&str) -> Option<Coded>) -> Parts {
    use field::medication_statement as at;
    let status = text_of(fields, at::STATUS);
    Parts {
        what: medication(fields, at::MEDICATION, resolve),
        active: is(&status, &["active"]),
        when: when(fields, at::EFFECTIVE),
        detail: vec![dosages(&list_of(fields, at::DOSAGE))],
        status,
        who: named(fields, at::INFORMATION_SOURCE),
    }
}

fn immunization(fields: &Fields) -> Parts {
    use field::immunization as at;
    let status = text_of(fields, at::STATUS);
    let lot = text_of(fields, at::LOT_NUMBER).map(|lot| format!("lot {lot}"));
    let mut when = when(fields, at::OCCURRENCE);
    Parts {
        what: concept_of(fields, at::VACCINE_CODE),
        active: is(&status, &["completed"]),
        detail: vec![
            one(fields, at::DOSE_QUANTITY).and_then(|dose| quantity(&dose)),
            concept_of(fields, at::SITE).map(|site| site.text),
            lot,
            concept_of(fields, at::STATUS_REASON).map(|reason| reason.text),
            when.words.take(),
        ],
        when,
        status,
        who: first_named(fields, at::PERFORMER, "actor"),
    }
}

fn encounter(fields: &Fields) -> Parts {
    use field::encounter as at;
    let status = text_of(fields, at::STATUS);
    let kind = list_of(fields, at::TYPE).iter().find_map(concept);
    let class = || one(fields, at::CLASS).and_then(|class| coding(&class));
    Parts {
        what: kind.or_else(|| concept_of(fields, at::SERVICE_TYPE)).or_else(class),
        active: is(&status, &["arrived", "triaged", "in-progress", "onleave"]),
        when: when(fields, at::PERIOD),
        detail: vec![
            reasons(fields, at::REASON_CODE, at::REASON_REFERENCE),
            first_named(fields, at::LOCATION, "location"),
        ],
        status,
        who: first_named(fields, at::PARTICIPANT, "individual").or_else(|| named(fields, at::SERVICE_PROVIDER)),
    }
}

fn procedure(fields: &Fields) -> Parts {
    use field::procedure as at;
    let status = text_of(fields, at::STATUS);
    let mut when = when(fields, at::PERFORMED);
    Parts {
        what: concept_of(fields, at::CODE),
        active: is(&status, &["preparation", "in-progress", "on-hold"]),
        detail: vec![
            concepts(&list_of(fields, at::BODY_SITE)),
            reasons(fields, at::REASON_CODE, at::REASON_REFERENCE),
            concept_of(fields, at::OUTCOME).map(|outcome| outcome.text),
            when.words.take(),
        ],
        when,
        status,
        who: first_named(fields, at::PERFORMER, "actor").or_else(|| named(fields, at::ASSERTER)),
    }
}

fn report(fields: &Fields) -> Parts {
    use field::report as at;
    let status = text_of(fields, at::STATUS);
    let mut when = when(fields, at::EFFECTIVE);
    when.start = when.start.take().or_else(|| text_of(fields, at::ISSUED));
    let conclusion = || concepts(&list_of(fields, at::CONCLUSION_CODE));
    let people = [at::RESULTS_INTERPRETER, at::PERFORMER];
    Parts {
        what: concept_of(fields, at::CODE),
        active: !is(&status, &["cancelled", "entered-in-error", "unknown"]),
        when,
        detail: vec![text_of(fields, at::CONCLUSION).or_else(conclusion)],
        status,
        who: people
            .into_iter()
            .find_map(|field| list_of(fields, field).iter().find_map(display)),
    }
}

/// What a medicine is called: by its code, in a contained Medication, by the reference's own words, or by the record referred to.
fn medication(fields: &Fields, field: FieldId, resolve: &dyn Fn(&str) -> Option<Coded>) -> Option<Coded> {
    let value = one(fields, field)?;
    if let Some(coded) = value.get("medicationCodeableConcept").and_then(concept) {
        return Some(coded);
    }
    let reference = value.get("medicationReference")?;
    let target = string(reference, "reference");
    let inside = target
        .as_deref()
        .and_then(|target| target.strip_prefix('#'))
        .and_then(|id| {
            let contained = list_of(fields, field::CONTAINED);
            let resource = contained
                .iter()
                .find(|resource| string(resource, "id").as_deref() == Some(id))?;
            resource.get("code").and_then(concept)
        });
    let named = || {
        display(reference).map(|text| Coded {
            text,
            ..Coded::default()
        })
    };
    inside.or_else(|| target.as_deref().and_then(resolve)).or_else(named)
}

/// All dosages in words.
fn dosages(list: &[Value]) -> Option<String> {
    let parts: Vec<String> = list.iter().filter_map(dosage).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// A Dosage: its text, else what its parts say.
fn dosage(value: &Value) -> Option<String> {
    if let Some(text) = string(value, "text") {
        return Some(text);
    }
    let rates = value.get("doseAndRate").and_then(Value::as_array).into_iter().flatten();
    let dose = |rate: &Value| {
        rate.get("doseQuantity")
            .and_then(quantity)
            .or_else(|| rate.get("doseRange").and_then(range))
    };
    let as_needed = match (
        value.get("asNeededBoolean"),
        value.get("asNeededCodeableConcept").and_then(concept),
    ) {
        (_, Some(coded)) => Some(format!("as needed for {}", coded.text)),
        (Some(Value::Bool(true)), None) => Some("as needed".to_owned()),
        _ => None,
    };
    let parts = [
        rates.filter_map(dose).next(),
        value.get("route").and_then(concept).map(|route| route.text),
        value.get("timing").and_then(timing),
        as_needed,
        string(value, "patientInstruction"),
    ];
    joined(parts.into_iter().flatten())
}

/// A Timing: its code, else `2 times every 8 h`.
fn timing(value: &Value) -> Option<String> {
    if let Some(coded) = value.get("code").and_then(concept) {
        return Some(coded.text);
    }
    let repeat = value.get("repeat")?;
    let frequency = repeat.get("frequency").and_then(Value::as_f64).unwrap_or(1.0);
    let period = repeat.get("period").and_then(Value::as_f64)?;
    let unit = string(repeat, "periodUnit")?;
    let unit = match (unit.as_str(), period > 1.0) {
        ("s", false) => "second",
        ("s", true) => "seconds",
        ("min", false) => "minute",
        ("min", true) => "minutes",
        ("h", false) => "hour",
        ("h", true) => "hours",
        ("d", false) => "day",
        ("d", true) => "days",
        ("wk", false) => "week",
        ("wk", true) => "weeks",
        ("mo", false) => "month",
        ("mo", true) => "months",
        ("a", false) => "year",
        ("a", true) => "years",
        _ => return None,
    };
    let times = if frequency > 1.0 {
        format!("{} times", number(frequency))
    } else {
        "once".to_owned()
    };
    Some(if period > 1.0 {
        format!("{times} every {} {unit}", number(period))
    } else {
        format!("{times} every {unit}")
    })
}
