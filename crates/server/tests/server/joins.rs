//! Joining: an invitation, a request under it, an admin's answer; and parcels into the mailbox of the one they are for.

use super::support::clinic::{epoch_key, every_role, kem_secret};
use super::support::{Running, SampleClinic};
use std::time::Duration;
use wardkeep_roster::{Compartment, Role, Roles, SigningKey, sample};
use wardkeep_sync::invitation::ticket_hash;
use wardkeep_sync::join::{JoinRequest, Joiner};
use wardkeep_sync::parcel::Label;
use wardkeep_sync::wire::{InvitationPost, JoinPost, JoinState, JoinsReply, ParcelsPost, ParcelsReply, WelcomePost};
use wardkeep_sync::{Invitation, Message, Parcel};

struct Invited {
    invitation: Invitation,
    post: JoinPost,
}

/// The device of this number under a new invitation.
fn invited(clinic: &SampleClinic, number: u32, salt: u8) -> Invited {
    let random = &mut |bytes: &mut [u8]| bytes.fill(salt);
    let invitation = Invitation::make("localhost:1", [1; 32], clinic.id(), clinic.head(), random).unwrap();
    let enrollment = sample::enrollment(number, number);
    let (device_key, kem) = (sample::device_key(&enrollment.device), kem_secret(&enrollment));
    let joiner = Joiner {
        device: enrollment.device,
        user: None,
        device_key: &device_key,
        sign_key: &sample::enrollment_key(&enrollment),
        kem: &kem,
        device_name: "laptop",
        user_name: "somebody",
    };
    let request = JoinRequest::make(&invitation, &joiner, &mut |bytes| bytes.fill(salt)).unwrap();
    let post = JoinPost {
        invitation: invitation.id(),
        ticket: *invitation.ticket(),
        request,
    };
    Invited { invitation, post }
}

fn announce(invitation: &Invitation, expires_ms: u64) -> Vec<u8> {
    let post = InvitationPost {
        id: invitation.id(),
        ticket_hash: ticket_hash(&invitation.ticket()),
        expires_ms,
    };
    post.to_bytes()
}

fn path(invitation: &Invitation, rest: &str) -> String {
    let id: String = invitation.id().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/v1/joins/{id}{rest}")
}

#[tokio::test]
async fn a_request_waits_and_the_answer_reaches_only_who_asked() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let Invited { invitation, post } = invited(&clinic, 2, 1);
    let mut joiner = running.connect(&clinic, 2).await;
    assert_eq!(joiner.post("/v1/joins", post.to_bytes()).await.status, 422);
    assert_eq!(
        founder
            .post("/v1/invitations", announce(&invitation, u64::MAX >> 1))
            .await
            .status,
        204
    );
    assert_eq!(
        founder
            .post("/v1/invitations", announce(&invitation, u64::MAX >> 1))
            .await
            .status,
        204
    );

    let wrong = JoinPost {
        ticket: [0; 32],
        ..post.clone()
    };
    assert_eq!(joiner.post("/v1/joins", wrong.to_bytes()).await.status, 422);
    assert_eq!(joiner.post("/v1/joins", post.to_bytes()).await.status, 202);
    assert_eq!(joiner.post("/v1/joins", post.to_bytes()).await.status, 202);
    assert_eq!(
        joiner.get(&path(&invitation, "")).await.message::<JoinState>(),
        JoinState::Waiting
    );
    let waiting: JoinsReply = founder.get("/v1/joins").await.message();
    assert_eq!(waiting.joins.len(), 1);
    assert_eq!(waiting.joins[0].request, post.request);

    // A second device that has seen the invitation comes too late, and is told nothing.
    let other = invited(&clinic, 3, 1);
    let mut late = running.connect(&clinic, 3).await;
    assert_eq!(late.post("/v1/joins", other.post.to_bytes()).await.status, 410);
    assert_eq!(late.get(&path(&invitation, "")).await.status, 404);
    assert_eq!(late.post(&path(&invitation, "/welcome"), "").await.status, 403);

    let wait = path(&invitation, "?wait_s=30");
    let (told, _) = tokio::join!(joiner.get(&wait), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let welcome = WelcomePost { welcome: vec![1, 2, 3] };
        assert_eq!(
            founder
                .post(&path(&invitation, "/welcome"), welcome.to_bytes())
                .await
                .status,
            204
        );
        assert_eq!(founder.post(&path(&invitation, "/decline"), "").await.status, 404);
    });
    assert_eq!(told.message::<JoinState>(), JoinState::Welcome(vec![1, 2, 3]));
    assert!(founder.get("/v1/joins").await.message::<JoinsReply>().joins.is_empty());
    // Also after a restart.
    let running = running.restart().await;
    let mut joiner = running.connect(&clinic, 2).await;
    assert!(matches!(
        joiner.get(&path(&invitation, "")).await.message(),
        JoinState::Welcome(_)
    ));
}

