//! What goes wrong between device and server. None of it ever makes the device erase anything.

use rustls::AlertDescription;
use std::error::Error;
use wardkeep_sync::wire::FailureCode;

/// Why a request got no usable answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkError {
    /// No connection: no network, no such name, nobody listens, or cut in the middle.
    #[error("the server cannot be reached")]
    Unreachable,
    /// It did not answer in time.
    #[error("the server does not answer in time")]
    TimedOut,
    /// The certificate is not under the pinned authority, or this is no TLS 1.3 server.
    #[error("the server's certificate is not the pinned one")]
    Certificate,
    /// The server says in the handshake that this device's key was revoked. A claim: the roster decides.
    #[error("the server says that this device was revoked")]
    Revoked,
    /// It refused, with a reason.
    #[error("the server refused: {code:?}")]
    Refused {
        /// Why.
        code: FailureCode,
        /// Milliseconds after which another try makes sense; 0 if none ever does.
        retry_after_ms: u32,
    },
    /// It answered with this HTTP status and nothing that explains it.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The answer is not what belongs here, or is larger than it may be.
    #[error("the server's answer is not understood: {0}")]
    Malformed(&'static str),
    /// The device's own part of the request is larger than a request may be.
    #[error("the request is too large")]
    TooLarge,
    /// The work on the answer was stopped here, on this device.
    #[error("stopped")]
    Stopped,
}

impl LinkError {
    /// What an error of the connection means, by the causes behind it.
    pub(super) fn of_cause(error: &(dyn Error + 'static)) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Self::of_tls(tls);
            }
            // An I/O error shows what it wraps, but not as its source.
            if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
                return Self::of_cause(inner);
            }
            cause = error.source();
        }
        Self::Unreachable
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::AlertReceived(AlertDescription::CertificateRevoked) => Self::Revoked,
            rustls::Error::InvalidCertificate(_)
            | rustls::Error::PeerIncompatible(_)
            | rustls::Error::PeerMisbehaved(_)
            | rustls::Error::InvalidMessage(_)
            | rustls::Error::NoApplicationProtocol
            | rustls::Error::AlertReceived(_) => Self::Certificate,
            _ => Self::Unreachable,
        }
    }

    /// Whether there is no such thing there, as at a server that is older than this program.
    pub(super) fn is_unknown(self) -> bool {
        let code = FailureCode::Unknown;
        matches!(self, Self::Status(404)) || matches!(self, Self::Refused { code: found, .. } if found == code)
    }

    /// Whether nothing is wrong but the way to the server.
    pub fn is_offline(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut)
    }
}
