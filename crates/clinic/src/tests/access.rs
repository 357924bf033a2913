//! Who may do what: by role, and by the keys of the session.

use super::*;
use crate::command::{COMMANDS, Need};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;

fn add(clinic: &Clinic, name: &str, roles: &[&str]) -> Result<UserId, CommandError> {
    let input = serde_json::json!({"name": name, "roles": roles, "password": "cerulean otter at noon"});
    json(clinic, "user_add", input).map(|user| user["id"].as_str().unwrap().parse().unwrap())
}

#[test]
fn a_front_desk_user_has_no_way_to_the_chart() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let patient = register(&clinic, "Lovelace", "Ada", "1990-12-10")["row"]["id"].clone();
    let desk = add(&clinic, "Dana Desk", &["front_desk"]).unwrap();
    lock(&clinic);
    let view = unlock(&clinic, desk, "cerulean otter at noon").unwrap();
    assert_eq!(view.compartments, [Compartment::Office]);
    clinic
        .with_session(|session| {
            assert!(
                session.unlocked().keys.clinical.is_none(),
                "there is no key to read with"
            );
            assert!(
                session
                    .read(|view| Ok(view.has(Compartment::Clinical)))
                    .is_ok_and(|has| !has)
            );
            Ok(())
        })
        .unwrap();
    for command in COMMANDS {
        let chart = matches!(command.need, Need::May(Permission::ChartRead | Permission::ChartWrite));
        if chart {
            let input = serde_json::json!({
                "patient": patient, "id": patient, "text": "x", "reason": "x", "draft": {
                    "substance": "x", "code": null, "system": null, "category": null, "criticality": null,
                    "reaction": null, "severity": null
                }
            });
            assert_eq!(
                refused(&clinic, command.name, input),
                ErrorCode::Forbidden,
                "{}",
                command.name
            );
        }
    }
    for (name, input) in [
        ("export_patient", serde_json::json!({"id": patient})),
        ("import_start", serde_json::json!({"paths": ["/"], "source": ""})),
        ("user_remove", serde_json::json!({"user": founder.user.id})),
        (
            "audit_list",
            serde_json::json!({"patient": null, "before": null, "limit": 5}),
        ),
        ("settings_set", serde_json::to_value(&view.settings).unwrap()),
    ] {
        assert_eq!(refused(&clinic, name, input), ErrorCode::Forbidden, "{name}");
    }
    assert_eq!(
        add(&clinic, "Eve", &["clinician"]).unwrap_err().code,
        ErrorCode::Forbidden
    );
    json(
        &clinic,
        "patient_open",
        serde_json::json!({"id": patient, "via": "search"}),
    )
    .unwrap();
    register(&clinic, "Hopper", "Grace", "1906-12-09");
}

#[test]
fn an_admin_gives_only_what_they_hold() {
    let laptop = Laptop::new();
    let (clinic, _) = laptop.founded();
    let admin = add(&clinic, "Ann Admin", &["admin"]).unwrap();
    lock(&clinic);
    unlock(&clinic, admin, "cerulean otter at noon").unwrap();
    let error = add(&clinic, "Chris", &["clinician"]).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::Forbidden, Some("roles"))
    );
    add(&clinic, "Dana", &["front_desk"]).unwrap();
    assert_eq!(
        refused(&clinic, "chart_problems", serde_json::json!({"patient": admin})),
        ErrorCode::Forbidden
    );
}

#[test]
fn users_are_added_listed_and_removed() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let desk = add(&clinic, "Dana Desk", &["front_desk"]).unwrap();
    assert_eq!(
        add(&clinic, "Dana Desk", &["front_desk"]).unwrap_err().field.as_deref(),
        Some("name")
    );
    assert_eq!(
        add(&clinic, "  ", &["front_desk"]).unwrap_err().field.as_deref(),
        Some("name")
    );
    assert_eq!(add(&clinic, "Nobody", &[]).unwrap_err().field.as_deref(), Some("roles"));
    let names = |clinic: &Clinic| -> Vec<String> {
        let users = json(clinic, "user_list", serde_json::json!({})).unwrap();
        users
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&clinic), ["Ada Founder", "Dana Desk"]);
    assert_eq!(
        refused(&clinic, "user_remove", serde_json::json!({"user": founder.user.id})),
        ErrorCode::Forbidden
    );
    json(&clinic, "user_remove", serde_json::json!({"user": desk})).unwrap();
    assert_eq!(names(&clinic), ["Ada Founder"]);
    assert_eq!(
        refused(&clinic, "user_remove", serde_json::json!({"user": desk})),
        ErrorCode::NotFound
    );
    lock(&clinic);
    assert_eq!(
        unlock(&clinic, desk, "cerulean otter at noon").unwrap_err().code,
        ErrorCode::NotFound
    );
    unlock(&clinic, founder.user.id, PASSWORD).unwrap();
    assert_eq!(actions(&clinic, None)[2..4], ["user_change", "user_add"]);
}

#[test]
fn a_password_is_changed_without_losing_the_session() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let next = "another heron, twenty one";
    let change = |current: &str, new: &str| {
        json(
            &clinic,
            "password_change",
            serde_json::json!({"current": current, "new": new}),
        )
    };
    assert_eq!(
        change("wrong wrong wrong", next).unwrap_err().code,
        ErrorCode::WrongPassword
    );
    let short = change(PASSWORD, "short").unwrap_err();
    assert_eq!(
        (short.code, short.field.as_deref()),
        (ErrorCode::PasswordTooShort, Some("new"))
    );
    assert!(!actions(&clinic, None).contains(&"password_change".to_owned()));
    change(PASSWORD, next).unwrap();
    assert_eq!(actions(&clinic, None)[0], "password_change");
    register(&clinic, "Lovelace", "Ada", "1990-12-10");
    drop(clinic);
    let clinic = laptop.start();
    assert!(
        clinic.call(session::resume::Input {}).unwrap().is_some(),
        "the resume entry is of the new password"
    );
    lock(&clinic);
    assert_eq!(
        unlock(&clinic, founder.user.id, PASSWORD).unwrap_err().code,
        ErrorCode::WrongPassword
    );
    unlock(&clinic, founder.user.id, next).unwrap();
}

#[test]
fn settings_are_checked_kept_and_logged() {
    let laptop = Laptop::new();
    let (clinic, founder) = laptop.founded();
    let mut settings = founder.settings.clone();
    settings.idle_lock_s = 5;
    let error = json(&clinic, "settings_set", serde_json::to_value(&settings).unwrap()).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_deref()),
        (ErrorCode::Invalid, Some("idle_lock_s"))
    );
    settings.idle_lock_s = 120;
    settings.default_region = "DE".into();
    json(&clinic, "settings_set", serde_json::to_value(&settings).unwrap()).unwrap();
    lock(&clinic);
    let view = unlock(&clinic, founder.user.id, PASSWORD).unwrap();
    assert!(view.settings == settings);
    let log = json(
        &clinic,
        "audit_list",
        serde_json::json!({"patient": null, "before": null, "limit": 3}),
    )
    .unwrap();
    let detail: Value = serde_json::from_str(log[2]["detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail, serde_json::json!({"default_region": "DE", "idle_lock_s": 120}));
}
