//! A clinic that worked alone gets a server.

use super::*;

#[test]
fn a_clinic_that_worked_alone_is_attached_and_everything_is_sent() {
    let cloud = Cloud::new();
    let laptop = laptop(1);
    let (clinic, _) = laptop.founded();
    assert_eq!(ask(&clinic, "sync_status")["state"], "alone");
    let before = register(&clinic, "Okafor", "Ada", "1980-02-03");
    assert_eq!((&before["sent"], &before["unsent"]), (&json!(false), &json!(false)));
    let status = attach(&clinic, &cloud).unwrap();
    assert_eq!(status["server"], cloud.address());
    let outcome = in_step(&clinic);
    assert!(outcome.sent >= 1, "{outcome:?}");
    let status = ask(&clinic, "sync_status");
    assert_eq!(
        (&status["state"], &status["waiting"]),
        (&json!("up_to_date"), &json!([])),
        "{status}"
    );
    let open = json!({ "id": before["row"]["id"], "via": "link" });
    assert_eq!(json(&clinic, "patient_open", open).unwrap()["sent"], true);
    let after = register(&clinic, "Nwosu", "Chi", "1990-01-01");
    assert_eq!(after["unsent"], true);
    let waiting = ask(&clinic, "sync_status")["waiting"].clone();
    assert_eq!(
        (&waiting[0]["compartment"], &waiting[0]["changes"]),
        (&json!("office"), &json!(1))
    );
    in_step(&clinic);
    assert_eq!(
        actions(&clinic, None)
            .iter()
            .filter(|action| *action == "clinic_attach")
            .count(),
        1
    );
}

#[test]
fn a_wrong_pin_or_token_attaches_nothing_and_can_be_tried_again() {
    let cloud = Cloud::new();
    let laptop = laptop(1);
    let (clinic, _) = laptop.founded();
    let input = |pin: &str, token: &str| json!({ "server": cloud.address(), "pin": pin, "token": token, "device_name": "Front office" });
    let wrong_pin = "00".repeat(32);
    assert_eq!(
        refused(&clinic, "clinic_attach", input(&wrong_pin, &cloud.token())),
        ErrorCode::ServerCertificate
    );
    let refusal = json(&clinic, "clinic_attach", input(cloud.pin(), "AAAA-BBBB")).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.field.as_deref()),
        (ErrorCode::ServerRefused, Some("token"))
    );
    assert_eq!(ask(&clinic, "sync_status")["state"], "alone");
    attach(&clinic, &cloud).unwrap();
    in_step(&clinic);
}
