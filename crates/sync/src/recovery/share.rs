//! Three shares of a recovery key, of which any two make it again (Shamir 1979, over bytes) and one says nothing of it.
//!
//! A share is `version u8 | paper 5 | number u8 | value 32 | mark 8 of each share | check 7`, in Crockford's Base32, 28 groups of four. The check finds a slip
//! of the hand. The paper's name tells shares of different keys apart. The marks are hashes of all three values: each share vouches for the
//! others, so that one that somebody has altered is named. What two shares make counts only if it has the name that they bear.

use super::{CROCKFORD, PaperId, bare};
use crate::hybrid::Source;
use crate::secret::{Random, RecoverySecret};
use blahaj::Sharks;
use wardkeep_roster::key::digest;
use zeroize::Zeroizing;

/// How many there are.
pub const SHARES: usize = 3;

/// How many make the key.
const NEEDED: u8 = 2;
const VERSION: u8 = 1;
const VALUE_BYTES: usize = RecoverySecret::LENGTH;
const MARK_BYTES: usize = 8;
const CHECK_BYTES: usize = 7;
const BODY_BYTES: usize = 1 + 5 + 1 + VALUE_BYTES + SHARES * MARK_BYTES;
const CHARACTERS: usize = (BODY_BYTES + CHECK_BYTES) * 8 / 5;
const GROUP: usize = 4;
/// The longest text that is looked at.
const MAX_TEXT: usize = 4_096;
const MARK_CONTEXT: &str = "wardkeep 2026 recovery share mark v1";
const CHECK_CONTEXT: &str = "wardkeep 2026 recovery share check v1";

type Mark = [u8; MARK_BYTES];

/// One share. It has no `Debug`: two of them are the key.
pub struct Share {
    pub(super) paper: PaperId,
    pub(super) number: u8,
    pub(super) value: Zeroizing<[u8; VALUE_BYTES]>,
    pub(super) marks: [Mark; SHARES],
}

/// Why shares make no key. `at` is the place in which a share was given, `number` the one that it bears; both from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SharesError {
    /// Two are needed.
    #[error("one share alone makes no key")]
    TooFew,
    /// There are three.
    #[error("there are only three shares")]
    TooMany,
    /// Too long or too short.
    #[error("the share given as {at} has {found} characters instead of {CHARACTERS}")]
    Length {
        /// Which.
        at: usize,
        /// How many characters it has.
        found: usize,
    },
    /// Mistyped: the check does not fit, or a character is none of these.
    #[error("the share given as {at} is mistyped")]
    Mistyped {
        /// Which.
        at: usize,
    },
    /// Written by a newer version.
    #[error("the share given as {at} has format {version}, which needs a newer version")]
    Version {
        /// Which.
        at: usize,
        /// Its format.
        version: u8,
    },
    /// The same share twice.
    #[error("share {number} was given twice")]
    Twice {
        /// Which.
        number: u8,
    },
    /// Of another recovery key than the one that is wanted, or than the others.
    #[error("the share given as {at} is of another recovery key")]
    Foreign {
        /// Which.
        at: usize,
    },
    /// The two are of different keys.
    #[error("the shares are of different recovery keys")]
    Different,
    /// Somebody has altered it.
    #[error("share {number} was altered")]
    Altered {
        /// Which.
        number: u8,
    },
    /// One of them was altered, and which cannot be told without the third.
    #[error("one of the shares was altered; the third would tell which")]
    Disagree,
}

/// Makes the three shares of a key.
pub fn split(secret: &RecoverySecret, random: Random<'_>) -> [Share; SHARES] {
    let dealt: Vec<blahaj::Share> = Sharks(NEEDED)
        .dealer_rng(secret.expose(), &mut Source(random))
        .take(SHARES)
        .collect();
    let paper = secret.paper();
    let values: [Zeroizing<[u8; VALUE_BYTES]>; SHARES] = std::array::from_fn(|at| {
        let mut value = Zeroizing::new([0; VALUE_BYTES]);
        value.iter_mut().zip(&dealt[at].y).for_each(|(to, from)| *to = from.0);
        value
    });
    let mut number = 0;
    let marks = values.each_ref().map(|value| {
        number += 1;
        mark(paper, number, value)
    });
    let mut number = 0;
    values.map(|value| {
        number += 1;
        Share {
            paper,
            number,
            value,
            marks,
        }
    })
}

/// The key of two or three shares, in any order. `wanted` is the paper that the clinic's roster names, where it is known.
pub fn combine(shares: &[Share], wanted: Option<PaperId>) -> Result<RecoverySecret, SharesError> {
    match shares.len() {
        0 | 1 => return Err(SharesError::TooFew),
        2 | 3 => {}
        _ => return Err(SharesError::TooMany),
    }
    one_paper(shares, wanted)?;
    let numbers = || (0..shares.len()).flat_map(|one| (one + 1..shares.len()).map(move |two| (one, two)));
    for (one, two) in numbers() {
        if shares[one].number != shares[two].number {
            continue;
        }
        let number = shares[one].number;
        let same = shares[one].value == shares[two].value;
        return Err(if same {
            SharesError::Twice { number }
        } else {
            SharesError::Altered { number }
        });
    }
    for (one, two) in numbers() {
        let Some(secret) = joined(&shares[one], &shares[two]) else {
            continue;
        };
        // The third must lie on the same line, or whoever holds it learns now that it is worth nothing.
        let off = |third: &&Share| joined(&shares[one], third).is_none_or(|again| !again.same(&secret));
        let third = shares.iter().enumerate().find(|(at, _)| *at != one && *at != two);
        return match third.map(|(_, share)| share).filter(off) {
            Some(share) => Err(SharesError::Altered { number: share.number }),
            None => Ok(secret),
        };
    }
    Err(accused(shares))
}

