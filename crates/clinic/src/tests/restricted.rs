//! Restricted patients and broken glass: every way to a chart is closed, and opens with a reason, for a while, before the admins' eyes.

use super::*;
use crate::command::{COMMANDS, Need};
use serde_json::json as value;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

const OTHER: &str = "cerulean otter at noon";
const MINUTE_MS: u64 = 60_000;

/// A laptop of a founder, who has written into a chart, and a clinician who is not named for it. The clinician is unlocked.
struct Clinic2 {
    laptop: Laptop,
    clinic: Clinic,
    founder: UserId,
    bo: UserId,
    patient: Value,
    allergy: Value,
    document: Value,
    /// A folder that is not the vault's.
    outside: tempfile::TempDir,
}

fn restricted() -> Clinic2 {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let patient = register(&clinic, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
    let draft = value!({
        "substance": "Penicillin", "code": null, "system": null, "category": null, "criticality": null,
        "reaction": null, "severity": null
    });
    let block = json(&clinic, "allergy_add", value!({"patient": patient, "draft": draft})).unwrap();
    json(
        &clinic,
        "note_finish",
        value!({"patient": patient, "text": "A secret."}),
    )
    .unwrap();
    let document = add_document(&laptop, &clinic, &patient, "clinical").unwrap();
    add_document(&laptop, &clinic, &patient, "office").unwrap();
    let added = json(
        &clinic,
        "user_add",
        value!({"name": "Bo Clinician", "roles": ["clinician"], "password": OTHER}),
    );
    let bo = added.unwrap()["id"].as_str().unwrap().parse().unwrap();
    let done = json(
        &clinic,
        "patient_restrict",
        value!({"patient": patient, "users": [founder.user.id]}),
    )
    .unwrap();
    assert_eq!(done["restriction"]["people"][0]["name"], "Ada Founder");
    assert_eq!(
        (&done["row"]["restricted"], &done["restriction"]["open"]),
        (&value!(true), &value!(true))
    );
    lock(&clinic);
    unlock(&clinic, bo, OTHER).unwrap();
    Clinic2 {
        laptop,
        clinic,
        founder: founder.user.id,
        bo,
        patient,
        allergy: block["active"][0]["id"].clone(),
        document: document["id"].clone(),
        outside: tempfile::tempdir().unwrap(),
    }
}

fn add_document(laptop: &Laptop, clinic: &Clinic, patient: &Value, part: &str) -> Result<Value, CommandError> {
    let path = laptop.home.path().join("letter.txt");
    std::fs::write(&path, "A letter.").unwrap();
    let input = value!({
        "patient": patient, "compartment": part, "path": path, "title": "Letter", "kind": "letter", "date": null
    });
    json(clinic, "document_add", input)
}

fn breaking(patient: &Value, minutes: u32) -> Value {
    value!({"patient": patient, "why": "emergency", "reason": "Unconscious at the door.", "minutes": minutes})
}

/// What each command is given, of those that go to a chart.
fn to_the_chart(at: &Clinic2, name: &str) -> Option<Value> {
    let (patient, id) = (&at.patient, &at.allergy);
    let draft = value!({
        "substance": "Latex", "code": null, "system": null, "category": null, "criticality": null, "reaction": null,
        "severity": null
    });
    let path = at.laptop.home.path().join("letter.txt");
    Some(match name {
        _ if name.starts_with("chart_") => value!({"patient": patient}),
        "note_list" | "note_draft_get" | "note_draft_discard" | "allergy_none_known" => value!({"patient": patient}),
        "note_draft_save" | "note_finish" => value!({"patient": patient, "text": "x"}),
        "allergy_add" => value!({"patient": patient, "draft": draft}),
        "allergy_remove" => value!({"patient": patient, "id": id, "reason": "x"}),
        "allergy_restore" => value!({"patient": patient, "id": id}),
        "document_add" => value!({
            "patient": patient, "compartment": "clinical", "path": path, "title": "x", "kind": "letter", "date": null
        }),
        "document_show" | "document_restore" => value!({"id": at.document}),
        "document_read" => value!({"id": at.document, "chunk": 0}),
        "document_save" => value!({"id": at.document, "path": at.outside.path().join("out.txt")}),
        "document_remove" => value!({"id": at.document, "reason": "x"}),
        "export_patient" => value!({"id": patient}),
        "conflict_settle" => value!({
            "compartment": "clinical", "record": id, "element": "code", "item": null, "choice": "x"
        }),
        _ => return None,
    })
}

/// Commands that go to no chart, or show of a closed one only that it is there; the tests below and of their own say so. A new command
/// belongs here or above.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "The session, the people, the rules, the laptop",
        "app_status vault_create password_check unlock resume lock session touch user_list user_add \
         user_remove member_list user_roles user_revoke password_change settings_get settings_set policy_get \
         policy_set doctor about",
    ),
    (
        "Registration",
        "patient_search patient_recent patient_open patient_duplicates patient_register patient_edit \
         patient_remove patient_restore patient_photo_set patient_photo_remove patient_photo",
    ),
    (
        "What says who opens a chart, and glass",
        "patient_restrict patient_unrestrict restriction_people glass_break glass_end glass_mine glass_list \
         glass_seen",
    ),
    (
        "They show the office's part, and of the chart what is open",
        "patient_history document_list conflict_list conflict_undo quarantine_show audit_values audit_list",
    ),
    (
        "Files come in by their own ids, and nothing of a chart is answered",
        "import_preview import_start import_progress import_cancel",
    ),
    (
        "Sync, devices, keys, incidents, the trail: no records",
        "sync_status sync_now sync_seen sync_snapshot clinic_attach clinic_words invitation_create \
         join_requests join_approve join_refuse clinic_join join_status device_list device_show device_revoke \
         device_wipe key_list key_rotate key_progress recovery_status recovery_prepare recovery_enroll \
         recovery_check recovery_recover incident_open incident_list incident_show incident_step \
         incident_evidence incident_close quarantine_list quarantine_accept quarantine_discard audit_verify \
         audit_trail audit_trail_verify audit_export audit_disclosures audit_viewers",
    ),
];

