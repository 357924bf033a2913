//! Identifiers: newtypes over bytes, so that one kind of id is never taken for another.

use std::fmt;

/// Declares one id of a fixed number of bytes.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// All bytes zero: 'none' where a format has a fixed place for this id.
            pub const ZERO: Self = Self([0; $size]);

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        /// Lower-case hexadecimal.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        /// The first four bytes: enough to tell two apart in a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "("))?;
                self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, ")")
            }
        }
    };
}

id_type!(
    /// A clinic: the hash of the first entry of its roster.
    ClinicId,
    32
);
id_type!(
    /// One installation on one laptop.
    DeviceId,
    16
);
id_type!(
    /// A person who uses Wardkeep, or a role of the clinic that acts without a person, as a gateway does.
    UserId,
    16
);
id_type!(
    /// The hash of one entry, signature included.
    EntryHash,
    32
);

/// One user on one device: the unit that holds keys and signs entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Enrollment {
    /// Where.
    pub device: DeviceId,
    /// Who.
    pub user: UserId,
}

impl Enrollment {
    /// The recovery key that was printed at founding: an enrollment without device and person. Whoever holds the paper may do
    /// what an admin may, and reads every compartment. No device and no user may have these ids.
    pub const RECOVERY: Self = Self {
        device: DeviceId::ZERO,
        user: UserId::ZERO,
    };

    /// The 32 bytes: device, then user.
    pub fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.device.0);
        bytes[16..].copy_from_slice(&self.user.0);
        bytes
    }
}
