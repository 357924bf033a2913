//! One stage of the test command, and what it counts.

use crate::process;
use anyhow::Result;
use std::process::Command;
use std::time::{Duration, Instant};

/// No runner of tests may take longer.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// One stage.
pub struct Stage {
    /// Its name for `--only`.
    pub name: &'static str,
    /// What it does, for a person.
    pub what: &'static str,
    /// Does it, counting tests where it runs any.
    pub work: Work,
}

/// What a stage does.
pub type Work = Box<dyn Fn(&mut Count) -> Result<()>>;

/// Tests that a runner reported.
#[derive(Default)]
pub struct Count {
    passed: usize,
    failed: usize,
}

/// How a stage ended.
pub struct Outcome {
    /// Tests that passed, or 1 for a stage that is a check by itself.
    pub passed: usize,
    /// Tests that failed, at least 1 when the stage failed.
    pub failed: usize,
    /// How long it took.
    pub seconds: f64,
    /// Why it failed.
    pub note: String,
}

impl Stage {
    /// Runs it.
    pub fn run(&self) -> Outcome {
        let start = Instant::now();
        let mut count = Count::default();
        let result = (self.work)(&mut count);
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => {
                let alone = usize::from(count.passed + count.failed == 0);
                Outcome {
                    passed: count.passed + alone,
                    failed: count.failed,
                    seconds,
                    note: String::new(),
                }
            }
            Err(fault) => {
                eprintln!("{}: {fault:#}", self.name);
                Outcome {
                    passed: count.passed,
                    failed: count.failed.max(1),
                    seconds,
                    note: format!("{fault:#}"),
                }
            }
        }
    }
}

impl Count {
    /// Runs a command whose output holds the closing lines of cargo's test runner or of vitest, and adds them up.
    pub fn tests(&mut self, command: &mut Command) -> Result<()> {
        process::watched(command, LIMIT, |line| self.line(line))
    }

    /// Counts checks that are none of cargo's.
    pub fn passed(&mut self, checks: usize) {
        self.passed += checks;
    }

    fn line(&mut self, line: &str) {
        let plain = without_colours(line);
        let words: Vec<&str> = plain.split(|c: char| c.is_whitespace() || ";|()".contains(c)).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let closing = plain.starts_with("test result:") || words.first() == Some(&"Tests");
        if closing {
            self.passed += before(&words, "passed");
            self.failed += before(&words, "failed");
        }
    }
}

/// The number before a word.
fn before(words: &[&str], word: &str) -> usize {
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

/// The line without terminal colours.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((text, colour)) = rest.split_once('\u{1b}') {
        plain.push_str(text);
        rest = colour.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Count;

    fn counted(lines: &[&str]) -> (usize, usize) {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.line(line));
        (count.passed, count.failed)
    }

    #[test]
    fn adds_up_what_cargo_says() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 10 passed; 2 failed; 0 ignored",
        ];
        assert_eq!(counted(&lines), (13, 2));
    }

    #[test]
    fn adds_up_what_vitest_says() {
        let lines = [
            " Test Files  4 passed (4)",
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m21 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (21)\u{1b}[39m",
        ];
        assert_eq!(counted(&lines), (21, 0));
        assert_eq!(counted(&["      Tests  1 failed | 20 passed (21)"]), (20, 1));
    }

    #[test]
    fn counts_nothing_else() {
        assert_eq!(counted(&["5 passed", "the Tests 7 passed"]), (0, 0));
    }
}
