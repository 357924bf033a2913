//! A new key of a device: it opens from its entry on, the former one opens nothing, and the request that brought the entry is answered.

use super::support::{Client, Running, SampleClinic};

async fn with(running: &Running, seed: &[u8; 32]) -> Result<Client, String> {
    Client::connect(running.server.address(), running.server.pin(), seed).await
}

#[tokio::test]
async fn the_new_key_is_let_in_at_once_and_the_former_one_never_again() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut former = running.connect(&clinic, 2).await;
    let mut beside = running.connect(&clinic, 2).await;
    assert_eq!(beside.get("/v1/vector").await.status, 200);
    let new = clinic.renewed_seed(2);
    let mut early = with(&running, &new).await.unwrap();
    assert_eq!(
        early.get("/v1/vector").await.status,
        403,
        "a stranger before the roster says so"
    );

    let head = clinic.head();
    let entry = clinic.renew_device_key(2);
    let posted = former.post_roster(head, vec![entry.clone()]).await;
    assert_eq!(posted.status, 200, "over the very connection that ends by it");
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        former.closed().await;
        beside.closed().await;
    })
    .await
    .expect("both connections of the former key end");
    assert!(
        running.try_connect(&clinic, 2).await.is_err(),
        "the former key is refused in the handshake"
    );

    // The connection that was a stranger's is the device's now, and the entry is there for all.
    assert_eq!(early.get("/v1/vector").await.status, 200);
    let mut device = with(&running, &new).await.unwrap();
    let again = device.post_roster(head, vec![entry]).await;
    assert_eq!(again.status, 200, "posting it again is harmless");
    assert_eq!(founder.get("/v1/vector").await.status, 200);

    // Also after a restart, and the revocation shuts out both.
    let running = running.restart().await;
    assert!(running.try_connect(&clinic, 2).await.is_err());
    let mut device = with(&running, &new).await.unwrap();
    assert_eq!(device.get("/v1/vector").await.status, 200);
    let mut founder = running.connect(&clinic, 1).await;
    let head = clinic.head();
    let revocation = clinic.revoke(2);
    assert_eq!(founder.post_roster(head, vec![revocation]).await.status, 200);
    device.closed().await;
    assert!(with(&running, &new).await.is_err());
    assert!(running.try_connect(&clinic, 2).await.is_err());
}
