//! A revoked device offers what it had not sent: sealed as it is, once, for an admin to decide about. It is let in for nothing else, and what it
//! offers changes nothing until an admin says so.

use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::link::Server;
use wardkeep_roster::roster::CutOff;
use wardkeep_sync::frontier::Gap;
use wardkeep_sync::id::{Chain, Tip};
use wardkeep_sync::wire::{PushResult, RefusalCode};
use wardkeep_vault::spool::Cursor;

/// Bytes of one post, below what the server takes.
const POST_BYTES: usize = 3 << 20;
/// Segments of one post.
const POST_SEGMENTS: usize = 500;

/// Posts what lies behind the line of the revocation, unless the server has all of it. `server` is reached under a key of the moment.
pub(super) fn offer(clinic: &Clinic, server: &Server) -> Result<(), CommandError> {
    let (of, device, gaps, offered) = clinic.with_clinic_desk(|desk| {
        let (roster, me) = (desk.roster()?, desk.device()?);
        let acknowledged = desk.spool.acknowledged()?;
        let behind = |(chain, tip): (&Chain, &Tip)| {
            let line = match roster.cut_off(&chain.device, &chain.incarnation.0, chain.compartment)? {
                CutOff::None => return None,
                CutOff::Unstated { .. } => acknowledged.seq(chain),
                CutOff::After { seq, .. } => seq,
            };
            (chain.device == me && tip.seq > line).then_some(Gap {
                chain: *chain,
                from: line + 1,
                to: tip.seq,
            })
        };
        let gaps: Vec<Gap> = desk.spool.frontier()?.iter().filter_map(behind).collect();
        Ok((roster.clinic(), me, gaps, desk.spool.cursor(Cursor::Rescued)?))
    })?;
    let all: u64 = gaps.iter().map(Gap::count).sum();
    if all == offered {
        return Ok(());
    }
    for gap in gaps {
        let mut from = gap.from;
        while from <= gap.to {
            let mut segments =
                clinic.with_clinic_desk(|desk| Ok(desk.spool.segments(&gap.chain, from, POST_BYTES)?))?;
            segments.truncate(POST_SEGMENTS);
            if segments.is_empty() {
                break;
            }
            let count = segments.len() as u64;
            let reply = clinic.ask_at(
                server,
                |link| async move { link.post_rescues(of, device, &segments).await },
            )?;
            for result in reply.results {
                match result {
                    PushResult::Stored | PushResult::Duplicate => {}
                    PushResult::Refused(RefusalCode::Full | RefusalCode::Storage) => {
                        return Err(ErrorCode::ServerFull.into());
                    }
                    PushResult::Refused(code) => {
                        // It may be what others have in another form; it stays here.
                        tracing::warn!(?code, "the server does not rescue a segment of this device");
                    }
                }
            }
            from += count;
        }
    }
    clinic.with_clinic_desk(|desk| Ok(desk.spool.set_cursor(Cursor::Rescued, all)?))
}