fn is_elsewhere(name: &str) -> bool {
    ELSEWHERE
        .iter()
        .any(|(_, names)| names.split(' ').any(|one| one == name))
}

#[test]
fn every_command_to_a_closed_chart_is_refused_until_the_glass_is_broken() {
    let at = restricted();
    let mut closed = 0;
    for command in COMMANDS {
        let input = to_the_chart(&at, command.name);
        assert_ne!(
            input.is_some(),
            is_elsewhere(command.name),
            "does {} go to the chart of a patient?",
            command.name
        );
        let Some(input) = input else {
            let chart = matches!(command.need, Need::May(Permission::ChartRead | Permission::ChartWrite));
            assert!(!chart, "{} needs the chart", command.name);
            continue;
        };
        assert_eq!(
            refused(&at.clinic, command.name, input),
            ErrorCode::ChartRestricted,
            "{}",
            command.name
        );
        closed += 1;
    }
    assert!(closed > 20, "{closed}");
    let mut out = Vec::new();
    let patient = at.patient.as_str().unwrap().parse().unwrap();
    let copied = at.clinic.export_patient_to(patient, None, &mut out);
    assert_eq!((copied.unwrap_err().code, out.len()), (ErrorCode::ChartRestricted, 0));

    json(&at.clinic, "glass_break", breaking(&at.patient, 60)).unwrap();
    for command in COMMANDS {
        let Some(input) = to_the_chart(&at, command.name) else {
            continue;
        };
        let code = json(&at.clinic, command.name, input).map_err(|error| error.code);
        assert_ne!(code.err(), Some(ErrorCode::ChartRestricted), "{}", command.name);
    }
}

