//! What an admin does in the real window, with axe on each screen: the laptops of the clinic in view, one revoked and its last note taken in, the
//! trail searched and checked, roles and rules changed, the recovery key made and tried; and what a lease says to whoever stands before a
//! closed laptop.

use crate::sync::{attach, finds, join, register, sync};
use crate::window::unlock;
use serde_json::{Value, json};
use thirtyfour::By;
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::server::SyncServer;
use wardkeep_tests::session::LoginSession;
use wardkeep_tests::window::Window;

const FAMILY: &str = "Wyndholmescu";
const NOTE: &str = "Quinsy drained under local, safety net given";

/// An admin's laptop and a clinician's, in step.
fn two_laptops() -> (SyncServer, LoginSession, LoginSession, String) {
    let server = SyncServer::start();
    let (ada, bo) = (LoginSession::start(), LoginSession::start());
    found(&ada);
    let patient = register(&ada, FAMILY);
    attach(&ada, &server);
    sync(&ada);
    join(&ada, &bo, "Bo Clinician", "clinician");
    for session in [&bo, &ada, &bo] {
        sync(session);
    }
    (server, ada, bo, patient)
}

/// Chooses an item of the user's menu by its words.
async fn by_menu(window: &Window, words: &str) {
    window.click("user-menu").await;
    let path = format!("//*[@role='menuitem'][contains(., '{words}')]");
    for _ in 0..200 {
        if let Ok(item) = window.driver.find(By::XPath(&path)).await
            && item.click().await.is_ok()
        {
            return;
        }
        pause().await;
    }
    panic!("no `{words}` in the menu:\n{}", window.page_text().await);
}

/// Goes to a page by its name in the top bar.
async fn by_bar(window: &Window, words: &str) {
    let path = format!("//nav//a[contains(., '{words}')]");
    window
        .driver
        .find(By::XPath(&path))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
}

/// Waits for something that has these attributes and shows these words.
async fn shows(window: &Window, css: &str, words: &str) {
    for _ in 0..600 {
        for element in window.driver.find_all(By::Css(css)).await.unwrap_or_default() {
            if element.text().await.is_ok_and(|text| text.contains(words)) {
                return;
            }
        }
        pause().await;
    }
    panic!(
        "`{css}` never says `{words}`; the window shows:\n{}",
        window.page_text().await
    );
}

/// Waits until nothing has these attributes any more.
async fn gone(window: &Window, css: &str) {
    for _ in 0..600 {
        if window.driver.find(By::Css(css)).await.is_err() {
            return;
        }
        pause().await;
    }
    panic!("`{css}` stays; the window shows:\n{}", window.page_text().await);
}

async fn pause() {
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}

/// Takes what stands in a field for another text.
async fn retype(window: &Window, id: &str, text: &str) {
    let field = window.element(id).await;
    field.click().await.unwrap();
    window.press(thirtyfour::Key::Control + "a").await;
    window.press(text).await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(text), "{id}");
}

/// The look at one page: axe, and a picture for people.
async fn look(window: &Window, screen: &str) {
    assert_accessible(window, screen).await;
    window.screenshot(&format!("{}-1280", screen.replace(' ', "-"))).await;
}

