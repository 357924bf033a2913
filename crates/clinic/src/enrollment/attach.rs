//! `clinic_attach`: gives a clinic that worked alone a server. Repeated for a clinic that has one, it gives the clinic to that server, or
//! to another: everything that this laptop holds is offered again.

use super::founding;
use super::pending;
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin};
use crate::sync::key::KEPT;
use crate::sync::wire::SyncStatus;
use crate::sync::{self, Desk};
use crate::user::checked_name;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Permission;
use wardkeep_roster::{ClinicId, entry};
use wardkeep_sync::wire::VERSION;
use wardkeep_vault::spool::ServerLink;
use wardkeep_vault::store::{Action, AuditEntry};

/// Which server, by what right, and what this laptop is called.
#[derive(Deserialize, TS)]
pub struct Input {
    /// Host and port.
    pub server: String,
    /// The pin that the server's operator was shown, 64 hex digits.
    pub pin: String,
    /// The founding token that the operator was shown.
    pub token: String,
    /// What this laptop is called in the clinic.
    pub device_name: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Command for Input {
    type Output = SyncStatus;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<SyncStatus, CommandError> {
        let address: Address = self.server.parse().map_err(|_| CommandError::invalid("server"))?;
        let pin: Pin = self.pin.parse().map_err(|_| CommandError::invalid("pin"))?;
        let token = self.token.trim().as_bytes().to_vec();
        if token.is_empty() || token.len() > wardkeep_sync::wire::MAX_FOUNDING_TOKEN_BYTES {
            return Err(CommandError::invalid("token"));
        }
        let device_name = checked_name(&self.device_name, "device_name")?;
        let (entries, server) = clinic.with_new_desk(|session, desk| {
            let entries = if desk.has_roster() {
                desk.roster()?.entries_after(0).map(<[u8]>::to_vec).collect()
            } else {
                founding::entries(session, desk, &device_name)?
            };
            let seed = founding::device_seed(session, desk)?;
            Ok((
                entries,
                sync::server_of(&session.env.clock, seed.expose(), address.clone(), pin)?,
            ))
        })?;
        let genesis = entries
            .first()
            .ok_or_else(|| CommandError::internal("roster without first entry"))?
            .clone();
        let id = ClinicId(entry::hash_of(&genesis).0);
        let hello = clinic.ask_at(&server, |link| async move { link.hello().await })?;
        if hello.version != VERSION {
            return Err(CommandError::new(ErrorCode::ServerAnswer).version(hello.version.into()));
        }
        let founded = clinic.ask_at(&server, |link| async move { link.found(&token, &genesis).await });
        let founded = founded.map_err(of_token)?;
        if founded.clinic != id {
            return Err(ErrorCode::ServerAnswer.into());
        }
        // The server knows this device from now on; a connection that began as a stranger's is not used again.
        clinic.sync().wait(server.disconnect())?;
        let link = ServerLink {
            address: address.to_string(),
            pin: pin.0,
            clinic: id,
        };
        settle(clinic, &entries, &link)?;
        clinic.sync().forget_server();
        sync::give_all(clinic)?;
        clinic.start_background()?;
        clinic.sync().signal().ask();
        sync::status::status(clinic)
    }
}

/// A refusal here is one of the token.
fn of_token(error: CommandError) -> CommandError {
    if error.code == ErrorCode::ServerRefused {
        error.at("token")
    } else {
        error
    }
}

/// Writes down that the clinic has its server. Done again, it changes nothing.
fn settle(clinic: &Clinic, entries: &[Vec<u8>], link: &ServerLink) -> Result<(), CommandError> {
    clinic.with_both(|session, desk| {
        if !desk.has_roster() {
            desk.extend_roster(entries)?;
        }
        desk.spool.set_server(link)?;
        for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
            sync::complete_keys(session, desk, at)?;
        }
        pending::store(desk, None)?;
        let detail = serde_json::json!({ "server": link.address, "clinic": link.clinic.to_string() });
        session.write(Compartment::Office, |tx| {
            Ok(tx.audit(&AuditEntry::new(Action::ClinicAttach).detail(&detail))?)
        })
    })
}

/// For [`Clinic::with_new_desk`]: the desk of a vault that may have none yet.
impl Clinic {
    /// Runs `work` on the session and the desk, which is made where there is none.
    pub(crate) fn with_new_desk<R>(
        &self,
        work: impl FnOnce(&crate::session::Session, &mut Desk) -> Result<R, CommandError>,
    ) -> Result<R, CommandError> {
        self.with_session(|session| {
            self.make_desk()?;
            self.with_clinic_desk(|desk| work(session, desk))
        })
    }
}
