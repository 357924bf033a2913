//! Reading bodies: within a limit, not for ever, and not faster than the caller's rate.

use crate::app::App;
use crate::directory::PeerKey;
use crate::fault::{CBOR, Fault};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use wardkeep_sync::Message;

/// Memory that is given to a body before its bytes have come.
const FIRST_BYTES: usize = 4096;

/// A body that is read piece by piece.
pub struct Pieces {
    app: Arc<App>,
    key: PeerKey,
    body: Body,
    left: u64,
}

impl Pieces {
    /// At most so many bytes of the body.
    pub fn new(app: &Arc<App>, key: PeerKey, body: Body, most_bytes: u64) -> Self {
        Self {
            app: Arc::clone(app),
            key,
            body,
            left: most_bytes,
        }
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let idle = Duration::from_secs(self.app.limits.idle_request_s);
        loop {
            let frame = tokio::time::timeout(idle, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| Fault::TOO_SLOW)? else {
                return Ok(None);
            };
            let Ok(piece) = frame.map_err(|_| Fault::MALFORMED)?.into_data() else {
                continue; // Trailers say nothing here.
            };
            let length = piece.len() as u64;
            self.left = self.left.checked_sub(length).ok_or(Fault::TOO_LARGE)?;
            let wait = self.app.uploads.spend(self.key, length, self.app.clock.now_ms());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            return Ok(Some(piece));
        }
    }

    /// The rest of the body.
    pub async fn all(&mut self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            if bytes.is_empty() {
                bytes.reserve(FIRST_BYTES.max(piece.len()));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

/// A body that is one message.
pub struct Cbor<T>(pub T);

impl<T: Message> FromRequest<Arc<App>> for Cbor<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Fault> {
        let key = *request.extensions().get::<PeerKey>().ok_or(Fault::FORBIDDEN)?;
        let mut pieces = Pieces::new(app, key, request.into_body(), T::MAX_BYTES as u64);
        Ok(Self(T::from_bytes(&pieces.all().await?)?))
    }
}

/// A message as an answer.
impl<T: Message> IntoResponse for Cbor<T> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, CBOR)], self.0.to_bytes()).into_response()
    }
}