#[test]
fn a_restricted_patient_is_found_and_only_the_chart_is_closed() {
    let at = restricted();
    let found = json(&at.clinic, "patient_search", value!({"query": "okafor", "limit": 5})).unwrap();
    assert_eq!(found["rows"][0]["restricted"], true);
    let open = json(&at.clinic, "patient_open", value!({"id": at.patient, "via": "search"})).unwrap();
    let restriction = &open["restriction"];
    assert_eq!(
        (&restriction["open"], &restriction["may_break"]),
        (&value!(false), &value!(true))
    );
    assert_eq!(
        (&open["may_restrict"], &open["draft"]["names"][0]["family"]),
        (&value!(false), &value!("Okafor"))
    );
    let documents = json(&at.clinic, "document_list", value!({"patient": at.patient})).unwrap();
    let parts: Vec<_> = documents
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["compartment"].clone())
        .collect();
    assert_eq!(parts, ["office"]);
    let history = json(&at.clinic, "patient_history", value!({"id": at.patient, "limit": 100})).unwrap();
    assert!(
        history
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["compartment"] == "office"),
        "{history}"
    );
    assert_eq!(
        refused(
            &at.clinic,
            "patient_restrict",
            value!({"patient": at.patient, "users": [at.bo]})
        ),
        ErrorCode::Forbidden
    );
    assert_eq!(
        refused(&at.clinic, "patient_unrestrict", value!({"patient": at.patient})),
        ErrorCode::Forbidden
    );
    // Broken glass gives no right to say who opens the chart.
    json(&at.clinic, "glass_break", breaking(&at.patient, 5)).unwrap();
    assert_eq!(
        refused(&at.clinic, "patient_unrestrict", value!({"patient": at.patient})),
        ErrorCode::Forbidden
    );
    // Whoever is named needs no glass, and lifts it.
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    json(&at.clinic, "note_list", value!({"patient": at.patient})).unwrap();
    assert_eq!(
        refused(&at.clinic, "glass_break", breaking(&at.patient, 5)),
        ErrorCode::Invalid
    );
    let lifted = json(&at.clinic, "patient_unrestrict", value!({"patient": at.patient})).unwrap();
    assert_eq!(
        (&lifted["restriction"], &lifted["row"]["restricted"]),
        (&Value::Null, &value!(false))
    );
    lock(&at.clinic);
    unlock(&at.clinic, at.bo, OTHER).unwrap();
    json(&at.clinic, "note_list", value!({"patient": at.patient})).unwrap();
}

#[test]
fn who_may_say_who_opens_the_chart() {
    let at = restricted();
    let restrict = |users: Value| {
        json(
            &at.clinic,
            "patient_restrict",
            value!({"patient": at.patient, "users": users}),
        )
    };
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    restrict(value!([at.founder, at.bo])).unwrap();
    let error = restrict(value!(["01890000-0000-7000-8000-000000000000"])).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::NotFound, Some("users"))
    );
    lock(&at.clinic);
    unlock(&at.clinic, at.bo, OTHER).unwrap();
    json(&at.clinic, "note_list", value!({"patient": at.patient})).unwrap();
    // A clinician cannot shut themselves out, nor seal the chart.
    for users in [value!([at.founder]), value!([])] {
        assert_eq!(restrict(users).unwrap_err().code, ErrorCode::Invalid);
    }
    restrict(value!([at.bo])).unwrap();
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    // The admin is no longer named: the chart is closed to them, and they may still say who opens it.
    assert_eq!(
        refused(&at.clinic, "note_list", value!({"patient": at.patient})),
        ErrorCode::ChartRestricted
    );
    restrict(value!([])).unwrap();
    let log = actions(&at.clinic, Some(&at.patient));
    assert_eq!(log.iter().filter(|one| *one == "restriction_change").count(), 3);
    assert_eq!(log.iter().filter(|one| *one == "restriction_set").count(), 1);
    lock(&at.clinic);
    unlock(&at.clinic, at.bo, OTHER).unwrap();
    assert_eq!(
        refused(&at.clinic, "note_list", value!({"patient": at.patient})),
        ErrorCode::ChartRestricted
    );
    assert_eq!(restrict(value!([at.bo])).unwrap_err().code, ErrorCode::Forbidden);
}

#[test]
fn a_reason_and_an_end_are_asked_for() {
    let at = restricted();
    let with = |member: &str, to: Value| {
        let mut input = breaking(&at.patient, 60);
        input[member] = to;
        json(&at.clinic, "glass_break", input).unwrap_err()
    };
    for (member, to, code) in [
        ("reason", value!("  "), ErrorCode::Invalid),
        ("reason", value!("x".repeat(501)), ErrorCode::TooLarge),
        ("minutes", value!(4), ErrorCode::Invalid),
        ("minutes", value!(721), ErrorCode::Invalid),
    ] {
        let error = with(member, to);
        assert_eq!((error.code, error.field.as_deref()), (code, Some(member)));
    }
    assert_eq!(with("why", value!("curious")).code, ErrorCode::Invalid);
    let own = json(
        &at.clinic,
        "glass_break",
        value!({"patient": at.patient, "why": "other", "reason": "x"}),
    )
    .unwrap();
    let left = own[0]["left_ms"].as_u64().unwrap();
    assert!(left <= 60 * MINUTE_MS && left > 59 * MINUTE_MS, "{left}");
    json(&at.clinic, "glass_end", value!({"patient": at.patient})).unwrap();
    assert_eq!(
        refused(&at.clinic, "note_list", value!({"patient": at.patient})),
        ErrorCode::ChartRestricted
    );
    assert_eq!(
        refused(&at.clinic, "glass_end", value!({"patient": at.patient})),
        ErrorCode::NotFound
    );
}

