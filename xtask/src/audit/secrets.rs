//! Looks for secrets in every file of the tree: what key makers put in front of their keys.

use crate::tidy::files::{self, SourceFile};
use anyhow::Result;

/// How a secret begins, and how many letters or digits follow at least. Put together from parts, so that this file does not find itself.
const BEGINNINGS: &[(&str, usize)] = &[
    (concat!("AK", "IA"), 16),
    (concat!("gh", "p_"), 30),
    (concat!("gh", "o_"), 30),
    (concat!("github", "_pat_"), 30),
    (concat!("gl", "pat-"), 16),
    (concat!("xo", "xb-"), 10),
    (concat!("xo", "xp-"), 10),
    (concat!("sk", "_live_"), 16),
    (concat!("npm", "_"), 36),
    (concat!("whs", "ec_"), 20),
    (concat!("AGE-SECRET", "-KEY-1"), 30),
];

/// A private key in PEM, with any algorithm's name between.
const PEM: (&str, &str) = (concat!("-----BE", "GIN "), concat!("PRIVATE", " KEY-----"));

/// Where each lies, without showing it.
pub fn find() -> Result<Vec<String>> {
    Ok(files::all()?.iter().flat_map(of_file).collect())
}

fn of_file(file: &SourceFile) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            kind(line).map(|kind| format!("{}:{}: looks like a secret ({kind}...)", file.path, number + 1))
        })
        .collect()
}

fn kind(line: &str) -> Option<&'static str> {
    if line.split_once(PEM.0).is_some_and(|(_, rest)| rest.contains(PEM.1)) {
        return Some("a private key");
    }
    BEGINNINGS
        .iter()
        .find(|(beginning, least)| follows(line, beginning, *least))
        .map(|(beginning, _)| *beginning)
}

fn follows(line: &str, beginning: &str, least: usize) -> bool {
    line.match_indices(beginning).any(|(at, _)| {
        let alone = !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let rest = line[at + beginning.len()..].chars();
        alone
            && rest
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-')
                .count()
                >= least
    })
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn finds_planted_secrets() {
        assert!(kind(concat!("key = \"AK", "IAIOSFODNN7EXAMPLE\"")).is_some());
        assert!(kind(concat!("-----BE", "GIN RSA PRIVATE", " KEY-----")).is_some());
        assert!(kind(concat!("token: gh", "p_0123456789abcdefghijABCDEFGHIJ012345")).is_some());
    }

    #[test]
    fn leaves_the_rest_alone() {
        assert!(kind("let npm_config_loglevel = 3;").is_none());
        assert!(kind("-----BEGIN CERTIFICATE-----").is_none());
        assert!(kind(concat!("xAK", "IAIOSFODNN7EXAMPLE")).is_none());
    }
}
