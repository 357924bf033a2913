//! Between the vault's secrets and the clinic's: the same bytes under the types that each crate has for them.

use crate::error::CommandError;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_record::role::Role;
use wardkeep_roster as roster;
use wardkeep_sync::secret::KemSecret;
use wardkeep_vault::key::{KemSeed, SigningSeed};
use wardkeep_vault::random::Random;

/// The signing key of a seed.
pub(crate) fn signing_key(seed: &SigningSeed) -> roster::SigningKey {
    roster::SigningKey::from_seed(seed.expose())
}

/// The key for deliveries of a seed.
pub(crate) fn kem_secret(seed: &KemSeed) -> Result<KemSecret, CommandError> {
    KemSecret::from_slice(seed.expose()).ok_or_else(|| CommandError::internal("key for deliveries"))
}

/// Random bytes as the pure crates take them.
pub(crate) fn filler(random: &dyn Random) -> impl FnMut(&mut [u8]) + '_ {
    |bytes| random.fill(bytes)
}

/// A user as the roster names them.
pub(crate) fn wire_user(user: UserId) -> roster::UserId {
    roster::UserId(*user.as_bytes())
}

/// A user of the roster as ops name them.
pub(crate) fn store_user(user: roster::UserId) -> UserId {
    UserId::from_bytes(user.0)
}

/// This user on this device.
pub(crate) fn enrollment(device: DeviceId, user: UserId) -> roster::Enrollment {
    roster::Enrollment {
        device: wardkeep_vault::store::wire_device(device),
        user: wire_user(user),
    }
}

/// Roles as the roster has them.
pub(crate) fn wire_roles(roles: &[Role]) -> roster::Roles {
    let roles: Vec<_> = roles.iter().map(|role| wire_role(*role)).collect();
    roster::Roles::of(&roles)
}

/// Roles of the roster.
pub(crate) fn store_roles(roles: roster::Roles) -> Vec<Role> {
    Role::ALL
        .into_iter()
        .filter(|role| roles.has(wire_role(*role)))
        .collect()
}

fn wire_role(role: Role) -> roster::Role {
    match role {
        Role::FrontDesk => roster::Role::FrontDesk,
        Role::Clinician => roster::Role::Clinician,
        Role::Admin => roster::Role::Admin,
    }
}

/// The compartments that a device keeps files for, in their order.
pub(crate) const KEPT: [Compartment; 2] = [Compartment::Office, Compartment::Clinical];
