//! What a revoked laptop had not sent: it reaches the server sealed, waits for an admin, and counts for everybody once one has said so.

use super::*;

/// The rows of the quarantine without the trail's.
fn aside(clinic: &Clinic) -> Vec<Value> {
    let rows = ask(clinic, "quarantine_list");
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["part"] != "audit").cloned().collect()
}

fn revoke(admin: &Clinic, name: &str) -> Value {
    let devices = ask(admin, "device_list");
    let row = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == name)
        .unwrap();
    json(admin, "device_revoke", json!({ "id": row["id"] })).unwrap();
    row["id"].clone()
}

/// Rounds of a laptop that was revoked, until it has heard of it.
fn hears(clinic: &Clinic) {
    for _ in 0..3 {
        let _ = clinic.sync_round();
    }
    assert_eq!(clinic.locked_because(), Some(LockReason::Revoked));
}

fn note(clinic: &Clinic, patient: &Value, text: &str) {
    json(
        clinic,
        "note_finish",
        json!({ "patient": patient["row"]["id"], "text": text }),
    )
    .unwrap();
}

fn notes(clinic: &Clinic, patient: &Value) -> Vec<(String, String)> {
    let rows = json(clinic, "note_list", json!({ "patient": patient["row"]["id"] })).unwrap();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| {
        let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        (word("text"), word("author"))
    })
    .collect()
}

/// Ada the founder, Bo who is taken out and has written since, and Cy.
struct Three {
    cloud: Cloud,
    ada: Clinic,
    bo: Clinic,
    bo_user: UserId,
    cy: Clinic,
    patient: Value,
    device: Value,
    _laptops: [Laptop; 3],
}

fn three() -> Three {
    let cloud = Cloud::new();
    let (ada_laptop, ada, _) = attached(&cloud);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let (cy_laptop, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    in_step(&ada);
    in_step(&bo);
    let device = revoke(&ada, "Laptop 2");
    // Bo has not heard of it, and writes.
    note(&bo, &patient, "Stable. Review in two weeks.");
    register(&bo, "Late", "Work", "1990-01-01");
    Three {
        cloud,
        ada,
        bo,
        bo_user,
        cy,
        patient,
        device,
        _laptops: [ada_laptop, bo_laptop, cy_laptop],
    }
}

fn all_of(device: &Value) -> Value {
    json!({ "device": device, "part": null, "upto": null })
}

#[test]
fn what_a_revoked_laptop_wrote_waits_for_an_admin() {
    let three = three();
    let (ada, cy, patient) = (&three.ada, &three.cy, &three.patient);
    hears(&three.bo);
    assert_eq!(
        unlock(&three.bo, three.bo_user, PASSWORD).unwrap_err().code,
        ErrorCode::DeviceRevoked
    );
    in_step(ada);
    in_step(cy);
    for clinic in [ada, cy] {
        assert_eq!(notes(clinic, patient), [], "nothing counts before an admin says so");
        assert_eq!(families(clinic, "late"), [""; 0]);
    }
    let status = ask(ada, "sync_status");
    assert_eq!(status["problems"][0]["kind"], "quarantined", "{status}");
    assert_eq!(status["problems"][0]["device"], "Laptop 2");
    let rows = aside(ada);
    let parts: Vec<_> = rows.iter().map(|row| (&row["part"], &row["state"])).collect();
    let waiting = json!("waiting");
    assert_eq!(parts, [(&json!("office"), &waiting), (&json!("clinical"), &waiting)]);
    assert!(
        rows.iter().all(|row| row["users"] == json!(["Bo Clinician"])),
        "{rows:?}"
    );
    assert_eq!(
        refused(cy, "quarantine_list", json!({})),
        ErrorCode::Forbidden,
        "for admins"
    );
    assert_eq!(
        refused(cy, "quarantine_accept", all_of(&three.device)),
        ErrorCode::Forbidden
    );
    let input = json!({ "device": three.device, "part": "clinical", "limit": 50 });
    let shown = json(ada, "quarantine_show", input).unwrap();
    let is_note = |change: &&Value| change["text"] == "Stable. Review in two weeks.";
    let text = shown.as_array().unwrap().iter().find(is_note);
    assert!(text.is_some_and(|change| change["user"] == "Bo Clinician"), "{shown}");
    assert!(actions(ada, None).contains(&"quarantine_view".to_owned()));
    let looks = json(ada, "audit_viewers", json!({ "patient": patient["row"]["id"] })).unwrap();
    let own = |row: &&Value| row["name"] == "Ada Founder";
    let before = looks["rows"].as_array().unwrap().iter().find(own).unwrap()["looked"].as_u64();
    let input = json!({ "device": three.device, "part": "clinical", "limit": 50 });
    json(ada, "quarantine_show", input).unwrap();
    let looks = json(ada, "audit_viewers", json!({ "patient": patient["row"]["id"] })).unwrap();
    let after = looks["rows"].as_array().unwrap().iter().find(own).unwrap()["looked"].as_u64();
    assert_eq!(after, before.map(|count| count + 1), "a look at the patient: {looks}");
}

#[test]
fn the_last_note_of_a_revoked_laptop_is_taken_in_as_its_writers() {
    let three = three();
    let (ada, cy, patient) = (&three.ada, &three.cy, &three.patient);
    hears(&three.bo);
    in_step(ada);
    json(ada, "quarantine_accept", all_of(&three.device)).unwrap();
    for _ in 0..2 {
        in_step(ada);
        in_step(cy);
    }
    for clinic in [ada, cy] {
        let found = notes(clinic, patient);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].0.contains("two weeks") && found[0].1 == "Bo Clinician",
            "{found:?}"
        );
        assert_eq!(families(clinic, "late"), ["Late"]);
        assert_eq!(ask(clinic, "sync_status")["problems"], json!([]));
    }
    assert_eq!(ask(ada, "quarantine_list"), json!([]));
    assert!(actions(ada, None).contains(&"quarantine_accept".to_owned()));
    assert_eq!(ask(ada, "sync_status")["state"], "up_to_date");
    // The trail of what was done there came with it, and verifies.
    let verdicts = ask(ada, "audit_trail_verify");
    assert!(
        verdicts.as_array().unwrap().iter().all(|one| one["ok"] == true),
        "{verdicts}"
    );
    // Who joins later has it too.
    let (_di_laptop, di, _) = joined(&three.cloud, ada, 4, "Di Clinician", &["clinician"]);
    in_step(ada);
    in_step(&di);
    assert_eq!(notes(&di, patient).len(), 1);
}