#[tokio::test]
async fn a_revoked_laptops_last_note_is_taken_in() {
    let (_server, ada, bo, patient) = two_laptops();
    let window = Window::open(&ada, 1280, 800).await;
    unlock(&window, PASSWORD).await;

    by_menu(&window, "Devices").await;
    shows(&window, "[data-testid=device-row]", "Second laptop").await;
    look(&window, "devices").await;
    let second = "//tr[@data-testid='device-row'][contains(., 'Second laptop')]";
    let press = |id: &str| format!("{second}//*[@data-testid='{id}']");
    let details = By::XPath(press("device-details"));
    window.driver.find(details).await.unwrap().click().await.unwrap();
    shows(&window, "[data-testid=device-report]", env!("CARGO_PKG_VERSION")).await;
    look(&window, "device details").await;
    window.press("" + thirtyfour::Key::Escape).await;
    gone(&window, "[data-testid=device-detail]").await;

    let revoke = By::XPath(press("device-revoke"));
    window.driver.find(revoke).await.unwrap().click().await.unwrap();
    window.element("device-revoke-confirm").await;
    look(&window, "revoking a device").await;
    window.click("device-revoke-confirm").await;
    shows(
        &window,
        "[data-testid=device-row][data-status=revoked]",
        "Second laptop",
    )
    .await;

    // Without a network since before that, Bo writes a last note, and comes back.
    let note = json!({ "patient": patient, "text": NOTE }).to_string();
    wardkeep(&bo, &["command", "note_finish", &note]).ok();
    assert_eq!(wardkeep(&bo, &["sync"]).error_code(), "device_revoked");
    shows(&window, "[data-testid=aside-row][data-part=clinical]", "Bo Clinician").await;
    look(&window, "quarantine").await;
    let chart = "[data-testid=aside-row][data-part=clinical] [data-testid=aside-show]";
    window.driver.find(By::Css(chart)).await.unwrap().click().await.unwrap();
    shows(&window, "[data-testid=aside-change]", NOTE).await;
    look(&window, "what was put aside").await;
    window.press("" + thirtyfour::Key::Escape).await;
    gone(&window, "[data-testid=aside-change]").await;
    let chart = "[data-testid=aside-row][data-part=clinical] [data-testid=aside-accept]";
    window.driver.find(By::Css(chart)).await.unwrap().click().await.unwrap();
    window.element("aside-accept-confirm").await;
    assert_accessible(&window, "taking in what was put aside").await;
    window.click("aside-accept-confirm").await;
    gone(&window, "[data-testid=aside-row][data-part=clinical]").await;
    window.close().await;

    let notes = wardkeep(
        &ada,
        &["command", "note_list", &json!({ "patient": patient }).to_string()],
    )
    .ok()
    .json();
    assert_eq!(notes[0]["text"], json!(NOTE), "{notes}");
}

#[tokio::test]
async fn the_trail_roles_and_rules() {
    let (_server, ada, bo, patient) = two_laptops();
    let open = json!({ "id": patient, "via": "search" }).to_string();
    wardkeep(&bo, &["command", "patient_open", &open]).ok();
    sync(&bo);
    sync(&ada);
    let window = Window::open(&ada, 1280, 800).await;
    unlock(&window, PASSWORD).await;

    by_bar(&window, "Audit").await;
    shows(&window, "[data-testid=audit-row]", "Bo Clinician").await;
    look(&window, "audit").await;
    window.click("audit-verify").await;
    window.element("audit-whole").await;
    assert_eq!(window.count("audit-device").await, 2);
    let person = "[data-testid=trail-person] option";
    for option in window.driver.find_all(By::Css(person)).await.unwrap() {
        if option.text().await.unwrap() == "Bo Clinician" {
            option.click().await.unwrap();
        }
    }
    window.type_into("trail-patient", FAMILY).await;
    window.press("" + thirtyfour::Key::Enter).await;
    window.click("trail-patient-hit").await;
    window.element("trail-patient-clear").await;
    for _ in 0..200 {
        if window.count("audit-row").await == 1 {
            break;
        }
        pause().await;
    }
    let rows = window.count("audit-row").await;
    assert_eq!(
        rows,
        1,
        "one look of one person at one patient:\n{}",
        window.page_text().await
    );
    look(&window, "audit filtered").await;
    window.click("trail-export").await;
    window.element("trail-export-run").await;
    assert_accessible(&window, "exporting the trail").await;
    window.press("" + thirtyfour::Key::Escape).await;

    change_roles(&window).await;
    assert_eq!(wardkeep(&bo, &["sync"]).code, 15, "told that the access has changed");

    change_rules(&window).await;
    window.close().await;
    sync(&bo);
    let rules: Value = wardkeep(&bo, &["policy", "show"]).ok().json();
    assert_eq!(
        (&rules["lease_days"], &rules["wrong_password_limit"]),
        (&json!(9), &json!(7))
    );
}

/// Bo goes to the front desk.
async fn change_roles(window: &Window) {
    by_bar(window, "People").await;
    shows(window, "[data-testid=member-row]", "Bo Clinician").await;
    look(window, "people").await;
    let roles = "//tr[@data-testid='member-row'][contains(., 'Bo Clinician')]//*[@data-testid='member-roles']";
    window
        .driver
        .find(By::XPath(roles))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    window.click("member-role-clinician").await;
    window.click("member-role-front_desk").await;
    look(window, "changing roles").await;
    window.click("member-roles-confirm").await;
    shows(window, "[data-testid=member-row]", "Front desk").await;
}

