//! What sync names: chains of segments, their hashes, the roster head that somebody knew.

use std::fmt;
use wardkeep_roster::{Compartment, DeviceId, EntryHash};

/// Declares one id of a fixed number of bytes.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// All bytes zero: 'none' where a format has a fixed place for it.
            pub const ZERO: Self = Self([0; $size]);
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
    /// One life of a device's chains: random, made anew whenever the device cannot be sure that it knows all that it has written
    /// (first start, a restored image, a clone).
    Incarnation,
    16
);
id_type!(
    /// The hash of a segment: of header and ciphertext, without the signature, which signs it.
    SegmentHash,
    32
);

/// One chain of segments: each cites the hash of the one before, numbers start at 1 and have no gap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Chain {
    /// Who writes it.
    pub device: DeviceId,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// Under whose keys.
    pub compartment: Compartment,
}

/// The last segment of a chain that somebody has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tip {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: SegmentHash,
}

/// The last roster entry that somebody had.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RosterHead {
    /// Its number, from 1; 0 only together with the zero hash, for 'none yet'.
    pub number: u32,
    /// Its hash.
    pub hash: EntryHash,
}

impl RosterHead {
    /// Before the first entry.
    pub const NONE: Self = Self {
        number: 0,
        hash: EntryHash::ZERO,
    };
}

impl Chain {
    /// Its canonical bytes: device, incarnation, compartment.
    pub fn to_bytes(&self) -> [u8; 33] {
        let mut bytes = [0; 33];
        bytes[..16].copy_from_slice(&self.device.0);
        bytes[16..32].copy_from_slice(&self.incarnation.0);
        bytes[32] = self.compartment.number();
        bytes
    }

    /// Reads [`Chain::to_bytes`].
    pub fn from_bytes(bytes: &[u8; 33]) -> Option<Self> {
        let (device, rest) = bytes.split_first_chunk()?;
        let (incarnation, rest) = rest.split_first_chunk()?;
        Some(Self {
            device: DeviceId(*device),
            incarnation: Incarnation(*incarnation),
            compartment: Compartment::from_number(rest[0])?,
        })
    }
}
