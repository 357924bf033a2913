//! Generates the permissions of the two commands and keeps the program's own SQLite to itself.

#![allow(clippy::disallowed_methods, reason = "cargo tells a build script by its environment")]

fn main() {
    // WebKit uses the system's SQLite in the same process. Without this the program exports the names of its bundled
    // SQLCipher, and WebKit's calls bind to them.
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
    let commands = tauri_build::AppManifest::new().commands(&[
        "dispatch",
        "dispatch_sealed",
        "sealing_key",
        "pick_files",
        "pick_target",
    ]);
    if let Err(fault) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        println!("cargo:error={fault:#}");
        std::process::exit(1);
    }
}
