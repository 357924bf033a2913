//! Names that say nothing, files that do not say what they are for, and tests that are switched off.

use super::SourceFile;

/// A file or folder of this name becomes the place for everything.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "manager", "service", "misc",
];

/// What breaks the rules of names.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        faults.extend(empty_name(&file.path));
        if file.is("rs") {
            faults.extend(undocumented(file));
            faults.extend(switched_off(file));
        }
        if file.path.starts_with("crates/") && file.path.contains("/src/") && file.path.ends_with("/mod.rs") {
            faults.push(format!("{}: a module is name.rs beside name/", file.path));
        }
    }
    faults
}

fn empty_name(path: &str) -> Option<String> {
    let empty = path.split('/').find(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        EMPTY_NAMES.contains(&stem)
    })?;
    Some(format!("{path}: {empty} says nothing; name what it is for"))
}

fn undocumented(file: &SourceFile) -> Option<String> {
    let first = file.text.lines().next().unwrap_or_default();
    (!first.starts_with("//!")).then(|| format!("{}: the first line says why the file is there (//! ...)", file.path))
}

fn switched_off(file: &SourceFile) -> Option<String> {
    // Put together here, so that this file does not find itself.
    let attribute = concat!("#[", "ignore");
    file.text
        .contains(attribute)
        .then(|| format!("{}: a test that is switched off proves nothing", file.path))
}

#[cfg(test)]
mod tests {
    use super::{SourceFile, check};

    fn faults(path: &str, text: &str) -> usize {
        check(&[SourceFile {
            path: path.into(),
            text: text.into(),
        }])
        .len()
    }

    #[test]
    fn finds_each_fault() {
        assert_eq!(faults("crates/record/src/op.rs", "//! Why.\n"), 0);
        assert_eq!(faults("crates/record/src/utils.rs", "//! Why.\n"), 1);
        assert_eq!(faults("ui/src/common/a.ts", ""), 1);
        assert_eq!(faults("crates/record/src/op.rs", "use a;\n"), 1);
        assert_eq!(faults("crates/record/src/op/mod.rs", "//! Why.\n"), 1);
        assert_eq!(
            faults("crates/record/src/op.rs", concat!("//! Why.\n#[", "ignore]\n")),
            1
        );
    }
}
