//! The recovery key takes a laptop in: roster entries that it signs, then the compartment keys in parcels that it sends. Each step looks what is
//! there and does what is missing.

use super::visit;
use crate::clinic::Clinic;
use crate::enrollment::pending::{self, Pending};
use crate::error::{CommandError, ErrorCode};
use crate::link::{Posted, Server};
use crate::session::Session;
use crate::sync::key::{KEPT, filler, kem_secret, signing_key, store_user, wire_roles, wire_user};
use crate::sync::{Desk, name};
use crate::user::Role;
use wardkeep_record::op;
use wardkeep_roster::entry::{AddDevice, Body, Enroll, Grant, SealedName};
use wardkeep_roster::{
    Compartment, DeviceKey, Enrollment, EnrollmentKeys, Role as WireRole, Roles, Roster, Scope, UserId,
};
use wardkeep_sync::id::RosterHead;
use wardkeep_sync::name::Named;
use wardkeep_sync::parcel::{Label, Parcel};
use wardkeep_sync::secret::{EpochKey, RecoverySecret};
use wardkeep_vault::store::{Action, AuditEntry, wire_compartment, wire_device};

/// How often entries are made anew because an admin was first.
const TRIES: usize = 4;

/// Whether this vault was made to be taken in by the recovery key, and was not yet.
pub(super) fn pending_here(clinic: &Clinic) -> Result<bool, CommandError> {
    let waits = clinic.with_desk(|desk| {
        let pending = pending::load(desk)?;
        Ok(!desk.has_roster() && matches!(pending, Some(Pending::Recovering)))
    })?;
    Ok(waits.unwrap_or(false))
}

/// What it takes.
pub(super) struct Restoring<'a> {
    pub(super) secret: &'a RecoverySecret,
    pub(super) server: &'a Server,
    pub(super) keys: &'a [(Compartment, u32, EpochKey)],
    pub(super) device_name: &'a str,
    pub(super) user_name: &'a str,
    pub(super) person: Option<&'a str>,
    pub(super) roles: &'a [Role],
}

