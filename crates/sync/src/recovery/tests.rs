//! Words and shares: there and back, and every way in which a paper can be wrong.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use super::*;
use crate::tests::Seeded;
use proptest::prelude::*;

fn secret(seed: u64) -> RecoverySecret {
    RecoverySecret::make(&mut Seeded::new(seed).source())
}

fn shares(seed: u64) -> [Share; SHARES] {
    split(&secret(seed), &mut Seeded::new(seed + 100).source())
}

/// Shares as they are typed again.
fn typed(texts: &[&str]) -> Result<Vec<Share>, SharesError> {
    let read = texts.iter().enumerate();
    read.map(|(at, text)| Share::from_text(text, at + 1)).collect()
}

fn words(secret: &RecoverySecret) -> Vec<String> {
    to_words(secret).split(' ').map(str::to_owned).collect()
}

fn read(words: &[String]) -> Option<WordsError> {
    from_words(&words.join(" ")).err()
}

#[test]
fn what_is_printed_is_frozen() {
    let (secret, shares) = (secret(1), shares(1));
    insta::assert_snapshot!(*to_words(&secret));
    insta::assert_snapshot!(secret.paper());
    insta::assert_snapshot!(shares.each_ref().map(|share| share.to_text().to_string()).join("\n"));
    let keys = secret.keys(ClinicId([7; 32])).unwrap();
    insta::assert_snapshot!(blake3::hash(&[&keys.sign.as_bytes()[..], keys.kem.as_bytes()].concat()).to_hex());
}

#[test]
fn words_come_back_however_they_are_typed() {
    let secret = secret(2);
    let words = words(&secret);
    let short = words.iter().map(|word| &word[..word.len().min(4)]);
    let numbered = words
        .iter()
        .enumerate()
        .map(|(at, word)| format!("{}. {word}\n", at + 1));
    for text in [
        words.join(" "),
        format!("  {}\n{}", words.join("\n\t").to_uppercase(), secret.paper()),
        short.collect::<Vec<_>>().join(" "),
        numbered.collect::<String>() + &secret.paper().to_string().to_lowercase(),
    ] {
        assert!(from_words(&text).unwrap().same(&secret), "{text}");
    }
}

#[test]
fn a_list_that_is_cut_or_too_long_says_so() {
    let mut words = words(&secret(3));
    for count in [0, 1, 12, 23] {
        assert_eq!(read(&words[..count]), Some(WordsError::Count(count)));
    }
    words.push("zoo".into());
    assert_eq!(read(&words), Some(WordsError::Count(25)));
    assert!(matches!(
        from_words(&"zoo ".repeat(9_000)).err(),
        Some(WordsError::Count(_))
    ));
}

#[test]
fn a_word_that_is_none_is_named_by_its_place() {
    let mut words = words(&secret(4));
    words[6] = "zebu".into();
    assert_eq!(read(&words), Some(WordsError::Unknown(7)));
    words[2] = "ab".into();
    assert_eq!(read(&words), Some(WordsError::Unknown(3)), "two letters tell no word");
}

#[test]
fn with_the_check_characters_a_slip_is_found_and_named() {
    let secret = secret(5);
    let (right, check) = (words(&secret), secret.paper().to_string());
    let with = |words: &[String]| from_words(&format!("{} {check}", words.join(" "))).err();
    let mut swapped = right.clone();
    swapped.swap(3, 17);
    assert_eq!(with(&swapped), Some(WordsError::Swapped(4, 18)));
    let mut wrong = right.clone();
    wrong[20] = if right[20] == "zoo" {
        "abandon".into()
    } else {
        "zoo".into()
    };
    assert_eq!(with(&wrong), Some(WordsError::Wrong(21)));
    wrong[1] = wrong[20].clone();
    assert!(matches!(with(&wrong), Some(WordsError::Mixed | WordsError::OtherPaper)));
    let other = self::secret(6);
    assert_eq!(
        from_words(&format!("{} {}", right.join(" "), other.paper())).err(),
        Some(WordsError::OtherPaper)
    );
    assert_eq!(
        from_words(&format!("{} 12-!", right.join(" "))).err(),
        Some(WordsError::Check)
    );
}

#[test]
fn without_them_most_slips_are_found_and_none_gives_the_same_key() {
    let secret = secret(7);
    let right = words(&secret);
    let mut unnoticed = 0;
    for first in 0..WORDS {
        for second in first + 1..WORDS {
            let mut swapped = right.clone();
            swapped.swap(first, second);
            match from_words(&swapped.join(" ")) {
                Err(why) => assert_eq!(why, WordsError::Mixed),
                Ok(other) => {
                    unnoticed += 1;
                    assert!(right[first] == right[second] || !other.same(&secret));
                }
            }
        }
    }
    assert!(
        unnoticed < 12,
        "one in 256 passes the check bits, and is held to the roster: {unnoticed}"
    );
}

