//! The rules of the clinic: changed by an admin, obeyed on every laptop, also without the server.

use super::*;

/// The rules with some of them changed.
fn set(clinic: &Clinic, change: Value) -> Result<Value, CommandError> {
    let mut rules = ask(clinic, "policy_get");
    for (rule, value) in change.as_object().unwrap() {
        rules[rule] = value.clone();
    }
    json(clinic, "policy_set", rules)
}

#[test]
fn rules_travel_and_are_obeyed_offline() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    let patient = register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (_bo_laptop, bo, bo_user) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    assert_eq!(bo.idle_lock_in_s(), Some(300));
    let export = json!({ "id": patient["row"]["id"] });
    json(&bo, "export_patient", export.clone()).unwrap();
    let rules = json!({ "idle_lock_s": 60, "min_password_length": 20, "allow_export": false });
    set(&ada, rules).unwrap();
    assert_eq!(ada.idle_lock_in_s(), Some(60), "at once where they are made");
    in_step(&bo);
    cloud.stop();
    assert_eq!(bo.idle_lock_in_s(), Some(60));
    assert_eq!(refused(&bo, "export_patient", export.clone()), ErrorCode::PolicyForbids);
    let short = json!({ "current": PASSWORD, "new": "vexquiltjam-704" });
    assert_eq!(refused(&bo, "password_change", short), ErrorCode::PasswordTooShort);
    // After a lock, from what this laptop keeps of the roster.
    lock(&bo);
    let view = unlock(&bo, bo_user, PASSWORD).unwrap();
    assert_eq!((view.settings.idle_lock_s, view.settings.min_password_length), (60, 20));
    assert_eq!(refused(&bo, "export_patient", export), ErrorCode::PolicyForbids);
    // No laptop makes rules of its own over them, and only admins make them.
    let own = json!({ "idle_lock_s": 3600, "resume_window_s": 300, "default_region": "US", "language": "en",
        "color_scheme": "auto", "min_password_length": 12 });
    assert_eq!(refused(&ada, "settings_set", own), ErrorCode::PolicyForbids);
    assert_eq!(
        set(&bo, json!({ "idle_lock_s": 30 })).unwrap_err().code,
        ErrorCode::Forbidden
    );
    let offline = set(&ada, json!({ "epoch_days": 9 })).unwrap_err();
    assert_eq!(offline.code, ErrorCode::ServerUnreachable);
}

#[test]
fn a_program_that_is_too_old_reads_and_sends_and_writes_nothing() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    // Each of these would stop the laptop that says so, or is no rule at all.
    for (rule, value) in [
        ("min_app_version", json!("99.0.0")),
        ("min_app_version", json!("1.x.0")),
        ("lease_days", json!(91)),
        ("epoch_days", json!(0)),
        ("min_password_length", json!(8)),
    ] {
        let fault = set(&ada, json!({ rule: value })).unwrap_err();
        assert_eq!((fault.code, fault.field.as_deref()), (ErrorCode::Invalid, Some(rule)));
    }
    // As if an admin with a newer program had said so.
    ada.with_session(|session| {
        let mut policy = session.policy().unwrap();
        policy.min_app_version.major = u16::MAX;
        session.adopt_policy(policy);
        Ok(())
    })
    .unwrap();
    let input = json!({ "draft": form("Nwosu", "Chi", "1990-01-01") });
    assert_eq!(refused(&ada, "patient_register", input), ErrorCode::UpdateRequired);
    assert_eq!(families(&ada, "okafor"), ["Okafor"]);
    ada.sync_round().unwrap();
}

#[test]
fn a_change_of_the_rules_is_in_the_log_with_what_it_changed() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    set(&ada, json!({ "epoch_days": 7 })).unwrap();
    let input = json!({ "patient": null, "before": null, "limit": 50 });
    let text = json(&ada, "audit_list", input).unwrap().to_string();
    assert!(text.contains("epoch_days"), "{text}");
    assert_eq!(ask(&ada, "policy_get")["epoch_days"], 7);
}
