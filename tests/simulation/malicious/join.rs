//! A newcomer, from the invitation to the welcome.

use crate::clinic::{CLINICIAN, Clinic, Member, head_of};
use crate::device::Device;
use crate::random::Seeded;
use crate::world::World;
use wardkeep_sync::Invitation;
use wardkeep_sync::join::{JoinRequest, Joined, Joiner, Welcome};

/// Somebody who was invited and has asked.
pub(super) struct Newcomer {
    pub(super) invitation: Invitation,
    pub(super) member: Member,
    pub(super) request: Vec<u8>,
    number: u8,
}

impl Newcomer {
    pub(super) fn of(clinic: &Clinic, number: u8) -> Self {
        let mut random = Seeded::new(u64::from(number));
        let (id, head) = (clinic.roster.clinic(), head_of(&clinic.roster));
        let invitation = Invitation::make("server:443", [5; 32], id, head, &mut random.source()).unwrap();
        let member = Member::new(number);
        let request = ask(&invitation, &member, number);
        Self {
            invitation,
            member,
            request,
            number,
        }
    }

    /// The admin has compared the words: the roster lists the keys, the server hands over what was sent.
    pub(super) fn approve(&self, world: &mut World) {
        assert!(JoinRequest::verify(&self.invitation, &self.request).is_ok());
        world.clinic.join(Member::new(self.number), CLINICIAN);
        world.publish();
        world.rounds(1);
        let at = world.clinic.members.len() - 1;
        world.devices.push(Device::new(&world.clinic, at));
    }

    pub(super) fn welcome(&self, world: &World) -> Vec<u8> {
        let vector = world.devices[0].peer.held();
        self.welcome_by(&world.clinic, 0, 0, vector)
    }

    /// A welcome in the name of one member, signed by another.
    pub(super) fn welcome_by(
        &self,
        clinic: &Clinic,
        name: usize,
        key: usize,
        vector: &wardkeep_sync::Frontier,
    ) -> Vec<u8> {
        let welcome = Welcome {
            request: &self.request,
            roster: &clinic.roster,
            sender: clinic.members[name].me,
            user: self.member.me.user,
            vector,
        };
        let to = self.member.kem.public().unwrap();
        welcome
            .seal(&to, &clinic.members[key].sign_key, &mut Seeded::new(6).source())
            .unwrap()
    }

    pub(super) fn joined(&self) -> Joined<'_> {
        Joined {
            invitation: &self.invitation,
            request: &self.request,
            device: self.member.device(),
            device_key: self.member.device_key.verifying_key(),
            sign_key: self.member.sign_key.verifying_key(),
            kem: &self.member.kem,
        }
    }
}

/// A request of this member under an invitation.
pub(super) fn ask(invitation: &Invitation, member: &Member, salt: u8) -> Vec<u8> {
    let joiner = Joiner {
        device: member.device(),
        user: Some(member.me.user),
        device_key: &member.device_key,
        sign_key: &member.sign_key,
        kem: &member.kem,
        device_name: "laptop",
        user_name: "somebody",
    };
    JoinRequest::make(invitation, &joiner, &mut Seeded::new(u64::from(salt)).source()).unwrap()
}