/// For how long a laptop opens without the server.
async fn change_rules(window: &Window) {
    by_menu(window, "Settings").await;
    retype(window, "rule-lease_days", "9").await;
    retype(window, "rule-wrong_password_limit", "7").await;
    look(window, "rules").await;
    window.press("" + thirtyfour::Key::Enter).await;
    for _ in 0..200 {
        if window
            .element("rules-save")
            .await
            .is_enabled()
            .await
            .is_ok_and(|enabled| !enabled)
        {
            break;
        }
        pause().await;
    }
}

#[tokio::test]
async fn a_recovery_key_is_made_proven_and_tried() {
    let server = SyncServer::start();
    let ada = LoginSession::start();
    found(&ada);
    let window = Window::open(&ada, 1280, 800).await;
    unlock(&window, PASSWORD).await;
    by_menu(&window, "Sync").await;
    for (field, text) in [
        ("attach-server", server.address().as_str()),
        ("attach-pin", &server.pin),
        ("attach-token", &server.token),
        ("attach-device-name", "First laptop"),
    ] {
        window.type_into(field, text).await;
    }
    look(&window, "attaching a server").await;
    window.click("attach-submit").await;
    // The clinic has its server: the paper is asked for at once, and again for as long as there is none.
    window.element("recovery-show").await;
    window.element("recovery-missing").await;
    look(&window, "making a recovery key").await;
    window.click("recovery-show").await;
    let sheet = window.element("recovery-sheet-1").await;
    assert_accessible(&window, "the words of a recovery key").await;
    let mut words = Vec::new();
    for word in sheet.find_all(By::Css("b")).await.unwrap() {
        words.push(word.text().await.unwrap());
    }
    assert_eq!(words.len(), 24, "{words:?}");
    window.click("recovery-written").await;
    window.element("recovery-answer-1").await;
    look(&window, "proving a recovery key").await;
    let labels = window.driver.find_all(By::Css("form label")).await.unwrap();
    let mut asked = Vec::new();
    for label in labels {
        let text = label.text().await.unwrap();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if let Ok(place) = digits.parse::<usize>() {
            asked.push(place);
        }
    }
    assert!(!asked.is_empty());
    window.type_into("recovery-answer-1", "zoo").await;
    for (at, place) in asked.iter().enumerate() {
        if at > 0 {
            window
                .type_into(&format!("recovery-answer-{}", at + 1), &words[place - 1])
                .await;
        }
    }
    if words[asked[0] - 1] != "zoo" {
        window.click("recovery-prove").await;
        shows(&window, "form", "The paper says something else").await;
        assert!(!window.has("recovery-done").await);
    }
    let word = &words[asked[0] - 1];
    assert!(word.chars().all(|one| one.is_ascii_lowercase()), "{word}");
    retype(&window, "recovery-answer-1", word).await;
    window.click("recovery-prove").await;
    window.element("recovery-done").await;
    look(&window, "a recovery key counts").await;
    window.click("recovery-done").await;
    gone(&window, "[data-testid=recovery-missing]").await;

    try_the_paper(&window, &words.join(" ")).await;
    window.close().await;
}

/// Types something else than the paper says, then what it says.
async fn try_the_paper(window: &Window, words: &str) {
    window.click("recovery-check").await;
    window.type_into("recovery-typed-1", "zoo zoo zoo").await;
    window.click("recovery-check-submit").await;
    window.element("recovery-fault").await;
    retype(window, "recovery-typed-1", words).await;
    window.click("recovery-check-submit").await;
    shows(window, "[data-testid=recovery-report]", "opens all").await;
    look(window, "a recovery key tried").await;
}

#[tokio::test]
async fn a_laptop_past_its_lease_says_what_to_do_and_opens_once_it_has_met_the_server() {
    let (mut server, _ada, bo, _) = two_laptops();
    server.kill();
    bo.turn_clock(11);
    let window = Window::open(&bo, 1280, 800).await;
    window.element("lease-soon-locked").await;
    look(&window, "lease ends soon").await;
    unlock(&window, PASSWORD).await;
    window.element("lease-soon").await;
    assert_accessible(&window, "at work with days left").await;
    window.close().await;

    bo.turn_clock(15);
    let window = Window::open(&bo, 1280, 800).await;
    window.type_into("unlock-password", PASSWORD).await;
    window.click("unlock-submit").await;
    window.element("unlock-error").await;
    look(&window, "lease has ended").await;
    assert!(!window.has("search-input").await);
    server.restart();
    retype(&window, "unlock-password", PASSWORD).await;
    window.click("unlock-submit").await;
    window.element("search-input").await;
    window.close().await;
    bo.turn_clock(0);
    assert_eq!(finds(&bo, FAMILY), 1);
}
