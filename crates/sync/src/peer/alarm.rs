//! What a person must be told. Each names what was seen and who is in question; none of them changes a record.

use crate::admit::Reject;
use crate::frontier::Gap;
use crate::id::{Chain, SegmentHash};
use crate::wire::RefusalCode;
use wardkeep_roster::roster::VerifyError;
use wardkeep_roster::{Compartment, DeviceId};

/// Something does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alarm {
    /// The server no longer has what it had acknowledged or shown: it lost data, was restored, or never stored it. What is here is
    /// pushed again.
    ServerLost {
        /// What it had and has not.
        gaps: Vec<Gap>,
    },
    /// The server claims another segment than is here in this place.
    ServerDisagrees {
        /// In which chain.
        chain: Chain,
        /// At which number.
        seq: u64,
    },
    /// The server's vector names segments that it does not deliver.
    NotDelivered {
        /// What is missing.
        gaps: Vec<Gap>,
    },
    /// The server has let go of segments that this device still needed. A snapshot stands in for them.
    Dropped {
        /// What is gone.
        gaps: Vec<Gap>,
    },
    /// Another device has segments that the server keeps from this one.
    Withheld {
        /// What is missing.
        gap: Gap,
        /// Whose checkpoint (or welcome) names them.
        witness: DeviceId,
    },
    /// The server refuses a segment that is genuine by everything that is known here.
    Refused {
        /// In which chain.
        chain: Chain,
        /// At which number.
        seq: u64,
        /// What the server says.
        why: RefusalCode,
    },
    /// The server's answer to a push does not fit what was sent.
    BadAnswer,
    /// The server shows an older roster than it did before. What is here is posted again.
    RosterRolledBack {
        /// The last number that it had.
        had: u32,
        /// The last number that it has.
        has: u32,
    },
    /// There are two rosters: at this number another entry is shown than the one that is here.
    RosterForked {
        /// The number.
        at: u32,
        /// The device that holds the other one, if it is not the server alone.
        witness: Option<DeviceId>,
    },
    /// An entry of the roster is not valid.
    RosterRefused(VerifyError),
    /// A revocation counts fewer segments of the revoked device than were taken in here before it was heard of. They stay; an admin
    /// must know that other devices lack them.
    BeyondRevocation {
        /// The segments.
        gap: Gap,
    },
    /// Another device knows a roster that the server keeps from this one.
    RosterWithheld {
        /// The number that it knows.
        number: u32,
        /// Whose checkpoint names it.
        witness: DeviceId,
    },
    /// Two segments of one device in one place, both genuine: the device exists twice, or it was restored and went on.
    Forked {
        /// The chain.
        chain: Chain,
        /// The place.
        seq: u64,
        /// What is held there.
        held: SegmentHash,
        /// What else is there.
        offered: SegmentHash,
    },
    /// Another device holds another segment in this place than this one does: the two were shown different histories.
    WitnessDisagrees {
        /// The chain.
        chain: Chain,
        /// The place.
        seq: u64,
        /// Whose checkpoint says so.
        witness: DeviceId,
    },
    /// A device has written more than it knows: it was restored from an image, or it runs twice. It is this one, or another that has said with
    /// its new key how far the former one had come.
    Cloned {
        /// Its chain.
        chain: Chain,
        /// The first segment that it did not know.
        seq: u64,
    },
    /// A segment that is not to be believed was served.
    Rejected(Reject),
    /// A genuine segment cannot be read. Its chain waits there; nothing older is shown in its place.
    Unreadable {
        /// The chain.
        chain: Chain,
        /// The segment.
        seq: u64,
    },
    /// Two devices have seen the same and hold different rows.
    Diverged {
        /// In which compartment.
        compartment: Compartment,
        /// The tables that differ.
        tables: Vec<u16>,
        /// The other device.
        witness: DeviceId,
    },
}

/// A device that was not heard of for long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stale {
    /// The device.
    pub device: DeviceId,
    /// When it was heard of last, or when it was first waited for, by this device's clock (milliseconds since 1970, UTC).
    pub since_ms: u64,
}
