//! One person on two laptops, the clinic's name on all of them, roles that change, people who leave.

use super::*;
use wardkeep_record::op::Compartment;

/// The office epochs whose keys this laptop has.
fn epochs(clinic: &Clinic) -> Vec<u32> {
    clinic
        .with_session(|session| session.read(|view| Ok(view.epoch_numbers(Compartment::Office)?)))
        .unwrap()
}

fn member<'a>(members: &'a Value, name: &str) -> &'a Value {
    let mut found = members.as_array().unwrap().iter().filter(|one| one["name"] == name);
    let first = found.next().unwrap_or_else(|| panic!("no {name} in {members}"));
    assert!(found.next().is_none(), "{name} stands twice in {members}");
    first
}

/// A laptop on which somebody joins as if new, and whom the admin knows.
fn second_laptop(ada: &Clinic, number: u64, who: &Value) -> (Laptop, Clinic) {
    let laptop = laptop(number);
    let clinic = laptop.start();
    let invitation = json(ada, "invitation_create", json!({ "user": who["id"] })).unwrap();
    let input = json!({ "code": invitation["code"], "device_name": format!("Laptop {number}"), "user_name": "Bo", "password": PASSWORD });
    json(&clinic, "clinic_join", input).unwrap();
    let request = &ask(ada, "join_requests")[0];
    assert_eq!(request["person"], who["id"], "the invitation has said for whom it is");
    let input = json!({ "id": request["id"], "roles": [], "user": who["id"] });
    json(ada, "join_approve", input).unwrap();
    clinic.sync_round().unwrap();
    assert_eq!(clinic.locked_because(), Some(LockReason::AccessChanged));
    (laptop, clinic)
}

fn open(clinic: &Clinic) -> SessionView {
    let users = ask(clinic, "app_status")["users"].clone();
    assert_eq!(users.as_array().unwrap().len(), 1, "one slot: {users}");
    let user: UserId = serde_json::from_value(users[0]["id"].clone()).unwrap();
    unlock(clinic, user, PASSWORD).unwrap()
}

#[test]
fn one_person_on_two_laptops_is_one_user() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (_bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let members = ask(&ada, "member_list");
    let (_second_laptop, second) = second_laptop(&ada, 3, member(&members, "Bo Clinician"));
    // The first unlock has the password and takes the slot over; the roles bring another access, and so another unlock.
    open(&second);
    second.sync_round().unwrap();
    let view = open(&second);
    assert_eq!(view.user.id, bo_user, "the same user on both laptops");
    in_step(&second);
    assert_eq!(families(&second, "okafor"), ["Okafor"]);
    assert_eq!(ask(&second, "session")["compartments"], json!(["office", "clinical"]));
    assert_eq!(
        ask(&second, "session")["clinic_name"],
        "Riverside",
        "the clinic's name has come"
    );
    lock(&bo);
    assert_eq!(unlock(&bo, bo_user, PASSWORD).unwrap().clinic_name, "Riverside");
    let members = ask(&ada, "member_list");
    let row = member(&members, "Bo Clinician");
    assert_eq!(row["devices"].as_array().unwrap().len(), 2, "{row}");
    // What Bo writes on the one is Bo's on the other.
    register(&second, "Written", "On The Second", "1990-01-01");
    in_step(&second);
    in_step(&bo);
    assert_eq!(families(&bo, "written"), ["Written"]);
    lock(&second);
    assert_eq!(open(&second).user.id, bo_user, "and so after a lock");
}

#[test]
fn roles_that_are_taken_away_end_the_keys_that_they_opened() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    let (_bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada);
    assert_eq!(epochs(&ada), [1]);
    let input = json!({ "user": bo_user, "roles": ["front_desk"] });
    let members = json(&ada, "user_roles", input.clone()).unwrap();
    assert_eq!(member(&members, "Bo Clinician")["roles"], json!(["front_desk"]));
    let chart = |clinic: &Clinic| {
        clinic
            .with_both(|_, desk| {
                Ok(desk
                    .roster()?
                    .epoch(wardkeep_roster::Compartment::Clinical)
                    .unwrap()
                    .epoch
                    .number)
            })
            .unwrap()
    };
    assert_eq!(
        (epochs(&ada), chart(&ada)),
        (vec![1], 2),
        "the chart has a new key, the office needs none"
    );
    json(&ada, "user_roles", input).unwrap();
    assert_eq!(chart(&ada), 2, "saying it again changes nothing");
    bo.sync_round().unwrap();
    assert_eq!(bo.locked_because(), Some(LockReason::AccessChanged));
    let view = unlock(&bo, bo_user, PASSWORD).unwrap();
    assert_eq!(view.compartments, [Compartment::Office]);
    assert_eq!(
        actions(&ada, None).iter().filter(|one| *one == "user_change").count(),
        1
    );
    // The last admin stays one.
    let me = ask(&ada, "session")["user"]["id"].clone();
    let none = json!({ "user": me, "roles": ["clinician"] });
    assert_eq!(refused(&ada, "user_roles", none), ErrorCode::RosterRefused);
}

#[test]
fn a_person_leaves_one_laptop_and_then_the_clinic() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, ada_user) = attached(&cloud);
    in_step(&ada);
    let (_bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    let members = ask(&ada, "member_list");
    let (_second_laptop, second) = second_laptop(&ada, 3, member(&members, "Bo Clinician"));
    open(&second);
    second.sync_round().unwrap();
    open(&second);
    in_step(&second);
    let members = ask(&ada, "member_list");
    let laptops = &member(&members, "Bo Clinician")["devices"];
    let of = |name: &str| {
        laptops
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name)
            .unwrap()["id"]
            .clone()
    };
    let members = json(
        &ada,
        "user_revoke",
        json!({ "user": bo_user, "device": of("Laptop 2") }),
    )
    .unwrap();
    assert_eq!(member(&members, "Bo Clinician")["revoked"], false);
    assert_eq!(epochs(&ada), [1, 2]);
    bo.sync_round().unwrap();
    assert_eq!(unlock(&bo, bo_user, PASSWORD).unwrap_err().code, ErrorCode::UserRevoked);
    in_step(&second);
    register(&second, "Still", "Here", "1990-01-01");
    in_step(&second);
    // Everywhere: the other laptop too.
    let members = json(&ada, "user_revoke", json!({ "user": bo_user })).unwrap();
    assert_eq!(member(&members, "Bo Clinician")["revoked"], true);
    assert_eq!(epochs(&ada), [1, 2, 3]);
    second.sync_round().unwrap();
    assert_eq!(
        unlock(&second, bo_user, PASSWORD).unwrap_err().code,
        ErrorCode::UserRevoked
    );
    assert_eq!(
        refused(&ada, "user_revoke", json!({ "user": ada_user })),
        ErrorCode::Forbidden
    );
    in_step(&ada);
    assert_eq!(families(&ada, "still"), ["Still"], "what they wrote stays");
}
