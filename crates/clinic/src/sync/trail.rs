//! The audit trail of the clinic: what every device seals of its chains, and what a reader's laptop takes in. Its reading writes no
//! audit entry, or two laptops would answer each other for ever.

use super::desk::Desk;
use super::key::{KEPT, enrollment, filler, kem_secret, wire_user};
use super::name;
use super::seal::renew;
use super::wire::ProblemKind;
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::session::Session;
use wardkeep_record::id::{DeviceId, UserId};
use wardkeep_record::op::Compartment;
use wardkeep_roster::{Compartment as Part, Enrollment, KemKey};
use wardkeep_sync::id::{Chain, Tip};
use wardkeep_sync::segment::{MAX_READERS, OpenError, Segment, seal_audit};
use wardkeep_vault::cipher::OpenError as FileError;
use wardkeep_vault::spool::{Cursor, Kept};
use wardkeep_vault::store::{Action, AuditRow, NOBODY_USER, store_device};
use wardkeep_vault::trail::{Trail, TrailEntry, TrailError};

/// Entries of one chain in one segment.
const STEP: u32 = 250;
/// Entries that wait for company: what no person did goes along with what somebody did, or after this time.
const COMPANY_MS: u64 = 60 * 60 * 1000;

/// Which entries leave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// If any of them is worth a segment of its own.
    Due,
    /// Whatever there is.
    Now,
}

/// Brings the unlocked reader's trail up to what is known here: what this laptop has written goes into segments, and what lies in the
/// spool into the trail. Needs no server, and does nothing where there is no clinic or nobody who may read.
pub(crate) fn refresh(clinic: &Clinic) -> Result<(), CommandError> {
    let reads = clinic.with_desk(|desk| Ok(desk.has_roster()))?;
    if reads != Some(true) {
        return Ok(());
    }
    clinic.with_both(|session, desk| seal(session, desk, When::Now))?;
    take_in(clinic)
}

/// Seals what is due. Says how many segments.
pub(super) fn seal_due(clinic: &Clinic) -> Result<u64, CommandError> {
    match clinic.with_both(|session, desk| seal(session, desk, When::Due)) {
        Err(error) if error.code == ErrorCode::Locked => Ok(0),
        other => other,
    }
}

/// Seals the entries of this device's chains that are not sealed yet, to everybody who may read the trail.
pub(super) fn seal(session: &Session, desk: &mut Desk, when: When) -> Result<u64, CommandError> {
    if !desk.has_roster() || desk.is_revoked()? || desk.compartments()?.is_empty() {
        return Ok(0);
    }
    let mut sealed = 0;
    while let Some(step) = waiting(session, desk, when)? {
        if !put(session, desk, &step)? {
            break;
        }
        sealed += 1;
    }
    Ok(sealed)
}

/// Entries for one segment, and where each chain then stands.
struct Waiting {
    entries: Vec<Vec<u8>>,
    marks: Vec<(Cursor, u64)>,
}

fn cursor_of(at: Compartment) -> Cursor {
    match at {
        Compartment::Office => Cursor::OfficeAudit,
        Compartment::Clinical => Cursor::ClinicalAudit,
    }
}

fn waiting(session: &Session, desk: &Desk, when: When) -> Result<Option<Waiting>, CommandError> {
    let own = desk.standing()?.own_chain(Part::Audit);
    // A chain that has just begun tells everything again: nobody can say what of a former life arrived.
    let fresh = desk.standing()?.held().tip(&own).is_none();
    let (mut entries, mut marks) = (Vec::new(), Vec::new());
    let mut due = when == When::Now;
    for at in KEPT.into_iter().filter(|at| session.holds(*at)) {
        let after = if fresh { 0 } else { desk.spool.cursor(cursor_of(at))? };
        let rows = session.read(|view| Ok(view.audit_after(at, after, STEP)?))?;
        let Some((last, _)) = rows.last() else { continue };
        marks.push((cursor_of(at), last.n));
        due |= rows.len() as u32 == STEP || rows.iter().any(|(row, _)| is_due(session, row));
        let bytes = |(row, hash)| TrailEntry::new(at, row, hash).to_bytes();
        entries.extend(rows.into_iter().map(bytes));
    }
    Ok((due && !entries.is_empty()).then_some(Waiting { entries, marks }))
}

/// Whether an entry is worth a segment: not what merely follows from what others did, which would make every change of one laptop
/// a segment of each of the others.
fn is_due(session: &Session, row: &AuditRow) -> bool {
    let follows = [Action::Receive.number(), Action::Approve.number()].contains(&row.action);
    !follows || session.now_ms().saturating_sub(row.at_ms) >= COMPANY_MS
}

/// Seals one segment into the spool. Says no where it cannot be done now.
fn put(session: &Session, desk: &mut Desk, waiting: &Waiting) -> Result<bool, CommandError> {
    let place = match desk.standing()?.audit_place() {
        Ok(place) => place,
        Err(why) => {
            tracing::debug!(%why, "no audit entries are sealed now");
            return Ok(false);
        }
    };
    let roster = desk.roster()?;
    let reader = |one: Enrollment| Some((one, &roster.enrollment(&one)?.keys.kem));
    let mut readers: Vec<(Enrollment, &KemKey)> = roster.active_enrollments(Part::Audit).filter_map(reader).collect();
    if readers.len() > MAX_READERS {
        tracing::warn!(
            readers = readers.len(),
            "more readers of the audit trail than a segment takes"
        );
        readers.truncate(MAX_READERS);
    }
    if readers.is_empty() {
        return Ok(false);
    }
    let device_key = desk.device_key()?;
    let random = &mut filler(&*session.env.random);
    let bytes = seal_audit(&place, &readers, &waiting.entries, &device_key, random)
        .map_err(|_| CommandError::internal("sealing audit entries"))?;
    let tip = Segment::parse(&bytes)
        .map(|segment| Tip {
            seq: segment.header().seq,
            hash: segment.hash(),
        })
        .map_err(|_| CommandError::internal("a segment of audit entries"))?;
    // A kill between the two seals the same entries again, and whoever reads them knows them by their numbers.
    match desk.spool.keep_segments(&[&bytes])?.first() {
        Some(Kept::New) => {}
        _ => return renew(session, desk).map(|()| false),
    }
    for (cursor, n) in &waiting.marks {
        desk.spool.set_cursor(*cursor, *n)?;
    }
    desk.peer()?.0.stored(place.chain, tip, session.now_ms());
    Ok(true)
}

