//! What the state machine finds wrong, by the names that surfaces know.

use super::wire::ProblemKind;
use wardkeep_sync::peer::Alarm;

/// The kind of problem, and whom it is about: a device's id as the roster writes it, or a word of the program.
pub(super) fn named(alarm: &Alarm) -> (ProblemKind, String) {
    use Alarm as A;
    use ProblemKind as P;
    let server = || "server".to_owned();
    let roster = || "roster".to_owned();
    match alarm {
        A::ServerLost { .. } => (P::ServerLostData, server()),
        A::ServerDisagrees { chain, .. } => (P::Fork, chain.device.to_string()),
        A::NotDelivered { gaps } => {
            let device = gaps.first().map(|gap| gap.chain.device.to_string());
            (P::Withheld, device.unwrap_or_else(server))
        }
        A::Dropped { gaps } => {
            let device = gaps.first().map(|gap| gap.chain.device.to_string());
            (P::SegmentsDropped, device.unwrap_or_else(server))
        }
        A::Withheld { gap, .. } => (P::Withheld, gap.chain.device.to_string()),
        A::Refused { chain, .. } => (P::Refused, chain.device.to_string()),
        A::BadAnswer => (P::Refused, server()),
        A::RosterRolledBack { .. } => (P::ServerRolledBack, roster()),
        A::RosterForked { .. } => (P::Fork, roster()),
        A::RosterRefused(_) => (P::Refused, roster()),
        A::BeyondRevocation { gap } => (P::Quarantined, gap.chain.device.to_string()),
        A::RosterWithheld { .. } => (P::Withheld, roster()),
        A::Forked { chain, .. } => (P::Fork, chain.device.to_string()),
        A::WitnessDisagrees { chain, .. } => (P::Fork, chain.device.to_string()),
        A::Cloned { chain, .. } => (P::Clone, chain.device.to_string()),
        A::Rejected(_) => (P::Unreadable, server()),
        A::Unreadable { chain, .. } => (P::Unreadable, chain.device.to_string()),
        A::Diverged { witness, .. } => (P::Divergence, witness.to_string()),
    }
}

/// The stored name of a kind of problem: that of its JSON.
pub(crate) fn kind_name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::ServerLostData => "server_lost_data",
        ProblemKind::ServerRolledBack => "server_rolled_back",
        ProblemKind::Withheld => "withheld",
        ProblemKind::Fork => "fork",
        ProblemKind::Clone => "clone",
        ProblemKind::Divergence => "divergence",
        ProblemKind::Unreadable => "unreadable",
        ProblemKind::Quarantined => "quarantined",
        ProblemKind::NewerVersion => "newer_version",
        ProblemKind::Clock => "clock",
        ProblemKind::Refused => "refused",
        ProblemKind::ServerFull => "server_full",
        ProblemKind::ServerFault => "server_fault",
        ProblemKind::Certificate => "certificate",
        ProblemKind::NoKey => "no_key",
        ProblemKind::SnapshotRefused => "snapshot_refused",
        ProblemKind::SegmentsDropped => "segments_dropped",
        ProblemKind::FalseReceipt => "false_receipt",
        ProblemKind::FileDamaged => "file_damaged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_are_those_of_the_json() {
        use ProblemKind as P;
        for kind in [
            P::ServerLostData,
            P::ServerRolledBack,
            P::Withheld,
            P::Fork,
            P::Clone,
            P::Divergence,
            P::Unreadable,
            P::Quarantined,
            P::NewerVersion,
            P::Clock,
            P::Refused,
            P::ServerFull,
            P::ServerFault,
            P::Certificate,
            P::NoKey,
            P::SnapshotRefused,
            P::SegmentsDropped,
            P::FalseReceipt,
            P::FileDamaged,
        ] {
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind_name(kind).into()));
        }
    }
}
