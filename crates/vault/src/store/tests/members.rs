//! A clinic of several laptops for the tests: one roster, one set of epoch keys, stores that seal and open real segments.

use super::clinic::*;
use crate::store::{Arrived, Received, SealedRun, Store, StoreError, store_compartment, wire_compartment};
use std::collections::BTreeMap;
use wardkeep_record::op::Compartment;
use wardkeep_roster::entry::{
    AddDevice, AppVersion, Body, DiskEncryption, Draft, Enroll, Genesis, Grant, Policy, SealedName,
};
use wardkeep_roster::{DeviceKey, Enrollment, EnrollmentKeys, KemKey, Role, Roles, Roster, Scope, SigningKey, UserId};
use wardkeep_sync::epoch::EpochId;
use wardkeep_sync::id::{Chain, Incarnation, RosterHead, Tip};
use wardkeep_sync::secret::{DigestKey, EpochKey};
use wardkeep_sync::segment::{Place, Segment, Verified, seal_checkpoint, seal_ops};

pub(super) const BOTH: [Compartment; 2] = [OFFICE, CLINICAL];

/// Who is of the clinic, and the keys of its first epochs.
pub(super) struct Members {
    pub(super) roster: Roster,
    keys: BTreeMap<wardkeep_roster::Compartment, EpochKey>,
}

fn me(n: u8) -> Enrollment {
    Enrollment {
        device: wardkeep_roster::DeviceId([n; 16]),
        user: UserId([n ^ 0x80; 16]),
    }
}

fn device_key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn sign_key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n ^ 0xff; 32])
}

fn public_device(n: u8, scope: Scope) -> DeviceKey {
    DeviceKey::prove(scope, &me(n).device, &device_key(n))
}

fn public_keys(n: u8, scope: Scope) -> EnrollmentKeys {
    let kem = KemKey::from_bytes(&vec![n; wardkeep_roster::key::KEM_KEY_BYTES]).unwrap();
    EnrollmentKeys::prove(scope, &me(n).device, &sign_key(n), kem)
}

fn name() -> SealedName {
    SealedName::new(vec![0x5e; 32]).unwrap()
}

fn policy() -> Policy {
    Policy {
        idle_lock_s: 300,
        resume_window_s: 60,
        lease_days: 14,
        wrong_password_limit: 10,
        min_app_version: AppVersion {
            major: 0,
            minor: 1,
            patch: 0,
        },
        disk_encryption: DiskEncryption::Warn,
        epoch_days: 30,
        min_password_length: 15,
        allow_export: true,
        two_admins: 0,
    }
}

impl Members {
    /// Devices 1 to `devices`, each with one user of every role.
    pub(super) fn of(devices: u8) -> Self {
        let founding = Scope::Founding([9; 32]);
        let genesis = Genesis {
            device: me(1).device,
            device_key: public_device(1, founding),
            device_name: name(),
            user: me(1).user,
            user_name: name(),
            keys: public_keys(1, founding),
            policy: policy(),
            recovery: None,
            nonce: [9; 32],
        };
        let entry = Draft::genesis(1_000, genesis).sign(&sign_key(1));
        let mut members = Self {
            roster: Roster::found(&entry).unwrap(),
            keys: BTreeMap::new(),
        };
        members.grant(1);
        for n in 2..=devices {
            let scope = Scope::Clinic(members.roster.clinic());
            let (device, user) = (me(n).device, me(n).user);
            let (key, name) = (public_device(n, scope), name());
            members.say(Body::Device(AddDevice {
                device,
                key,
                name: name.clone(),
            }));
            let (keys, user_name) = (public_keys(n, scope), name);
            members.say(Body::Enroll(Enroll {
                device,
                user,
                keys,
                user_name,
            }));
            members.grant(n);
        }
        for compartment in BOTH.map(wire_compartment) {
            let clinic = members.roster.clinic();
            let epoch = EpochId {
                clinic,
                compartment,
                number: 1,
            };
            let key = EpochKey::from_slice(&[compartment.number(); 32]).unwrap();
            members.say(
                members
                    .roster
                    .next_epoch(compartment, key.commitment(&epoch), Vec::new()),
            );
            members.keys.insert(compartment, key);
        }
        members
    }

