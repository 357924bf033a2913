//! A new key of a laptop: where it is cut short, and whom the server lets in.

use super::*;
use crate::link::{Address, Pin, Posted};
use crate::sync::key::{filler, signing_key};
use crate::sync::{Sealing, device_key, server_of};
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::{Body, RenewDeviceKey};
use wardkeep_roster::{Compartment as Part, RenewedKey};
use wardkeep_sync::segment::{Place, seal_ops};
use wardkeep_vault::key::SigningSeed;
use wardkeep_vault::spool::Renewal;

fn renew(clinic: &Clinic) -> Value {
    let rows = json(clinic, "key_rotate", json!({ "key": "device_key" })).unwrap();
    let row = rows.as_array().unwrap().iter().find(|row| row["key"] == "device_key");
    row.unwrap().clone()
}

fn seed(clinic: &Clinic) -> SigningSeed {
    clinic
        .with_clinic_desk(|desk| Ok(desk.spool.device_seed()?.unwrap()))
        .unwrap()
}

fn under_way(clinic: &Clinic) -> bool {
    clinic
        .with_clinic_desk(|desk| Ok(desk.spool.renewal()?.is_some()))
        .unwrap()
}

/// Whether the roster here lists the key that is kept here, and whether it is another one than this.
fn has_new_key(clinic: &Clinic, former: &SigningSeed) -> bool {
    let listed = clinic.with_clinic_desk(|desk| {
        let known = desk.roster()?.device(&desk.device()?).unwrap();
        Ok(known.key == desk.device_key()?.verifying_key())
    });
    assert!(listed.unwrap(), "the key that is kept is the one that the roster lists");
    !seed(clinic).same(former)
}

/// What the server says to whoever comes with this key.
fn let_in(clinic: &Clinic, seed: &SigningSeed) -> Result<(), ErrorCode> {
    let link = clinic
        .with_clinic_desk(|desk| Ok(desk.spool.server()?.unwrap()))
        .unwrap();
    let address: Address = link.address.parse().unwrap();
    let server = server_of(&clinic.env().clock, seed.expose(), address, Pin(link.pin)).unwrap();
    // The alert of a refused handshake may be lost with its connection.
    let lost = |said: &Result<(), ErrorCode>| *said == Err(ErrorCode::ServerUnreachable);
    let mut ask = || {
        let asked = clinic.ask_at(&server, |link| async move { link.vector().await });
        asked.map(drop).map_err(|error| error.code)
    };
    std::iter::repeat_with(&mut ask)
        .take(50)
        .find(|said| !lost(said))
        .unwrap()
}

/// The states of the renewals of the device key that are in the log, the first one first.
fn written(clinic: &Clinic) -> Vec<String> {
    let rows = clinic
        .with_session(|session| session.read(|view| Ok(view.audit_entries(Compartment::Office, None, None, 10_000)?)))
        .unwrap();
    let mut states: Vec<_> = rows
        .iter()
        .filter(|row| row.action == wardkeep_vault::store::Action::Rotate.number())
        .filter_map(|row| serde_json::from_str::<Value>(&row.detail).ok())
        .filter(|detail| detail["key"] == "device_key")
        .map(|detail| detail["state"].as_str().unwrap().to_owned())
        .collect();
    states.reverse();
    states
}

#[test]
fn a_laptop_goes_on_under_a_new_key_and_the_former_one_is_let_in_nowhere() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_desk_laptop, desk, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    register(&desk, "Beforeson", "Ada", "1980-02-03");
    let former = seed(&desk);
    assert_eq!(let_in(&desk, &former), Ok(()));
    let row = renew(&desk);
    assert_eq!(
        (&row["by"], &row["may"], &row["overdue"]),
        (&json!("anybody"), &json!(true), &json!(false))
    );
    assert!(row["due_ms"].as_u64() > row["since_ms"].as_u64());
    assert!(has_new_key(&desk, &former) && !under_way(&desk));
    assert_eq!(let_in(&desk, &former), Err(ErrorCode::DeviceRevoked));
    assert_eq!(let_in(&desk, &seed(&desk)), Ok(()));
    assert_eq!(written(&desk), ["began", "done"]);
    register(&desk, "Afterson", "Ada", "1980-02-03");
    in_step(&desk);
    in_step(&ada);
    assert_eq!(families(&ada, "Ada"), ["Afterson", "Beforeson"]);
    // Again, and somebody who joins later reads what all three keys have signed.
    let second = seed(&desk);
    renew(&desk);
    assert!(has_new_key(&desk, &second));
    register(&desk, "Thirdson", "Ada", "1980-02-03");
    in_step(&desk);
    in_step(&ada);
    let (_new_laptop, new, _) = joined(&cloud, &ada, 3, "Ned Frontdesk", &["front_desk"]);
    assert_eq!(families(&new, "Ada"), ["Afterson", "Beforeson", "Thirdson"]);
    for clinic in [&ada, &desk, &new] {
        assert_eq!(ask(clinic, "sync_status")["problems"], json!([]));
    }
}

#[test]
fn what_a_kill_interrupts_before_the_entry_is_sent_the_next_round_finishes() {
    let cloud = Cloud::new();
    let (laptop, ada, user) = attached(&cloud);
    in_step(&ada);
    let former = seed(&ada);
    ada.with_both(device_key::begin).unwrap();
    register(&ada, "Waitson", "Ada", "1980-02-03");
    drop(ada);
    let ada = laptop.start();
    unlock(&ada, user, PASSWORD).unwrap();
    assert!(under_way(&ada) && !has_new_key(&ada, &former));
    in_step(&ada);
    assert!(has_new_key(&ada, &former) && !under_way(&ada));
    assert_eq!(written(&ada), ["done"]);
    assert_eq!(let_in(&ada, &former), Err(ErrorCode::DeviceRevoked));
}

