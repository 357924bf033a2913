//! A new epoch of a compartment before its time: signed into the roster, then sent to everybody who is entitled.

use super::age::entry;
use super::list::may_renew;
use super::wire::KeyKind;
use crate::clinic::Clinic;
use crate::device::revoke;
use crate::enrollment::delivery;
use crate::error::{CommandError, ErrorCode};
use crate::sync;
use wardkeep_record::op::Compartment;

pub(super) fn rotate(clinic: &Clinic, at: Compartment, key: KeyKind) -> Result<(), CommandError> {
    clinic.with_both(|session, desk| {
        if !may_renew(session, at) {
            return Err(ErrorCode::Forbidden.into());
        }
        desk.roster()?;
        session.write(Compartment::Office, |tx| Ok(tx.audit(&entry(key, "began"))?))
    })?;
    sync::fetch_roster(clinic)?;
    sync::act(clinic, |session, sealing| revoke::begin(session, sealing, at))?;
    clinic.with_session(|session| session.write(Compartment::Office, |tx| Ok(tx.audit(&entry(key, "done"))?)))?;
    // Whoever is offline gets it later, from any laptop that has it.
    delivery::deliver(clinic)?;
    clinic.sync().signal().news();
    Ok(())
}
