//! Two laptops that were apart.

use super::*;

fn open(clinic: &Clinic, id: &Value) -> Value {
    json(clinic, "patient_open", json!({ "id": id, "via": "link" })).unwrap()
}

#[test]
fn days_offline_lose_nothing_on_either_side() {
    let cloud = Cloud::new();
    let (ada_laptop, ada, _) = attached(&cloud);
    let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    cloud.stop();
    for day in 0..5 {
        for laptop in [&ada_laptop, &bo_laptop] {
            laptop.clock.advance_ms(24 * 60 * 60 * 1000);
        }
        register(&ada, &format!("Ada{day}"), "A", "1980-02-03");
        register(&bo, &format!("Bo{day}"), "B", "1981-02-03");
        assert_eq!(ada.sync_round().unwrap_err().code, ErrorCode::ServerUnreachable);
        assert_eq!(bo.sync_round().unwrap_err().code, ErrorCode::ServerUnreachable);
    }
    let status = ask(&ada, "sync_status");
    assert_eq!(
        (&status["state"], &status["waiting"][0]["changes"]),
        (&json!("stale"), &json!(5)),
        "{status}"
    );
    assert!(status["offline_since_ms"].is_u64() && status["waiting"][0]["oldest_ms"].is_u64());
    cloud.start();
    in_step(&ada);
    in_step(&bo);
    in_step(&ada);
    for clinic in [&ada, &bo] {
        assert_eq!(families(clinic, "ada").len(), 5);
        assert_eq!(families(clinic, "bo").len(), 5);
    }
    assert_eq!(ask(&ada, "clinic_words"), ask(&bo, "clinic_words"));
    let digests = |clinic: &Clinic| {
        clinic
            .with_session(|session| session.read(|view| Ok(view.digest(wardkeep_record::op::Compartment::Office)?)))
            .unwrap()
    };
    assert!(digests(&ada).is_some());
    assert_eq!(digests(&ada), digests(&bo));
}

#[test]
fn what_one_user_wrote_offline_is_theirs_though_another_sends_it() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, founder) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let colleague = json(
        &ada,
        "user_add",
        json!({ "name": "Cy Colleague", "roles": ["front_desk"], "password": PASSWORD }),
    )
    .unwrap();
    in_step(&ada);
    cloud.stop();
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03");
    lock(&ada);
    unlock(&ada, serde_json::from_value(colleague["id"].clone()).unwrap(), PASSWORD).unwrap();
    cloud.start();
    in_step(&ada);
    in_step(&bo);
    let seen = open(&bo, &patient["row"]["id"]);
    assert_eq!(seen["updated_by"], "Ada Founder");
    // And the colleague, who never unlocked elsewhere, is known by name there too.
    register(&ada, "Nwosu", "Chi", "1990-01-01");
    in_step(&ada);
    in_step(&bo);
    let found = json(&bo, "patient_search", json!({ "query": "nwosu", "limit": 5 })).unwrap();
    let id = hits(&found)[0]["id"].clone();
    assert_eq!(open(&bo, &id)["updated_by"], "Cy Colleague");
    let _ = founder;
}

#[test]
fn a_server_that_was_emptied_is_given_everything_again_and_nothing_is_deleted() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    register(&bo, "Nwosu", "Chi", "1990-01-01");
    in_step(&bo);
    in_step(&ada);
    cloud.restart_empty();
    // The server knows nobody: its refusals erase nothing.
    for clinic in [&ada, &bo] {
        assert!(clinic.sync_round().is_err());
        assert_eq!(families(clinic, "okafor"), ["Okafor"]);
        assert_eq!(families(clinic, "nwosu"), ["Nwosu"]);
    }
    // Ada offers it all again, Bo's segments too; then it is as before.
    attach(&ada, &cloud).unwrap();
    let outcome = in_step(&ada);
    assert!(outcome.sent >= 2, "{outcome:?}");
    in_step(&bo);
    register(&bo, "Eze", "Ike", "1970-01-01");
    in_step(&bo);
    in_step(&ada);
    assert_eq!(families(&ada, "eze"), ["Eze"]);
    let problems = ask(&ada, "sync_status")["problems"].clone();
    assert!(
        problems
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["kind"] == "server_lost_data"),
        "{problems}"
    );
    assert_eq!(ask(&ada, "sync_seen")["problems"], json!([]));
    assert_eq!(ask(&ada, "clinic_words"), ask(&bo, "clinic_words"));
}

#[test]
fn a_locked_laptop_fetches_and_sends_what_is_sealed() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, founder) = attached(&cloud);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    // Locking seals; the locked laptop sends.
    lock(&ada);
    // The change, and the audit entries that tell of it.
    assert_eq!(ada.sync_round().unwrap().sent, 2);
    in_step(&bo);
    assert_eq!(families(&bo, "okafor"), ["Okafor"]);
    register(&bo, "Nwosu", "Chi", "1990-01-01");
    in_step(&bo);
    let outcome = ada.sync_round().unwrap();
    assert!(outcome.fetched >= 1 && outcome.applied == 0, "{outcome:?}");
    assert_eq!(ask(&ada, "sync_status")["state"], "up_to_date");
    cloud.stop();
    unlock(&ada, founder, PASSWORD).unwrap();
    assert!(ada.sync_round().is_err());
    assert_eq!(
        families(&ada, "nwosu"),
        [""; 0],
        "not applied before the next round that gets through"
    );
    cloud.start();
    in_step(&ada);
    assert_eq!(families(&ada, "nwosu"), ["Nwosu"]);
}
