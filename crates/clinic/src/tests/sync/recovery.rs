//! The recovery key: made and tried at founding, replaced, and used on the day on which every laptop is lost.

use super::*;

/// A paper with its words or shares, enrolled by this admin.
fn made(clinic: &Clinic, split: bool) -> (Vec<String>, Value) {
    let sheets = json(clinic, "recovery_prepare", json!({ "split": split })).unwrap();
    let report = json(clinic, "recovery_enroll", json!({ "answers": answers(&sheets) })).unwrap();
    (texts(&sheets), report)
}

fn texts(sheets: &Value) -> Vec<String> {
    let text = |sheet: &Value| {
        let parts: Vec<&str> = sheet
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part.as_str().unwrap())
            .collect();
        parts.join(" ")
    };
    sheets["sheets"].as_array().unwrap().iter().map(text).collect()
}

fn answers(sheets: &Value) -> Vec<Value> {
    let at = |number: &Value| usize::try_from(number.as_u64().unwrap()).unwrap() - 1;
    let answer = |question: &Value| sheets["sheets"][at(&question["sheet"])][at(&question["place"])].clone();
    sheets["questions"].as_array().unwrap().iter().map(answer).collect()
}

fn failure(clinic: &Clinic, name: &str, input: Value) -> (ErrorCode, String) {
    let error = json(clinic, name, input).unwrap_err();
    (error.code, error.field.unwrap_or_default())
}

fn all_opens(report: &Value) -> bool {
    let parts = report["parts"].as_array().unwrap();
    parts.len() == 2 && parts.iter().all(|part| part["opens"] == true)
}

#[test]
fn a_paper_counts_when_it_was_typed_again_and_opens_everything() {
    let cloud = Cloud::new();
    let (_ada, ada, _) = attached(&cloud);
    in_step(&ada);
    assert_eq!(ask(&ada, "recovery_status")["paper"], Value::Null);
    let sheets = json(&ada, "recovery_prepare", json!({ "split": false })).unwrap();
    assert_eq!(sheets["sheets"][0].as_array().unwrap().len(), 24);
    let status = ask(&ada, "recovery_status");
    assert_eq!(
        (&status["paper"], &status["prepared"]),
        (&Value::Null, &json!(true)),
        "nobody has proven it"
    );
    let mut wrong = answers(&sheets);
    wrong[1] = json!("wardkeep");
    assert_eq!(
        failure(&ada, "recovery_enroll", json!({ "answers": wrong })),
        (ErrorCode::Invalid, "answers[1]".to_owned())
    );
    let report = json(&ada, "recovery_enroll", json!({ "answers": answers(&sheets) })).unwrap();
    assert!(all_opens(&report), "{report}");
    let status = ask(&ada, "recovery_status");
    assert_eq!(
        (&status["paper"], &status["prepared"]),
        (&sheets["paper"], &json!(false))
    );
    let words = texts(&sheets);
    assert!(all_opens(
        &json(&ada, "recovery_check", json!({ "key": words })).unwrap()
    ));
    let done = actions(&ada, None);
    assert_eq!(
        done.iter().filter(|action| *action == "recovery_new").count(),
        2,
        "begun and done"
    );
    assert!(done.contains(&"recovery_check".to_owned()));
    // New epochs go to the paper as to everybody.
    json(&ada, "key_rotate", json!({ "key": "epoch_office" })).unwrap();
    let report = json(&ada, "recovery_check", json!({ "key": words })).unwrap();
    assert!(all_opens(&report) && report["parts"][0]["epoch"] == 2, "{report}");
}

#[test]
fn a_lock_forgets_a_paper_that_was_not_proven() {
    let cloud = Cloud::new();
    let (_ada, ada, user) = attached(&cloud);
    let sheets = json(&ada, "recovery_prepare", json!({ "split": false })).unwrap();
    lock(&ada);
    unlock(&ada, user, PASSWORD).unwrap();
    assert_eq!(
        failure(&ada, "recovery_enroll", json!({ "answers": answers(&sheets) })).0,
        ErrorCode::NotFound
    );
    assert_eq!(ask(&ada, "recovery_status")["prepared"], false);
}

#[test]
fn a_new_paper_takes_the_place_of_the_former() {
    let cloud = Cloud::new();
    let (_ada, ada, _) = attached(&cloud);
    in_step(&ada);
    let (former, _) = made(&ada, false);
    let (shares, report) = made(&ada, true);
    assert!(all_opens(&report));
    assert_eq!(
        report["parts"][0]["epoch"], 2,
        "what comes next the former does not open"
    );
    let check = |key: &[&str]| json(&ada, "recovery_check", json!({ "key": key }));
    for (one, two) in [(0, 1), (1, 2), (2, 0)] {
        assert!(all_opens(&check(&[&shares[one], &shares[two]]).unwrap()));
    }
    let of = |key: &[&str]| failure(&ada, "recovery_check", json!({ "key": key }));
    assert_eq!(of(&[&former[0]]), (ErrorCode::RecoveryKey, "replaced".to_owned()));
    assert_eq!(of(&[&shares[0]]), (ErrorCode::RecoveryShares, "shares.few".to_owned()));
    assert_eq!(
        of(&[&shares[1], &shares[1]]),
        (ErrorCode::RecoveryShares, "shares.twice[2]".to_owned())
    );
    let cut = &former[0][..former[0].rfind(' ').unwrap()];
    assert_eq!(of(&[cut]), (ErrorCode::RecoveryWords, "words.count[23]".to_owned()));
}

