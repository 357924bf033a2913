//! A server, or whatever stands before it, that answers one kind of request with something else: nothing is erased, nobody is locked out, the
//! status says that something is wrong, and everything goes on once it answers honestly.

use super::super::documents::{add, file, listed, read};
use super::cloud::liar::{Answer, Lie};
use super::*;
use std::collections::BTreeSet;
use wardkeep_sync::wire::FailureCode;

/// What every kind of request is answered with, one by one.
const ANSWERS: [Answer; 16] = [
    Answer::Status(401),
    Answer::Status(403),
    Answer::Status(404),
    Answer::Status(410),
    Answer::Status(429),
    Answer::Status(500),
    Answer::Status(503),
    Answer::Failure(401, FailureCode::Forbidden, 0),
    Answer::Failure(403, FailureCode::Forbidden, 0),
    Answer::Failure(404, FailureCode::Unknown, 0),
    Answer::Failure(410, FailureCode::Expired, 0),
    Answer::Failure(429, FailureCode::TooMany, u32::MAX),
    Answer::Failure(500, FailureCode::Storage, 0),
    Answer::Failure(503, FailureCode::Stopping, 1000),
    Answer::Garbage,
    Answer::Nothing,
];

/// What two laptops ask for in their rounds, and what admins ask for; found to be asked for by an honest run.
const KINDS: [&str; 20] = [
    "GET /v1/hello",
    "GET /v1/vector",
    "GET /v1/roster",
    "POST /v1/roster",
    "POST /v1/segments",
    "POST /v1/pull",
    "GET /v1/parcels",
    "POST /v1/parcels",
    "POST /v1/invitations",
    "GET /v1/joins",
    "GET /v1/snapshots",
    "POST /v1/snapshots",
    "GET /v1/snapshots/{id}",
    "POST /v1/snapshots/{id}/countersignature",
    "HEAD /v1/chunks/{hash}",
    "PUT /v1/chunks/{hash}",
    "POST /v1/blobs",
    "GET /v1/blobs/{hash}",
    "HEAD /v1/blobs/{hash}",
    "PUT /v1/blobs/{hash}",
];

struct Clinics {
    cloud: Cloud,
    ada: Clinic,
    bo: Clinic,
    patient: Value,
    folder: tempfile::TempDir,
    written: u64,
    _laptops: (Laptop, Laptop),
}