    fn say(&mut self, body: Body) {
        let entry = self.roster.draft(me(1), 2_000, body).sign(&sign_key(1));
        self.roster.append(&entry).unwrap();
    }

    fn grant(&mut self, n: u8) {
        let roles = Roles::of(&[Role::FrontDesk, Role::Clinician, Role::Admin]);
        self.say(Body::Grant(Grant {
            user: me(n).user,
            roles,
        }));
    }

    pub(super) fn key(&self, at: Compartment) -> &EpochKey {
        &self.keys[&wire_compartment(at)]
    }

    /// Readies a store: keys, digest, its first life.
    pub(super) fn enroll(&self, store: &mut Store, life: u8) {
        for at in BOTH {
            store.put_epoch_key(at, 1, self.key(at)).unwrap();
            let digest = DigestKey::of(&self.roster.clinic(), wire_compartment(at), self.key(at));
            store.start_digest(at, &digest).unwrap();
            store.begin_incarnation(at, Incarnation([life; 16])).unwrap();
        }
    }

    fn place(&self, chain: Chain, tip: Option<Tip>) -> Place {
        let (number, hash) = self.roster.head();
        Place {
            clinic: self.roster.clinic(),
            chain,
            tip,
            roster: RosterHead { number, hash },
            epoch: 1,
        }
    }

    /// Seals the next run of a store's ops.
    pub(super) fn seal(&self, store: &mut Store, at: Compartment) -> Result<Option<SealedRun>, StoreError> {
        let key = store.read().epoch_key(at, 1)?.unwrap();
        store.seal_pending(at, |pending| {
            let place = self.place(pending.chain, pending.tip);
            Ok(self.bytes(&place, &key, pending.first_op, pending.ops))
        })
    }

    /// A segment of any ops, signed by the device of the place.
    pub(super) fn bytes(&self, place: &Place, key: &EpochKey, first: u64, ops: &[impl AsRef<[u8]>]) -> Vec<u8> {
        let signing = device_key(place.chain.device.0[0]);
        seal_ops(place, key, first, ops, &signing, &mut |out: &mut [u8]| out.fill(3)).unwrap()
    }

    /// A segment of any ops after `tip` in a chain.
    pub(super) fn forged(&self, chain: Chain, tip: Option<Tip>, first: u64, ops: &[Vec<u8>]) -> Vec<u8> {
        let at = store_compartment(chain.compartment).unwrap();
        self.bytes(&self.place(chain, tip), self.key(at), first, ops)
    }

    /// Seals a checkpoint of a store as it is.
    pub(super) fn checkpoint(&self, store: &mut Store, at: Compartment) -> Tip {
        let sealed = store.seal_checkpoint(at, |view, state| {
            let place = self.place(state.chain, state.tip);
            let digests = view.digest(at)?.unwrap();
            let checkpoint = wardkeep_sync::checkpoint::Checkpoint::new(view.frontier(at)?, place.roster, digests, 1);
            let signing = device_key(state.chain.device.0[0]);
            let random = &mut |out: &mut [u8]| out.fill(3);
            Ok::<_, StoreError>(seal_checkpoint(&place, self.key(at), &checkpoint, &signing, random).unwrap())
        });
        sealed.unwrap()
    }

    /// A segment that the roster bears out.
    pub(super) fn verified<'a>(&self, bytes: &'a [u8]) -> Verified<'a> {
        Segment::parse(bytes).unwrap().verify(&self.roster).unwrap()
    }

    /// Verifies, opens and receives a segment.
    pub(super) fn receive(&self, store: &mut Store, bytes: &[u8]) -> Result<Received, StoreError> {
        let verified = self.verified(bytes);
        let at = store_compartment(verified.segment().header().chain.compartment).unwrap();
        let opened = verified.open(self.key(at)).unwrap();
        store.receive(&Arrived::new(&verified, &opened))
    }

    /// Seals all that a store has, and takes it out of its outbox.
    pub(super) fn drain(&self, store: &mut Store) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        for at in BOTH {
            while self.seal(store, at).unwrap().is_some() {}
            for segment in store.read().outbox(at, 10_000).unwrap() {
                store
                    .outbox_done(at, segment.chain.incarnation, segment.tip.seq)
                    .unwrap();
                sent.push(segment.bytes);
            }
        }
        sent
    }
}
