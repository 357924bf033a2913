//! Leases against a real server whose clock stands still, which no laptop may gain by.

use super::*;
use wardkeep_vault::slot;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A founder's and a clinician's laptop, in step, both with a lease that their slots need.
fn two(cloud: &Cloud) -> ((Laptop, Clinic, UserId), (Laptop, Clinic, UserId)) {
    let ada = attached(cloud);
    register(&ada.1, "Okafor", "Ada", "1980-02-03");
    in_step(&ada.1);
    let bo = joined(cloud, &ada.1, 2, "Bo Clinician", &["clinician", "admin"]);
    in_step(&ada.1);
    lock(&ada.1);
    unlock(&ada.1, ada.2, PASSWORD).unwrap();
    assert!(needs_lease(&ada.0, ada.2) && needs_lease(&bo.0, bo.2));
    (ada, bo)
}

fn needs_lease(laptop: &Laptop, user: UserId) -> bool {
    let bytes = std::fs::read(laptop.home.path().join(format!("slots/{user}.slot"))).unwrap();
    slot::decode(&bytes).unwrap().header().has_lease
}

/// Whoever is in is locked out, days pass, and the password is tried.
#[track_caller]
fn after_days(laptop: &Laptop, clinic: &Clinic, user: UserId, days: u64) -> Result<SessionView, CommandError> {
    lock(clinic);
    laptop.clock.advance_ms(days * DAY_MS);
    unlock(clinic, user, PASSWORD)
}

#[track_caller]
fn ended(result: Result<SessionView, CommandError>) -> String {
    let error = result.err().unwrap();
    assert_eq!(error.code, ErrorCode::LeaseEnded);
    error.field.unwrap()
}

#[test]
fn a_laptop_alone_has_no_lease_and_one_that_joins_gets_its_own() {
    let cloud = Cloud::new();
    let (ada_laptop, ada, ada_user) = attached(&cloud);
    in_step(&ada);
    assert!(after_days(&ada_laptop, &ada, ada_user, 100).is_ok());
    assert_eq!(
        ask(&ada, "app_status")["lease"],
        Value::Null,
        "nobody could take it out"
    );
    let (bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician", "admin"]);
    assert!(needs_lease(&bo_laptop, bo_user));
    let lease = ask(&bo, "app_status")["lease"].clone();
    assert_eq!((&lease["soon"], &lease["ended"]), (&json!(false), &Value::Null));
    let left = lease["ends_ms"].as_u64().unwrap() - bo_laptop.clock.now_ms();
    assert!(left > 13 * DAY_MS && left <= 14 * DAY_MS + HOUR_MS, "{left}");
    assert!(actions(&bo, None).contains(&"lease".to_owned()));
}

#[test]
fn past_its_end_nothing_opens_until_the_server_was_met_once() {
    let cloud = Cloud::new();
    let ((_ada_laptop, _ada, _), (laptop, bo, user)) = two(&cloud);
    cloud.stop();
    after_days(&laptop, &bo, user, 11).unwrap();
    assert_eq!(ask(&bo, "app_status")["lease"]["soon"], true, "told days ahead");
    assert_eq!(ask(&bo, "sync_status")["lease"]["ended"], Value::Null);
    assert_eq!(ended(after_days(&laptop, &bo, user, 3)), "lease_days");
    let start = laptop.clock.now_ms();
    for wall_ms in [START_MS, start + 900 * DAY_MS] {
        laptop.clock.set_wall_ms(wall_ms);
        assert_eq!(ended(unlock(&bo, user, PASSWORD)), "lease_days");
    }
    let status = ask(&bo, "app_status");
    assert_eq!(
        (&status["lease"]["ended"], &status["can_resume"]),
        (&json!("time"), &json!(false))
    );
    cloud.start();
    // The program asks by itself when somebody wants in.
    unlock(&bo, user, PASSWORD).unwrap();
    assert_eq!(families(&bo, "okafor"), ["Okafor"]);
    let log = json(
        &bo,
        "audit_list",
        json!({ "patient": null, "before": null, "limit": 20 }),
    )
    .unwrap();
    assert!(log.to_string().contains("lease_days"), "{log}");
    cloud.stop();
    after_days(&laptop, &bo, user, 13).unwrap();
}

#[test]
fn a_clock_set_back_between_starts_lengthens_nothing() {
    let cloud = Cloud::new();
    let ((_ada_laptop, _ada, _), (laptop, bo, user)) = two(&cloud);
    cloud.stop();
    let given = laptop.clock.now_ms();
    for _ in 0..13 {
        after_days(&laptop, &bo, user, 1).unwrap();
        laptop.clock.restart();
        laptop.clock.set_wall_ms(given);
    }
    assert_eq!(ended(after_days(&laptop, &bo, user, 1)), "lease_days");
}

#[test]
fn a_session_ends_with_the_lease() {
    let cloud = Cloud::new();
    let ((_ada_laptop, _ada, _), (laptop, bo, _)) = two(&cloud);
    cloud.stop();
    laptop.clock.advance_ms(14 * DAY_MS);
    bo.sync_round().unwrap_err();
    assert_eq!(bo.locked_because(), Some(LockReason::LeaseEnded));
}

#[test]
fn contact_renews_it_locked_or_not_and_a_server_that_lost_it_is_given_it_back() {
    let cloud = Cloud::new();
    let ((_ada_laptop, ada, _), (laptop, bo, user)) = two(&cloud);
    // A locked laptop in touch, as its agent keeps it.
    lock(&bo);
    for _ in 0..4 {
        laptop.clock.advance_ms(5 * DAY_MS);
        bo.sync_round().unwrap();
    }
    unlock(&bo, user, PASSWORD).unwrap();
    cloud.restart_empty();
    attach(&ada, &cloud).unwrap();
    in_step(&ada);
    laptop.clock.advance_ms(2 * HOUR_MS);
    in_step(&bo);
    // The share is on the new server: past the end it comes from there.
    cloud.stop();
    assert_eq!(ended(after_days(&laptop, &bo, user, 15)), "lease_days");
    cloud.start();
    unlock(&bo, user, PASSWORD).unwrap();
}

#[test]
fn a_server_that_lost_the_share_of_an_ended_lease_is_named() {
    let cloud = Cloud::new();
    let ((_ada_laptop, ada, _), (laptop, bo, user)) = two(&cloud);
    cloud.stop();
    assert_eq!(ended(after_days(&laptop, &bo, user, 15)), "lease_days");
    cloud.restart_empty();
    attach(&ada, &cloud).unwrap();
    in_step(&ada);
    assert_eq!(ended(unlock(&bo, user, PASSWORD)), "server");
}

#[test]
fn a_revoked_laptop_gets_no_lease_and_learns_why() {
    let cloud = Cloud::new();
    let ((ada_laptop, ada, ada_user), (laptop, bo, user)) = two(&cloud);
    cloud.stop();
    assert_eq!(ended(after_days(&laptop, &bo, user, 15)), "lease_days");
    cloud.start();
    let devices = ask(&ada, "device_list");
    let theirs = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["this"] == false)
        .unwrap();
    json(&ada, "device_revoke", json!({ "id": theirs["id"] })).unwrap();
    assert_eq!(unlock(&bo, user, PASSWORD).unwrap_err().code, ErrorCode::DeviceRevoked);
    let held = wardkeep_vault::lease::peek(bo.env()).unwrap();
    assert!(matches!(held, wardkeep_vault::lease::Standing::Ended(_)), "{held:?}");
    // The one that is left has a lease that does not end.
    in_step(&ada);
    cloud.stop();
    after_days(&ada_laptop, &ada, ada_user, 200).unwrap();
    assert_eq!(ask(&ada, "app_status")["lease"]["ends_ms"], Value::Null);
}

