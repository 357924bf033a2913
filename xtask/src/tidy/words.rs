//! What no file may hold: hosts of package registries, paths of one machine, the shell's interface outside the bridge.

use super::SourceFile;

/// Put together from parts, so that this file does not find itself. Which registry a machine uses is its own configuration.
const REGISTRIES: &[&str] = &[
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("/crates", ".io"),
    concat!("registry.npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("deb.deb", "ian.org"),
    concat!("proxy.go", "lang.org"),
];

/// Folders that only one machine has.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/main"),
    concat!("/wo", "rk/shared"),
    concat!("/ro", "ot/"),
    concat!("/tmp", "/w/"),
];

/// Only the bridge talks to the shell.
const SHELL: &str = "@tauri-apps";

/// What must not be there.
pub fn check(files: &[SourceFile]) -> Vec<String> {
    files.iter().flat_map(of_file).collect()
}

fn of_file(file: &SourceFile) -> Vec<String> {
    let mut faults = Vec::new();
    // Cargo writes the name of its index into its lock file.
    let registries = if file.path.ends_with("Cargo.lock") {
        &[]
    } else {
        REGISTRIES
    };
    for (number, line) in file.text.lines().enumerate() {
        let at = || format!("{}:{}", file.path, number + 1);
        if let Some(host) = registries.iter().find(|host| line.contains(**host)) {
            faults.push(format!("{}: names a package registry ({host})", at()));
        }
        if let Some(path) = MACHINE.iter().find(|path| line.contains(**path)) {
            faults.push(format!("{}: holds a path of one machine ({path})", at()));
        }
        if line.contains(SHELL) && file.path.starts_with("ui/src/") && !file.path.starts_with("ui/src/bridge/") {
            faults.push(format!("{}: only ui/src/bridge/ may use {SHELL}", at()));
        }
    }
    faults
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
        assert_eq!(faults("docs/a.md", "all is well"), 0);
        assert_eq!(faults("docs/a.md", concat!("https://py", "pi.org/simple")), 1);
        assert_eq!(
            faults(
                "Cargo.lock",
                concat!("https://github.com/rust-lang/crates", ".io-index")
            ),
            0
        );
        assert_eq!(faults("docs/a.md", concat!("see /ro", "ot/x")), 1);
        assert_eq!(faults("ui/src/app/a.tsx", "import x from '@tauri-apps/api'"), 1);
        assert_eq!(faults("ui/src/bridge/a.ts", "import x from '@tauri-apps/api'"), 0);
    }
}
