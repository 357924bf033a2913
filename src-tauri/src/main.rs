//! Wardkeep's window: one thin layer over the command table.
//!
//! It opens a window on the built pages, hands every request of the page to the command table, and sees to it that the vault locks
//! when the person goes away. It knows no patient and holds no key; both are the clinic's.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod arguments;
mod background;
mod bridge;
mod dump;
mod lock;
mod seal;
mod window;

use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;
use tauri::{App, Manager, RunEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use wardkeep_clinic::session::wire::LockReason;
use wardkeep_clinic::{Clinic, Machine, Resume};

/// Overwrites every piece of memory when it is given back. A password crosses several buffers of libraries on its way from
/// the page to the key derivation, and none of them wipes.
#[global_allocator]
static WIPING: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    dump::forbid();
    if arguments.background {
        return background::run(&arguments);
    }
    if !arguments::has_display() {
        return refused(&"there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set)");
    }
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            bridge::dispatch,
            bridge::dispatch_sealed,
            bridge::sealing_key,
            bridge::pick_files,
            bridge::pick_target,
        ])
        .on_window_event(lock::on_window_event)
        .setup(move |app| {
            start(app, &arguments);
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if matches!(event, RunEvent::ExitRequested { .. } | RunEvent::Exit) {
                    lock::lock(app, LockReason::Quit);
                }
            });
            ExitCode::SUCCESS
        }
        Err(fault) => refused(&fault),
    }
}

/// Says on the terminal why there is no window.
#[allow(clippy::print_stderr, reason = "without a window there is no other place to say it")]
fn refused(why: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("Wardkeep cannot open a window: {why}");
    ExitCode::FAILURE
}

/// Opens the clinic, then the window. When the folder cannot be used, a message says so and the program ends.
fn start(app: &App, arguments: &Arguments) {
    if let Err(fault) = open(app, arguments) {
        let app = app.handle().clone();
        let ended = app.clone();
        app.dialog()
            .message(format!("Wardkeep cannot start.\n\n{fault:#}"))
            .title("Wardkeep")
            .kind(MessageDialogKind::Error)
            .show(move |_| ended.exit(1));
    }
}

fn open(app: &App, arguments: &Arguments) -> anyhow::Result<()> {
    let home = arguments.home()?;
    let clinic = Clinic::open(&home, Machine::system(Resume::Window))
        .map_err(|fault| anyhow::anyhow!("{}: {fault}", home.display()))?;
    app.manage(clinic);
    app.manage(seal::SealingKeys::default());
    let automated = window::Automated::by_environment();
    app.manage(automated);
    window::open(app, &home, automated)?;
    lock::watch(app.handle());
    background::install(&home);
    Ok(())
}
