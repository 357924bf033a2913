//! Wake-ups: a stream of server-sent events that say that there is something to fetch, never what.

use super::connection::{Link, accepted};
use super::error::LinkError;
use http::Method;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::timeout;
use wardkeep_sync::wire::Event;

/// Bytes of one line at most; an event has some twenty.
const LINE_LIMIT: usize = 1024;
/// A stream that says nothing for so long, not even a comment, is taken for dead.
const SILENCE: Duration = Duration::from_secs(120);

/// An open stream of wake-ups.
pub struct Events {
    body: Incoming,
    line: Vec<u8>,
    waiting: Vec<Event>,
}

impl Link {
    /// Opens the stream.
    pub async fn events(&self) -> Result<Events, LinkError> {
        let answer = self
            .send(Method::GET, "/v1/events", "text/event-stream", Vec::new())
            .await?;
        Ok(Events {
            body: accepted(answer).await?.into_body(),
            line: Vec::new(),
            waiting: Vec::new(),
        })
    }
}

impl Events {
    /// The next wake-up; an error when the stream has ended.
    pub async fn next(&mut self) -> Result<Event, LinkError> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Ok(event);
            }
            let frame = timeout(SILENCE, self.body.frame())
                .await
                .map_err(|_| LinkError::TimedOut)?;
            let frame = frame
                .ok_or(LinkError::Unreachable)?
                .map_err(|error| LinkError::of_cause(&error))?;
            if let Ok(piece) = frame.into_data() {
                read(&mut self.line, &piece, &mut self.waiting)?;
            }
        }
    }
}

/// Takes the events out of a piece of the stream. Order does not matter: each says only that something is there.
fn read(line: &mut Vec<u8>, piece: &[u8], events: &mut Vec<Event>) -> Result<(), LinkError> {
    for byte in piece {
        if !matches!(byte, b'\n' | b'\r') {
            line.push(*byte);
            if line.len() > LINE_LIMIT {
                return Err(LinkError::Malformed("an event that is too long"));
            }
            continue;
        }
        let data = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.strip_prefix("data:"));
        let event = data.and_then(|data| Event::parse(data.trim_start()));
        events.extend(event.filter(|event| !events.contains(event)));
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn events_come_out_however_the_stream_is_cut() {
        let stream = b": hello\n\ndata: segments\n\ndata:roster 7\r\n\r\ndata: wipe\n\ndata: segments\n\n";
        for size in 1..stream.len() {
            let (mut line, mut events) = (Vec::new(), Vec::new());
            for piece in stream.chunks(size) {
                read(&mut line, piece, &mut events).unwrap();
            }
            assert_eq!(events, [Event::Segments, Event::Roster(7)], "{size}");
        }
        assert!(read(&mut Vec::new(), &[b'x'; 2000], &mut Vec::new()).is_err());
    }
}
