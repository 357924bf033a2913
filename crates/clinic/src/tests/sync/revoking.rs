//! Roles and revocation: what each laptop can open, and what becomes of one that was taken out.

use super::*;
use wardkeep_record::op::Compartment;
use wardkeep_roster::Compartment as Part;
use wardkeep_sync::segment::Segment;

#[test]
fn a_front_desk_laptop_never_has_what_opens_the_chart() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03");
    ada.with_session(|session| chart_entry(session, &patient)).unwrap();
    in_step(&ada);
    let (laptop, desk, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    assert_eq!(families(&desk, "okafor"), ["Okafor"]);
    let session = ask(&desk, "session");
    assert_eq!(session["compartments"], json!(["office"]));
    // No chart's file, no key in the slot, no segment of the chart in the spool, no epoch key of it anywhere.
    assert!(!laptop.home.path().join("vault/clinical.db").exists());
    desk.with_both(|session, keeper| {
        assert!(session.unlocked().keys.clinical.is_none());
        let frontier = keeper.spool.frontier()?;
        let me = keeper.device()?;
        let is_own_trail = |chain: &wardkeep_sync::id::Chain| chain.compartment == Part::Audit && chain.device == me;
        assert!(
            frontier
                .iter()
                .all(|(chain, _)| chain.compartment == Part::Office || is_own_trail(chain)),
            "{frontier:?}"
        );
        assert!(keeper.spool.parcels()?.is_empty(), "no parcel waits either");
        assert!(
            session
                .read(|view| Ok(view.epoch_key(Compartment::Clinical, 1)?))
                .is_err()
        );
        Ok(())
    })
    .unwrap();
    // With a segment of the chart in hand, none of its keys opens it.
    let stolen = ada
        .with_both(|_, keeper| {
            let chart = keeper.spool.frontier()?.within(&[Part::Clinical]);
            let (chain, _) = chart.iter().next().expect("the founder wrote in the chart");
            Ok(keeper.spool.segment(chain, 1)?.unwrap())
        })
        .unwrap();
    desk.with_both(|session, keeper| {
        let segment = Segment::parse(&stolen).unwrap().verify(keeper.roster()?).unwrap();
        for number in session.read(|view| Ok(view.epoch_numbers(Compartment::Office)?))? {
            let key = session
                .read(|view| Ok(view.epoch_key(Compartment::Office, number)?))?
                .unwrap();
            assert!(segment.open(&key).is_err());
        }
        Ok(())
    })
    .unwrap();
}

