//! At the server with the paper's own key: what it would find there on the day on which it is needed.

use super::paper::of_paper;
use super::wire::{RecoveryPart, RecoveryReport};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::{Address, Pin, Server};
use crate::sync;
use crate::sync::key::KEPT;
use wardkeep_roster::Roster;
use wardkeep_sync::epoch::former_keys;
use wardkeep_sync::recovery::PaperError;
use wardkeep_sync::secret::RecoverySecret;
use wardkeep_vault::store::wire_compartment;

/// Parcels that are read at most: ten years of weekly epochs from twenty laptops.
const MAX_PARCELS: usize = 20_000;

/// The server, which knows the paper's key as a member of the clinic.
pub(super) fn server(
    clinic: &Clinic,
    secret: &RecoverySecret,
    address: Address,
    pin: Pin,
) -> Result<Server, CommandError> {
    sync::server_of(&clinic.env().clock, secret.sign_seed().expose(), address, pin)
}

/// The whole chain as the server has it, verified, and only if the paper is this clinic's recovery key now.
pub(super) fn roster(clinic: &Clinic, server: &Server, secret: &RecoverySecret) -> Result<Roster, CommandError> {
    let entries = clinic.ask_at(server, |link| async move { link.roster_after(0).await });
    let entries = entries.map_err(unknown_key)?;
    let roster = Roster::verify(entries.iter().map(Vec::as_slice)).map_err(|why| {
        tracing::error!(%why, "the roster that the server shows does not verify");
        CommandError::new(ErrorCode::RosterRefused)
    })?;
    secret.check(&roster).map_err(of_paper)?;
    Ok(roster)
}

/// Everything in the paper's mailbox.
pub(super) fn parcels(clinic: &Clinic, server: &Server) -> Result<Vec<Vec<u8>>, CommandError> {
    let (mut all, mut after) = (Vec::new(), 0);
    while all.len() < MAX_PARCELS {
        let some = clinic.ask_at(server, |link| async move { link.parcels_after(after).await });
        let some = some.map_err(unknown_key)?.parcels;
        let Some(last) = some.last() else {
            break;
        };
        after = last.number;
        all.extend(some.into_iter().map(|item| item.parcel));
    }
    Ok(all)
}

/// A key that no roster lists is turned away; one that was replaced, in the handshake.
fn unknown_key(error: CommandError) -> CommandError {
    match error.code {
        ErrorCode::ServerRefused if !error.retryable => of_paper(PaperError::Other),
        ErrorCode::DeviceRevoked => of_paper(PaperError::Replaced { by: 0 }),
        _ => error,
    }
}

/// What the paper opens, from the clinic's own laptop: held to the roster that this laptop has verified.
pub(super) fn report(clinic: &Clinic, secret: &RecoverySecret) -> Result<RecoveryReport, CommandError> {
    let link = clinic.with_clinic_desk(|desk| {
        secret.check(desk.roster()?).map_err(of_paper)?;
        desk.spool.server()?.ok_or_else(|| ErrorCode::NotAttached.into())
    })?;
    let address: Address = link.address.parse().map_err(|_| ErrorCode::NotAttached)?;
    let server = server(clinic, secret, address, Pin(link.pin))?;
    let parcels = parcels(clinic, &server)?;
    clinic.with_clinic_desk(|desk| Ok(report_of(desk.roster()?, secret, &parcels)))
}

/// What these parcels open.
pub(super) fn report_of(roster: &Roster, secret: &RecoverySecret, parcels: &[Vec<u8>]) -> RecoveryReport {
    let keys = secret.newest_keys(roster, parcels.iter().map(Vec::as_slice));
    let mut parts = Vec::new();
    for at in KEPT {
        let compartment = wire_compartment(at);
        let Some(epoch) = roster.epoch(compartment).map(|known| known.epoch.number) else {
            continue;
        };
        let newest = keys
            .iter()
            .find(|(part, number, _)| *part == compartment && *number == epoch);
        let opens = newest.is_some_and(|(_, number, key)| former_keys(roster, compartment, *number, key, 1).is_ok());
        parts.push(RecoveryPart {
            compartment: at,
            epoch,
            opens,
        });
    }
    RecoveryReport {
        paper: secret.paper().to_string(),
        parts,
    }
}
