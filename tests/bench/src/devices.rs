//! `devices`: what an admin waits for in a bad hour: until a revoked laptop is refused, until a wiped one has confirmed, until
//! everybody has a new key.
//!
//! The server is the real program, every laptop a vault of its own below the real command table with its real client. The clinic is
//! as large as was asked for while all of this is measured: what a revocation takes is above all the new keys for those who stay.

mod online;

use crate::figure::{Figure, Form, Report, progress};
use crate::laptop::{self, Laptop};
use crate::meter::{measure, milliseconds, percentile};
use crate::sync::server::Server;
use anyhow::{Context, Result, ensure};
use clap::Args;
use online::{Agent, Online};
use serde_json::{Value, json};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wardkeep_clinic::Clinic;

/// Laptops that one admin's laptop takes in: it keeps 64 invitations for a week.
const INVITED: u32 = 60;

/// What is measured, and on what.
#[derive(Args, Clone)]
pub struct Options {
    /// People on laptops, the admin's own among them
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(3..=1_000))]
    pub enrollments: u32,
    /// How often the key of the office is renewed
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rotations: u32,
    /// How many laptops are revoked, one after the other
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub revocations: u32,
    /// How many laptops are wiped, one after the other
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub wipes: u32,
}

/// Measures and prints.
pub fn run(options: &Options, form: Form) -> Result<Report> {
    let scratch = tempfile::tempdir()?;
    let (_laptop, admin) = Laptop::found(&scratch.path().join("admin"))?;
    let server = Server::start()?;
    laptop::attach(&admin, &server)?;
    let homes = take_in(&admin, scratch.path(), options.enrollments - 1)?;
    ensure!(
        (options.revocations + options.wipes) as usize <= homes.len(),
        "more laptops to revoke and wipe than there are"
    );
    laptop::until_in_step(&admin)?;
    let mut rotations = rotations(&admin, options.rotations)?;
    laptop::keep_in_step(&admin)?;
    online::until("the admin's laptop listens", || Ok(server.listeners()? > 0))?;
    let clinic = Bench { server, admin, homes };
    let last = options.revocations + options.wipes;
    let mut refused = clinic.revocations(0..options.revocations)?;
    let mut confirmed = clinic.wipes(options.revocations..last)?;
    let report = Report {
        name: "devices",
        figures: vec![
            Figure::told("enrollments", f64::from(options.enrollments), ""),
            Figure::at_most("revoke_to_refused_ms", percentile(&mut refused, 100.0), "ms", 1_000.0),
            Figure::told("revoke_to_refused_p50_ms", percentile(&mut refused, 50.0), "ms"),
            Figure::told("wipe_to_confirmed_ms", percentile(&mut confirmed, 100.0), "ms"),
            Figure::told("wipe_to_confirmed_p50_ms", percentile(&mut confirmed, 50.0), "ms"),
            Figure::told("rotate_epoch_ms", percentile(&mut rotations, 50.0), "ms"),
            Figure::told("rotate_epoch_max_ms", percentile(&mut rotations, 100.0), "ms"),
        ],
    };
    report.print(form)?;
    Ok(report)
}

/// Takes in so many laptops. Every so many is one of another admin, who takes in the next ones; the homes of all others are answered.
fn take_in(founder: &Clinic, folder: &Path, laptops: u32) -> Result<Vec<PathBuf>> {
    progress(&format!("taking in {laptops} laptops"));
    let (mut homes, mut admin) = (Vec::new(), None);
    for number in 1..=laptops {
        let home = folder.join(format!("laptop-{number}"));
        let by = admin.as_ref().unwrap_or(founder);
        let person = format!("Person {number}");
        if number.is_multiple_of(INVITED) {
            let next = laptop::join(
                by,
                &home,
                (&format!("Admin {number}"), &person),
                &["front_desk", "admin"],
            )?;
            laptop::enter(&next)?;
            laptop::until_in_step(&next)?;
            admin = Some(next);
        } else {
            laptop::join(
                by,
                &home,
                (&name(u32::try_from(homes.len())?), &person),
                &["front_desk"],
            )?;
            homes.push(home);
        }
    }
    Ok(homes)
}

/// Milliseconds until the key of the office is renewed, signed into the roster, and sent to everybody who is entitled.
fn rotations(admin: &Clinic, times: u32) -> Result<Vec<f64>> {
    progress("renewing the key of the office");
    let mut all = Vec::new();
    for _ in 0..times {
        let (done, cost) = measure(|| laptop::call(admin, "key_rotate", &json!({"key": "epoch_office"})));
        done?;
        all.push(cost.wall_ms);
    }
    Ok(all)
}

fn name(number: u32) -> String {
    format!("Laptop {number}")
}

/// The clinic once everybody was taken in; the admin keeps in step by a thread, as a window does.
struct Bench {
    server: Server,
    admin: Clinic,
    homes: Vec<PathBuf>,
}

impl Bench {
    /// Milliseconds from the admin's command until the laptop, unlocked and listening, was refused and says so.
    fn revocations(&self, numbers: Range<u32>) -> Result<Vec<f64>> {
        progress("revoking laptops that are online");
        let mut all = Vec::new();
        for number in numbers {
            let online = Online::start(self.home(number)?, &self.server)?;
            let id = self.row(number)?["id"].clone();
            let (took_ms, command_ms) =
                online.until_refused(|| laptop::call(&self.admin, "device_revoke", &json!({ "id": id })).map(drop))?;
            progress(&format!(
                "refused after {took_ms:.0} ms, the command took {command_ms:.0} ms"
            ));
            all.push(took_ms);
            online.end(&self.server)?;
        }
        Ok(all)
    }

    /// Milliseconds from the admin's order until the receipt of the laptop, locked and with its agent alone, was verified here.
    #[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn wipes(&self, numbers: Range<u32>) -> Result<Vec<f64>> {
        progress("wiping laptops whose agent listens");
        let mut all = Vec::new();
        for number in numbers {
            let home = self.home(number)?;
            Online::start(home, &self.server)?.end(&self.server)?;
            let agent = Agent::start(home, &self.server)?;
            let id = self.row(number)?["id"].clone();
            let start = Instant::now();
            laptop::call(&self.admin, "device_wipe", &json!({ "id": id, "post_unsent": true }))?;
            online::until("a wipe is confirmed", || {
                Ok(self.row(number)?["wipe"]["state"] == "confirmed")
            })?;
            all.push(milliseconds(start.elapsed()));
            agent.left_nothing(home)?;
        }
        Ok(all)
    }

    fn home(&self, number: u32) -> Result<&Path> {
        let home = self.homes.get(number as usize).context("a laptop of this number")?;
        Ok(home)
    }

    /// The laptop as the admin sees it.
    fn row(&self, number: u32) -> Result<Value> {
        let rows = laptop::call(&self.admin, "device_list", &json!({}))?;
        let name = name(number);
        let row = rows
            .as_array()
            .and_then(|rows| rows.iter().find(|row| row["name"] == name));
        row.cloned().context("the admin sees every laptop")
    }
}