#[test]
fn only_an_admin_makes_one_and_a_laptop_alone_has_none() {
    let alone = laptop(5);
    let (clinic, _) = alone.founded();
    assert_eq!(
        failure(&clinic, "recovery_prepare", json!({ "split": false })).0,
        ErrorCode::NotAttached
    );
    let cloud = Cloud::new();
    let (_ada, ada, _) = attached(&cloud);
    in_step(&ada);
    let (_bo, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    for (name, input) in [
        ("recovery_prepare", json!({ "split": false })),
        ("recovery_status", json!({})),
        ("recovery_check", json!({ "key": ["x"] })),
    ] {
        assert_eq!(failure(&bo, name, input).0, ErrorCode::Forbidden, "{name}");
    }
}

fn input(cloud: &Cloud, key: &[String], person: Option<&str>) -> Value {
    json!({
        "server": cloud.address(), "pin": cloud.pin(), "key": key, "device_name": "New laptop",
        "user_name": "Ada Again", "person": person, "password": PASSWORD,
    })
}

/// The rounds of a laptop that was just taken in, up to everything.
fn taken_in(clinic: &Clinic) -> UserId {
    for _ in 0..3 {
        clinic.sync_round().unwrap();
        if clinic.locked_because().is_some() {
            let status = ask(clinic, "app_status");
            let user: UserId = serde_json::from_value(status["users"][0]["id"].clone()).unwrap();
            unlock(clinic, user, PASSWORD).unwrap();
        }
    }
    in_step(clinic);
    let session = ask(clinic, "session");
    serde_json::from_value(session["user"]["id"].clone()).unwrap()
}

#[test]
fn all_laptops_are_lost_and_the_words_bring_everything_back() {
    let cloud = Cloud::new();
    let (lost, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (words, _) = made(&ada, false);
    json(&ada, "key_rotate", json!({ "key": "epoch_office" })).unwrap();
    register(&ada, "Nwosu", "Chi", "1990-01-01");
    in_step(&ada);
    drop(ada);
    drop(lost);

    let fresh = laptop(7);
    let clinic = fresh.start();
    let report = json(&clinic, "recovery_recover", input(&cloud, &words, None)).unwrap();
    assert!(all_opens(&report), "{report}");
    taken_in(&clinic);
    assert_eq!(families(&clinic, "okaf"), ["Okafor"]);
    assert_eq!(families(&clinic, "nwos"), ["Nwosu"], "written under a later key");
    let session = ask(&clinic, "session");
    assert_eq!(session["compartments"], json!(["office", "clinical"]));
    assert!(
        ask(&clinic, "recovery_status")["used_ms"].is_u64(),
        "it shows that the paper was used"
    );
    assert!(actions(&clinic, None).contains(&"recovery_use".to_owned()));
    // The new admin takes the lost laptop out, and makes another paper.
    let devices = ask(&clinic, "device_list");
    let old = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "Front office")
        .unwrap();
    json(&clinic, "device_revoke", json!({ "id": old["id"] })).unwrap();
    let (_, report) = made(&clinic, false);
    assert!(all_opens(&report));
    assert_eq!(ask(&clinic, "recovery_status")["used_ms"], Value::Null);
}

#[test]
fn an_admin_who_forgot_the_password_comes_back_as_who_they_were() {
    let cloud = Cloud::new();
    let (_lost, ada, user) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (shares, _) = made(&ada, true);
    lock(&ada);
    let fresh = laptop(7);
    let clinic = fresh.start();
    let nobody = input(&cloud, &shares[..2], Some("Nobody Here"));
    assert_eq!(
        failure(&clinic, "recovery_recover", nobody),
        (ErrorCode::NotFound, "person".to_owned())
    );
    let named = input(&cloud, &shares[1..], Some("Ada Founder"));
    json(&clinic, "recovery_recover", named).unwrap();
    assert_eq!(taken_in(&clinic), user, "the same person, with another laptop");
    assert_eq!(families(&clinic, "okaf"), ["Okafor"]);
}

#[test]
fn a_wrong_paper_leaves_no_vault_behind() {
    let cloud = Cloud::new();
    let (_ada, ada, _) = attached(&cloud);
    in_step(&ada);
    let (former, _) = made(&ada, false);
    let (words, _) = made(&ada, false);
    let fresh = laptop(7);
    let clinic = fresh.start();
    let of = |key: &[String]| failure(&clinic, "recovery_recover", input(&cloud, key, None));
    assert_eq!(of(&former), (ErrorCode::RecoveryKey, "replaced".to_owned()));
    let swapped: Vec<&str> = words[0].split(' ').rev().collect();
    assert!(matches!(
        of(&[swapped.join(" ")]).0,
        ErrorCode::RecoveryWords | ErrorCode::RecoveryKey
    ));
    let mut elsewhere = input(&cloud, &words, None);
    elsewhere["clinic"] = json!("00".repeat(32));
    assert_eq!(failure(&clinic, "recovery_recover", elsewhere).0, ErrorCode::Invalid);
    let mut other = input(&cloud, &words, None);
    other["pin"] = json!("00".repeat(32));
    assert_eq!(
        failure(&clinic, "recovery_recover", other).0,
        ErrorCode::ServerCertificate
    );
    assert_eq!(ask(&clinic, "app_status")["state"], "no_vault");
    json(&clinic, "recovery_recover", input(&cloud, &words, None)).unwrap();
    assert_eq!(
        failure(&clinic, "recovery_recover", input(&cloud, &words, None)).0,
        ErrorCode::VaultExists,
        "once is enough"
    );
}