impl Clinics {
    fn new() -> Self {
        let cloud = Cloud::new();
        let (ada_laptop, ada, _) = attached(&cloud);
        let (bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo", &["clinician"]);
        let patient = register(&ada, "Okafor", "Ada", "1980-02-03")["row"]["id"].clone();
        in_step(&ada);
        in_step(&bo);
        Self {
            cloud,
            ada,
            bo,
            patient,
            folder: tempfile::tempdir().unwrap(),
            written: 1,
            _laptops: (ada_laptop, bo_laptop),
        }
    }

    /// A day's work on both, whatever the server answers. The network may fail; the work may not. Says whether a round failed.
    fn work(&mut self, kind: &str) -> bool {
        let number = self.written;
        if kind.contains("blobs") {
            let path = file(self.folder.path(), "scan.bin", format!("scan {number}").as_bytes());
            add(&self.ada, &self.patient, "clinical", &path).unwrap();
        }
        register(&self.ada, "Okafor", "Kim", "1990-01-02");
        register(&self.bo, "Okafor", "Lee", "1991-01-02");
        self.written += 2;
        let mut failed = false;
        for clinic in [&self.ada, &self.bo, &self.ada] {
            failed |= clinic.sync_round().map_or(true, |outcome| !outcome.in_step);
            drop(clinic.carry_files());
        }
        let mut asked = Vec::new();
        if kind.contains("roster") || kind.contains("parcels") {
            asked.push(json(&self.ada, "key_rotate", json!({ "key": "epoch_clinical" })));
        }
        if kind.contains("snapshots") || kind.contains("chunks") {
            asked.push(json(&self.ada, "sync_snapshot", json!({})));
            drop(self.bo.sync_round());
            drop(self.ada.sync_round());
        }
        if kind.contains("invitations") || kind.contains("joins") {
            asked.push(json(&self.ada, "invitation_create", json!({})));
            asked.push(json(&self.ada, "join_requests", json!({})));
        }
        for error in asked.into_iter().filter_map(Result::err) {
            assert_ne!(error.code, ErrorCode::Internal, "{kind}");
        }
        failed
    }

    fn nobody_is_locked_out(&self, about: &str) {
        for clinic in [&self.ada, &self.bo] {
            assert_eq!(clinic.locked_because(), None, "{about}");
            let rows = ask(clinic, "device_list");
            let active = |row: &Value| row["status"] == "active" && row["wipe"].is_null();
            assert!(rows.as_array().unwrap().iter().all(active), "{about}: {rows}");
            assert!(!crate::wipe::is_under_way(clinic.home()), "{about}");
        }
        let own = (self.written - 1) / 2 + 1;
        assert!(patients(&self.ada) >= own, "{about}");
        assert!(patients(&self.bo) >= own, "{about}");
    }

    /// Once the server answers honestly again.
    fn all_is_there(&self, about: &str) {
        for _ in 0..2 {
            for clinic in [&self.ada, &self.bo] {
                in_step(clinic);
                clinic.carry_files().unwrap();
            }
        }
        for clinic in [&self.ada, &self.bo] {
            assert_eq!(patients(clinic), self.written, "{about}");
            let status = ask(clinic, "sync_status");
            assert_eq!(status["files"]["sending"]["files"], 0, "{about}: {status}");
            assert_eq!(status["files"]["fetching"]["files"], 0, "{about}: {status}");
        }
    }
}

fn patients(clinic: &Clinic) -> u64 {
    ask(clinic, "session")["patient_count"].as_u64().unwrap()
}

#[test]
fn no_answer_to_any_request_erases_anything_or_goes_unsaid() {
    let mut all = Clinics::new();
    let mut heard = BTreeSet::new();
    for kind in KINDS {
        all.work(kind);
        heard.extend(all.cloud.liar.heard());
    }
    let missing: Vec<_> = KINDS.iter().filter(|kind| !heard.contains(**kind)).collect();
    assert!(
        missing.is_empty(),
        "an honest run asks for all: {missing:?} of {heard:?}"
    );
    all.all_is_there("an honest run");
    for kind in KINDS {
        for answer in ANSWERS {
            let about = format!("{kind} {answer:?}");
            let lie = Lie {
                kind: kind.into(),
                answer,
            };
            all.cloud.liar.tell(Some(lie));
            let failed = all.work(kind);
            let told = all.cloud.liar.told();
            all.nobody_is_locked_out(&about);
            if failed && told > 0 {
                let states = [&all.ada, &all.bo].map(|clinic| ask(clinic, "sync_status"));
                let silent = |status: &Value| {
                    status["state"] == "up_to_date" && status["problems"].as_array().unwrap().is_empty()
                };
                assert!(!states.iter().all(silent), "{about}: nothing is said: {states:?}");
            }
            all.cloud.liar.tell(None);
            all.all_is_there(&about);
        }
    }
    // A server that has said it keeps a key and has not: whoever lacks it is told, and the next key brings the former ones.
    json(&all.ada, "key_rotate", json!({ "key": "epoch_clinical" })).unwrap();
    all.all_is_there("after the next key");
    let documents = listed(&all.bo, &all.patient);
    let ids: Vec<Value> = documents.iter().map(|row| row["id"].clone()).collect();
    let own = listed(&all.ada, &all.patient).len();
    let status = ask(&all.bo, "sync_status");
    assert!(
        ids.len() == own && own > KINDS.len(),
        "{} of {own}: {status}",
        ids.len()
    );
    for id in ids {
        assert!(read(&all.bo, &id).unwrap().starts_with(b"scan "));
    }
}
