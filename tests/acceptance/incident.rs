//! An admin renews a clinic key on the keys page, and takes a stolen laptop out from the first look to the saved evidence, in the real window.

use crate::sync::{attach, finds, join, register, sync};
use crate::window::unlock;
use crate::wipe::{Agent, is_over};
use serde_json::json;
use thirtyfour::By;
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::{LoginSession, wait_until};
use wardkeep_tests::window::Window;

/// Waits until a step, or a key's row, carries this value.
async fn until(window: &Window, css: &str) {
    for _ in 0..400 {
        if window.driver.find(By::Css(css)).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("never `{css}`; the window shows:\n{}", window.page_text().await);
}

/// Waits until a dialog has closed: it stays until the file is exchanged.
async fn gone(window: &Window, id: &str) {
    for _ in 0..400 {
        if !window.has(id).await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("`{id}` stays; the window shows:\n{}", window.page_text().await);
}

async fn by_menu(window: &Window, item: &str) {
    window.click("user-menu").await;
    window.click(item).await;
}

/// A new clinic key and a new key of this laptop's office file.
async fn renew_keys(window: &Window) {
    by_menu(window, "menu-keys").await;
    until(window, "[data-key=epoch_office]").await;
    let row = window.driver.find(By::Css("[data-key=epoch_office]")).await.unwrap();
    let number: u32 = row.attr("data-number").await.unwrap().unwrap().parse().unwrap();
    assert_accessible(window, "keys").await;
    window.screenshot("keys-1280").await;
    window.click("key-renew-epoch_office").await;
    window.element("key-renew-confirm").await;
    assert_accessible(window, "renewing a key").await;
    window.click("key-renew-confirm").await;
    until(
        window,
        &format!("[data-key=epoch_office][data-number='{}']", number + 1),
    )
    .await;
    window.click("key-renew-vault_office").await;
    window.click("key-renew-confirm").await;
    gone(window, "key-renew-confirm").await;
}

#[tokio::test]
async fn an_admin_renews_a_key_and_takes_a_stolen_laptop_out() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    register(&ada, "Wyndholmescu");
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    sync(&ada);

    let window = Window::open(&ada, 1280, 800).await;
    unlock(&window, PASSWORD).await;
    renew_keys(&window).await;
    by_menu(&window, "menu-incidents").await;
    window.element("incident-open").await;
    assert_accessible(&window, "incidents").await;
    window.screenshot("incidents-1280").await;
    window.click("incident-open").await;
    until(&window, "[data-testid=step-revoke][data-state=todo]").await;
    assert_accessible(&window, "an incident begins").await;
    window.screenshot("incident-1280").await;
    window.click("step-wipe-do").await;
    window.element("wipe-confirm").await;
    assert_accessible(&window, "ordering a wipe").await;
    window.screenshot("incident-wipe-1280").await;
    window.click("wipe-confirm").await;
    until(&window, "[data-testid=step-wipe][data-state=waiting]").await;
    window.click("step-revoke-do").await;
    until(&window, "[data-testid=step-revoke][data-state=done]").await;
    // The thief has a network: the laptop's agent hears of the order.
    let agent = Agent::start(&bo);
    until(&window, "[data-testid=step-wipe][data-state=done]").await;
    drop(agent);
    assert!(is_over(&bo));
    until(&window, "[data-testid=step-epochs][data-state=done]").await;
    window.click("step-viewed-do").await;
    until(&window, "[data-testid=step-viewed][data-state=done]").await;
    let file = ada.root().join("evidence.json");
    window.type_into("evidence-path", file.to_str().unwrap()).await;
    window.click("evidence-save").await;
    window.element("evidence-saved").await;
    assert_accessible(&window, "an incident at its end").await;
    window.screenshot("incident-done-1280").await;
    window.click("incident-close").await;
    window.element("incident-closed").await;
    window.close().await;

    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["incident"]["kind"], json!("stolen"));
    assert_eq!(report["devices"][0]["wipe"]["state"], json!("confirmed"));
    assert_eq!(wardkeep(&bo, &["status"]).ok().json()["state"], json!("wiped"));
    let list = wardkeep(&ada, &["incident", "list"]).ok().json();
    assert!(list[0]["closed_ms"].as_u64().is_some(), "{list}");
}

/// How a step stands.
fn step(view: &serde_json::Value, name: &str) -> String {
    let steps = view["steps"].as_array().unwrap();
    let one = steps.iter().find(|one| one["step"] == name).unwrap();
    one["state"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_by_command_and_the_stolen_laptop_is_wiped_by_it() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let patient = register(&ada, "Wyndholmescu");
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    let open = json!({ "id": patient, "via": "search" }).to_string();
    wardkeep(&bo, &["command", "patient_open", &open]).ok();
    sync(&bo);
    sync(&ada);
    // Written there and never sent.
    register(&bo, "Unsentsdottir");
    let view = wardkeep(&ada, &["incident", "stolen", "Second laptop"]).ok().json();
    assert_eq!(view["could_read"], json!(["office", "clinical"]), "{view}");
    let device = &view["devices"][0];
    assert!(
        device["last_heard_ms"].as_u64().is_some(),
        "known by another run: {device}"
    );
    assert!(device["unsent"]["at_ms"].as_u64().is_some(), "{device}");
    let viewed = view["viewed"].as_array().unwrap();
    let opened = viewed.iter().find(|row| row["action"] == "search_open").unwrap();
    assert_eq!(
        (&opened["patient"], &opened["device_name"]),
        (&json!(patient), &json!("Second laptop"))
    );
    let id = view["row"]["id"].to_string();
    // Nothing is erased by somebody who did not say so.
    assert_eq!(wardkeep(&ada, &["incident", "do", &id, "wipe"]).code, 2);
    let view = wardkeep(&ada, &["incident", "do", &id, "--yes"]).ok().json();
    assert_eq!(
        (
            step(&view, "wipe").as_str(),
            step(&view, "revoke").as_str(),
            step(&view, "epochs").as_str()
        ),
        ("waiting", "done", "done"),
        "{view}"
    );
    let agent = Agent::start(&bo);
    wait_until("the stolen laptop is wiped", || is_over(&bo));
    drop(agent);
    sync(&ada);
    let view = wardkeep(&ada, &["incident", "show", &id]).ok().json();
    assert_eq!(
        (step(&view, "wipe").as_str(), &view["devices"][0]["wipe"]["state"]),
        ("done", &json!("confirmed")),
        "{view}"
    );
    assert_eq!(wardkeep(&bo, &["status"]).ok().json()["state"], json!("wiped"));
    // What it had not sent came before it was destroyed, and an admin decides on it.
    assert_eq!(finds(&ada, "Unsentsdottir"), 0);
    let aside = wardkeep(&ada, &["quarantine", "list"]).ok().json();
    assert!(
        aside.as_array().unwrap().iter().any(|row| row["part"] == "office"),
        "{aside}"
    );
    let out = ada.root().join("evidence.json");
    wardkeep(&ada, &["incident", "evidence", &id, "--out", out.to_str().unwrap()]).ok();
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("confirmed") && text.contains("Second laptop"), "{text}");
    assert!(!text.contains("Wyndholmescu"), "patients stand in it by their ids");
    wardkeep(&ada, &["incident", "close", &id]).ok();
    let rotated = wardkeep(&ada, &["rotate", "epoch_clinical"]).ok().json();
    assert_eq!(rotated[0]["key"], json!("epoch_clinical"));
}
