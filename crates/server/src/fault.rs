//! What a caller is told when a request fails: a status and a code. Why in detail stays in the server's log, and is no content there
//! either.

use crate::store::StoreError;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::time::Duration;
use wardkeep_sync::Message;
use wardkeep_sync::wire::{Failure, FailureCode};

/// Media type of messages.
pub const CBOR: HeaderValue = HeaderValue::from_static("application/cbor");
/// How long a caller waits after a fault of the server's own.
const RETRY_STORAGE: Duration = Duration::from_secs(10);

/// A request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    status: StatusCode,
    code: FailureCode,
    retry_after: Duration,
}

impl Fault {
    /// The body is not the message that belongs here.
    pub const MALFORMED: Self = Self::of(StatusCode::BAD_REQUEST, FailureCode::Malformed);
    /// Above a limit.
    pub const TOO_LARGE: Self = Self::of(StatusCode::PAYLOAD_TOO_LARGE, FailureCode::TooLarge);
    /// Not for this caller.
    pub const FORBIDDEN: Self = Self::of(StatusCode::FORBIDDEN, FailureCode::Forbidden);
    /// No such thing.
    pub const UNKNOWN: Self = Self::of(StatusCode::NOT_FOUND, FailureCode::Unknown);
    /// Well-formed, and not true.
    pub const REFUSED: Self = Self::of(StatusCode::UNPROCESSABLE_ENTITY, FailureCode::Refused);
    /// Its time is over, or it was used.
    pub const EXPIRED: Self = Self::of(StatusCode::GONE, FailureCode::Expired);
    /// Another state than the caller expected.
    pub const CONFLICT: Self = Self::of(StatusCode::CONFLICT, FailureCode::Refused);
    /// The clinic's storage is used up.
    pub const OVER_QUOTA: Self = Self::of(StatusCode::INSUFFICIENT_STORAGE, FailureCode::Storage);
    /// The server is about to stop.
    pub const STOPPING: Self = Self {
        retry_after: Duration::from_secs(1),
        ..Self::of(StatusCode::SERVICE_UNAVAILABLE, FailureCode::Stopping)
    };
    /// The caller sent nothing for too long.
    pub const TOO_SLOW: Self = Self::of(StatusCode::REQUEST_TIMEOUT, FailureCode::TooMany);

    const fn of(status: StatusCode, code: FailureCode) -> Self {
        Self {
            status,
            code,
            retry_after: Duration::ZERO,
        }
    }

    /// Too many requests; another makes sense after this time.
    pub fn too_many(retry_after: Duration) -> Self {
        Self {
            retry_after,
            ..Self::of(StatusCode::TOO_MANY_REQUESTS, FailureCode::TooMany)
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self {
            retry_after: RETRY_STORAGE,
            ..Self::of(StatusCode::INSUFFICIENT_STORAGE, FailureCode::Storage)
        }
    }
}

impl From<wardkeep_sync::Malformed> for Fault {
    fn from(error: wardkeep_sync::Malformed) -> Self {
        match error {
            wardkeep_sync::Malformed::TooLong => Self::TOO_LARGE,
            _ => Self::MALFORMED,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let failure = Failure {
            code: self.code,
            retry_after_ms: u32::try_from(self.retry_after.as_millis()).unwrap_or(u32::MAX),
        };
        let mut response = (self.status, [(header::CONTENT_TYPE, CBOR)], failure.to_bytes()).into_response();
        if !self.retry_after.is_zero() {
            let seconds = self.retry_after.as_secs().max(1);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
