//! `clinic_words`: six words of the roster and the version vector. Two laptops that show the same have the same clinic and have seen
//! the same, whatever the server told either.

use super::listed;
use super::wire::ClinicWords;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_roster::Compartment;
use wardkeep_sync::words::Words;

/// Nothing is asked.
#[derive(Debug, Deserialize, TS)]
pub struct Input {}

impl Command for Input {
    type Output = ClinicWords;
    type Place = Clinic;
    const NEED: Need = Need::Unlocked;

    fn run(self, clinic: &Clinic) -> Result<ClinicWords, CommandError> {
        clinic.with_clinic_desk(|desk| {
            let (roster, head) = (desk.roster()?, desk.head()?);
            // Every device has the office, whatever else it has.
            let vector = desk.spool.frontier()?.within(&[Compartment::Office]);
            let words = Words::of_clinic(&roster.clinic(), &head, &vector);
            Ok(ClinicWords { words: listed(&words) })
        })
    }
}
