//! `recovery_prepare`: makes a recovery key and shows it. It counts only after parts of it were typed again ([`super::enroll`]).

use super::prepared::Prepared;
use super::wire::{RecoveryQuestion, RecoverySheets};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::{CommandError, ErrorCode};
use crate::link::Pin;
use crate::sync::key::filler;
use serde::Deserialize;
use ts_rs::TS;
use wardkeep_record::role::Permission;
use wardkeep_sync::recovery::{split, to_words};
use wardkeep_sync::secret::RecoverySecret;
use wardkeep_vault::random::{self, Random};
use zeroize::Zeroizing;

/// Words of one sheet that are to be typed again.
const ASKED_OF_WORDS: usize = 4;
/// Groups of each share that are.
const ASKED_OF_SHARE: usize = 2;

/// In which form.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Three shares, of which two are enough, instead of 24 words.
    pub split: bool,
}

impl Command for Input {
    type Output = RecoverySheets;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::UserManage);

    fn run(self, clinic: &Clinic) -> Result<RecoverySheets, CommandError> {
        let link = clinic.with_clinic_desk(|desk| {
            desk.roster()?;
            desk.spool.server()?.ok_or_else(|| ErrorCode::NotAttached.into())
        })?;
        let random = &*clinic.env().random;
        let secret = RecoverySecret::make(&mut filler(random));
        let texts = if self.split {
            split(&secret, &mut filler(random)).map(|share| share.to_text()).into()
        } else {
            vec![to_words(&secret)]
        };
        let asked = ask(&texts, if self.split { ASKED_OF_SHARE } else { ASKED_OF_WORDS }, random);
        let sheets = RecoverySheets {
            paper: secret.paper().to_string(),
            server: link.address,
            pin: Pin(link.pin).to_string(),
            clinic: link.clinic.to_string(),
            sheets: texts
                .iter()
                .map(|text| text.split(' ').map(str::to_owned).collect())
                .collect(),
            questions: asked.iter().map(|(question, _)| *question).collect(),
        };
        clinic.recovery().put(Prepared { secret, asked });
        Ok(sheets)
    }
}

/// So many places of each sheet, by chance and in their order, with what stands there.
fn ask(texts: &[Zeroizing<String>], of_each: usize, random: &dyn Random) -> Vec<(RecoveryQuestion, Zeroizing<String>)> {
    let mut asked = Vec::new();
    for (sheet, text) in (1..).zip(texts) {
        let parts: Vec<&str> = text.split(' ').collect();
        let mut places: Vec<usize> = Vec::new();
        while places.len() < of_each {
            // 24 and 28 are far below 65,536: no place is favoured by more than a thousandth.
            let at = usize::from(u16::from_be_bytes(random::array(random))) % parts.len();
            if !places.contains(&at) {
                places.push(at);
            }
        }
        places.sort_unstable();
        for (place, at) in places
            .into_iter()
            .filter_map(|at| Some((u32::try_from(at).ok()? + 1, at)))
        {
            asked.push((RecoveryQuestion { sheet, place }, Zeroizing::new(parts[at].to_owned())));
        }
    }
    asked
}