#[test]
fn it_ends_by_time_whatever_the_clock_is_turned_to_and_survives_a_lock_and_a_kill() {
    let at = restricted();
    let read = |clinic: &Clinic| json(clinic, "note_list", value!({"patient": at.patient})).map_err(|error| error.code);
    let start_ms = at.laptop.clock.now_ms();
    json(&at.clinic, "glass_break", breaking(&at.patient, 30)).unwrap();
    at.laptop.clock.advance_ms(20 * MINUTE_MS);
    read(&at.clinic).unwrap();
    lock(&at.clinic);
    // A kill, and a clock that is turned back to the beginning.
    drop(at.clinic);
    at.laptop.clock.set_wall_ms(start_ms);
    let clinic = at.laptop.start();
    unlock(&clinic, at.bo, OTHER).unwrap();
    read(&clinic).unwrap();
    let mine = json(&clinic, "glass_mine", value!({})).unwrap();
    assert!(mine[0]["left_ms"].as_u64().unwrap() <= 10 * MINUTE_MS, "{mine}");
    // Of another user of this laptop it is not.
    lock(&clinic);
    unlock(&clinic, at.founder, PASSWORD).unwrap();
    assert_eq!(json(&clinic, "glass_mine", value!({})).unwrap(), value!([]));
    lock(&clinic);
    unlock(&clinic, at.bo, OTHER).unwrap();
    at.laptop.clock.advance_ms(31 * MINUTE_MS);
    // By the time alone: that it is over need not have been written down yet, as on a full disk.
    let patient = serde_json::from_value(at.patient.clone()).unwrap();
    let closed =
        clinic.with_session(|session| session.read(|view| crate::restriction::is_closed(session, view, patient)));
    assert!(closed.unwrap());
    assert_eq!(read(&clinic).unwrap_err(), ErrorCode::ChartRestricted);
    at.laptop.clock.set_wall_ms(start_ms);
    assert_eq!(read(&clinic).unwrap_err(), ErrorCode::ChartRestricted);
    assert_eq!(json(&clinic, "glass_mine", value!({})).unwrap(), value!([]));
    lock(&clinic);
    unlock(&clinic, at.founder, PASSWORD).unwrap();
    let ends: Vec<_> = glass(&clinic).into_iter().map(|row| row["ended_ms"].is_u64()).collect();
    assert_eq!(ends, [true]);
    let log = actions(&clinic, Some(&at.patient));
    assert_eq!(log.iter().filter(|one| *one == "glass_end").count(), 1, "{log:?}");
}

fn glass(clinic: &Clinic) -> Vec<Value> {
    let rows = json(clinic, "glass_list", value!({"limit": 10})).unwrap();
    rows.as_array().unwrap().clone()
}

#[test]
fn everything_done_under_it_is_marked_and_admins_see_who_and_why() {
    let at = restricted();
    json(&at.clinic, "glass_break", breaking(&at.patient, 30)).unwrap();
    json(&at.clinic, "note_list", value!({"patient": at.patient})).unwrap();
    json(
        &at.clinic,
        "note_finish",
        value!({"patient": at.patient, "text": "Seen."}),
    )
    .unwrap();
    json(&at.clinic, "glass_end", value!({"patient": at.patient})).unwrap();
    json(&at.clinic, "patient_open", value!({"id": at.patient, "via": "search"})).unwrap();
    assert_eq!(
        refused(&at.clinic, "glass_list", value!({"limit": 10})),
        ErrorCode::Forbidden
    );
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    let input = value!({ "patient": at.patient, "before": null, "limit": 1000 });
    let rows = json(&at.clinic, "audit_list", input).unwrap();
    let by_bo = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["user"] == "Bo Clinician");
    let marks: Vec<_> = by_bo
        .map(|row| {
            (
                row["action"].as_str().unwrap(),
                row["detail"].as_str().unwrap_or("").contains("\"btg\":true"),
            )
        })
        .collect();
    let expected = [
        ("search_open", false),
        ("glass_end", true),
        ("note", true),
        ("view", true),
        ("glass_break", true),
    ];
    assert_eq!(marks, expected);

    let rows = glass(&at.clinic);
    let row = &rows[0];
    assert_eq!(
        (&row["user"], &row["why"]),
        (&value!("Bo Clinician"), &value!("emergency"))
    );
    assert_eq!(
        (&row["reason"], &row["seen"]),
        (&value!("Unconscious at the door."), &value!(false))
    );
    assert_eq!(
        (&row["open"], &row["row"]["family"]),
        (&value!(false), &value!("Okafor"))
    );
    assert_eq!(
        refused(&at.clinic, "glass_seen", value!({"ids": ["x:1"]})),
        ErrorCode::NotFound
    );
    for _ in 0..2 {
        let rows = json(&at.clinic, "glass_seen", value!({"ids": [row["id"]]})).unwrap();
        assert_eq!(
            (&rows[0]["seen"], &rows[0]["seen_by"]),
            (&value!(true), &value!(["Ada Founder"]))
        );
    }
    let log = actions(&at.clinic, Some(&at.patient));
    assert_eq!(log.iter().filter(|one| *one == "glass_seen").count(), 1);
}

