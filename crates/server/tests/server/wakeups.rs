//! Server-sent events: content-free, to whom they concern, and none when nothing happens.

use super::support::client::full;
use super::support::{Client, Running, SampleClinic};
use http::Method;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use wardkeep_roster::Compartment;
use wardkeep_sync::wire::Event;

/// An open stream of events.
struct Events(http::Response<Incoming>);

impl Events {
    async fn open(client: &mut Client) -> Self {
        let response = client.send(Method::GET, "/v1/events", full("")).await.unwrap();
        assert_eq!(response.status(), 200);
        Self(response)
    }

    /// What comes until nothing comes for a while.
    async fn drain(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(150), self.0.body_mut().frame()).await {
            let data = frame.unwrap().into_data().unwrap();
            let text = std::str::from_utf8(&data).unwrap();
            for event in text.split_terminator("\n\n") {
                events.push(Event::parse(event.strip_prefix("data: ").unwrap()).unwrap());
            }
        }
        events
    }
}

#[tokio::test]
async fn a_push_and_an_entry_wake_the_others() {
    let running = Running::start().await;
    let mut clinic = SampleClinic::of(2);
    let mut founder = running.found(&clinic).await;
    let mut other = running.connect(&clinic, 2).await;
    let (mut of_founder, mut of_other) = (Events::open(&mut founder).await, Events::open(&mut other).await);
    let first = [
        Event::Roster(clinic.head().number),
        Event::Segments,
        Event::Parcels,
        Event::Joins,
        Event::Snapshots,
        Event::Receipts,
        Event::Wanted,
    ];
    assert_eq!(of_founder.drain().await, first);
    assert_eq!(of_other.drain().await, first);

    founder.push(&[clinic.author(1, Compartment::Office).write(10)]).await;
    assert_eq!(of_other.drain().await, [Event::Segments]);
    assert_eq!(of_founder.drain().await, []);

    let head = clinic.head();
    let entry = clinic.say(clinic.device_body(3));
    founder.post_roster(head, vec![entry]).await;
    let number = clinic.head().number;
    assert_eq!(of_other.drain().await, [Event::Roster(number)]);
    assert_eq!(of_founder.drain().await, [Event::Roster(number)]);
}

#[tokio::test]
async fn streams_are_limited_and_end_when_the_server_stops() {
    let running = Running::start().await;
    let clinic = SampleClinic::new();
    let mut founder = running.found(&clinic).await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(Events::open(&mut founder).await);
    }
    assert_eq!(founder.get("/v1/events").await.status, 429);
    open.pop();
    tokio::time::sleep(Duration::from_millis(50)).await;
    open.push(Events::open(&mut founder).await);
    running.server.stop().await.unwrap();
    for mut events in open {
        assert!(events.drain().await.len() <= 7);
    }
    founder.closed().await;
}
