//! Joining: the request of a new device, and the welcome of an admin. docs/adr/0008-enrollment.md says why they are so.
//!
//! The request is authenticated under the invitation's secret, so that the server can swap no key in it; six words over it
//! are compared by two people, so that whoever merely found the invitation cannot either. The welcome is signed by an admin
//! whom the roster lists, sealed to the new device, and names the roster head and the tips of all chains, so that even a new
//! device cannot be given an old state.

mod request;
mod welcome;

pub use request::{JoinRequest, Joiner, MAX_REQUEST_BYTES, RequestError, VerifiedRequest};
pub use welcome::{Joined, MAX_WELCOME_BYTES, Welcome, WelcomeError, Welcomed};

#[cfg(test)]
mod tests;
