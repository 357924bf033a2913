//! A new key for this computer, in its certificate and under what it sends: an entry in the roster, signed by who is unlocked and by both keys.

use super::age::entry;
use super::wire::KeyKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::sync;
use wardkeep_record::op::Compartment;

pub(super) fn rotate(clinic: &Clinic) -> Result<(), CommandError> {
    clinic.with_both(|session, desk| {
        desk.roster()?;
        if session.unlocked().enrollment.is_none() {
            return Err(ErrorCode::NotEnrolled.into());
        }
        session.write(Compartment::Office, |tx| {
            Ok(tx.audit(&entry(KeyKind::DeviceKey, "began"))?)
        })
    })?;
    // What others know of this computer must be here before it says how far it has come.
    clinic.sync_round()?;
    sync::one_at_a_time(clinic, || sync::device_key::renew(clinic))?;
    clinic.sync().signal().news();
    Ok(())
}
