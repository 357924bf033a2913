//! `cargo xtask demo`: a clinic with hundreds of whole lives in a home folder of its own, and the window ready to unlock it.
//!
//! The programs are built without optimisation, because on a machine that has built nothing yet that is twice as quick, and the
//! crates that would feel it (ciphers, key derivation, the database) are optimised in every profile.

pub mod clinic;
mod report;
mod sync;

use crate::session::{self, Session};
use crate::{place, process, setup};
use anyhow::{Result, bail};
use clap::Args;
use clinic::Clinic;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use sync::Server;

/// How to show it.
#[derive(Args)]
pub struct Options {
    /// Without a window and with a keyring of its own: make the clinic, search, check, and print what happened
    #[arg(long)]
    headless: bool,
    /// Home folder of the demo clinic (default: target/demo/home)
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Throw an earlier demo clinic away and make it anew
    #[arg(long)]
    fresh: bool,
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    setup::ready(if options.headless {
        setup::Purpose::Test
    } else {
        setup::Purpose::Build
    })?;
    if !options.headless {
        can_show()?;
    }
    build(options.headless)?;
    println!("demo: built after {} s", start.elapsed().as_secs());
    if options.headless {
        headless(options)
    } else {
        window(options)
    }
}

/// Says what is missing before minutes are spent on building.
fn can_show() -> Result<()> {
    if !session::has_display() {
        bail!(
            "there is no display here to open a window on; `cargo xtask demo --headless` does the same work without one"
        );
    }
    if !session::has_keyring() {
        bail!(
            "there is no keyring in this session (GNOME Keyring, KWallet or KeePassXC with its Secret Service), and Wardkeep never \
             keeps a key in a file; start one, or see `cargo xtask demo --headless`"
        );
    }
    Ok(())
}

fn build(headless: bool) -> Result<()> {
    let mut words = vec!["build", "--locked", "-p", "wardkeep", "-p", "wardkeep-server"];
    if !headless {
        println!("demo: building the page");
        process::run(
            Command::new("npm")
                .args(["run", "build"])
                .current_dir(place::root().join("ui")),
        )?;
        words.extend(["-p", "wardkeep-desktop"]);
    }
    println!("demo: building the programs (some minutes the first time)");
    process::run(Command::new("cargo").args(words).current_dir(place::root()))
}

fn window(options: &Options) -> Result<()> {
    let home = options
        .home
        .clone()
        .unwrap_or_else(|| place::target().join("demo/home"));
    let clinic = Clinic::new(home, None);
    if options.fresh {
        clinic.remove()?;
    }
    let cloud = place::target().join("demo/server");
    let _server = if clinic.is_there() && cloud.is_dir() {
        println!("demo: the clinic of last time; --fresh makes it anew");
        Server::start(&cloud)?
    } else {
        clinic.found()?;
        report::imported(&clinic.import()?);
        emptied(&cloud)?;
        let server = Server::start(&cloud)?;
        let second = second(&place::target().join("demo/second"))?;
        sync::share(&clinic, &server, &second)?;
        server
    };
    println!(
        "\nThe window opens now. Choose {} and type the password: {}\n",
        clinic::USER,
        clinic::PASSWORD
    );
    let mut app = Command::new(place::debug_program("wardkeep-desktop"));
    process::run(app.arg("--home").arg(clinic.home()))
}

fn headless(options: &Options) -> Result<()> {
    let home = options
        .home
        .clone()
        .unwrap_or_else(|| place::target().join("demo/headless"));
    // The keyring ends with this command, and without its keyring an earlier clinic cannot be opened by anybody.
    let session = Session::new("demo")?;
    let clinic = Clinic::new(home, Some(session));
    if options.home.is_some() && clinic.is_there() && !options.fresh {
        bail!(
            "{} holds a clinic already; --fresh throws it away",
            clinic.home().display()
        );
    }
    clinic.remove()?;
    fs::create_dir_all(clinic.home())?;
    clinic.found()?;
    report::imported(&clinic.import()?);
    report::found(&clinic.search("olson")?)?;
    report::audited(&clinic.audit()?)?;
    report::checked(&clinic.doctor()?)?;
    report::unreadable(&clinic)?;
    let cloud = place::target().join("demo/headless-server");
    emptied(&cloud)?;
    let server = Server::start(&cloud)?;
    let second = second(&place::target().join("demo/headless-second"))?;
    sync::share(&clinic, &server, &second)?;
    println!(
        "\nThe clinic is in {}. Its password would be: {}",
        clinic.home().display(),
        clinic::PASSWORD
    );
    Ok(())
}

/// The second laptop, in a session of its own, as another person's would be.
fn second(home: &Path) -> Result<Clinic> {
    let second = Clinic::new(home.to_owned(), Some(Session::new("demo-second")?));
    second.remove()?;
    Ok(second)
}

/// Throws away what an earlier demo's server kept.
fn emptied(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}
