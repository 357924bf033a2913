//! What stands before the server and answers one kind of request in its place.

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use wardkeep_sync::Message;
use wardkeep_sync::wire::{Failure, FailureCode};

/// A lie that is told until another takes its place.
#[derive(Clone)]
pub(in super::super) struct Lie {
    /// Method and pattern of the route.
    pub(in super::super) kind: String,
    /// What comes instead of the answer.
    pub(in super::super) answer: Answer,
}

/// What comes instead of an answer.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Answer {
    /// A status with a page for people, as a proxy gives.
    Status(u16),
    /// A status with a reason that the server could have given, and when to try again.
    Failure(u16, FailureCode, u32),
    /// Success, with bytes that are no answer.
    Garbage,
    /// Success, with nothing.
    Nothing,
}

#[derive(Default)]
struct Talk {
    lie: Option<Lie>,
    told: u64,
    heard: BTreeSet<String>,
}

/// Before one server.
#[derive(Default, Clone)]
pub(in super::super) struct Liar(Arc<Mutex<Talk>>);

impl Liar {
    /// The routes behind it.
    pub(super) fn before(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), answer))
    }

    /// Tells this from now on; the truth with `None`.
    pub(in super::super) fn tell(&self, lie: Option<Lie>) {
        let mut talk = self.0.lock().unwrap();
        (talk.lie, talk.told) = (lie, 0);
    }

    /// How often the lie was told.
    pub(in super::super) fn told(&self) -> u64 {
        self.0.lock().unwrap().told
    }

    /// The kinds of requests that came.
    pub(in super::super) fn heard(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().heard.clone()
    }

    fn judge(&self, kind: String) -> Option<Answer> {
        let mut talk = self.0.lock().unwrap();
        let answer = talk.lie.as_ref().filter(|lie| lie.kind == kind).map(|lie| lie.answer);
        talk.told += u64::from(answer.is_some());
        talk.heard.insert(kind);
        answer
    }
}

async fn answer(State(liar): State<Liar>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let kind = format!("{} {}", request.method(), route.unwrap_or_default());
    let (status, body) = match liar.judge(kind) {
        None => return next.run(request).await,
        Some(Answer::Status(status)) => (status, b"<html><body>Try later</body></html>".to_vec()),
        Some(Answer::Failure(status, code, retry_after_ms)) => (status, Failure { code, retry_after_ms }.to_bytes()),
        Some(Answer::Garbage) => (200, (0..4096_u32).map(|n| (n * n % 251) as u8).collect()),
        Some(Answer::Nothing) => (200, Vec::new()),
    };
    Response::builder().status(status).body(Body::from(body)).unwrap()
}
