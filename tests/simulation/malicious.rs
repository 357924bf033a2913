//! Every lie of a server, one test each, by the numbers of the list of attacks. Each ends in 'rejected' or in an alarm that names it, never in
//! changed records, and loses nothing: when the server is honest again, everybody holds everything.
//!
//! | number | attack | test |
//! | --- | --- | --- |
//! | 1, 2, 6, 7, 20, 21, 22, 29 | bytes: flipped, altered, moved, corrupted, opened twice, downgraded, confused, too large | `bytes`, `places`, `giants` |
//! | 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 28 | history: hidden, dropped, rolled back, forked, forged, isolated, clocks | `hidden`, `history` |
//! | 28, of leases | a clock that lies lengthens none | `lease`, and `sync::leases` in the tests of `clinic` with a whole device |
//! | 15, 16, 17, 18, 19 | people: keys swapped, approvals replayed, admins who are none, old rosters, recipients left out | `people` |
//! | 21, of TLS and the pin | older TLS, another authority, another's certificate, a revoked key | `crates/server/tests/server/tls.rs` |
//! | 23, what erases | answers and entries that erase nothing | `people`; forged, replayed and misaddressed orders and receipts: `wipe` |
//! | 24 | a suppressed wipe | `wipe` |
//! | 25 | snapshots: one signer, stale vector, swapped, missing or extra chunk | `snapshots` |
//! | 26 | attachment chunks swapped, cut, reused | comes with attachments |
//! | 27 | segments dropped early that a device still needs | `snapshots` |
//! | 30 | wrong recovery words, a bad or foreign share, a paper left out or replaced | `recovery` |

mod bytes;
mod giants;
mod hidden;
mod history;
mod join;
mod lease;
mod people;
mod places;
mod recovery;
mod snapshots;
mod wipe;

use crate::clinic::KEPT;
use crate::device::{Device, Wish, canonical};
use crate::disk::place_of;
use crate::world::World;
use wardkeep_record::id::RecordId;
use wardkeep_roster::Compartment;
use wardkeep_roster::key::digest;
use wardkeep_sync::segment::SIGNATURE_BYTES;
use wardkeep_sync::{Alarm, Chain, Gap};

const OFFICE: Compartment = Compartment::Office;

/// Four people, the third at the desk, each with a record; all in step and nobody alarmed.
fn in_step() -> (World, RecordId) {
    let mut world = World::new(4, 1);
    let records: Vec<RecordId> = (0..4).map(|at| world.register(at, OFFICE)).collect();
    world.register(1, Compartment::Clinical);
    world.rounds(3);
    world.devices.iter().for_each(|device| assert_eq!(device.alarms, []));
    (world, records[1])
}

/// The second device writes once more, and sends it.
fn one_more(world: &mut World, record: RecordId) {
    world.act(1, OFFICE, Wish::Edit(record, 0));
    world.sync(1);
}

/// All rows of a device.
fn rows(device: &Device) -> Vec<Vec<u8>> {
    let parts = KEPT.iter().filter_map(|part| device.disk.vaults.get(part));
    parts.flat_map(|vault| vault.rows.values().map(canonical)).collect()
}

fn own_chain(world: &World, at: usize) -> Chain {
    world.devices[at].peer.own_chain(OFFICE)
}

/// One segment of a device's office chain, as the server has it.
fn segment(world: &World, of: usize, seq: u64) -> Vec<u8> {
    let chain = own_chain(world, of);
    let gap = Gap {
        chain,
        from: seq,
        to: seq,
    };
    world.server.store.range(&gap).remove(0)
}

/// The same bytes, signed by this device, as only its owner can.
fn signed_by(world: &World, at: usize, bytes: &[u8]) -> Vec<u8> {
    let body = &bytes[..bytes.len() - SIGNATURE_BYTES];
    let hash = digest("wardkeep 2026 segment v1", &[body]);
    let signature = world.devices[at].member.device_key.sign_digest(&hash);
    [body, &signature.0].concat()
}

/// A segment arrives at the first device outside of a connection. Whether it was refused without a trace in rows and held segments.
fn refused(world: &mut World, bytes: &[u8]) -> bool {
    let (before, held) = (rows(&world.devices[0]), world.devices[0].peer.held().clone());
    let now_ms = world.now_ms;
    let alarms = world.devices[0].alarms.len();
    let actions = world.devices[0].take(bytes, now_ms).unwrap();
    assert_eq!(world.devices[0].peer.held(), &held, "nothing of it is held");
    world.devices[0].apply().unwrap();
    assert_eq!(rows(&world.devices[0]), before, "no record changed");
    // Refused by name, or put off until a roster comes that will never come.
    world.devices[0].alarms.len() > alarms || !actions.is_empty()
}

/// Whether a device was told such a thing.
fn told(world: &World, at: usize, what: impl Fn(&Alarm) -> bool) -> bool {
    world.devices[at].alarms.iter().any(what)
}

fn rejected(alarm: &Alarm) -> bool {
    matches!(alarm, Alarm::Rejected(_))
}

/// The server is honest again: everybody holds everything, and what people were told is saved is there.
fn healed(world: &mut World) {
    world.server.hidden.clear();
    world.server.forgets = false;
    world.server.tamper = None;
    for device in &mut world.devices {
        device.update(crate::program::LAST).unwrap();
    }
    world.rounds(4);
    for part in KEPT {
        let held = world.server.relay.held().within(&[part]);
        for device in world
            .devices
            .iter()
            .filter(|device| device.peer.compartments().contains(&part))
        {
            assert_eq!(device.peer.held().within(&[part]), held);
            assert_eq!(device.digests(part), world.devices[0].digests(part));
            world.ledger.check(part, device);
        }
    }
}

/// The last segment of a device's chain.
fn last(world: &World, of: usize) -> u64 {
    let chain = own_chain(world, of);
    let seq = world.server.relay.held().seq(&chain);
    assert_eq!(place_of(&segment(world, of, seq)).1.seq, seq);
    seq
}
