//! Names of people: how one shows, how names sort, and what of them is searched.

mod token;

pub use token::{fold, fold_digits, query_words, tokens};

use crate::patient::{HumanName, NameUse};

/// As the banner shows it: `FAMILY, Given (Title)`; of a single name that part alone, of a name that is only text the text.
/// Empty when there is nothing.
pub fn display(name: &HumanName) -> String {
    let family = name.family.trim().to_uppercase();
    let given = name.given.trim();
    let mut out = match (family.is_empty(), given.is_empty()) {
        (false, false) => format!("{family}, {given}"),
        (false, true) => family,
        (true, false) => given.to_owned(),
        (true, true) => return name.text.trim().to_owned(),
    };
    if !name.prefix.trim().is_empty() {
        out.push_str(&format!(" ({})", name.prefix.trim()));
    }
    out
}

/// What lists sort by: family then given names, folded so that case and accents do not matter.
pub fn sort_key(name: &HumanName) -> String {
    let parts = if name.family.trim().is_empty() && name.given.trim().is_empty() {
        [name.text.as_str(), ""]
    } else {
        [name.family.as_str(), name.given.as_str()]
    };
    parts.map(fold).join("\u{1}")
}

/// The name that identifies: the official one, else the usual one, else the first that is neither old nor a nickname, else the first.
pub fn primary(names: &[HumanName]) -> Option<&HumanName> {
    let of = |wanted: NameUse| names.iter().find(|name| name.use_ == Some(wanted));
    let lesser = |name: &&HumanName| {
        !matches!(
            name.use_,
            Some(NameUse::Maiden | NameUse::Old | NameUse::Nickname | NameUse::Anonymous)
        )
    };
    of(NameUse::Official)
        .or_else(|| of(NameUse::Usual))
        .or_else(|| names.iter().find(lesser))
        .or_else(|| names.first())
}

/// What the patient prefers to be called, where that is another name than the one that identifies.
pub fn preferred(names: &[HumanName]) -> Option<String> {
    let identifying = primary(names)?;
    let usual = names
        .iter()
        .filter(|name| matches!(name.use_, Some(NameUse::Usual | NameUse::Nickname)));
    usual.filter(|name| *name != identifying).find_map(|name| {
        let parts = [&name.given, &name.text, &name.family];
        parts
            .into_iter()
            .map(|part| part.trim())
            .find(|part| !part.is_empty())
            .map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(family: &str, given: &str, prefix: &str) -> HumanName {
        HumanName {
            family: family.into(),
            given: given.into(),
            prefix: prefix.into(),
            ..HumanName::default()
        }
    }

    #[test]
    fn the_banner_form() {
        assert_eq!(
            display(&name("O’Brien", "Ana María", "Dr.")),
            "O’BRIEN, Ana María (Dr.)"
        );
        assert_eq!(display(&name("", "Sukarno", "")), "Sukarno");
        assert_eq!(display(&name("García Márquez", "", "")), "GARCÍA MÁRQUEZ");
        assert_eq!(
            display(&HumanName {
                text: "山田太郎".into(),
                ..HumanName::default()
            }),
            "山田太郎"
        );
        assert_eq!(display(&HumanName::default()), "");
    }

    #[test]
    fn which_name_identifies_and_which_is_preferred() {
        let with = |use_, given: &str| HumanName {
            use_: Some(use_),
            ..name("Smith", given, "")
        };
        let names = [
            with(NameUse::Nickname, "Bob"),
            with(NameUse::Maiden, "R"),
            with(NameUse::Official, "Robert"),
        ];
        assert!(primary(&names) == Some(&names[2]));
        assert_eq!(preferred(&names).as_deref(), Some("Bob"));
        assert_eq!(preferred(&names[2..]), None);
        assert!(primary(&names[..2]) == Some(&names[0]));
        assert!(primary(&[]).is_none());
    }

    #[test]
    fn accents_and_case_do_not_sort() {
        assert!(sort_key(&name("Ábel", "Z", "")) < sort_key(&name("ABELL", "A", "")));
        assert!(sort_key(&name("de", "b", "")) < sort_key(&name("de a", "a", "")));
    }
}
