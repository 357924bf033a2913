//! What arrives: judged, stored sealed as it is, applied when its key is here.

use super::Device;
use crate::disk::Durable;
use wardkeep_sync::epoch::former_keys;
use wardkeep_sync::parcel::ParcelError;
use wardkeep_sync::{Action, Incarnation, Parcel, Step};

impl Device {
    /// One segment arrives. The actions that are left for the connection.
    pub(crate) fn take(&mut self, bytes: &[u8], now_ms: u64) -> Durable<Vec<Action>> {
        let step = self.peer.on_segment(&self.disk.spool.segments, bytes);
        let actions = match step {
            Step::Store(_, actions) => {
                let rest = self.act(actions)?;
                let memory = self.peer.memory().clone();
                let (chain, tip) = self.disk.spool(|spool| {
                    spool.memory = memory;
                    spool.segments.put(bytes)
                })?;
                let now_ms = self.own_time(now_ms);
                let more = self.peer.stored(chain, tip, now_ms);
                rest.into_iter().chain(more).collect()
            }
            Step::Quarantine(verified) => {
                let header = verified.segment().header();
                self.disk.spool(|spool| spool.aside.push(bytes.to_vec()))?;
                self.peer.quarantined(header.chain, header.seq);
                Vec::new()
            }
            Step::Refuse(actions) => self.act(actions)?,
            Step::FetchRoster => vec![Action::FetchRoster {
                after: self.peer.roster().head().0,
            }],
            Step::Skip | Step::Missing(_) => Vec::new(),
        };
        Ok(actions)
    }

    /// Does what can be done without a connection, in the order in which it was asked for.
    pub(crate) fn act(&mut self, actions: Vec<Action>) -> Durable<Vec<Action>> {
        let mut rest = Vec::new();
        for action in self.note(actions) {
            match action {
                Action::Reincarnate => {
                    self.lives += 1;
                    let mut fresh = self.member.device().0;
                    (fresh[1], fresh[2]) = (0xf0, self.lives);
                    self.begin_life(Incarnation(fresh))?;
                }
                Action::Rewind { chain, keep } => rest.extend(self.rewind(chain, keep)?),
                other => rest.push(other),
            }
        }
        Ok(rest)
    }

    /// A parcel of the mailbox. Whether it may be removed there.
    pub(crate) fn take_parcel(&mut self, bytes: &[u8]) -> Durable<Result<(), ParcelError>> {
        let roster = self.peer.roster();
        let open = || {
            let parcel = Parcel::verify(roster, bytes)?;
            let key = parcel.open(roster, &self.member.me, &self.member.kem)?;
            let label = *parcel.label();
            let former = former_keys(roster, label.compartment, label.epoch, &key, 1)?;
            Ok((label, key, former))
        };
        let (label, key, former) = match open() {
            Ok(opened) => opened,
            Err(why) => return Ok(Err(why)),
        };
        self.disk.vault(label.compartment, |vault| {
            vault.keys.insert(label.epoch, key.into());
            vault
                .keys
                .extend(former.into_iter().map(|(epoch, key)| (epoch, key.into())));
        })?;
        Ok(Ok(()))
    }
}
