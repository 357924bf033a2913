//! A laptop that was put back from an image, and one that runs twice.

use super::*;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_laptop_put_back_from_an_image_loses_nothing_and_says_so() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let (bo_laptop, bo, user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    register(&bo, "Before", "Image", "1980-01-01");
    in_step(&bo);
    lock(&bo);
    drop(bo);
    // The image: the whole folder, and the keychain that the log-in brings.
    let image = Laptop {
        keychain: bo_laptop.keychain.clone(),
        ..laptop(77)
    };
    copy(bo_laptop.home.path(), image.home.path());
    let bo = bo_laptop.start();
    unlock(&bo, user, PASSWORD).unwrap();
    register(&bo, "After", "Image", "1981-01-01");
    in_step(&bo);
    lock(&bo);
    drop(bo);
    // The laptop is put back, and written on before it hears of anything.
    let twin = image.start();
    // That its record of wrong passwords is older than the keychain's is noticed first, and costs a wait.
    assert_eq!(unlock(&twin, user, PASSWORD).unwrap_err().code, ErrorCode::TooSoon);
    image.clock.advance_ms(20 * 60 * 1000);
    unlock(&twin, user, PASSWORD).unwrap();
    register(&twin, "Twin", "Work", "1982-01-01");
    in_step(&twin);
    for family in ["before", "after", "twin"] {
        assert_eq!(families(&twin, family).len(), 1, "{family}");
    }
    in_step(&ada);
    for family in ["before", "after", "twin"] {
        assert_eq!(families(&ada, family).len(), 1, "{family}");
    }
    let problems = ask(&twin, "sync_status")["problems"].clone();
    let told = |kind: &str| {
        problems
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["kind"] == kind)
    };
    assert!(told("clone"), "{problems}");
    register(&twin, "Later", "Life", "1983-01-01");
    in_step(&twin);
    in_step(&ada);
    assert_eq!(families(&ada, "later"), ["Later"]);
    assert_eq!(ask(&ada, "clinic_words"), ask(&twin, "clinic_words"));
    let digest = |clinic: &Clinic| {
        clinic
            .with_session(|session| session.read(|view| Ok(view.digest(wardkeep_record::op::Compartment::Office)?)))
            .unwrap()
    };
    assert_eq!(digest(&ada), digest(&twin));
}

#[test]
fn a_user_who_is_removed_here_leaves_the_clinic_and_the_keys_change() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, founder) = attached(&cloud);
    let input = json!({ "name": "Cy Colleague", "roles": ["front_desk"], "password": PASSWORD });
    let colleague = json(&ada, "user_add", input).unwrap();
    let users = |clinic: &Clinic| ask(clinic, "device_list")[0]["users"].as_array().unwrap().clone();
    assert_eq!(users(&ada).len(), 2);
    assert_eq!(users(&ada)[1]["roles"], json!(["front_desk"]), "enrolled at once");
    json(&ada, "user_remove", json!({ "user": colleague["id"] })).unwrap();
    assert_eq!(users(&ada)[1]["roles"], json!([]));
    let epochs = ada
        .with_session(|session| session.read(|view| Ok(view.epoch_numbers(wardkeep_record::op::Compartment::Office)?)))
        .unwrap();
    assert_eq!(epochs, [1, 2]);
    in_step(&ada);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    lock(&ada);
    unlock(&ada, founder, PASSWORD).unwrap();
    assert_eq!(families(&ada, "okafor"), ["Okafor"]);
}

#[test]
fn a_chart_whose_key_another_user_of_the_laptop_has_stops_nothing_else() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, founder) = attached(&cloud);
    let input = json!({ "name": "Cy Colleague", "roles": ["front_desk"], "password": PASSWORD });
    let colleague = json(&ada, "user_add", input).unwrap();
    let user: UserId = serde_json::from_value(colleague["id"].clone()).unwrap();
    // The clinic makes the colleague a clinician; this laptop's chart has a key that only Ada's slot holds.
    crate::sync::act(&ada, |_, sealing| {
        sealing.say(wardkeep_roster::entry::Body::Grant(wardkeep_roster::entry::Grant {
            user: crate::sync::key::wire_user(user),
            roles: wardkeep_roster::Roles::of(&[wardkeep_roster::Role::FrontDesk, wardkeep_roster::Role::Clinician]),
        }))
    })
    .unwrap();
    in_step(&ada);
    lock(&ada);
    unlock(&ada, user, PASSWORD).unwrap();
    ada.sync_round().unwrap();
    assert_eq!(ada.locked_because(), Some(LockReason::AccessChanged));
    unlock(&ada, user, PASSWORD).unwrap();
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    assert_eq!(ada.locked_because(), None, "it is not locked again and again");
    let status = ask(&ada, "sync_status");
    assert_eq!(
        (&status["state"], &status["problems"][0]["kind"]),
        (&json!("up_to_date"), &json!("no_key"))
    );
    lock(&ada);
    unlock(&ada, founder, PASSWORD).unwrap();
    assert_eq!(families(&ada, "okafor"), ["Okafor"]);
}
