//! The real window on a virtual screen, as the front desk and a clinician use it: by keyboard, with axe on each screen.

use thirtyfour::Key;
use wardkeep_tests::accessibility::assert_accessible;
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::session::LoginSession;
use wardkeep_tests::window::Window;

/// Unlocks as the first user in the list.
pub async fn unlock(window: &Window, password: &str) {
    window.element("unlock-password").await;
    window.type_into("unlock-password", password).await;
    window.press("" + Key::Enter).await;
    window.element("search-input").await;
}

#[tokio::test]
async fn from_first_run_to_lock_and_back() {
    let session = LoginSession::start();
    let window = Window::open(&session, 1280, 800).await;

    window.element("wizard-clinic").await;
    assert_accessible(&window, "first run").await;
    window.screenshot("first-run-1280").await;
    window.type_into("wizard-clinic", "Riverside").await;
    window.type_into("wizard-name", "Ada Founder").await;
    window.type_into("wizard-password", PASSWORD).await;
    window.type_into("wizard-password-again", PASSWORD).await;
    window.click("wizard-create").await;

    window.element("search-input").await;
    assert_accessible(&window, "empty search").await;

    // Import by the dialog.
    let file = session.root().join("lives.ndjson");
    std::fs::write(&file, LIVES).unwrap();
    window.click("import-open").await;
    window.type_into("import-path", file.to_str().unwrap()).await;
    window.click("import-preview").await;
    assert_accessible(&window, "import").await;
    window.click("import-start").await;
    window.wait_for_text("import-result", "2").await;
    window.screenshot("import-1280").await;
    window.press("" + Key::Escape).await;

    // Search by keyboard: type, arrow down, Enter.
    window.type_into("search-input", "haldor").await;
    window.element("search-row").await;
    assert_accessible(&window, "search results").await;
    window.screenshot("search-1280").await;
    window.press("" + Key::Enter).await;
    window.wait_for_text("patient-banner", "HALDORSEN, Åse").await;
    window.wait_for_text("allergy-state", "Penicillin").await;
    assert_accessible(&window, "patient").await;
    window.screenshot("patient-1280").await;

    // Edit.
    window.click("edit-button").await;
    window.element("field-given").await;
    assert_accessible(&window, "registration form").await;
    window.type_into("field-given", " Synnøve").await;
    window.screenshot("edit-1280").await;
    window.click("save-button").await;
    window.wait_for_text("patient-banner", "Synnøve").await;

    lock_and_come_back(&window).await;
    window.close().await;
}

/// Lock, a wrong password, the right one.
async fn lock_and_come_back(window: &Window) {
    // Lock: the page holds nothing of the patient.
    window.click("lock-button").await;
    window.element("unlock-password").await;
    assert_accessible(window, "unlock").await;
    window.screenshot("unlock-1280").await;
    let page = window.page_source().await;
    assert!(
        !page.to_lowercase().contains("haldorsen"),
        "the locked page still names a patient"
    );

    window.type_into("unlock-password", "not the password at all").await;
    window.press("" + Key::Enter).await;
    window.element("unlock-error").await;
    assert_accessible(window, "wrong password").await;
    window
        .script("document.querySelector('[data-testid=\"unlock-password\"]').select()")
        .await;
    unlock(window, PASSWORD).await;
    window.type_into("search-input", "synnove").await;
    window.element("search-row").await;
}

#[tokio::test]
async fn the_window_answers_with_sqlcipher_inside_the_apps_own_process() {
    let session = LoginSession::start();
    found(&session);
    let window = Window::open(&session, 1920, 1080).await;
    unlock(&window, PASSWORD).await;
    let about = window
        .driver
        .execute_async(
            "const done = arguments[arguments.length - 1];
             const message = new TextEncoder().encode(JSON.stringify({ name: 'about', input: {} }));
             window.__TAURI_INTERNALS__.invoke('dispatch', message)
                .then(bytes => done(JSON.parse(new TextDecoder().decode(bytes))), e => done({ error: e }));",
            Vec::new(),
        )
        .await
        .unwrap();
    let cipher = about.json()["sqlcipher"].as_str().unwrap_or_default().to_owned();
    assert!(
        cipher.starts_with("4."),
        "cipher_version in the app's process: {}",
        about.json()
    );
    window.close().await;
    // Closing locked the vault: the next process can open it at once.
    wardkeep(&session, &["patient", "search", "nobody"]).ok();
}

const LIVES: &str = r#"{"resourceType":"Patient","id":"3f0e9a3c-0f0d-4b61-9d3e-3d7b4d2c5a01","name":[{"use":"official","family":"Haldorsen","given":["Åse"]}],"gender":"female","birthDate":"1958-03-04"}
{"resourceType":"AllergyIntolerance","id":"3f0e9a3c-0f0d-4b61-9d3e-3d7b4d2c5a02","patient":{"reference":"Patient/3f0e9a3c-0f0d-4b61-9d3e-3d7b4d2c5a01"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Penicillin"},"criticality":"high"}
"#;
