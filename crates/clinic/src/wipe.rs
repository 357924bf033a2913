//! Wiping from afar: an admin orders it in the roster, the device obeys when it hears of it, and says so under its own key.
//!
//! Invariants:
//! - Only an order in the verified roster, confirmed by as many admins as the policy asks for, that names this very device erases anything. No
//!   answer of the server does, whatever its status.
//! - From the moment on in which the order is on this device's disk nothing here opens any more, also after a restart.
//! - 'Confirmed' is said only of a receipt that the device has signed; what the server says of it is no word of the device's.
//!
//! What is destroyed in which order is [`wardkeep_vault::wipe`]'s; this is who decides, who posts, and who watches.

mod follow;
mod obey;
pub mod order;
mod resume;
mod watch;
pub mod wire;

pub(crate) use follow::{follow, views};
pub(crate) use obey::{is_ordered_by, obey, ordered};
pub(crate) use resume::go_on;

use wardkeep_sync::receipt::Answered;
use wardkeep_vault::home::Home;
use wardkeep_vault::spool::Spool;
use wardkeep_vault::wipe::ReceiptKey;

/// Whether a wipe is under way here.
pub(crate) fn is_under_way(home: &Home) -> bool {
    wardkeep_vault::wipe::is_marked(home)
}

/// What the receipt needs of the spool, before the spool goes.
fn receipt_key(spool: &Spool, answered: Answered) -> Result<Option<ReceiptKey>, crate::CommandError> {
    let (Some(seed), Some(link)) = (spool.device_seed()?, spool.server()?) else {
        return Ok(None);
    };
    Ok(Some(ReceiptKey {
        seed,
        answered,
        address: link.address,
        pin: link.pin,
    }))
}