#[test]
fn the_clinics_days_and_wrong_passwords_count_on_every_laptop_offline() {
    let cloud = Cloud::new();
    let ((_ada_laptop, ada, _), (laptop, bo, user)) = two(&cloud);
    let mut rules = ask(&ada, "policy_get");
    (rules["lease_days"], rules["wrong_password_limit"]) = (json!(2), json!(3));
    json(&ada, "policy_set", rules).unwrap();
    in_step(&bo);
    cloud.stop();
    lock(&bo);
    for _ in 0..2 {
        let wrong = unlock(&bo, user, "not the password at all").unwrap_err();
        assert_eq!(wrong.code, ErrorCode::WrongPassword);
    }
    assert_eq!(
        ended(unlock(&bo, user, "not the password at all")),
        "wrong_password_limit"
    );
    assert_eq!(ended(unlock(&bo, user, PASSWORD)), "wrong_password_limit");
    cloud.start();
    unlock(&bo, user, PASSWORD).unwrap();
    cloud.stop();
    assert_eq!(ended(after_days(&laptop, &bo, user, 2)), "lease_days");
}

#[test]
fn passwords_people_and_vault_keys_change_under_a_lease() {
    let cloud = Cloud::new();
    let ((laptop, ada, user), _bo) = two(&cloud);
    let cyn = json!({ "name": "Cyn Frontdesk", "roles": ["front_desk"], "password": "vexquiltjam-704-cyn" });
    let cyn: UserId = serde_json::from_value(json(&ada, "user_add", cyn).unwrap()["id"].clone()).unwrap();
    assert!(needs_lease(&laptop, cyn));
    let new = "vexquiltjam-704-ada";
    json(&ada, "password_change", json!({ "current": PASSWORD, "new": new })).unwrap();
    json(&ada, "key_rotate", json!({ "key": "vault_office" })).unwrap();
    lock(&ada);
    unlock(&ada, cyn, "vexquiltjam-704-cyn").unwrap();
    lock(&ada);
    unlock(&ada, user, new).unwrap();
    assert_eq!(families(&ada, "okafor"), ["Okafor"]);
    assert!(needs_lease(&laptop, user));
}
