//! The thread in the background: an edit in one laptop is seen in the other, and nobody asks.

use super::*;
use std::time::{Duration, Instant};

/// Waits until something holds.
#[track_caller]
#[allow(clippy::disallowed_methods, reason = "a test measures")]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never: {what}");
}

#[test]
fn an_edit_is_seen_on_the_other_laptop_without_being_asked_for() {
    let cloud = Cloud::new();
    let laptop = |number: u64| {
        let laptop = Laptop::new();
        laptop.seed.set(number * 1000);
        laptop
    };
    let ada_laptop = laptop(1);
    let (ada, _) = ada_laptop.founded();
    attach(&ada, &cloud).unwrap();
    let code = ask(&ada, "invitation_create")["code"].clone();
    let bo_laptop = laptop(2);
    let bo = bo_laptop.start();
    let input = json!({ "code": code, "device_name": "Laptop 2", "user_name": "Bo", "password": PASSWORD });
    json(&bo, "clinic_join", input).unwrap();
    eventually("the request comes", || ask(&ada, "join_requests") != json!([]));
    let id = ask(&ada, "join_requests")[0]["id"].clone();
    json(&ada, "join_approve", json!({ "id": id, "roles": ["clinician"] })).unwrap();
    eventually("the access changes", || {
        bo.locked_because() == Some(LockReason::AccessChanged)
    });
    let user = ask(&bo, "app_status")["users"][0]["id"].clone();
    unlock(&bo, serde_json::from_value(user).unwrap(), PASSWORD).unwrap();
    register(&ada, "Okafor", "Ada", "1980-02-03");
    eventually("the patient is there", || families(&bo, "okafor") == ["Okafor"]);
    register(&bo, "Nwosu", "Chi", "1990-01-01");
    eventually("and the other way", || families(&ada, "nwosu") == ["Nwosu"]);
    eventually("it says so", || ask(&ada, "sync_status")["state"] == "up_to_date");
    // The server goes and comes back: nobody has to do anything but, here, ask at once.
    cloud.stop();
    register(&ada, "Eze", "Ike", "1970-01-01");
    eventually("it says that it is offline", || {
        ask(&ada, "sync_status")["state"] == "offline"
    });
    cloud.start();
    ask(&ada, "sync_now");
    ask(&bo, "sync_now");
    eventually("it comes through", || families(&bo, "eze") == ["Eze"]);
}
