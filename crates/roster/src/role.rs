//! Roles, and the compartments that each opens.

/// A need-to-know part of the record, with keys of its own. The numbers stand on the wire and on disk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Compartment {
    /// Demographics, schedule, office documents; the names in the roster.
    Office = 1,
    /// The chart.
    Clinical = 2,
    /// Who did what.
    Audit = 3,
}

impl Compartment {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Office, Self::Clinical, Self::Audit];

    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The compartment of this number, if there is one.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Office),
            2 => Some(Self::Clinical),
            3 => Some(Self::Audit),
            _ => None,
        }
    }

    /// Its place in [`Compartment::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize - 1
    }
}

/// What a user is in the clinic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Role {
    /// Registers, finds, books and checks in.
    FrontDesk = 1,
    /// Reads and writes the chart.
    Clinician = 2,
    /// Decides who belongs to the clinic.
    Admin = 4,
}

/// A set of roles: the sum of their bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role: the user belongs to the clinic and opens nothing.
    pub const NONE: Self = Self(0);
    /// Every role. The recovery key has them.
    pub const ALL: Self = Self(7);

    /// These roles.
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | *role as u8))
    }

    /// From the bits, unless one has no meaning.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= 7 { Some(Self(bits)) } else { None }
    }

    /// The bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the role is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role as u8 != 0
    }

    /// Whether they open the compartment: any role the office, a clinician the chart, an admin the audit.
    pub const fn opens(self, compartment: Compartment) -> bool {
        match compartment {
            Compartment::Office => self.0 != 0,
            Compartment::Clinical => self.has(Role::Clinician),
            Compartment::Audit => self.has(Role::Admin),
        }
    }
}

/// The compartments that these roles open.
pub fn compartments_of(roles: Roles) -> impl Iterator<Item = Compartment> {
    Compartment::ALL.into_iter().filter(move |part| roles.opens(*part))
}
