//! SIGKILL at random moments: every acknowledged write is there afterwards, the files are whole, the audit chain holds.

use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use wardkeep_tests::program::{Batch, command, found, wardkeep};
use wardkeep_tests::session::LoginSession;

/// Rounds of each thread; four threads make the two hundred kills.
const ROUNDS: u64 = 42;
const FOUNDING_ROUNDS: u64 = 8;

fn draft(family: &str) -> Value {
    json!({
        "names": [{"item": null, "use_": "official", "prefix": "", "given": "Kim", "family": family, "suffix": "", "text": ""}],
        "birth_date": "1990-01-02", "gender": "unknown", "sex_at_birth": null, "pronouns": null, "telecom": [], "addresses": [],
        "identifiers": [], "next_of_kin": [], "deceased": {"kind": "alive_or_unknown"}, "marital_status": null,
        "language": null, "emergency_note": null
    })
}

/// Acknowledged so far: patients with their family names, and allergies and drafts of the first patient.
#[derive(Default)]
struct Acknowledged {
    patients: Vec<(String, String)>,
    allergies: usize,
    draft: Option<String>,
}

/// Writes until the process dies under it.
fn write_until_killed(batch: &mut Batch, known: &mut Acknowledged, round: u64) {
    for step in 0.. {
        let family = format!("Killed{round}x{step}");
        let Some(added) = batch.ask("patient_register", &json!({ "draft": draft(&family) })) else {
            return;
        };
        let id = added["row"]["id"].as_str().unwrap().to_owned();
        known.patients.push((id, family));
        let first = known.patients[0].0.clone();
        let allergy = json!({"patient": first, "draft": {"substance": format!("Substance {round} {step}"), "code": null,
            "system": null, "category": null, "criticality": null, "reaction": null, "severity": null}});
        let Some(_) = batch.ask("allergy_add", &allergy) else {
            return;
        };
        known.allergies += 1;
        let text = format!("Draft {round} {step}");
        let Some(_) = batch.ask("note_draft_save", &json!({ "patient": first, "text": text })) else {
            return;
        };
        known.draft = Some(text);
    }
}

/// Everything acknowledged is there; more may be: what was written and not yet acknowledged.
fn check(batch: &mut Batch, known: &Acknowledged) {
    let recent = known.patients.len().saturating_sub(6);
    for (id, family) in &known.patients[recent..] {
        let opened = batch.ask("patient_open", &json!({ "id": id, "via": "link" })).unwrap();
        assert_eq!(opened["row"]["family"].as_str().unwrap(), family);
    }
    let Some((first, _)) = known.patients.first() else {
        return;
    };
    let session = batch.ask("session", &json!({})).unwrap();
    assert!(session["patient_count"].as_u64().unwrap() >= known.patients.len() as u64);
    let block = batch.ask("chart_allergies", &json!({ "patient": first })).unwrap();
    assert!(block["active"].as_array().unwrap().len() >= known.allergies);
    if let Some(text) = &known.draft {
        let draft = batch.ask("note_draft_get", &json!({ "patient": first })).unwrap();
        assert!(draft["text"].as_str().unwrap() >= text.as_str() || draft["text"].as_str().unwrap().len() > text.len());
    }
}

fn whole(batch: &mut Batch) {
    let verified = batch.ask("audit_verify", &json!({})).unwrap();
    for compartment in verified["compartments"].as_array().unwrap() {
        assert_eq!(compartment["ok"], json!(true), "{verified}");
    }
    let checks = batch.ask("doctor", &json!({})).unwrap();
    let integrity = checks
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["id"] == "integrity")
        .unwrap();
    assert_eq!(integrity["status"], json!("ok"), "{integrity}");
}

fn kills_during_writes(seed: u64) {
    let session = LoginSession::start();
    found(&session);
    let mut known = Acknowledged::default();
    let mut random = seed;
    for round in 0..ROUNDS {
        let mut batch = Batch::start(&session);
        check(&mut batch, &known);
        whole(&mut batch);
        let killer = batch.kill_after(Duration::from_micros(next(&mut random) % 60_000));
        write_until_killed(&mut batch, &mut known, round);
        killer.join().unwrap();
        batch.kill();
    }
    assert!(
        known.patients.len() as u64 > ROUNDS / 2,
        "the kills came before any work: seed {seed}"
    );
    let mut batch = Batch::start(&session);
    check(&mut batch, &known);
    whole(&mut batch);
    batch.kill();
}

/// A generator that can be replayed: SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn acknowledged_writes_survive_kills_first_laptop() {
    kills_during_writes(11);
}

#[test]
fn acknowledged_writes_survive_kills_second_laptop() {
    kills_during_writes(22);
}

#[test]
fn acknowledged_writes_survive_kills_third_laptop() {
    kills_during_writes(33);
}

#[test]
fn acknowledged_writes_survive_kills_fourth_laptop() {
    kills_during_writes(44);
}

/// Killed while the vault is made and its migrations run: afterwards it either opens or can be founded again,
/// and never stands there with files that nothing can open.
#[test]
fn a_founding_that_was_killed_can_be_finished_or_repeated() {
    let mut random = 55;
    let mut finished = 0;
    for _ in 0..4 * FOUNDING_ROUNDS {
        let session = LoginSession::start();
        let mut child = command(&session, &["init", "--clinic", "Riverside", "--user", "Ada Founder"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(next(&mut random) % 2_500));
        let _ = child.kill();
        let _ = child.wait();
        let opened = wardkeep(&session, &["patient", "search", "nobody"]);
        if opened.code == 0 {
            finished += 1;
        } else {
            found(&session);
            wardkeep(&session, &["patient", "search", "nobody"]).ok();
        }
        let mut batch = Batch::start(&session);
        whole(&mut batch);
        batch.kill();
    }
    assert!(finished < 4 * FOUNDING_ROUNDS, "every kill came too late");
}
