//! The recovery key at the server: a member without a device, who sees the roster and a mailbox and nothing else.

use super::support::client::split;
use super::support::clinic::{epoch_key, kem_secret};
use super::support::{Client, Running, SampleClinic};
use wardkeep_roster::entry::{Body, Recovery};
use wardkeep_roster::{Compartment, Enrollment, sample};
use wardkeep_sync::parcel::Label;
use wardkeep_sync::secret::RecoverySecret;
use wardkeep_sync::wire::{ParcelsPost, ParcelsReply};
use wardkeep_sync::{Message, Parcel};

fn paper(number: u8) -> RecoverySecret {
    RecoverySecret::from_slice(&[number; 32]).unwrap()
}

async fn enroll(clinic: &mut SampleClinic, founder: &mut Client, paper: &RecoverySecret) {
    let head = clinic.head();
    let keys = paper.keys(clinic.id()).unwrap();
    let entry = clinic.say(Body::Recovery(Recovery { keys }));
    assert_eq!(founder.post_roster(head, vec![entry]).await.status, 200);
}

async fn connect(running: &Running, paper: &RecoverySecret) -> Result<Client, String> {
    Client::connect(
        running.server.address(),
        running.server.pin(),
        paper.sign_seed().expose(),
    )
    .await
}

fn parcel(
    clinic: &SampleClinic,
    sender: Enrollment,
    recipient: Enrollment,
    key: &wardkeep_roster::SigningKey,
) -> Vec<u8> {
    let label = Label {
        clinic: clinic.id(),
        compartment: Compartment::Office,
        epoch: 1,
        sender,
        recipient,
    };
    Parcel::seal(&clinic.roster, &label, &epoch_key(), key, &mut |bytes| bytes.fill(3)).unwrap()
}

#[tokio::test]
async fn the_paper_reads_and_extends_the_roster_and_its_mailbox_and_nothing_else() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let paper = paper(1);
    let mut stranger = connect(&running, &paper).await.unwrap();
    assert_eq!(
        stranger.get("/v1/roster").await.status,
        403,
        "not before the roster lists it"
    );
    enroll(&mut clinic, &mut founder, &paper).await;
    let mut member = stranger;
    assert_eq!(split(&member.get("/v1/roster").await.body), clinic.entries());

    // The founder sends it the key; it opens that, and sends it on from its own hand.
    let one = sample::enrollment(1, 1);
    let sent = parcel(&clinic, one, Enrollment::RECOVERY, &sample::enrollment_key(&one));
    let post = ParcelsPost { parcels: vec![sent] };
    assert_eq!(founder.post("/v1/parcels", post.to_bytes()).await.status, 204);
    let mail: ParcelsReply = member.get("/v1/parcels").await.message();
    let keys = paper.newest_keys(&clinic.roster, mail.parcels.iter().map(|item| &item.parcel[..]));
    assert!(keys.len() == 1 && keys[0].2.same(&epoch_key()));
    let two = sample::enrollment(2, 2);
    let onward = parcel(&clinic, Enrollment::RECOVERY, two, &paper.sign_key());
    let post = ParcelsPost { parcels: vec![onward] };
    assert_eq!(member.post("/v1/parcels", post.to_bytes()).await.status, 204);
    let mut second = running.connect(&clinic, 2).await;
    let mail: ParcelsReply = second.get("/v1/parcels").await.message();
    let opened = Parcel::verify(&clinic.roster, &mail.parcels[0].parcel).unwrap();
    assert!(
        opened
            .open(&clinic.roster, &two, &kem_secret(&two))
            .unwrap()
            .same(&epoch_key())
    );

    for path in [
        "/v1/vector",
        "/v1/joins",
        "/v1/events",
        "/v1/snapshots",
        "/v1/receipts",
        "/v1/leases",
    ] {
        assert_eq!(member.get(path).await.status, 403, "{path}");
    }
    for path in ["/v1/segments", "/v1/pull", "/v1/invitations", "/v1/blobs", "/v1/lease"] {
        assert_eq!(member.post(path, vec![0x80]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_former_paper_is_cut_off_and_refused() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(1);
    let mut founder = running.found(&clinic).await;
    enroll(&mut clinic, &mut founder, &paper(1)).await;
    let former = connect(&running, &paper(1)).await.unwrap();
    enroll(&mut clinic, &mut founder, &paper(2)).await;
    former.closed().await;
    assert!(connect(&running, &paper(1)).await.is_err());
    assert!(connect(&running, &paper(2)).await.is_ok());
    let running = running.restart().await;
    let mut again = connect(&running, &paper(1)).await.unwrap();
    assert_eq!(again.get("/v1/roster").await.status, 403, "a stranger like any other");
    let mut present = connect(&running, &paper(2)).await.unwrap();
    assert_eq!(present.get("/v1/roster").await.status, 200);
}