/// Whether all are of one paper, and of the one that is wanted.
fn one_paper(shares: &[Share], wanted: Option<PaperId>) -> Result<(), SharesError> {
    let wanted = wanted.or_else(|| {
        // What two of three agree on.
        let common = |paper: &PaperId| shares.iter().filter(|share| share.paper == *paper).count() > 1;
        shares.iter().map(|share| share.paper).find(common)
    });
    let Some(wanted) = wanted else {
        return Err(SharesError::Different);
    };
    match shares.iter().position(|share| share.paper != wanted) {
        None => Ok(()),
        Some(at) => Err(SharesError::Foreign { at: at + 1 }),
    }
}

/// What two shares make, if it is the key whose name they bear.
fn joined(one: &Share, two: &Share) -> Option<RecoverySecret> {
    let points = [one.point()?, two.point()?];
    let bytes = Sharks(NEEDED).recover(&points).map(Zeroizing::new).ok()?;
    let secret = RecoverySecret::from_slice(&bytes)?;
    (secret.paper() == one.paper).then_some(secret)
}

/// The share that the others do not vouch for.
fn accused(shares: &[Share]) -> SharesError {
    let vouched = |share: &Share| {
        let own = mark(share.paper, share.number, &share.value);
        shares
            .iter()
            .all(|other| other.marks[usize::from(share.number) - 1] == own)
    };
    let mut bad = shares.iter().filter(|share| !vouched(share));
    match (bad.next(), bad.next()) {
        (Some(share), None) => SharesError::Altered { number: share.number },
        _ => SharesError::Disagree,
    }
}

fn mark(paper: PaperId, number: u8, value: &[u8; VALUE_BYTES]) -> Mark {
    let hash = digest(MARK_CONTEXT, &[&paper.0, &[number], value]);
    *hash.first_chunk().expect("a hash has 32 bytes")
}

impl Share {
    /// Which paper it is a part of.
    pub fn paper(&self) -> PaperId {
        self.paper
    }

    /// Which of the three, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// What is printed: groups of four characters with spaces between them.
    pub fn to_text(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(CROCKFORD.encode(&self.to_bytes()));
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
        for (at, character) in plain.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        text
    }

    /// Reads what was printed, in any case, with any spaces and hyphens. `at` is the place in which it was given, from 1, for the error.
    pub fn from_text(text: &str, at: usize) -> Result<Self, SharesError> {
        let found = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).count();
        if text.len() > MAX_TEXT || found != CHARACTERS {
            return Err(SharesError::Length { at, found });
        }
        let plain = bare(text);
        let bytes = CROCKFORD.decode(plain.as_bytes()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| SharesError::Mistyped { at })?;
        let (body, check) = bytes
            .split_last_chunk::<CHECK_BYTES>()
            .ok_or(SharesError::Mistyped { at })?;
        if digest(CHECK_CONTEXT, &[body])[..CHECK_BYTES] != *check {
            return Err(SharesError::Mistyped { at });
        }
        match body.first() {
            Some(&VERSION) => Self::read(&body[1..]).ok_or(SharesError::Mistyped { at }),
            Some(&version) => Err(SharesError::Version { at, version }),
            None => Err(SharesError::Mistyped { at }),
        }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(BODY_BYTES + CHECK_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.paper.0);
        bytes.push(self.number);
        bytes.extend_from_slice(&self.value[..]);
        bytes.extend_from_slice(self.marks.as_flattened());
        let check = digest(CHECK_CONTEXT, &[&bytes]);
        bytes.extend_from_slice(&check[..CHECK_BYTES]);
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (paper, rest) = bytes.split_first_chunk()?;
        let (number, rest) = rest.split_first()?;
        let (value, rest) = rest.split_first_chunk::<VALUE_BYTES>()?;
        let (marks, rest) = rest.as_chunks::<MARK_BYTES>();
        let number = Some(*number).filter(|number| (1..=SHARES).contains(&usize::from(*number)))?;
        rest.is_empty().then_some(())?;
        Some(Self {
            paper: PaperId(*paper),
            number,
            value: Zeroizing::new(*value),
            marks: marks.try_into().ok()?,
        })
    }

    /// As the library takes it.
    pub(super) fn point(&self) -> Option<blahaj::Share> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + VALUE_BYTES));
        bytes.push(self.number);
        bytes.extend_from_slice(&self.value[..]);
        blahaj::Share::try_from(&bytes[..]).ok()
    }
}
