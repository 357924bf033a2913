//! A laptop was stolen, or somebody leaves: one guided flow each, for an admin in a bad hour.
//!
//! Whether a step is done is read from what is true (the roster, the log), never from what was clicked; so a flow can be left, taken up again, and
//! done in part by another admin. The office file of this laptop remembers which incidents are open, what failed last, and what was saved.

mod book;
pub mod close;
pub mod evidence;
mod facts;
pub mod list;
pub mod open;
pub mod show;
pub mod step;
pub mod wire;