#[test]
fn an_admin_who_is_shut_out_reads_no_detail_of_the_chart_in_the_log() {
    let at = restricted();
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    let details = |clinic: &Clinic| -> Vec<Value> {
        let input = value!({ "patient": at.patient, "before": null, "limit": 1000 });
        let rows = json(clinic, "audit_list", input).unwrap();
        let chart = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["compartment"] == "clinical");
        chart
            .map(|row| row["detail"].clone())
            .filter(|detail| !detail.is_null())
            .collect()
    };
    assert!(!details(&at.clinic).is_empty());
    json(
        &at.clinic,
        "patient_restrict",
        value!({"patient": at.patient, "users": [at.bo]}),
    )
    .unwrap();
    assert!(details(&at.clinic).is_empty());
    let input = value!({ "patient": at.patient, "before": null, "limit": 1000 });
    let rows = json(&at.clinic, "audit_list", input).unwrap();
    let edit = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["compartment"] == "clinical" && row["action"] == "edit");
    let name = value!({"device": null, "compartment": "clinical", "n": edit.unwrap()["n"]});
    let values = json(&at.clinic, "audit_values", value!({"entries": [name]})).unwrap();
    assert_eq!(
        (&values[0]["state"], &values[0]["changes"]),
        (&value!("restricted"), &value!([]))
    );
}

#[test]
fn without_a_clinical_key_there_is_nothing_to_break() {
    let at = restricted();
    lock(&at.clinic);
    unlock(&at.clinic, at.founder, PASSWORD).unwrap();
    for (name, role) in [("Dana Desk", "front_desk"), ("Ann Admin", "admin")] {
        let input = value!({"name": name, "roles": [role], "password": OTHER});
        json(&at.clinic, "user_add", input).unwrap();
    }
    for name in ["Dana Desk", "Ann Admin"] {
        let rows = json(&at.clinic, "user_list", value!({})).unwrap();
        let row = rows
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == name)
            .unwrap()
            .clone();
        lock(&at.clinic);
        let view = unlock(&at.clinic, row["id"].as_str().unwrap().parse().unwrap(), OTHER).unwrap();
        assert_eq!(view.compartments, [Compartment::Office]);
        assert_eq!(
            refused(&at.clinic, "glass_break", breaking(&at.patient, 60)),
            ErrorCode::Forbidden
        );
        assert_eq!(
            refused(&at.clinic, "glass_end", value!({"patient": at.patient})),
            ErrorCode::Forbidden
        );
        assert_eq!(json(&at.clinic, "glass_mine", value!({})).unwrap(), value!([]));
        assert_eq!(
            refused(&at.clinic, "note_list", value!({"patient": at.patient})),
            ErrorCode::Forbidden
        );
        let open = json(&at.clinic, "patient_open", value!({"id": at.patient, "via": "link"})).unwrap();
        assert_eq!(
            (
                &open["row"]["restricted"],
                &open["restriction"]["open"],
                &open["restriction"]["may_break"]
            ),
            (&value!(true), &value!(false), &value!(false))
        );
        at.clinic
            .with_session(|session| {
                assert!(session.unlocked().keys.clinical.is_none());
                Ok(())
            })
            .unwrap();
    }
}
