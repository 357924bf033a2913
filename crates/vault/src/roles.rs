//! The roles that a slot grants, as a set of bits that is written to disk and never renumbered.

/// A set of roles of one user.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Roles(u32);

impl Roles {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Registers, finds, books and checks in.
    pub const FRONT_DESK: Self = Self(1);
    /// Reads and writes the chart: the one role that brings the clinical key.
    pub const CLINICIAN: Self = Self(1 << 1);
    /// Adds and removes users and sets policy.
    pub const ADMIN: Self = Self(1 << 2);
    /// Every role that this version knows.
    pub const ALL: Self = Self(Self::FRONT_DESK.0 | Self::CLINICIAN.0 | Self::ADMIN.0);

    /// The stored number.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// From the stored number. Bits of newer versions are kept and grant nothing here.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every role of the other set is in this one.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_add_up() {
        let both = Roles::FRONT_DESK.and(Roles::ADMIN);
        assert!(both.contains(Roles::ADMIN) && !both.contains(Roles::CLINICIAN) && !both.contains(Roles::ALL));
        assert_eq!(Roles::from_bits(both.bits()), both);
        assert_eq!((Roles::NONE.bits(), Roles::ALL.bits()), (0, 7), "stored numbers");
    }
}