/// The trail of the unlocked user, where they may read one.
pub(crate) fn open(session: &Session, desk: &Desk) -> Result<Option<Trail>, CommandError> {
    let me = enrollment(session.device(), session.user);
    if !desk.has_roster() || !desk.roster()?.active_enrollments(Part::Audit).any(|one| one == me) {
        return Ok(None);
    }
    let unlocked = session.unlocked();
    let Some(keys) = &unlocked.enrollment else {
        return Ok(None);
    };
    let home = &session.env.home;
    match Trail::open(home, session.user, &keys.kem) {
        // Enrolled anew with other keys, or damaged: it is made again from the segments, as far as they open.
        Err(TrailError::File(FileError::WrongKey { .. } | FileError::Damaged { .. })) => {
            home.quarantine(&home.trail_db(session.user), session.now_ms())?;
            Ok(Some(Trail::open(home, session.user, &keys.kem)?))
        }
        other => Ok(Some(other?)),
    }
}

/// Takes the segments in the spool into the reader's trail. What is wrong with one stops its chain and no other.
pub(super) fn take_in(clinic: &Clinic) -> Result<(), CommandError> {
    super::apply::unless_locked(clinic.with_both(|session, desk| {
        let Some(mut trail) = open(session, desk)? else {
            return Ok(());
        };
        let chains = desk.spool.frontier()?.within(&[Part::Audit]);
        for (chain, tip) in chains.iter() {
            let device = store_device(chain.device);
            let from = trail.taken(device, &chain.incarnation.0)? + 1;
            if from <= tip.seq && device != session.device() {
                trail.hear(device, session.now_ms())?;
            }
            for seq in from..=tip.seq {
                if take_one(session, desk, &mut trail, *chain, seq)? {
                    continue;
                }
                let device = name::of_device(session, desk, chain.device);
                let now_ms = session.now_ms();
                let mut live = clinic.sync().live();
                live.problem(ProblemKind::Unreadable, Some(device), 1, now_ms);
                break;
            }
        }
        Ok(())
    }))
}

/// Takes one segment in; says no where it cannot be read.
fn take_one(session: &Session, desk: &Desk, trail: &mut Trail, chain: Chain, seq: u64) -> Result<bool, CommandError> {
    let device = store_device(chain.device);
    let place = (&chain.incarnation.0, seq);
    match read(session, desk, chain, seq)? {
        Read::Entries(entries) => trail.take(device, place, &entries)?,
        Read::ForOthers => trail.pass_over(device, place)?,
        Read::Nothing => return Ok(false),
    }
    Ok(true)
}

/// What a segment in the spool holds.
pub(crate) enum Read {
    /// These entries.
    Entries(Vec<TrailEntry>),
    /// It was sealed to other readers.
    ForOthers,
    /// It is not there, or not as its device signed it.
    Nothing,
}

/// Opens a segment of somebody's trail, checked as if it had just come.
pub(crate) fn read(session: &Session, desk: &Desk, chain: Chain, seq: u64) -> Result<Read, CommandError> {
    let me = enrollment(session.device(), session.user);
    let unlocked = session.unlocked();
    let Some(keys) = &unlocked.enrollment else {
        return Ok(Read::Nothing);
    };
    let Some(bytes) = desk.spool.segment(&chain, seq)? else {
        return Ok(Read::Nothing);
    };
    let roster = desk.roster()?;
    let Some(verified) = Segment::parse(&bytes).ok().and_then(|one| one.verify(roster).ok()) else {
        return Ok(Read::Nothing);
    };
    let header = verified.segment().header();
    if (header.chain, header.seq) != (chain, seq) {
        return Ok(Read::Nothing);
    }
    let ops = match verified.open_audit(&me, &kem_secret(&keys.kem)?) {
        Ok(ops) => ops,
        Err(OpenError::NotMine) => return Ok(Read::ForOthers),
        Err(why) => {
            tracing::warn!(%why, "audit entries do not open");
            return Ok(Read::Nothing);
        }
    };
    let entries: Result<Vec<_>, _> = ops.iter().map(|(_, bytes)| TrailEntry::from_bytes(bytes)).collect();
    Ok(entries.map_or(Read::Nothing, Read::Entries))
}

/// A person by their name on the surfaces; nothing for what no person did.
pub(crate) fn user_name(session: &Session, desk: &Desk, user: UserId) -> Option<String> {
    let listed = || (user != NOBODY_USER).then(|| name::of_user(session, desk, wire_user(user)));
    session.user_name(user).or_else(listed)
}

/// A device by its name on the surfaces.
pub(crate) fn device_name(session: &Session, desk: &Desk, device: DeviceId) -> String {
    name::of_device(session, desk, wardkeep_vault::store::wire_device(device))
}
