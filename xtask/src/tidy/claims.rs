//! What docs/compliance.md claims: every test that it names is in the tree, and every row names one or says that there is a gap.

use super::SourceFile;
use std::collections::HashSet;

const PAGE: &str = "docs/compliance.md";

/// Claims that nothing holds.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return vec![format!("{PAGE} is missing")];
    };
    let tests: HashSet<&str> = files.iter().filter(|file| file.is("rs")).flat_map(tests_of).collect();
    let mut faults = Vec::new();
    for (number, line) in page.text.lines().enumerate() {
        if !line.starts_with("| (") {
            continue;
        }
        let at = format!("{PAGE}:{}", number + 1);
        let held_by = line.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let named: Vec<&str> = held_by.split('`').skip(1).step_by(2).collect();
        if named.is_empty() && !line.contains("**Gap**") {
            faults.push(format!("{at}: names no test and no gap"));
        }
        for name in named.into_iter().filter(|name| !tests.contains(name)) {
            faults.push(format!("{at}: there is no test {name}"));
        }
    }
    faults
}

/// The functions of a file that stand behind a test's attribute.
fn tests_of(file: &SourceFile) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in file.text.lines().map(str::trim_start) {
        let function = line.trim_start_matches("async ").strip_prefix("fn ");
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(rest) = function {
            if is_test {
                found.extend(rest.split('(').next());
            }
            is_test = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SourceFile, check};

    fn faults(page: &str, code: &str) -> usize {
        let file = |path: &str, text: &str| SourceFile {
            path: path.into(),
            text: text.into(),
        };
        check(&[file(PAGE, page), file("crates/a/src/b.rs", code)]).len()
    }

    #[test]
    fn finds_each_fault() {
        let code = "#[test]\nfn it_holds() {}\n#[tokio::test]\nasync fn it_holds_too() {}\nfn no_test() {}\n";
        assert_eq!(faults("| (a) x | y | `it_holds` `it_holds_too` |", code), 0);
        assert_eq!(faults("| (a) x | y `word` | `it_broke` |", code), 1);
        assert_eq!(faults("| (a) x | y | `no_test` |", code), 1);
        assert_eq!(faults("| (a) x | y | nothing |", code), 1);
        assert_eq!(faults("| (a) x | y **Gap** | nothing |", code), 0);
    }
}
