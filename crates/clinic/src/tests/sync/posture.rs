//! What laptops say of themselves: reported when something changes and once a day, read by admins and nobody else.

use super::*;
use crate::machine::facts::{Facts, Told};
use wardkeep_roster::entry::{AppVersion, Body, Policy};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn facts(disk_encrypted: Told) -> Facts {
    Facts {
        host: "yellow-sticker".into(),
        os: "Debian GNU/Linux 12 (bookworm)".into(),
        disk_encrypted,
        screen_locks: Told::Yes,
        screen_lock_s: Some(300),
    }
}

/// The row of a device by its name.
fn device(clinic: &Clinic, name: &str) -> Value {
    let devices = ask(clinic, "device_list");
    let rows = devices.as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap().clone()
}

/// The reports of a device, newest first.
fn reports(clinic: &Clinic, name: &str) -> Vec<Value> {
    let id = device(clinic, name)["id"].clone();
    let detail = json(clinic, "device_show", json!({ "id": id, "limit": 50 })).unwrap();
    detail["reports"].as_array().unwrap().clone()
}

fn warnings(clinic: &Clinic, name: &str) -> Vec<String> {
    let row = device(clinic, name);
    let warnings = row["warnings"].as_array().unwrap();
    warnings
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// An admin, and a front desk that has reported.
fn two(cloud: &Cloud) -> ((Laptop, Clinic), (Laptop, Clinic)) {
    let (ada_laptop, ada, _) = attached(cloud);
    *ada_laptop.facts.lock().unwrap() = facts(Told::Yes);
    in_step(&ada);
    let (desk_laptop, desk, _) = joined(cloud, &ada, 2, "Dee Desk", &["front_desk"]);
    *desk_laptop.facts.lock().unwrap() = facts(Told::Yes);
    looked_at_anew(&desk_laptop);
    in_step(&desk);
    in_step(&ada);
    ((ada_laptop, ada), (desk_laptop, desk))
}

/// So much time goes by that the machine is looked at again, while the wall clock keeps to the server's, which stands.
fn looked_at_anew(laptop: &Laptop) {
    let now_ms = laptop.clock.now_ms();
    laptop.clock.advance_ms(6 * 60_000);
    laptop.clock.set_wall_ms(now_ms + 1_000);
}

#[test]
fn a_changed_laptop_is_reported_with_its_history_to_admins_alone() {
    let cloud = Cloud::new();
    let ((_ada_laptop, ada), (desk_laptop, desk)) = two(&cloud);
    let first = reports(&ada, "Laptop 2");
    let said = &first[0]["posture"];
    assert_eq!(
        (&said["os"], &said["host"], &said["disk_encrypted"], &said["unsent"]),
        (
            &json!("Debian GNU/Linux 12 (bookworm)"),
            &json!("yellow-sticker"),
            &json!("yes"),
            &json!(0)
        )
    );
    assert_eq!(first[0]["people"], json!(["Dee Desk"]));
    assert_eq!(warnings(&ada, "Laptop 2"), [""; 0]);

    *desk_laptop.facts.lock().unwrap() = facts(Told::No);
    looked_at_anew(&desk_laptop);
    in_step(&desk);
    in_step(&ada);
    assert_eq!(warnings(&ada, "Laptop 2"), ["not_encrypted"]);
    let second = reports(&ada, "Laptop 2");
    assert_eq!(second.len(), first.len() + 1, "{second:#?}");
    assert_eq!(second[0]["changed"], json!(["disk_encrypted"]));
    assert_eq!(second[1]["posture"]["disk_encrypted"], "yes");
    let trail = json!({ "actions": ["posture_change"], "limit": 10 });
    let changes = json(&ada, "audit_trail", trail).unwrap();
    let detail: Value = serde_json::from_str(changes[0]["detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail, json!({ "disk_encrypted": ["yes", "no"] }));

    let id = device(&desk, "Front office")["id"].clone();
    let refusal = json(&desk, "device_show", json!({ "id": id, "limit": 5 })).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    let row = device(&desk, "Front office");
    assert!(row["report"].is_null() && row["warnings"] == json!([]), "{row}");
}

#[test]
fn nothing_new_is_reported_once_a_day_and_a_silent_laptop_is_named() {
    let cloud = Cloud::new();
    let ((ada_laptop, ada), (desk_laptop, desk)) = two(&cloud);
    let count = reports(&ada, "Laptop 2").len();
    for _ in 0..3 {
        looked_at_anew(&desk_laptop);
        in_step(&desk);
    }
    in_step(&ada);
    assert_eq!(reports(&ada, "Laptop 2").len(), count, "nothing changed");
    desk_laptop.clock.advance_ms(DAY_MS);
    in_step(&desk);
    in_step(&ada);
    let daily = reports(&ada, "Laptop 2");
    assert_eq!((daily.len(), &daily[0]["changed"]), (count + 1, &json!([])));

    ada_laptop.clock.advance_ms(4 * DAY_MS);
    assert!(warnings(&ada, "Laptop 2").contains(&"silent".to_owned()));
}

#[test]
fn a_program_that_is_too_old_and_a_wrong_clock_are_warned_of() {
    let cloud = Cloud::new();
    let ((_ada_laptop, ada), (desk_laptop, desk)) = two(&cloud);
    // No admin can say so by command, who would stop their own program by it: a newer one does.
    let policy = crate::policy::known(&ada).unwrap();
    let min_app_version = AppVersion {
        major: 99,
        ..policy.min_app_version
    };
    let newer = Policy {
        min_app_version,
        ..policy
    };
    crate::sync::act(&ada, |_, sealing| sealing.say(Body::Policy(newer))).unwrap();
    assert!(warnings(&ada, "Laptop 2").contains(&"out_of_date".to_owned()));
    desk_laptop.clock.advance_ms(3 * 60 * 60_000);
    in_step(&desk);
    in_step(&ada);
    assert!(
        warnings(&ada, "Laptop 2").contains(&"clock_off".to_owned()),
        "{:?}",
        device(&ada, "Laptop 2")
    );
}
