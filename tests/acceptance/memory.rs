//! After lock the app's process holds no vault key, no unlock key and no password.

use wardkeep_tests::memory::{find_in_process, raw_keys};
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::scan::Needle;
use wardkeep_tests::session::LoginSession;
use wardkeep_tests::window::Window;

#[tokio::test]
async fn after_lock_no_key_and_no_password_is_in_the_process() {
    let session = LoginSession::start();
    found(&session);
    wardkeep(&session, &["patient", "add", "--family", "Doe", "--given", "Kim"]).ok();
    let keys = raw_keys(&session, PASSWORD);
    let vault_keys: Vec<Needle> = ["office key", "clinical key"]
        .iter()
        .map(|label| Needle::bytes(label, keys.key(label)))
        .collect();
    let mut all = vault_keys;
    all.push(Needle::bytes("unlock key", keys.key("unlock key")));
    all.push(Needle::text("password", PASSWORD));

    let window = Window::open(&session, 1280, 800).await;
    crate::window::unlock(&window, PASSWORD).await;
    window.type_into("search-input", "doe").await;
    window.element("search-row").await;
    // The search of memory can fail: while unlocked the keys are there.
    let unlocked = find_in_process(window.process_id(), &all);
    assert!(
        unlocked.iter().any(|hit| hit.starts_with("office key")),
        "the scan finds nothing at all"
    );

    window.click("lock-button").await;
    window.element("unlock-password").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let hits = find_in_process(window.process_id(), &all);
    assert!(hits.is_empty(), "{hits:#?}");
    window.kill();
}
