//! `wardkeep init`: makes the vault and its first user.

use crate::args::{Common, Init};
use crate::exit::{Exit, Failure};
use crate::password::{self, Source};
use crate::print::Printer;
use crate::session::{Unlocked, clinic};
use wardkeep_clinic::session::create;

/// Makes the vault, unless there is one.
pub fn run(common: &Common, init: &Init, printer: &Printer) -> Result<Exit, Failure> {
    let Some(user_name) = common.user.clone() else {
        return Err(Failure::usage("Say who the first user is: --user NAME."));
    };
    let clinic = clinic(common)?;
    clinic.require_no_vault()?;
    let source = Source::of(common.password_file.as_deref(), common.password_command.as_deref());
    let password = password::choose(source, &format!("New password of {user_name}: "))?;
    let view = clinic.call(create::Input {
        clinic_name: init.clinic.clone(),
        user_name,
        password,
    })?;
    let session = Unlocked { clinic, view };
    printer.answer(&session.view, |view| {
        format!("{} is ready. {} can unlock it.", view.clinic_name, view.user.name)
    })?;
    Ok(Exit::Done)
}
