//! What a person types from a paper, read into the key, or an error that says what is wrong with it.

use crate::error::{CommandError, ErrorCode};
use crate::secret::Password;
use wardkeep_sync::recovery::{self, PaperError, PaperId, Share, SharesError, WordsError};
use wardkeep_sync::secret::RecoverySecret;

/// The key of one text of words, or of two or three shares. `wanted` is the clinic's paper, where it is known.
pub(super) fn read(typed: &[Password], wanted: Option<PaperId>) -> Result<RecoverySecret, CommandError> {
    match typed {
        [] => Err(of_words(WordsError::Count(0))),
        // A share where the words should be is told as what it is.
        [one] if Share::from_text(one.reveal(), 1).is_ok() => Err(of_shares(SharesError::TooFew)),
        [words] => recovery::from_words(words.reveal()).map_err(of_words),
        several => {
            if several.len() > recovery::SHARES {
                return Err(of_shares(SharesError::TooMany));
            }
            let read = several.iter().enumerate();
            let shares: Result<Vec<Share>, SharesError> = read
                .map(|(at, share)| Share::from_text(share.reveal(), at + 1))
                .collect();
            recovery::combine(&shares.map_err(of_shares)?, wanted).map_err(of_shares)
        }
    }
}

fn of_words(why: WordsError) -> CommandError {
    let field = match why {
        WordsError::Count(found) => format!("words.count[{found}]"),
        WordsError::Unknown(place) => format!("words.unknown[{place}]"),
        WordsError::Wrong(place) => format!("words.wrong[{place}]"),
        WordsError::Swapped(one, two) => format!("words.swapped[{one},{two}]"),
        WordsError::Check => "words.check".into(),
        WordsError::Mixed => "words.mixed".into(),
        WordsError::OtherPaper => "words.paper".into(),
    };
    CommandError::new(ErrorCode::RecoveryWords).at(field)
}

fn of_shares(why: SharesError) -> CommandError {
    let field = match why {
        SharesError::TooFew => "shares.few".into(),
        SharesError::TooMany => "shares.many".into(),
        SharesError::Length { at, .. } => format!("shares.length[{at}]"),
        SharesError::Mistyped { at } => format!("shares.mistyped[{at}]"),
        SharesError::Version { at, .. } => format!("shares.version[{at}]"),
        SharesError::Foreign { at } => format!("shares.foreign[{at}]"),
        SharesError::Different => "shares.different".into(),
        SharesError::Twice { number } => format!("shares.twice[{number}]"),
        SharesError::Altered { number } => format!("shares.altered[{number}]"),
        SharesError::Disagree => "shares.disagree".into(),
    };
    CommandError::new(ErrorCode::RecoveryShares).at(field)
}

/// A paper that reads well and is not the clinic's.
pub(super) fn of_paper(why: PaperError) -> CommandError {
    CommandError::new(ErrorCode::RecoveryKey).at(match why {
        PaperError::None => "none",
        PaperError::Replaced { .. } => "replaced",
        PaperError::Other => "other",
    })
}