#[test]
fn what_a_kill_interrupts_after_the_entry_was_taken_is_found_out_under_the_next_key() {
    let cloud = Cloud::new();
    let (laptop, ada, user) = attached(&cloud);
    in_step(&ada);
    let former = seed(&ada);
    ada.with_both(device_key::begin).unwrap();
    let (entry, expected) = ada
        .with_clinic_desk(|desk| Ok((desk.spool.renewal()?.unwrap().entry, desk.head()?)))
        .unwrap();
    let posted = ada.ask(|link| async move { link.post_roster(expected, vec![entry]).await });
    assert!(matches!(posted, Ok(Posted::Taken(_))), "{posted:?}");
    register(&ada, "Waitson", "Ada", "1980-02-03");
    drop(ada);
    let ada = laptop.start();
    unlock(&ada, user, PASSWORD).unwrap();
    assert_eq!(let_in(&ada, &former), Err(ErrorCode::DeviceRevoked));
    assert!(seed(&ada).same(&former), "the roster here is shorter than the server's");
    in_step(&ada);
    assert!(has_new_key(&ada, &former) && !under_way(&ada));
    let (_other_laptop, other, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    assert_eq!(families(&other, "Waitson"), ["Waitson"]);
}

#[test]
fn an_entry_that_came_too_late_never_counted() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_desk_laptop, desk, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    in_step(&desk);
    let former = seed(&desk);
    desk.with_both(device_key::begin).unwrap();
    json(&ada, "key_rotate", json!({ "key": "epoch_office" })).unwrap();
    in_step(&desk);
    assert!(!has_new_key(&desk, &former) && !under_way(&desk));
    register(&desk, "Sameson", "Ada", "1980-02-03");
    in_step(&desk);
    in_step(&ada);
    assert_eq!(families(&ada, "Sameson"), ["Sameson"]);
    renew(&desk);
    assert!(has_new_key(&desk, &former));
}

#[test]
fn a_revocation_that_comes_first_is_obeyed_and_what_waited_is_sealed_for_it() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_desk_laptop, desk, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    in_step(&desk);
    desk.with_both(device_key::begin).unwrap();
    register(&desk, "Lateson", "Ada", "1980-02-03");
    let device = desk.with_session(|session| Ok(session.device())).unwrap();
    json(&ada, "device_revoke", json!({ "id": device })).unwrap();
    let refused = desk.sync_round().unwrap_err();
    assert_eq!(refused.code, ErrorCode::DeviceRevoked);
    assert_eq!(desk.locked_because(), Some(LockReason::Revoked));
    in_step(&ada);
    let rows = ask(&ada, "quarantine_list");
    assert!(
        !rows.as_array().unwrap().is_empty(),
        "what was written is there for an admin: {rows}"
    );
}

#[test]
fn what_a_file_still_holds_under_the_former_key_is_sealed_anew() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (_desk_laptop, desk, _) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    in_step(&ada);
    register(&ada, "Strandedson", "Ada", "1980-02-03");
    let former = seed(&ada);
    // Sealed in the file of the office, and killed before it came into the spool: whoever renews the key meanwhile does not hold the file.
    ada.with_both(|session, keeper| {
        let (clinic, roster, device_key) = (keeper.roster()?.clinic(), keeper.head()?, keeper.device_key()?);
        let epoch = keeper.roster()?.epoch(Part::Office).unwrap().epoch.number;
        let sealed = session.with_store(|store| {
            let key = store.read().epoch_key(Compartment::Office, epoch)?.unwrap();
            store.seal_pending(Compartment::Office, |pending| {
                let place = Place {
                    clinic,
                    chain: pending.chain,
                    tip: pending.tip,
                    roster,
                    epoch,
                };
                let random = &mut filler(&*session.env.random);
                Ok::<_, CommandError>(
                    seal_ops(&place, &key, pending.first_op, pending.ops, &device_key, random).unwrap(),
                )
            })
        })?;
        assert!(sealed.is_some());
        let (seed, me) = (SigningSeed::generate(&*session.env.random), keeper.device()?);
        let mut sealing = Sealing::new(session, keeper.roster()?)?;
        sealing.say(Body::DeviceKey(RenewDeviceKey {
            device: me,
            key: RenewedKey::prove(clinic, &me, &device_key, &signing_key(&seed)),
            reached: keeper.reached()?,
        }))?;
        let entry = sealing.into_entries().remove(0);
        keeper.begin_key(&Renewal { seed, entry })
    })
    .unwrap();
    in_step(&ada);
    assert!(has_new_key(&ada, &former));
    register(&ada, "Laterson", "Ada", "1980-02-03");
    in_step(&ada);
    in_step(&desk);
    assert_eq!(families(&desk, "Ada"), ["Laterson", "Strandedson"]);
    for clinic in [&ada, &desk] {
        assert_eq!(ask(clinic, "sync_status")["problems"], json!([]));
    }
}

#[test]
fn a_laptop_without_a_clinic_has_no_key_to_renew() {
    let laptop = laptop(1);
    let (clinic, _) = laptop.founded();
    let refused = json(&clinic, "key_rotate", json!({ "key": "device_key" })).unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotAttached);
}
