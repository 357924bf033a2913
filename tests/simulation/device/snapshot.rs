//! Snapshots: made, countersigned and taken, with the real format and the real rule of trust. Only the rows' encoding is made for this.

use super::{Device, canonical};
use crate::clinic::head_of;
use crate::disk::{ChainState, Durable, Vault};
use crate::ledger::Token;
use crate::program;
use crate::random::Seeded;
use std::collections::BTreeMap;
use wardkeep_record::field::Kind;
use wardkeep_record::fields::Fields;
use wardkeep_record::id::RecordId;
use wardkeep_record::merge::{Clocks, RecordState};
use wardkeep_roster::Compartment;
use wardkeep_sync::snapshot::{Claim, Countersignature, Draft, Manifest, Opener, Sealer, has_passed, trust};

/// A snapshot as a server hands it out.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) manifest: Vec<u8>,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) countersignatures: Vec<Vec<u8>>,
    /// What the ledger asks for and no protocol knows: the acts that are in it.
    tokens: BTreeMap<Token, usize>,
}

impl Made {
    pub(crate) fn read(&self) -> Manifest {
        Manifest::parse(&self.manifest).unwrap()
    }
}

/// A snapshot that was not taken; nothing has changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused;

impl Device {
    fn claim(&self, part: Compartment) -> Option<Claim> {
        let vault = self.disk.vaults.get(&part).filter(|vault| vault.says_it_all())?;
        let chains = vault.chains.iter();
        let chains = chains.filter_map(|(chain, state)| Some((*chain, state.tip?, state.last_op)));
        Some(Claim::new(part, chains, self.digests(part)?))
    }

    /// One of what this device holds, if vector and rows say the same.
    pub(crate) fn make_snapshot(&self, part: Compartment, random: &mut Seeded, now_ms: u64) -> Option<Made> {
        let place = self.peer.place(part).ok()?;
        let vault = self.vault(part);
        let key = vault.keys.get(&place.epoch)?;
        let draft = Draft {
            clinic: place.clinic,
            maker: self.member.device(),
            roster: place.roster,
            epoch: place.epoch,
            schema: 1,
            made_ms: self.own_time(now_ms),
            claim: self.claim(part)?,
        };
        let mut sealer = Sealer::new(draft, key, &mut random.source()).unwrap();
        let mut chunks = Vec::new();
        for (id, row) in &vault.rows {
            sealer.push(&item(*id, row)).unwrap();
            chunks.extend(sealer.chunk().unwrap().map(|chunk| chunk.bytes));
        }
        let (last, manifest, _) = sealer.finish(&self.member.device_key).unwrap();
        chunks.push(last.bytes);
        Some(Made {
            manifest,
            chunks,
            countersignatures: Vec::new(),
            tokens: self.tokens(part),
        })
    }

    /// Signs it if this device stands where it was made and holds the same.
    pub(crate) fn countersign(&self, part: Compartment, made: &mut Made) -> bool {
        let clinic = self.peer.roster().clinic();
        let (claim, signed) = (self.claim(part), made.read().claim());
        let same = claim.is_some_and(|claim| claim.hash(&clinic) == signed);
        if same {
            let (me, head) = (self.member.device(), head_of(self.peer.roster()));
            let bytes = Countersignature::make((clinic, part, signed), me, head, &self.member.device_key);
            made.countersignatures.push(bytes);
        }
        same
    }

    /// Whether it holds every segment that a snapshot replaces.
    pub(crate) fn has_passed(&self, made: &Made) -> bool {
        has_passed(self.peer.held(), &made.read().vector)
    }

    /// Takes it whole, or not at all.
    pub(crate) fn take_snapshot(
        &mut self,
        part: Compartment,
        made: &Made,
        now_ms: u64,
    ) -> Durable<Result<(), Refused>> {
        let Ok((claim, rows)) = self.opened(part, made) else {
            return Ok(Err(Refused));
        };
        let vector = claim.vector().clone();
        self.disk.vault(part, |vault| vault.adopt(&claim, rows, &made.tokens))?;
        self.disk.spool(|spool| spool.segments.adopt(&vector))?;
        self.peer.adopt(&vector, now_ms);
        self.remember().map(Ok)
    }

    /// The rows of a snapshot that is trusted and says the truth.
    fn opened(&self, part: Compartment, made: &Made) -> Result<(Claim, BTreeMap<RecordId, RecordState>), Refused> {
        let manifest = Manifest::parse(&made.manifest).map_err(|_| Refused)?;
        let (roster, me) = (self.peer.roster(), self.member.device());
        trust(roster, Some(me), (&manifest, &made.manifest), &made.countersignatures).map_err(|_| Refused)?;
        let key = self.vault(part).keys.get(&manifest.epoch).ok_or(Refused)?;
        let mut opener = Opener::new(&manifest, key).map_err(|_| Refused)?;
        let mut rows = BTreeMap::new();
        for chunk in &made.chunks {
            opener.push(chunk.clone()).map_err(|_| Refused)?;
            while let Some(bytes) = opener.row().map_err(|_| Refused)? {
                rows.extend(Some(read(bytes).ok_or(Refused)?));
            }
        }
        let claim = opener.finish().map_err(|_| Refused)?;
        let taken = Vault {
            rows,
            ..Vault::default()
        };
        if claim.compartment() != part || self.digests_of(part, &taken).as_ref() != Some(claim.digests()) {
            return Err(Refused);
        }
        Ok((claim, taken.rows))
    }
}

fn item(id: RecordId, row: &RecordState) -> Vec<u8> {
    let fields = row.fields.to_bytes().len() as u32;
    [
        &id.as_bytes()[..],
        &row.kind.0.to_be_bytes(),
        &fields.to_be_bytes(),
        &canonical(row),
    ]
    .concat()
}

fn read(bytes: &[u8]) -> Option<(RecordId, RecordState)> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let (kind, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (patient, rest) = rest.split_first_chunk::<16>()?;
    let (fields, clocks) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let state = RecordState {
        kind: Kind(u16::from_be_bytes(*kind)),
        patient: (*patient != [0; 16]).then(|| RecordId::from_bytes(*patient)),
        fields: Fields::from_bytes(fields).ok()?,
        clocks: Clocks::from_bytes(clocks).ok()?,
    };
    Some((RecordId::from_bytes(*id), state))
}

impl Vault {
    /// The rows take the place of what is here; what is in the log is merged over them again.
    fn adopt(&mut self, claim: &Claim, rows: BTreeMap<RecordId, RecordState>, tokens: &BTreeMap<Token, usize>) {
        for row in rows.values() {
            if let Some(stamp) = row.latest() {
                self.hlc = self.hlc.observe(stamp.hlc);
            }
        }
        self.base = rows;
        self.inherited = tokens.clone();
        for (chain, tip, last_op) in claim.chains() {
            let here = self.chains.entry(chain).or_default();
            if here.tip.is_none_or(|here| here.seq <= tip.seq) {
                *here = ChainState {
                    tip: Some(tip),
                    last_op,
                    stopped: false,
                };
            }
        }
        self.merge_anew();
    }

    /// All rows from what came with a snapshot and from the log.
    pub(super) fn merge_anew(&mut self) {
        self.rows = self.base.clone();
        let ops: Vec<_> = self.log.values().filter(|logged| !logged.deferred).cloned().collect();
        for logged in ops {
            let op = program::read(&logged.bytes, program::LAST).unwrap();
            self.merge(op);
        }
    }
}
