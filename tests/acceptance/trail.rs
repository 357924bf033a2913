//! The clinic's audit trail as an admin uses it, by the program, several laptops and a real server: export, disclosures, who looked.

use crate::sync::{attach, join, register, sync};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use wardkeep_tests::program::{found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;

const FAMILY: &str = "Thistlewoodson";
const RECIPIENT: &str = "St Mary Hospital, 1 Hill Road";

/// A clinic of an admin and a clinician, who has looked at a patient and given the record out.
fn clinic(server: &SyncServer) -> (LoginSession, LoginSession, String) {
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let id = register(&ada, FAMILY);
    attach(&ada, server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    (ada, bo, id)
}

fn rows(answer: &Value) -> &[Value] {
    answer["rows"].as_array().unwrap()
}

#[test]
fn disclosures_and_looks_on_another_laptop_are_accounted_for() {
    let server = SyncServer::start();
    let (ada, bo, id) = clinic(&server);
    let chart = json!({ "patient": id }).to_string();
    wardkeep(&bo, &["command", "chart_allergies", &chart]).ok();
    let out = bo.root().join("record.json");
    let export = ["export", "fhir", "--patient", &id, "--out", out.to_str().unwrap()];
    let said = ["--recipient", RECIPIENT, "--purpose", "legal"];
    wardkeep(&bo, &[&export[..], &said[..]].concat()).ok();
    // Sealed in the vault: nobody got it.
    wardkeep(&bo, &["export", "fhir", "--patient", &id]).ok();
    sync(&bo);
    sync(&ada);

    let answer = wardkeep(&ada, &["audit", "disclosures", &id]).ok().json();
    assert_eq!(rows(&answer).len(), 1, "{answer}");
    let row = &rows(&answer)[0];
    assert_eq!(
        (&row["recipient"], &row["purpose"]),
        (&json!(RECIPIENT), &json!("legal"))
    );
    assert_eq!((&row["given"], &row["must_account"]), (&json!("record"), &json!(true)));
    assert_eq!(
        (&row["user"], &row["device_name"]),
        (&json!("Bo Clinician"), &json!("Second laptop"))
    );
    let none = ["audit", "disclosures", &id, "--until", "2020-01-01"];
    assert!(rows(&wardkeep(&ada, &none).ok().json()).is_empty());

    let viewers = wardkeep(&ada, &["audit", "viewers", &id]).ok().json();
    let bos = rows(&viewers).iter().find(|one| one["name"] == "Bo Clinician").unwrap();
    assert!(bos["looked"].as_u64() >= Some(1), "{viewers}");
    assert_eq!(
        (&bos["gave_out"], &bos["devices"]),
        (&json!(1), &json!(["Second laptop"]))
    );
    // To have asked is in the log, and nobody else may ask.
    let asked = wardkeep(
        &ada,
        &["audit", "trail", "--action", "accounting", "--action", "viewers"],
    )
    .ok()
    .json();
    assert_eq!(asked.as_array().unwrap().len(), 3, "{asked}");
    for words in [["audit", "disclosures", &id], ["audit", "viewers", &id]] {
        assert_eq!(wardkeep(&bo, &words).error_code(), "forbidden");
    }
}

#[test]
fn the_trail_goes_out_as_fhir_and_csv() {
    let server = SyncServer::start();
    let (ada, bo, id) = clinic(&server);
    wardkeep(
        &bo,
        &[
            "command",
            "patient_open",
            &json!({ "id": id, "via": "search" }).to_string(),
        ],
    )
    .ok();
    sync(&bo);
    sync(&ada);
    let file = |name: &str| ada.root().join(name).to_str().unwrap().to_owned();
    let (fhir, csv) = (file("trail.ndjson"), file("trail.csv"));
    let by_bo = ["--person", "Bo Clinician", "--patient", &id];
    let write = |format: &str, out: &str| {
        let words = ["audit", "export", "--format", format, "--out", out];
        wardkeep(&ada, &[&words[..], &by_bo[..]].concat())
    };
    write("fhir", &fhir).ok();
    let lines = std::fs::read_to_string(&fhir).unwrap();
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 1, "{lines}");
    let event = &events[0];
    let profile = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead";
    assert_eq!(event["meta"]["profile"], json!([profile]));
    assert_eq!(event["source"]["observer"]["display"], "Second laptop");
    assert!(
        event["agent"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "Bo Clinician")
    );
    assert_eq!(event["entity"][0]["what"]["reference"], json!(format!("Patient/{id}")));
    assert!(!lines.contains(FAMILY), "patients go by their ids");
    let mode = std::fs::metadata(&fhir).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // A file that is there is left alone.
    assert_eq!(write("csv", &fhir).error_code(), "file_unreadable");
    assert_eq!(std::fs::read_to_string(&fhir).unwrap(), lines);

    write("csv", &csv).ok();
    let table = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(table.lines().count(), 2, "{table}");
    let out = ["audit", "export", "--format", "csv", "--out", "-"];
    assert_eq!(wardkeep(&bo, &out).error_code(), "forbidden");
    assert!(table.lines().nth(1).unwrap().contains("search_open"), "{table}");
    // The whole of it, to a program that goes on with it; every line says where it stands in its chain, and no two the same.
    let all = wardkeep(&ada, &["audit", "export", "--format", "fhir", "--out", "-"])
        .ok()
        .stdout;
    let id_of = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ids: std::collections::BTreeSet<String> = all.lines().map(id_of).collect();
    assert!(ids.len() > 5 && ids.len() == all.lines().count(), "{all}");
    let exports = wardkeep(&ada, &["audit", "trail", "--action", "trail_export"])
        .ok()
        .json();
    assert_eq!(exports.as_array().unwrap().len(), 3, "{exports}");
}

#[test]
fn where_no_export_is_allowed_no_file_is_made() {
    let ada = LoginSession::start();
    let server = SyncServer::start();
    found(&ada);
    attach(&ada, &server);
    wardkeep(&ada, &["policy", "set", "--allow-export", "false"]).ok();
    let file = ada.root().join("refused.csv");
    let words = ["audit", "export", "--format", "csv", "--out", file.to_str().unwrap()];
    let refused = wardkeep(&ada, &words);
    assert_eq!((refused.code, refused.error_code()), (6, "policy_forbids".to_owned()));
    assert!(!file.exists(), "nothing is left of a refusal");
    // That somebody wanted one is in the log.
    let tried = wardkeep(&ada, &["audit", "trail", "--action", "export"]).ok().json();
    assert!(tried[0]["detail"].as_str().unwrap().contains("refused"), "{tried}");
}

#[test]
fn a_laptop_that_works_alone_has_its_own_trail() {
    let ada = LoginSession::start();
    found(&ada);
    let id = register(&ada, FAMILY);
    let viewers = wardkeep(&ada, &["audit", "viewers", &id]).ok().json();
    assert_eq!(
        (&rows(&viewers)[0]["name"], &rows(&viewers)[0]["changed"]),
        (&json!("Ada Founder"), &json!(1))
    );
    let words = [
        "audit",
        "export",
        "--format",
        "csv",
        "--out",
        "-",
        "--person",
        "Ada Founder",
        "--action",
        "register",
    ];
    let table = wardkeep(&ada, &words).ok().stdout;
    assert_eq!(table.lines().count(), 2, "{table}");
    let trail = wardkeep(&ada, &["audit", "trail", "--patient", &id, "--limit", "1"])
        .ok()
        .json();
    assert_eq!(trail.as_array().unwrap().len(), 1);
    let before = trail[0]["cursor"].to_string();
    let older = wardkeep(&ada, &["audit", "trail", "--patient", &id, "--before", &before])
        .ok()
        .json();
    assert!(
        older.as_array().unwrap().iter().any(|row| row["action"] == "register"),
        "{older}"
    );
}

/// As files: of the office where it is asked for, of the chart never.
fn only_the_offices_values_leave(admin: &LoginSession) {
    let export = |more: &[&str]| {
        let words = ["audit", "export", "--format", "fhir", "--out", "-", "--action", "edit"];
        wardkeep(admin, &[&words[..], more].concat()).ok().stdout
    };
    assert!(!export(&[]).contains("1967-07-07"));
    let with = export(&["--values"]);
    assert!(
        with.contains("before birthDate") && with.contains("1967-07-07"),
        "{with}"
    );
    assert!(!with.contains("Obsidian lacquer"), "{with}");
}

#[test]
fn an_edit_shows_what_was_before_and_after_to_who_holds_that_part() {
    let server = SyncServer::start();
    let (ada, bo, id) = clinic(&server);
    let cy = LoginSession::start();
    join(&ada, &cy, "Cy Admin", "admin");
    let in_step = |laptop: &LoginSession| drop(sync(laptop));
    // Bo's laptop seals to the new admin once it knows of her.
    [&ada, &cy, &bo].into_iter().for_each(in_step);
    wardkeep(&bo, &["patient", "edit", &id, "--birth-date", "1967-07-07"]).ok();
    let allergy = json!({ "patient": id, "draft": {
        "substance": "Obsidian lacquer", "code": null, "system": null, "category": null, "criticality": null,
        "reaction": null, "severity": null,
    } });
    wardkeep(&bo, &["command", "allergy_add", &allergy.to_string()]).ok();
    [&bo, &ada, &cy, &bo, &ada, &cy].into_iter().for_each(in_step);
    let edits = [
        "audit",
        "trail",
        "--person",
        "Bo Clinician",
        "--action",
        "edit",
        "--values",
    ];
    let of_part = |laptop: &LoginSession, part: &str| {
        let rows = wardkeep(laptop, &edits).ok().json();
        let rows = rows.as_array().unwrap().clone();
        rows.into_iter().find(|row| row["compartment"] == part).unwrap()
    };
    // The clinician's own log, by text.
    let own = wardkeep(&bo, &["audit", "list", "--patient", &id, "--values"]).ok();
    let said: Vec<_> = own
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["changed"].to_string())
        .collect();
    assert!(said.iter().any(|changed| changed.contains("1967-07-07")), "{said:?}");
    // The founder is a clinician too; the other admin holds no key of the chart.
    let office = json!([{
        "field": "birthDate", "item": null, "before": ["\"1966-06-06\""], "before_missing": false,
        "after": "\"1967-07-07\"",
    }]);
    assert_eq!(of_part(&ada, "office")["changed"]["changes"], office);
    let chart = of_part(&ada, "clinical");
    assert!(
        chart["changed"]["changes"].to_string().contains("Obsidian lacquer"),
        "{chart}"
    );
    assert_eq!(of_part(&cy, "office")["changed"]["changes"], office);
    let chart = of_part(&cy, "clinical");
    assert_eq!((&chart["withheld"], &chart["changed"]), (&json!(true), &json!(null)));
    only_the_offices_values_leave(&ada);
    // To have looked is in the log of whoever did.
    let looked = wardkeep(&ada, &["audit", "list", "--patient", &id]).ok().json();
    let looks = looked
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["action"] == "values_view");
    assert!(looks.count() >= 2, "{looked}");
    for admin in [&ada, &cy] {
        let verified = wardkeep(admin, &["audit", "verify-trail"]);
        assert_eq!(verified.code, 0, "{}", verified.stdout);
    }
}
