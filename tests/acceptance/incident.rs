//! An admin renews a clinic key on the keys page, and takes a stolen laptop out from the first look to the saved evidence, in the real window.

use crate::sync::{attach, join, register, sync};
use crate::window::unlock;
use serde_json::json;
use thirtyfour::By;
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;
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
    by_menu(&window, "menu-keys").await;
    until(&window, "[data-key=epoch_office]").await;
    let row = window.driver.find(By::Css("[data-key=epoch_office]")).await.unwrap();
    let number: u32 = row.attr("data-number").await.unwrap().unwrap().parse().unwrap();
    assert_accessible(&window, "keys").await;
    window.screenshot("keys-1280").await;
    window.click("key-renew-epoch_office").await;
    window.element("key-renew-confirm").await;
    assert_accessible(&window, "renewing a key").await;
    window.click("key-renew-confirm").await;
    until(
        &window,
        &format!("[data-key=epoch_office][data-number='{}']", number + 1),
    )
    .await;
    window.click("key-renew-vault_office").await;
    window.click("key-renew-confirm").await;
    gone(&window, "key-renew-confirm").await;

    by_menu(&window, "menu-incidents").await;
    window.element("incident-open").await;
    assert_accessible(&window, "incidents").await;
    window.screenshot("incidents-1280").await;
    window.click("incident-open").await;
    until(&window, "[data-testid=step-revoke][data-state=todo]").await;
    assert_accessible(&window, "an incident begins").await;
    window.screenshot("incident-1280").await;
    window.click("step-revoke-do").await;
    until(&window, "[data-testid=step-revoke][data-state=done]").await;
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
    let refused = wardkeep(&bo, &["sync"]);
    assert_eq!(
        refused.code, 14,
        "the stolen laptop is turned away: {}{}",
        refused.stdout, refused.stderr
    );
    let list = wardkeep(&ada, &["incident", "list"]).ok().json();
    assert!(list[0]["closed_ms"].as_u64().is_some(), "{list}");
}

#[test]
fn the_same_by_command() {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    sync(&bo);
    sync(&ada);
    let view = wardkeep(&ada, &["incident", "stolen", "Second laptop"]).ok().json();
    assert_eq!(view["could_read"], json!(["office", "clinical"]), "{view}");
    let id = view["row"]["id"].to_string();
    let view = wardkeep(&ada, &["incident", "do", &id]).ok().json();
    assert_eq!(view["steps"][0]["state"], json!("done"), "{view}");
    assert_eq!(wardkeep(&bo, &["sync"]).code, 14);
    let out = ada.root().join("evidence.json");
    wardkeep(&ada, &["incident", "evidence", &id, "--out", out.to_str().unwrap()]).ok();
    wardkeep(&ada, &["incident", "close", &id]).ok();
    assert!(out.exists());
    let rotated = wardkeep(&ada, &["rotate", "epoch_clinical"]).ok().json();
    assert_eq!(rotated[0]["key"], json!("epoch_clinical"));
}
