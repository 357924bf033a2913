//! A clinic with known keys, and the chain of one of its devices. Ids and keys follow from numbers (see the roster's sample).

use crate::random::Random;
use anyhow::{Context, Result};
use wardkeep_roster::entry::{Body, Grant};
use wardkeep_roster::{Compartment, DeviceId, Role, Roles, Roster, SigningKey, sample};
use wardkeep_sync::epoch::EpochId;
use wardkeep_sync::segment::Place;
use wardkeep_sync::{Chain, EpochKey, Incarnation, RosterHead, Segment, Tip, seal_ops};
use zeroize::Zeroizing;

/// Everything is written in the office.
pub const COMPARTMENT: Compartment = Compartment::Office;

/// The founder on device 1, and as many other devices as were asked for.
pub struct Clinic {
    /// What everybody knows.
    pub roster: Roster,
    /// The key of the first epoch.
    pub key: EpochKey,
}

impl Clinic {
    /// Devices 1 to `devices`, each with a user of its own who has every role.
    pub fn of(devices: u32) -> Result<Self> {
        let every = Roles::of(&[Role::FrontDesk, Role::Clinician, Role::Admin]);
        let mut sample = sample::Sample::default();
        let grant = Grant {
            user: sample::user(1),
            roles: every,
        };
        sample.say(sample::founder(), Body::Grant(grant))?;
        for number in 2..=devices {
            sample.join(number, number, every)?;
        }
        let key = EpochKey::from_slice(&[5; EpochKey::LENGTH]).context("a key has its length")?;
        let epoch = EpochId {
            clinic: sample.clinic(),
            compartment: COMPARTMENT,
            number: 1,
        };
        sample.renew(sample::founder(), COMPARTMENT, key.commitment(&epoch))?;
        Ok(Self {
            roster: sample.roster,
            key,
        })
    }

    /// The id of the device of this number.
    pub fn device(number: u32) -> DeviceId {
        sample::device(number)
    }

    /// The seed of its private key.
    pub fn seed(number: u32) -> Zeroizing<[u8; 32]> {
        sample::device_key(&sample::device(number)).to_seed()
    }

    /// The roster up to the entry of this number.
    pub fn head_at(&self, number: u32) -> Result<RosterHead> {
        let hash = self.roster.hash_at(number).context("no entry of this number")?;
        Ok(RosterHead { number, hash })
    }

    /// The beginning of a device's chain.
    pub fn author(&self, number: u32) -> Author<'_> {
        let device = sample::device(number);
        let (head, hash) = self.roster.head();
        Author {
            key: &self.key,
            device_key: sample::device_key(&device),
            place: Place {
                clinic: self.roster.clinic(),
                chain: Chain {
                    device,
                    incarnation: Incarnation([3; 16]),
                    compartment: COMPARTMENT,
                },
                tip: None,
                roster: RosterHead { number: head, hash },
                epoch: 1,
            },
            next_op: 1,
            random: Random::new(u64::from(number)),
        }
    }
}

/// Writes one chain.
pub struct Author<'a> {
    key: &'a EpochKey,
    device_key: SigningKey,
    place: Place,
    next_op: u64,
    random: Random,
}

impl Author<'_> {
    /// The next segment, of these ops.
    pub fn seal(&mut self, ops: &[Vec<u8>]) -> Result<Vec<u8>> {
        let random = &mut self.random;
        let mut fill = |bytes: &mut [u8]| bytes.fill_with(|| random.next() as u8);
        let segment = seal_ops(&self.place, self.key, self.next_op, ops, &self.device_key, &mut fill)?;
        let parsed = Segment::parse(&segment)?;
        self.place.tip = Some(Tip {
            seq: parsed.header().seq,
            hash: parsed.hash(),
        });
        self.next_op += ops.len() as u64;
        Ok(segment)
    }

    /// The number of the last op that was sealed.
    pub fn last_op(&self) -> u64 {
        self.next_op - 1
    }
}