#[tokio::test]
async fn an_invitation_ends_and_an_admin_may_say_no() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::new();
    clinic.join(4, Roles::of(&[Role::FrontDesk]));
    let mut founder = running.found(&clinic).await;
    let over = invited(&clinic, 2, 1);
    let mut joiner = running.connect(&clinic, 2).await;
    founder.post("/v1/invitations", announce(&over.invitation, 1_000)).await;
    assert_eq!(joiner.post("/v1/joins", over.post.to_bytes()).await.status, 410);

    let declined = invited(&clinic, 2, 2);
    founder
        .post("/v1/invitations", announce(&declined.invitation, u64::MAX >> 1))
        .await;
    assert_eq!(joiner.post("/v1/joins", declined.post.to_bytes()).await.status, 202);
    let mut front_desk = running.connect(&clinic, 4).await;
    assert_eq!(
        front_desk
            .post(&path(&declined.invitation, "/decline"), "")
            .await
            .status,
        403
    );
    assert_eq!(
        front_desk
            .post("/v1/invitations", announce(&over.invitation, 5))
            .await
            .status,
        403
    );
    assert_eq!(
        founder.post(&path(&declined.invitation, "/decline"), "").await.status,
        204
    );
    assert_eq!(
        joiner.get(&path(&declined.invitation, "")).await.message::<JoinState>(),
        JoinState::Declined
    );
}

#[tokio::test]
async fn parcels_reach_their_mailbox_once_and_in_order() {
    let running = Running::start().await;
    let clinic = SampleClinic::of(3);
    let mut founder = running.found(&clinic).await;
    let seal = |compartment, recipient, key: &SigningKey| {
        let label = Label {
            clinic: clinic.id(),
            compartment,
            epoch: 1,
            sender: sample::founder(),
            recipient: sample::enrollment(recipient, recipient),
        };
        Parcel::seal(&clinic.roster, &label, &epoch_key(), key, &mut |bytes| {
            bytes.fill(recipient as u8)
        })
        .unwrap()
    };
    let founder_key = sample::enrollment_key(&sample::founder());
    let (office, chart) = (
        seal(Compartment::Office, 2, &founder_key),
        seal(Compartment::Clinical, 2, &founder_key),
    );
    let elsewhere = seal(Compartment::Office, 3, &founder_key);
    let parcels = vec![office.clone(), elsewhere, chart.clone()];
    let post = ParcelsPost { parcels }.to_bytes();
    assert_eq!(founder.post("/v1/parcels", post.clone()).await.status, 204);
    assert_eq!(founder.post("/v1/parcels", post.clone()).await.status, 204);
    let mut second = running.connect(&clinic, 2).await;
    // A device may not post what another has signed.
    assert_eq!(second.post("/v1/parcels", post).await.status, 422);
    let mailbox: ParcelsReply = second.get("/v1/parcels").await.message();
    let numbered: Vec<_> = mailbox
        .parcels
        .into_iter()
        .map(|item| (item.number, item.parcel))
        .collect();
    assert_eq!(numbered, [(1, office), (2, chart.clone())]);
    let rest: ParcelsReply = second.get("/v1/parcels?after=1").await.message();
    assert_eq!(
        rest.parcels.into_iter().map(|item| item.parcel).collect::<Vec<_>>(),
        [chart]
    );
    assert!(
        founder
            .get("/v1/parcels")
            .await
            .message::<ParcelsReply>()
            .parcels
            .is_empty()
    );

    let forged = seal(
        Compartment::Office,
        2,
        &sample::enrollment_key(&sample::enrollment(3, 3)),
    );
    let post = ParcelsPost { parcels: vec![forged] };
    assert_eq!(founder.post("/v1/parcels", post.to_bytes()).await.status, 422);
    assert!(every_role().has(Role::Admin));
}
