//! Debian packages (Debian 12, and Ubuntu from 22.04, where they have the same names).

use super::Purpose;
use crate::process;
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

/// What the build links against, and what the demo asks the session and unpacks its data with.
const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libssl-dev",
    "dbus",
    "zstd",
];

/// What the tests start: a display, a driver for the window, a keyring on a bus of its own, fuzzing's C++ library.
const TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "x11-utils",
    "xdotool",
    "webkit2gtk-driver",
    "gnome-keyring",
    "imagemagick",
    "binutils",
];

/// Installs the packages of the purpose that are not there yet.
pub fn ready(purpose: Purpose) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("setup: not Linux; the system's own web view is used, and the toolchain's installer brings the rest");
        return Ok(());
    }
    let wanted: Vec<&str> = match purpose {
        Purpose::Build => BUILD.to_vec(),
        Purpose::Test => [BUILD, TEST].concat(),
    };
    if !process::exists("dpkg-query") {
        bail!(
            "this is no Debian; install what these packages hold, by the system's own means: {}",
            wanted.join(" ")
        );
    }
    let missing: Vec<&str> = wanted.into_iter().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        println!("setup: Debian packages are there");
        return Ok(());
    }
    if !process::exists("apt-get") {
        bail!("there is no apt-get to install: {}", missing.join(" "));
    }
    println!(
        "setup: {} Debian packages are missing: {}",
        missing.len(),
        missing.join(" ")
    );
    agreed()?;
    install(&missing)?;
    match missing.iter().find(|package| !installed(package)) {
        Some(package) => bail!("{package} is still missing after apt-get install"),
        None => Ok(()),
    }
}

fn installed(package: &str) -> bool {
    let answer = Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .map(|output| output.stdout);
    answer.is_ok_and(|status| status == b"installed")
}

/// A person is asked before anything is installed on their machine; a script has asked for it by calling this.
fn agreed() -> Result<()> {
    if std::env::var_os("CI").is_some() || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    print!("Install them with apt-get? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim().to_lowercase().as_str() {
        "" | "y" | "yes" => Ok(()),
        _ => bail!("not installed; nothing was changed"),
    }
}

fn install(packages: &[&str]) -> Result<()> {
    let mut wanted = vec!["install", "--yes", "--no-install-recommends"];
    wanted.extend(packages);
    if process::run(&mut apt(&wanted)?).is_ok() {
        return Ok(());
    }
    println!("setup: the package lists may be old or absent; fetching them");
    process::run(&mut apt(&["update"])?)?;
    process::run(&mut apt(&wanted)?).context("the packages cannot be installed")
}

/// apt-get as root, whoever runs this.
fn apt(words: &[&str]) -> Result<Command> {
    let root = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    if !root && !process::exists("sudo") {
        bail!(
            "apt-get needs root, and there is no sudo: run as root: apt-get {}",
            words.join(" ")
        );
    }
    let mut command = Command::new(if root { "env" } else { "sudo" });
    command
        .arg("DEBIAN_FRONTEND=noninteractive")
        .arg("apt-get")
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .args(words);
    Ok(command)
}
