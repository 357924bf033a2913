//! The limits of a roster. Whatever passes one is refused, whoever signed it.

/// The most bytes of one entry.
pub const MAX_ENTRY_BYTES: usize = 64 << 10;
/// The most bytes of all entries of a clinic.
pub const MAX_ROSTER_BYTES: usize = 256 << 20;
/// The most entries of a clinic.
pub const MAX_ENTRIES: u32 = 100_000;
/// Of these, the last ones are for admins alone, so that no one else can fill the chain and so prevent a revocation.
pub const RESERVED_ENTRIES: u32 = 10_000;
/// The most devices, revoked ones included.
pub const MAX_DEVICES: usize = 10_000;
/// The most users, revoked ones included.
pub const MAX_USERS: usize = 10_000;
/// The most enrollments, revoked ones included.
pub const MAX_ENROLLMENTS: usize = 40_000;
/// The most bytes of a sealed name.
pub const MAX_SEALED_NAME_BYTES: usize = 256;
/// The most bytes of a former epoch key, wrapped under the new one.
pub const MAX_WRAPPED_BYTES: usize = 128;
/// The most chains whose last accepted segment a revocation may name.
pub const MAX_LAST_ACCEPTED: usize = 1_024;
/// The most segments of a revoked device about which one entry may decide.
pub const MAX_JUDGED_SEGMENTS: usize = 1_024;
/// The most segments that are ever accepted of, or discarded of, one device.
pub const MAX_JUDGED_OF_ONE: usize = 64 << 10;
/// The most users of one device, and the most devices of one user, ever.
pub const MAX_ENROLLMENTS_OF_ONE: usize = 1_024;
/// The most keys that one device ever has, the present one included.
pub const MAX_KEYS_OF_ONE: usize = 1_024;
/// The most chains through which the renewal of one key may draw its line.
pub const MAX_REACHED: usize = 512;
