//! What waits for somebody: requests to join, half-sent files, parcels.

use super::*;

#[tokio::test]
async fn what_is_over_is_forgotten_with_its_bytes() {
    let home = Home::new();
    let store = home.store().await;
    let invitation = |id: u8, expires_ms| NewInvitation {
        id: [id; 16],
        ticket_hash: [id; 32],
        expires_ms,
    };
    let day = crate::clock::DAY_MS;
    let added = store.add_invitation(CLINIC, invitation(1, 10), 5, 2).await;
    assert_eq!(added, Ok(Appended::Stored));
    store
        .add_invitation(CLINIC, invitation(2, 90 * day), 5, 2)
        .await
        .unwrap();
    let third = store.add_invitation(CLINIC, invitation(3, 90 * day), 5, 2).await;
    assert_eq!(third, Ok(Appended::OverQuota));
    let join = |id: u8| NewJoin {
        invitation: [id; 16],
        ticket_hash: [id; 32],
        key: PeerKey([id; 32]),
        request: vec![id; 1_000],
        now_ms: 6,
    };
    assert_eq!(store.join(join(1), QUOTA).await, Ok(Joined::Waiting(CLINIC)));
    assert_eq!(store.join(join(2), QUOTA).await, Ok(Joined::Waiting(CLINIC)));
    assert_eq!(store.clinics().await.unwrap()[0].stored_bytes, 2_100);
    assert_eq!(store.joins(CLINIC, 9).await.unwrap().len(), 2);
    assert_eq!(store.joins(CLINIC, 10).await.unwrap().len(), 1);

    // An unanswered request whose time is over is still known for a while, so that its device is told.
    store.forget_expired(20 * day).await.unwrap();
    assert_eq!(
        store.join_answer([1; 16], PeerKey([1; 32])).await,
        Ok(JoinAnswer::Waiting)
    );
    store.forget_expired(31 * day).await.unwrap();
    assert_eq!(
        store.join_answer([1; 16], PeerKey([1; 32])).await,
        Ok(JoinAnswer::Unknown)
    );
    assert_eq!(
        store.join_answer([2; 16], PeerKey([2; 32])).await,
        Ok(JoinAnswer::Waiting)
    );
    assert_eq!(
        store.join_answer([2; 16], PeerKey([1; 32])).await,
        Ok(JoinAnswer::Unknown)
    );
    assert_eq!(store.clinics().await.unwrap()[0].stored_bytes, 1_100);
}

#[tokio::test]
async fn half_sent_files_are_booked_and_given_back() {
    let home = Home::new();
    let store = home.store().await;
    let blob = [5; 32];
    let grow = async |from, bytes| {
        store
            .grow_upload(CLINIC, blob, from, bytes, 1_000, QUOTA)
            .await
            .unwrap()
    };
    assert_eq!(grow(0, 700).await, Appended::Stored);
    assert_eq!(grow(0, 700).await, Appended::NotNext);
    assert_eq!(grow(700, 300).await, Appended::Stored);
    assert_eq!(store.stale_uploads(1_000).await, Ok(vec![]));
    assert_eq!(store.stale_uploads(1_001).await, Ok(vec![(CLINIC, blob)]));
    assert_eq!(store.clinics().await.unwrap()[0].stored_bytes, 1_100);
    store.drop_upload(CLINIC, blob).await.unwrap();
    assert_eq!(store.clinics().await.unwrap()[0].stored_bytes, 100);
    grow(0, 50).await;
    store.finish_upload(CLINIC, blob).await.unwrap();
    store.drop_upload(CLINIC, blob).await.unwrap();
    let whole = Upload {
        received: 50,
        complete: true,
    };
    assert_eq!(store.upload(CLINIC, blob).await, Ok(whole));
    assert_eq!(store.stale_uploads(u64::MAX >> 1).await, Ok(vec![]));
}

#[tokio::test]
async fn a_mailbox_that_is_full_takes_none_of_a_post() {
    let home = Home::new();
    let store = home.store().await;
    let parcel = |device: u8, n: u8| NewParcel {
        recipient: DeviceId([device; 16]),
        hash: [n; 32],
        bytes: vec![n; 10],
    };
    let put = async |parcels| store.put_parcels(CLINIC, parcels, QUOTA, 2).await.unwrap();
    assert_eq!(
        put(vec![parcel(1, 1), parcel(1, 2)]).await,
        Some(vec![DeviceId([1; 16])])
    );
    assert_eq!(put(vec![parcel(2, 1), parcel(1, 3)]).await, None);
    assert_eq!(store.parcels(CLINIC, DeviceId([2; 16]), 0, 9).await.unwrap(), []);
    assert_eq!(put(vec![parcel(1, 1)]).await, Some(vec![]));
    let there = store.parcels(CLINIC, DeviceId([1; 16]), 1, 9).await.unwrap();
    assert_eq!(there, [(2, vec![2; 10])]);
}
