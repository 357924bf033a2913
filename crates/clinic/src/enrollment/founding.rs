//! Making a clinic out of a vault that worked alone: keys, the first entries of the roster, in which its founder is what they were.

use super::pending::{self, Pending};
use crate::base64;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use crate::sync::key::{KEPT, kem_secret, signing_key, wire_roles, wire_user};
use crate::sync::{Desk, Sealing, name};
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::{AppVersion, Body, DiskEncryption, Draft, Genesis, Grant, Policy};
use wardkeep_roster::{DeviceKey, EnrollmentKeys, Roster, Scope};
use wardkeep_sync::epoch::EpochId;
use wardkeep_sync::name::Named;
use wardkeep_sync::secret::EpochKey;
use wardkeep_vault::key::SigningSeed;
use wardkeep_vault::store::{wire_compartment, wire_device};
use wardkeep_vault::{random, slot, unlock};

/// The entries with which this vault becomes a clinic: those of an earlier try, or new ones, which are kept before anybody sees them.
pub(super) fn entries(session: &Session, desk: &mut Desk, device_name: &str) -> Result<Vec<Vec<u8>>, CommandError> {
    match pending::load(desk)? {
        Some(Pending::Founding { entries }) => {
            let read: Option<Vec<_>> = entries.iter().map(|entry| base64::decode(entry)).collect();
            return read.ok_or_else(|| CommandError::internal("stored founding"));
        }
        // A vault that was made to join a clinic founds none.
        Some(Pending::Joining(_) | Pending::Recovering) => return Err(ErrorCode::Conflict.into()),
        None => {}
    }
    let entries = make(session, desk, device_name)?;
    let pending = Pending::Founding {
        entries: entries.iter().map(|entry| base64::encode(entry)).collect(),
    };
    pending::store(desk, Some(&pending))?;
    Ok(entries)
}

fn make(session: &Session, desk: &mut Desk, device_name: &str) -> Result<Vec<Vec<u8>>, CommandError> {
    let random = &*session.env.random;
    let nonce: [u8; 32] = random::array(random);
    let scope = Scope::Founding(nonce);
    let device = wire_device(session.device());
    let device_key = signing_key(&device_seed(session, desk)?);
    enroll_here(session)?;
    let office = first_key(session, Compartment::Office)?;
    // The first entry's hash is the clinic's id, so the names in it are sealed for its nonce.
    let naming = wardkeep_roster::ClinicId(nonce);
    let seal = |whose, text: &str| name::seal_with(random, &naming, 1, &office, whose, text);
    let user = wire_user(session.user);
    let (draft, key) = {
        let unlocked = session.unlocked();
        let mine = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
        let (key, kem) = (signing_key(&mine.signing), kem_secret(&mine.kem)?);
        let public = kem.public().map_err(|_| CommandError::internal("key for deliveries"))?;
        let genesis = Genesis {
            device,
            device_key: DeviceKey::prove(scope, &device, &device_key),
            device_name: seal(Named::Device(device), device_name)?,
            user,
            user_name: seal(Named::User(user), &unlocked.name)?,
            keys: EnrollmentKeys::prove(scope, &device, &key, public),
            policy: policy(session),
            recovery: None,
            nonce,
        };
        (Draft::genesis(session.now_ms(), genesis), key)
    };
    let genesis = draft.sign(&key);
    let roster = Roster::found(&genesis).map_err(|_| CommandError::internal("first entry of the roster"))?;
    let mut sealing = Sealing::new(session, &roster)?;
    sealing.say(Body::Grant(Grant {
        user,
        roles: wire_roles(session.roles()),
    }))?;
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        begin_epoch(session, &mut sealing, at)?;
    }
    let mut entries = vec![genesis];
    entries.extend(sealing.into_entries());
    Ok(entries)
}

/// The first epoch of a compartment.
fn begin_epoch(session: &Session, sealing: &mut Sealing, at: Compartment) -> Result<(), CommandError> {
    let key = first_key(session, at)?;
    let (clinic, compartment) = (sealing.roster().clinic(), wire_compartment(at));
    let id = EpochId {
        clinic,
        compartment,
        number: 1,
    };
    let body = sealing
        .roster()
        .next_epoch(compartment, key.commitment(&id), Vec::new());
    sealing.say(body)
}

/// The key of epoch 1; made where there is none.
fn first_key(session: &Session, at: Compartment) -> Result<EpochKey, CommandError> {
    let random = &*session.env.random;
    session.with_store(|store| {
        if let Some(known) = store.read().epoch_key(at, 1)? {
            return Ok(known);
        }
        let key = EpochKey::make(&mut crate::sync::key::filler(random));
        store.put_epoch_key(at, 1, &key)?;
        Ok::<_, CommandError>(key)
    })
}

/// The seed of this device's key; made where there is none.
pub(super) fn device_seed(session: &Session, desk: &mut Desk) -> Result<SigningSeed, CommandError> {
    if let Some(known) = desk.spool.device_seed()? {
        return Ok(known);
    }
    let seed = SigningSeed::generate(&*session.env.random);
    desk.spool.set_device_seed(&seed)?;
    Ok(seed)
}

/// Gives the session's user enrollment keys, in their slot, where they have none.
pub(super) fn enroll_here(session: &Session) -> Result<(), CommandError> {
    let mut unlocked = session.unlocked_mut();
    if unlocked.enrollment.is_none() {
        let keys = slot::EnrollmentKeys::generate(&*session.env.random);
        unlock::set_enrollment(&session.env, &mut unlocked, keys)?;
    }
    Ok(())
}

/// The clinic's first rules, from those of this laptop.
fn policy(session: &Session) -> Policy {
    let settings = session.settings();
    Policy {
        idle_lock_s: settings.idle_lock_s,
        resume_window_s: settings.resume_window_s,
        lease_days: 14,
        wrong_password_limit: 20,
        min_app_version: AppVersion {
            major: 0,
            minor: 0,
            patch: 0,
        },
        disk_encryption: DiskEncryption::Warn,
        epoch_days: 30,
        min_password_length: u16::try_from(settings.min_password_length).unwrap_or(u16::MAX),
        allow_export: true,
        two_admins: 0,
    }
}