impl Restoring<'_> {
    /// Whether names can be sealed and the person is there.
    pub(super) fn may(&self, roster: &Roster) -> Result<(), CommandError> {
        self.office_key(roster)?;
        self.known_person(roster).map(drop)
    }

    /// Has the device taken in, and takes the clinic's chain over.
    pub(super) fn finish(&self, clinic: &Clinic, mut roster: Roster) -> Result<(), CommandError> {
        let mut me = None;
        for _ in 0..TRIES {
            let (number, hash) = roster.head();
            let (longer, enrolled) = clinic.with_both(|session, desk| self.say(session, desk, &roster))?;
            me = Some(enrolled);
            let entries: Vec<Vec<u8>> = longer.entries_after(number).map(<[u8]>::to_vec).collect();
            if entries.is_empty() {
                break;
            }
            let expected = RosterHead { number, hash };
            let posted = clinic.ask_at(
                self.server,
                |link| async move { link.post_roster(expected, entries).await },
            )?;
            if matches!(posted, Posted::Taken(_)) {
                roster = longer;
                break;
            }
            me = None;
            roster = visit::roster(clinic, self.server, self.secret)?;
        }
        let me = me.ok_or(ErrorCode::Conflict)?;
        self.deliver(clinic, &roster, me)?;
        let entries: Vec<Vec<u8>> = roster.entries_after(0).map(<[u8]>::to_vec).collect();
        clinic.with_both(|session, desk| {
            desk.extend_roster(&entries)?;
            pending::store(desk, None)?;
            let detail = serde_json::json!({
                "recovery_key": self.secret.paper().to_string(), "clinic": roster.clinic().to_string(), "roster": roster.head().0,
            });
            session.write(op::Compartment::Office, |tx| {
                Ok(tx.audit(&AuditEntry::new(Action::RecoveryUse).detail(&detail))?)
            })
        })
    }

    /// The roster with what the recovery key says of this device, as far as it is not said yet.
    fn say(&self, session: &Session, desk: &Desk, roster: &Roster) -> Result<(Roster, Enrollment), CommandError> {
        let mut longer = roster.clone();
        let scope = Scope::Clinic(roster.clinic());
        let device = wire_device(session.device());
        let known = self.known_person(roster)?;
        let user = known.unwrap_or_else(|| wire_user(session.user));
        let me = Enrollment { device, user };
        if roster.device(&device).is_none() {
            let key = DeviceKey::prove(scope, &device, &desk.device_key()?);
            let name = self.sealed(session, roster, Named::Device(device), self.device_name)?;
            self.sign(session, &mut longer, Body::Device(AddDevice { device, key, name }))?;
        }
        if roster.enrollment(&me).is_none() {
            let unlocked = session.unlocked();
            let mine = unlocked.enrollment.as_ref().ok_or(ErrorCode::NotEnrolled)?;
            let public = kem_secret(&mine.kem)?
                .public()
                .map_err(|_| CommandError::internal("key for deliveries"))?;
            let keys = EnrollmentKeys::prove(scope, &device, &signing_key(&mine.signing), public);
            let named = known.and_then(|user| self.name_of(roster, user));
            let named = named.as_deref().unwrap_or(self.user_name);
            let user_name = self.sealed(session, roster, Named::User(user), named)?;
            let body = Enroll {
                device,
                user,
                keys,
                user_name,
            };
            self.sign(session, &mut longer, Body::Enroll(body))?;
        }
        let roles = self.wanted_roles();
        if longer.user(&user).map(|user| user.roles()) != Some(roles) {
            self.sign(session, &mut longer, Body::Grant(Grant { user, roles }))?;
        }
        Ok((longer, me))
    }

    fn wanted_roles(&self) -> Roles {
        let asked = wire_roles(self.roles);
        if asked == Roles::NONE {
            return Roles::ALL;
        }
        Roles::from_bits(asked.bits() | Roles::of(&[WireRole::Admin]).bits()).unwrap_or(Roles::ALL)
    }

    fn sign(&self, session: &Session, roster: &mut Roster, body: Body) -> Result<(), CommandError> {
        let draft = roster.draft(Enrollment::RECOVERY, session.now_ms(), body);
        let bytes = draft.sign(&self.secret.sign_key());
        if let Err(why) = roster.append(&bytes) {
            tracing::warn!(%why, "an entry of the recovery key is refused");
            return Err(ErrorCode::RosterRefused.into());
        }
        Ok(())
    }

    /// The newest office key, which names are sealed under.
    fn office_key(&self, roster: &Roster) -> Result<(u32, &EpochKey), CommandError> {
        let newest = roster.epoch(Compartment::Office).map(|known| known.epoch.number);
        let mut office = self.keys.iter().filter(|(part, ..)| *part == Compartment::Office);
        let found = office.find(|(_, number, _)| Some(*number) == newest);
        let (_, number, key) = found.ok_or(ErrorCode::NoKey)?;
        Ok((*number, key))
    }

    fn sealed(&self, session: &Session, roster: &Roster, whose: Named, text: &str) -> Result<SealedName, CommandError> {
        let (epoch, key) = self.office_key(roster)?;
        name::seal_with(&*session.env.random, &roster.clinic(), epoch, key, whose, text)
    }

    /// The person of the clinic that was named, who must be there.
    fn known_person(&self, roster: &Roster) -> Result<Option<UserId>, CommandError> {
        let Some(wanted) = self.person.map(|wanted| wanted.trim().to_lowercase()) else {
            return Ok(None);
        };
        let is_meant = |id: &UserId| {
            store_user(*id).to_string() == wanted
                || self
                    .name_of(roster, *id)
                    .is_some_and(|name| name.to_lowercase() == wanted)
        };
        let active = roster.users().filter(|(_, user)| user.revoked_at.is_none());
        let mut found = active.map(|(id, _)| id).filter(is_meant);
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(Some(id)),
            _ => Err(CommandError::new(ErrorCode::NotFound).at("person")),
        }
    }

    /// A person's name, where the keys open it.
    fn name_of(&self, roster: &Roster, user: UserId) -> Option<String> {
        let (number, key) = self.office_key(roster).ok()?;
        name::with_key(roster, user, number, key)
    }

    /// Sends the new device its keys, from the recovery key's own hand.
    fn deliver(&self, clinic: &Clinic, roster: &Roster, me: Enrollment) -> Result<(), CommandError> {
        let sign_key = self.secret.sign_key();
        let mut parcels = Vec::new();
        for at in KEPT {
            let compartment = wire_compartment(at);
            let newest = roster.epoch(compartment).map(|known| known.epoch.number);
            let key = self.keys.iter().find(|(part, ..)| *part == compartment);
            let entitled = roster.active_enrollments(compartment).any(|one| one == me);
            let Some((_, epoch, key)) = key.filter(|(_, number, _)| Some(*number) == newest && entitled) else {
                continue;
            };
            let label = Label {
                clinic: roster.clinic(),
                compartment,
                epoch: *epoch,
                sender: Enrollment::RECOVERY,
                recipient: me,
            };
            let random = &mut filler(&*clinic.env().random);
            let parcel = Parcel::seal(roster, &label, key, &sign_key, random);
            parcels.push(parcel.map_err(|_| CommandError::internal("sealing a parcel"))?);
        }
        if parcels.is_empty() {
            return Ok(());
        }
        clinic.ask_at(self.server, |link| async move { link.post_parcels(parcels).await })
    }
}
