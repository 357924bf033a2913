//! Carries out what the state machine asks for, between spool and server, until it asks for nothing more. Works locked.

use super::{fetch, push, roster, snapshot};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::wipe;
use std::collections::VecDeque;
use wardkeep_sync::id::Incarnation;
use wardkeep_sync::peer::Action;
use wardkeep_vault::random;

/// Vectors that one exchange asks for: whatever a server answers, it ends.
const VECTORS: usize = 6;
/// Other steps of one exchange.
const STEPS: usize = 10_000;

/// What an exchange has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Exchanged {
    /// Segments that the server stored.
    pub(super) sent: u64,
    /// Segments that are new here.
    pub(super) fetched: u64,
    /// The server could not take everything.
    pub(super) wait: bool,
}

impl Exchanged {
    /// What another exchange of the same round has done.
    pub(super) fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.fetched += more.fetched;
        self.wait |= more.wait;
    }
}

/// Asks the server what it has, and does what follows.
pub(super) fn exchange(clinic: &Clinic) -> Result<Exchanged, CommandError> {
    let mut done = Exchanged::default();
    let mut todo: VecDeque<Action> = VecDeque::from([Action::AskVector]);
    let (mut vectors, mut steps) = (0, 0);
    while let Some(action) = todo.pop_front() {
        steps += 1;
        if steps > STEPS {
            tracing::warn!("an exchange with the server does not end; the next round goes on");
            break;
        }
        if clinic.with_clinic_desk(|desk| Ok(wipe::ordered(desk)?.is_some()))? {
            // Nothing more is fetched; what is still to be sent goes with the wipe.
            break;
        }
        let next = match action {
            Action::AskVector if vectors == VECTORS => Vec::new(),
            Action::AskVector => {
                vectors += 1;
                push::ask_vector(clinic)?
            }
            Action::FetchRoster { .. } => roster::fetch(clinic)?,
            Action::PushRoster { expected } => {
                roster::give(clinic, expected)?;
                Vec::new()
            }
            Action::Push(gap) => push::push_chain(clinic, gap, &mut done)?,
            Action::Pull => fetch::pull(clinic, None, &mut done)?,
            Action::PullFrom { chain, after } => fetch::pull(clinic, Some((chain, after)), &mut done)?,
            Action::TakeSnapshot { compartment } => {
                snapshot::want(clinic, compartment);
                Vec::new()
            }
            Action::Backoff => {
                done.wait = true;
                Vec::new()
            }
            Action::Rewind { chain, keep } => clinic.with_clinic_desk(|desk| {
                desk.spool.forget_after(&chain, keep)?;
                let tip = desk.spool.frontier()?.tip(&chain);
                Ok(desk.peer()?.0.rewound(chain, tip))
            })?,
            Action::Reincarnate => {
                // The compartments' files follow when they are open: before anything is sealed or applied in them.
                let fresh = Incarnation(random::array(&*clinic.machine().random));
                clinic.with_clinic_desk(|desk| {
                    desk.peer()?.0.begin(fresh);
                    desk.save()
                })?;
                Vec::new()
            }
            Action::Alarm(_) => return Err(CommandError::internal("an alarm among things to do")),
        };
        merge(&mut todo, told(clinic, next)?);
    }
    clinic.with_clinic_desk(|desk| desk.save())?;
    Ok(done)
}

/// Raises the alarms; what is left is to be done.
pub(super) fn told(clinic: &Clinic, actions: Vec<Action>) -> Result<Vec<Action>, CommandError> {
    if actions.is_empty() {
        return Ok(actions);
    }
    let now_ms = clinic.machine().clock.now_ms();
    let forked = actions.iter().any(|action| {
        use wardkeep_sync::peer::Alarm as A;
        matches!(
            action,
            Action::Alarm(A::RosterForked { witness: None, .. } | A::RosterRefused(_))
        )
    });
    let rest = clinic.with_clinic_desk(|desk| desk.tell(actions, now_ms))?;
    if forked {
        // Nothing may be given to, or believed of, a server that shows another roster.
        return Err(ErrorCode::RosterRefused.into());
    }
    Ok(rest)
}

/// Adds what is not there yet. A question for the vector comes last: it makes all before it superfluous once it is asked.
fn merge(todo: &mut VecDeque<Action>, next: Vec<Action>) {
    for action in next {
        if !todo.contains(&action) {
            todo.push_back(action);
        }
    }
    if let Some(place) = todo.iter().position(|action| *action == Action::AskVector) {
        todo.remove(place);
        todo.push_back(Action::AskVector);
    }
}
