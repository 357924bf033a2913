//! Prints the keys of a vault, one `label hex` a line, so that tests know what must be found nowhere.
//! Usage: raw-keys HOME, the password on standard input. Never shipped.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use anyhow::{Context, Result};
use std::io::Read;
use std::path::Path;
use wardkeep_vault::env::Env;
use wardkeep_vault::home::Home;
use wardkeep_vault::password::Password;
use wardkeep_vault::spool::Spool;
use wardkeep_vault::unlock;

fn main() -> Result<()> {
    let root = std::env::args_os().nth(1).context("usage: raw-keys HOME")?;
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password)?;
    let env = Env::of_system(Home::open(Path::new(&root))?);
    let user = unlock::list_users(&env)?.first().context("no user")?.id;
    let unlocked = unlock::unlock(&env, user, &Password::new(password.into())?)?;
    show("office key", unlocked.keys.office.expose());
    if let Some(clinical) = &unlocked.keys.clinical {
        show("clinical key", clinical.expose());
    }
    show("unlock key", unlocked.unlock_key().expose());
    show("device secret", unlocked.device().expose());
    if env.home.spool_db().exists()
        && let Some(seed) = Spool::open_unlocked(&env, &unlocked)?.device_seed()?
    {
        show("device key", seed.expose());
    }
    Ok(())
}

fn show(label: &str, key: &[u8; 32]) {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{label}\t{hex}");
}