/// A record in the chart, without the form of any screen.
fn chart_entry(session: &session::Session, patient: &Value) -> Result<(), CommandError> {
    use wardkeep_record::field::{self, Kind};
    use wardkeep_vault::store::{Action, AuditEntry, Edit};
    let patient: wardkeep_record::id::RecordId = serde_json::from_value(patient["row"]["id"].clone()).unwrap();
    let record = session.new_record_id();
    session.write(Compartment::Clinical, |tx| {
        let key = wardkeep_record::op::FieldKey {
            field: field::field_of(Kind::ALLERGY, "code").unwrap(),
            item: None,
        };
        tx.put(vec![Edit {
            record,
            kind: Kind::ALLERGY,
            patient: Some(patient),
            values: vec![(key, Some(r#"{"text":"Penicillin"}"#.into()))],
        }])?;
        Ok(tx.audit(&AuditEntry::new(Action::Edit).patient(patient).record(record))?)
    })
}

/// How many entries are told of how this device was revoked, if any are.
fn told_to_strangers(by: &Clinic, device: &Clinic) -> Option<usize> {
    let (clinic, device) = device
        .with_clinic_desk(|desk| Ok((desk.roster()?.clinic(), desk.device()?)))
        .unwrap();
    let entries = by.ask(|link| async move { link.revocation_after(clinic, device, 0).await });
    entries.ok().map(|entries| entries.len())
}

#[test]
fn a_revoked_laptop_is_refused_says_so_and_keeps_its_work() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let (_cy_laptop, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    in_step(&ada);
    let devices = ask(&ada, "device_list");
    let bos = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "Laptop 2")
        .unwrap();
    assert_eq!(told_to_strangers(&ada, &bo), None, "of an active device nobody is told");
    let rows = json(&ada, "device_revoke", json!({ "id": bos["id"] })).unwrap();
    let roster = ada.with_clinic_desk(|desk| Ok(desk.roster()?.head().0)).unwrap();
    let told = told_to_strangers(&ada, &bo);
    assert_eq!(
        told,
        Some(roster as usize - 2),
        "the two new epochs behind it are not told"
    );
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .any(|row| row["id"] == bos["id"] && row["status"] == "revoked")
    );
    // Bo, who has not heard of it, goes on working.
    register(&bo, "Late", "Work", "1990-01-01");
    // A connection that was cut in the middle of a round is only that; the next one is refused by name.
    let refusals = (0..3).map(|_| bo.sync_round().unwrap_err().code);
    assert!(refusals.into_iter().any(|code| code == ErrorCode::DeviceRevoked));
    assert_eq!(ask(&bo, "sync_status")["state"], "revoked");
    // It has read the entry that says so, signed by an admin, and lets nobody in any more; what was written lies there, sealed.
    assert_eq!(bo.locked_because(), Some(LockReason::Revoked));
    assert_eq!(
        unlock(&bo, bo_user, PASSWORD).unwrap_err().code,
        ErrorCode::DeviceRevoked
    );
    let (held, known) = bo
        .with_desk(|desk| Ok((desk.spool.frontier()?.iter().count(), desk.is_revoked()?)))
        .unwrap()
        .unwrap();
    assert!(held > 0 && known);
    drop(bo);
    let again = bo_laptop.start();
    assert_eq!(
        unlock(&again, bo_user, PASSWORD).unwrap_err().code,
        ErrorCode::DeviceRevoked,
        "and so after a restart"
    );
    // The others go on under keys that Bo's laptop does not have.
    register(&ada, "After", "Revocation", "1970-01-01");
    in_step(&ada);
    in_step(&cy);
    assert_eq!(families(&cy, "after"), ["After"]);
    let epochs = |clinic: &Clinic| {
        clinic
            .with_session(|session| session.read(|view| Ok(view.epoch_numbers(Compartment::Office)?)))
            .unwrap()
    };
    assert_eq!((epochs(&ada), epochs(&cy)), (vec![1, 2], vec![1, 2]));
    assert_eq!(
        actions(&ada, None).iter().filter(|action| *action == "revoke").count(),
        1
    );
}

#[test]
fn a_declined_request_is_told_and_brings_nothing() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let code = ask(&ada, "invitation_create")["code"].clone();
    let laptop = laptop(2);
    let bo = laptop.start();
    let input = json!({ "code": code, "device_name": "Laptop 2", "user_name": "Mallory", "password": PASSWORD });
    json(&bo, "clinic_join", input).unwrap();
    assert_eq!(ask(&bo, "sync_status")["state"], "joining");
    let id = ask(&ada, "join_requests")[0]["id"].clone();
    json(&ada, "join_refuse", json!({ "id": id })).unwrap();
    bo.sync_round().unwrap();
    assert_eq!(ask(&bo, "join_status")["state"], "refused");
    assert_eq!(ask(&ada, "join_requests"), json!([]));
    assert_eq!(
        refused(&bo, "patient_search", json!({ "query": "a", "limit": 5 })),
        ErrorCode::Forbidden
    );
    let broken = code.as_str().unwrap().replace('q', "p");
    let other = super::laptop(3).start();
    let input = json!({ "code": broken, "device_name": "L", "user_name": "M", "password": PASSWORD });
    assert_eq!(refused(&other, "clinic_join", input), ErrorCode::InvitationInvalid);
}