#[test]
fn any_two_shares_make_the_key_and_all_three_do() {
    let texts = shares(8).each_ref().map(|share| share.to_text().to_string());
    let [a, b, c] = texts.each_ref().map(String::as_str);
    for given in [vec![a, b], vec![b, a], vec![a, c], vec![c, b], vec![c, a, b]] {
        let read = typed(&given).unwrap();
        assert!(combine(&read, None).unwrap().same(&secret(8)));
        assert!(combine(&read, Some(secret(8).paper())).unwrap().same(&secret(8)));
    }
    let copied = a.to_lowercase().replace(' ', "-").replace('0', "o").replace('1', "l");
    assert!(combine(&typed(&[&copied, c]).unwrap(), None).unwrap().same(&secret(8)));
}

#[test]
fn what_is_wrong_with_shares_is_said_and_which() {
    let (mine, other) = (shares(9), shares(10));
    let error = |shares: Vec<Share>, wanted| combine(&shares, wanted).err();
    let share = |number: usize| Share::from_text(&mine[number - 1].to_text(), number).unwrap();
    let foreign = |number: usize| Share::from_text(&other[number - 1].to_text(), number).unwrap();
    let wanted = Some(secret(9).paper());
    assert_eq!(error(vec![share(2)], wanted), Some(SharesError::TooFew));
    assert_eq!(error(vec![], None), Some(SharesError::TooFew));
    assert_eq!(
        error(vec![share(2), share(2)], wanted),
        Some(SharesError::Twice { number: 2 })
    );
    assert_eq!(
        error(vec![share(1), foreign(2)], wanted),
        Some(SharesError::Foreign { at: 2 })
    );
    assert_eq!(error(vec![share(1), foreign(2)], None), Some(SharesError::Different));
    assert_eq!(
        error(vec![foreign(3), share(1), share(2)], None),
        Some(SharesError::Foreign { at: 1 })
    );
    let many = vec![share(1), share(2), share(3), share(1)];
    assert_eq!(error(many, None), Some(SharesError::TooMany));
    let text = mine[0].to_text();
    for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b' ') {
        let mut slip = text.to_string();
        slip.replace_range(at..=at, if &text[at..=at] == "7" { "8" } else { "7" });
        assert_eq!(Share::from_text(&slip, 2).err(), Some(SharesError::Mistyped { at: 2 }));
    }
    assert_eq!(
        Share::from_text(&text[..text.len() - 1], 1).err(),
        Some(SharesError::Length { at: 1, found: 111 })
    );
    assert_eq!(
        Share::from_text(&text.replacen('0', "U", 1).replacen('2', "U", 1), 1).err(),
        Some(SharesError::Mistyped { at: 1 })
    );
}

/// A share whose holder has changed it and made the check fit again.
fn altered(share: &Share, marks_too: bool) -> Share {
    let mut value = share.value.clone();
    value[5] ^= 0x40;
    let mut marks = share.marks;
    if marks_too {
        marks = marks.map(|mut mark| {
            mark[0] ^= 1;
            mark
        });
    }
    let forged = Share {
        paper: share.paper,
        number: share.number,
        value,
        marks,
    };
    Share::from_text(&forged.to_text(), 1).unwrap()
}

#[test]
fn a_share_that_its_holder_has_altered_is_named() {
    let [one, two, three] = shares(11);
    let forged = altered(&two, false);
    assert_eq!(
        combine(&[one, forged], None).err(),
        Some(SharesError::Altered { number: 2 }),
        "the other share vouches for what it was"
    );
    let [one, ..] = shares(11);
    let forged = altered(&two, true);
    assert_eq!(combine(&[one, forged], None).err(), Some(SharesError::Disagree));
    let [one, ..] = shares(11);
    let forged = altered(&two, true);
    assert_eq!(
        combine(&[one, forged, three], None).err(),
        Some(SharesError::Altered { number: 2 }),
        "with the third it is certain"
    );
}

#[test]
fn one_share_says_nothing_of_the_key() {
    // For every value of a byte of the key there is a second share that makes it: so the first alone excludes none.
    let first = shares(12)[0].point().unwrap();
    let mut possible = std::collections::BTreeSet::new();
    for byte in 0..=u8::MAX {
        let second = blahaj::Share::try_from(&[&[2], &[byte; 32][..]].concat()[..]).unwrap();
        possible.insert(blahaj::Sharks(2).recover(&[first.clone(), second]).unwrap()[0]);
    }
    assert_eq!(possible.len(), 256);
}

#[test]
fn a_papers_name_comes_back() {
    let paper = secret(13).paper();
    assert_eq!(paper.to_string().parse(), Ok(paper));
    assert_eq!(paper.to_string().to_lowercase().replace('-', " ").parse(), Ok(paper));
    for text in ["", "AAAA", "AAAA-AAAAA", "AAAA-AAAU", &"A".repeat(100)] {
        assert_eq!(text.parse::<PaperId>(), Err(NotAPaper));
    }
}

proptest! {
    #[test]
    fn garbage_never_panics(text in ".{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = from_words(&text);
        let _ = Share::from_text(&text, 1);
        let _ = Share::read(&bytes);
        let _ = text.parse::<PaperId>();
    }
}
