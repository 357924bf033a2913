//! Calm sizes. A ratchet, no clean-up day: what is too long today stands in `xtask/tidy-allow.txt` with its length and may only shrink.

use super::SourceFile;
use crate::place;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;

/// Lines of a file.
const FILE: usize = 600;
/// Lines of a file with a component of the page.
const COMPONENT: usize = 300;
/// Lines of a Rust function with its signature.
const FUNCTION: usize = 70;
/// Where the ratchet stands.
const ALLOWED: &str = "xtask/tidy-allow.txt";

/// What is longer than it may be, and what the ratchet allows without need.
pub fn check(files: &[SourceFile]) -> Result<Vec<String>> {
    let mut long = BTreeMap::new();
    for file in files.iter().filter(|file| is_code(file) && !file.is_generated()) {
        let limit = if file.is("tsx") { COMPONENT } else { FILE };
        let lines = file.text.lines().count();
        if lines > limit {
            long.insert(file.path.clone(), (lines, limit));
        }
        if file.is("rs") {
            for (name, lines) in functions(&file.text).into_iter().filter(|(_, lines)| *lines > FUNCTION) {
                long.insert(format!("{}:{name}", file.path), (lines, FUNCTION));
            }
        }
    }
    compare(&long, &allowed()?)
}

fn is_code(file: &SourceFile) -> bool {
    ["rs", "ts", "tsx", "mjs", "css", "sql"]
        .iter()
        .any(|ending| file.is(ending))
}

/// `PATH[:FUNCTION] LINES` for each line that is no comment.
fn allowed() -> Result<BTreeMap<String, usize>> {
    let path = place::root().join(ALLOWED);
    let text = fs::read_to_string(&path).with_context(|| format!("{ALLOWED} is missing"))?;
    let mut allowed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line
            .rsplit_once(' ')
            .and_then(|(what, lines)| Some((what.to_owned(), lines.parse().ok()?)))
        {
            Some((what, lines)) => allowed.insert(what, lines),
            None => bail!("{ALLOWED}: no 'PATH LINES' in {line:?}"),
        };
    }
    Ok(allowed)
}

fn compare(long: &BTreeMap<String, (usize, usize)>, allowed: &BTreeMap<String, usize>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (what, (lines, limit)) in long {
        let most = allowed.get(what).copied().unwrap_or(*limit);
        if *lines > most {
            faults.push(format!("{what} has {lines} lines, at most {most}"));
        }
    }
    for (what, most) in allowed {
        let lines = long.get(what).map_or(0, |(lines, _)| *lines);
        if lines == 0 {
            faults.push(format!("{what} is no longer too long: take it out of {ALLOWED}"));
        } else if lines < *most {
            faults.push(format!("{what} has shrunk: write {lines} for {most} into {ALLOWED}"));
        }
    }
    Ok(faults)
}

/// Each function with its lines. Exact on formatted text: the closing brace stands alone under the first letter of the function.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let closing = format!("{indent}}}");
        // A declaration without a body ends before any line that is less deep.
        let end = lines[start..].iter().position(|line| {
            *line == closing || (!line.contains('{') && line.ends_with(';') && !line.starts_with(&format!("{indent} ")))
        });
        found.extend(end.map(|end| (name.to_owned(), end + 1)));
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let words = before.split_whitespace();
    let known =
        |word: &str| matches!(word, "async" | "const" | "extern" | "\"C\"" | "unsafe") || word.starts_with("pub");
    if !words.into_iter().all(known) {
        return None;
    }
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{compare, functions};
    use std::collections::BTreeMap;

    #[test]
    fn finds_functions_and_their_lengths() {
        let text = "/// fn not_this\npub(crate) async fn outer(\n    a: u8,\n) {\n    fn inner() {\n    }\n    let f = fn_call();\n}\n\
                    trait T {\n    fn declared(&self);\n    fn given(&self) {\n        1;\n    }\n}\n";
        let found = functions(text);
        assert_eq!(
            found,
            [
                ("outer".to_owned(), 7),
                ("inner".into(), 2),
                ("declared".into(), 1),
                ("given".into(), 3)
            ]
        );
    }

    #[test]
    fn the_ratchet_only_shrinks() {
        let long = BTreeMap::from([("a.rs".to_owned(), (700, 600)), ("b.rs:f".to_owned(), (80, 70))]);
        let allow = |pairs: &[(&str, usize)]| pairs.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
        let faults = |pairs: &[(&str, usize)]| compare(&long, &allow(pairs)).map(|faults| faults.len()).unwrap_or(99);
        assert_eq!(faults(&[("a.rs", 700), ("b.rs:f", 80)]), 0);
        assert_eq!(faults(&[("a.rs", 699), ("b.rs:f", 80)]), 1);
        assert_eq!(faults(&[("a.rs", 701), ("b.rs:f", 80)]), 1);
        assert_eq!(faults(&[("a.rs", 700), ("b.rs:f", 80), ("c.rs", 650)]), 1);
        assert_eq!(faults(&[]), 2);
    }
}
