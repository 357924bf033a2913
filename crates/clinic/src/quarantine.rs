//! What revoked devices wrote behind the line of their revocation: an admin looks at it, takes it in, or says that it stays out.
//!
//! Invariants:
//! - Nothing is taken in but by an admin's signed entry in the roster that names each segment by its hash. Every device obeys that entry, and
//!   applies what it names as it applies everything: the writer of an op stays its writer.
//! - Nothing is ever destroyed: what is discarded stays sealed, and can still be accepted.
//! - Who does not open a compartment sees how much there is of it, and nothing of what it says.

pub mod accept;
pub mod discard;
pub mod list;
mod look;
pub mod show;
pub mod wire;
