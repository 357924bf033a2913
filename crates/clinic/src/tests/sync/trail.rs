//! The clinic's audit trail: it reaches those who may read it and nobody else, and names what is missing or changed.

use super::*;
use wardkeep_roster::Compartment as Part;

fn trail(clinic: &Clinic, mut narrowed: Value) -> Result<Value, CommandError> {
    let all = json!({
        "user": null, "patient": null, "device": null, "actions": [], "from_ms": null, "until_ms": null, "before": null,
        "limit": 1000,
    });
    for (name, value) in all.as_object().unwrap() {
        narrowed
            .as_object_mut()
            .unwrap()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    json(clinic, "audit_trail", narrowed)
}

#[test]
fn a_front_desks_entries_reach_the_admin_and_the_front_desk_reads_nobodys() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    let (dee_laptop, dee, dee_user) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    let patient = register(&dee, "Okafor", "Ada", "1980-02-03");
    in_step(&dee);
    in_step(&ada);
    let rows = trail(&ada, json!({ "user": dee_user, "actions": ["register"] })).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["patient"], patient["row"]["id"]);
    assert_eq!(rows[0]["user"], "Dee Frontdesk");
    assert_eq!(rows[0]["device_name"], "Laptop 2");
    // The admin's own entries are in the trail as well.
    assert!(trail(&ada, json!({})).unwrap().as_array().unwrap().len() > 3);
    for verdict in ask(&ada, "audit_trail_verify").as_array().unwrap() {
        assert_eq!(verdict["ok"], true, "{verdict}");
        assert!(verdict["entries"].as_u64().unwrap() > 0, "{verdict}");
    }
    // The front desk may not ask, has no file, holds no chain but its own, and cannot open that one.
    assert_eq!(trail(&dee, json!({})).unwrap_err().code, ErrorCode::Forbidden);
    let files = std::fs::read_dir(dee_laptop.home.path().join("vault")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with("audit"), "{name}");
    }
    dee.with_both(|session, desk| {
        let me = desk.device()?;
        let trails = desk.spool.frontier()?.within(&[Part::Audit]);
        assert!(!trails.is_empty());
        for (chain, tip) in trails.iter() {
            assert_eq!(chain.device, me);
            for seq in 1..=tip.seq {
                let read = crate::sync::trail::read(session, desk, *chain, seq)?;
                assert!(matches!(read, crate::sync::trail::Read::ForOthers));
            }
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn entries_that_come_twice_after_a_kill_are_no_fault() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    // As if the program was killed after the segment was kept and before it was noted.
    ada.with_both(|_, desk| Ok(desk.spool.set_cursor(wardkeep_vault::spool::Cursor::OfficeAudit, 0)?))
        .unwrap();
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    assert_eq!(
        trail(&ada, json!({ "actions": ["register"] }))
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let verdicts = ask(&ada, "audit_trail_verify");
    assert_eq!(verdicts[0]["ok"], true, "{verdicts}");
}

#[test]
fn values_of_another_laptops_edit_are_told_to_who_holds_the_part_and_to_nobody_else() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    let (_bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let (_cy_laptop, cy, _) = joined(&cloud, &ada, 3, "Cy Admin", &["admin"]);
    in_step(&cy);
    let made = register(&bo, "Okafor", "Ada", "1980-02-03");
    let patient = &made["row"]["id"];
    let mut draft = made["draft"].clone();
    draft["birth_date"] = "1980-02-04".into();
    json(&bo, "patient_edit", json!({ "id": patient, "draft": draft })).unwrap();
    let allergy = json!({
        "substance": "Penicillin", "code": null, "system": null, "category": null, "criticality": null,
        "reaction": null, "severity": null,
    });
    json(&bo, "allergy_add", json!({ "patient": patient, "draft": allergy })).unwrap();
    for clinic in [&bo, &ada, &cy, &bo, &ada, &cy] {
        in_step(clinic);
    }
    let values = |clinic: &Clinic, part: &str| {
        let rows = trail(clinic, json!({ "user": bo_user, "actions": ["edit"] })).unwrap();
        let rows = rows.as_array().unwrap();
        let row = rows.iter().find(|row| row["compartment"] == part).unwrap().clone();
        let entry = json!({ "device": row["device"], "compartment": part, "n": row["n"] });
        let answer = json(clinic, "audit_values", json!({ "entries": [entry] })).unwrap();
        (row, answer[0].clone())
    };
    // The founder is admin and clinician.
    let (row, told) = values(&ada, "clinical");
    assert_eq!((&row["withheld"], &row["values"]), (&json!(true), &json!(true)));
    assert_eq!(told["state"], "known", "{told}");
    assert!(told["changes"].to_string().contains("Penicillin"), "{told}");
    // An admin who is no clinician: the office's values, and of the chart nothing.
    let (_, told) = values(&cy, "office");
    assert_eq!(told["changes"][0]["before"], json!(["\"1980-02-03\""]), "{told}");
    let (row, told) = values(&cy, "clinical");
    assert_eq!((&row["withheld"], &row["values"]), (&json!(true), &json!(false)));
    assert_eq!((&told["state"], &told["changes"]), (&json!("no_key"), &json!([])));
    // A clinician asks of no other laptop.
    let entry = json!({ "device": row["device"], "compartment": "office", "n": 1 });
    let refusal = json(&bo, "audit_values", json!({ "entries": [entry] })).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    for verdict in ask(&ada, "audit_trail_verify").as_array().unwrap() {
        assert_eq!(verdict["ok"], true, "{verdict}");
    }
}