#[test]
fn what_is_discarded_stays_out_and_can_still_be_accepted() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Frontdesk", &["front_desk"]);
    in_step(&ada);
    let device = revoke(&ada, "Laptop 2");
    register(&bo, "Late", "Work", "1990-01-01");
    hears(&bo);
    in_step(&ada);
    let input = |reason: &str| json!({ "device": device, "part": null, "reason": reason });
    assert_eq!(refused(&ada, "quarantine_discard", input("  ")), ErrorCode::Invalid);
    json(
        &ada,
        "quarantine_discard",
        input("Not written by Bo: the laptop was stolen."),
    )
    .unwrap();
    assert_eq!(refused(&ada, "quarantine_discard", input("again")), ErrorCode::NotFound);
    in_step(&ada);
    assert_eq!(ask(&ada, "sync_status")["problems"], json!([]), "nobody is asked again");
    assert_eq!(families(&ada, "late"), [""; 0]);
    let rows = aside(&ada);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["state"], "discarded");
    assert_eq!(rows[0]["reason"], "Not written by Bo: the laptop was stolen.");
    json(
        &ada,
        "quarantine_accept",
        json!({ "device": device, "part": "office", "upto": null }),
    )
    .unwrap();
    in_step(&ada);
    assert_eq!(families(&ada, "late"), ["Late"]);
    assert_eq!(aside(&ada), [Value::Null; 0]);
}

#[test]
fn an_admin_who_reads_no_chart_can_let_the_chart_in_and_sees_nothing_of_it() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (_mo_laptop, mo, _) = joined(&cloud, &ada, 2, "Mo Manager", &["front_desk", "admin"]);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 3, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    in_step(&mo);
    in_step(&bo);
    let device = revoke(&mo, "Laptop 3");
    note(&bo, &patient, "Stable. Review in two weeks.");
    hears(&bo);
    in_step(&mo);
    let rows = aside(&mo);
    assert_eq!((rows.len(), &rows[0]["part"]), (1, &json!("clinical")), "{rows:?}");
    assert_eq!((&rows[0]["changes"], &rows[0]["users"]), (&Value::Null, &json!([])));
    let input = json!({ "device": device, "part": "clinical", "limit": 50 });
    assert_eq!(refused(&mo, "quarantine_show", input), ErrorCode::Forbidden);
    json(
        &mo,
        "quarantine_accept",
        json!({ "device": device, "part": null, "upto": null }),
    )
    .unwrap();
    in_step(&mo);
    let held = mo.with_clinic_desk(|desk| Ok(desk.spool.frontier()?)).unwrap();
    assert!(
        held.iter()
            .all(|(chain, _)| chain.compartment != wardkeep_roster::Compartment::Clinical),
        "{held:?}"
    );
    for _ in 0..2 {
        in_step(&ada);
    }
    assert_eq!(notes(&ada, &patient).len(), 1, "whoever reads the chart takes it in");
    assert_eq!(ask(&mo, "quarantine_list"), json!([]));
}

#[test]
fn a_stranger_rescues_nothing_for_nobody() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    register(&bo, "Early", "Work", "1990-01-01");
    in_step(&bo);
    in_step(&ada);
    let other = ada.with_clinic_desk(|desk| desk.device()).unwrap();
    let (clinic, device, segments) = bo
        .with_clinic_desk(|desk| {
            let me = desk.device()?;
            let frontier = desk.spool.frontier()?;
            let (chain, _) = frontier.iter().find(|(chain, _)| chain.device == me).unwrap();
            Ok((desk.roster()?.clinic(), me, desk.spool.segments(chain, 1, 1 << 20)?))
        })
        .unwrap();
    let post = |whose, segments: Vec<Vec<u8>>| {
        ada.ask(|link| async move { link.post_rescues(clinic, whose, &segments).await })
            .map(|reply| reply.results)
    };
    use wardkeep_sync::wire::{PushResult, RefusalCode};
    let refused = |result: &PushResult| matches!(result, PushResult::Refused(_));
    assert!(
        post(device, segments.clone()).unwrap().iter().all(refused),
        "of an active device nothing"
    );
    revoke(&ada, "Laptop 2");
    assert!(
        post(other, segments.clone()).unwrap().iter().all(refused),
        "another's segments"
    );
    let mut forged = segments.clone();
    let last = forged[0].len() - 1;
    forged[0][last] ^= 1;
    assert_eq!(
        post(device, vec![forged[0].clone()]).unwrap_or_default(),
        [PushResult::Refused(RefusalCode::Signature)],
        "not signed by the device"
    );
    assert_eq!(
        post(device, vec![vec![7; 400]]).unwrap(),
        [PushResult::Refused(RefusalCode::Malformed)]
    );
    let unknown = wardkeep_roster::DeviceId([9; 16]);
    assert!(post(unknown, segments).is_err());
    assert_eq!(ask(&ada, "quarantine_list"), json!([]));
}
