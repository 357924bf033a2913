//! The window as it is shipped, used by keyboard alone, the way an X server delivers a person's keys: nothing drives its page.

use crate::display::Display;
use crate::memory::find_in_process;
use crate::program::PASSWORD;
use crate::scan::Needle;
use crate::session::{LoginSession, end, wait_until};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The program on a screen of its own.
pub struct Desk {
    program: Child,
    display: Display,
}

impl Desk {
    /// Starts the program of this session and waits for its window.
    pub fn start(session: &LoginSession) -> Self {
        let mut command = Command::new(crate::binary("wardkeep-desktop"));
        session.adopt(&mut command);
        let desk = Self::start_as(command, &session.vault_home());
        wait_until("the window is on the screen", || {
            desk.keyboard(&["search", "--onlyvisible", "--name", "Wardkeep"])
        });
        desk
    }

    /// Starts a program that already knows its session on a screen of its own, for the vault at `home`. Waits for nothing.
    pub fn start_as(mut command: Command, home: &Path) -> Self {
        let display = Display::start(1280, 800);
        let program = command
            .arg("--home")
            .arg(home)
            .env("DISPLAY", &display.name)
            .env("GDK_BACKEND", "x11")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        Self { program, display }
    }

    /// Whether the page is painted: text is smoothed, so a page has many colours, an empty window one or two.
    pub fn is_painted(&self) -> bool {
        self.display.colours() > 48
    }

    /// The share of memory of the program and all that it started, in bytes: what is shared is divided among its users.
    pub fn memory(&self) -> u64 {
        let share = |pid: u32| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
        };
        self.processes().into_iter().filter_map(share).sum()
    }

    /// The program's own process.
    pub fn process_id(&self) -> u32 {
        self.program.id()
    }

    /// Whether the program has ended.
    pub fn has_ended(&mut self) -> bool {
        self.program.try_wait().unwrap().is_some()
    }

    /// Ends the program and its page at once, as an empty battery would.
    pub fn kill(mut self) {
        end(&mut self.program);
    }

    /// Closes the window as the button in its corner does, and waits for the program to end.
    pub fn close(mut self) {
        self.display.close_window("Wardkeep");
        wait_until("the program ends after its window closed", || self.has_ended());
    }

    /// Sends keys as an X server does; whether it could.
    pub fn keyboard(&self, words: &[&str]) -> bool {
        let mut command = Command::new("xdotool");
        command
            .args(words)
            .env("DISPLAY", &self.display.name)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().expect("xdotool is installed by set-up").success()
    }

    /// The program and all that it started.
    fn processes(&self) -> Vec<u32> {
        let mut tree = vec![self.program.id()];
        let mut at = 0;
        while let Some(parent) = tree.get(at) {
            let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
            tree.extend(
                children
                    .unwrap_or_default()
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
            at += 1;
        }
        tree
    }

    /// The process of the page.
    pub fn page(&self) -> Option<u32> {
        let is_page = |pid: &u32| {
            std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("WebKitWeb"))
        };
        self.processes().into_iter().find(is_page)
    }

    /// What the memory of all of them holds, each with whose it is. One that ends meanwhile holds nothing.
    pub fn holds(&self, needles: &[Needle]) -> Vec<(u32, String)> {
        let alive = |pid: &u32| std::fs::read(format!("/proc/{pid}/maps")).is_ok_and(|maps| !maps.is_empty());
        let of_one = |pid| find_in_process(pid, needles).into_iter().map(move |hit| (pid, hit));
        self.processes().into_iter().filter(alive).flat_map(of_one).collect()
    }

    /// Types the password of the tests until the vault is open.
    pub fn unlock(&self) {
        self.unlock_with(PASSWORD);
    }

    /// Types a password until the vault is open. Nothing tells a keyboard that a page is ready, so it is typed again.
    pub fn unlock_with(&self, password: &str) {
        for _ in 0..8 {
            std::thread::sleep(Duration::from_secs(2));
            // Inside the resume window the program opens the vault by itself.
            if self.has_vault_open() {
                return;
            }
            self.keyboard(&["mousemove", "640", "360"]);
            self.keyboard(&["key", "ctrl+a"]);
            self.keyboard(&["type", "--delay", "20", password]);
            self.keyboard(&["key", "Return"]);
            for _ in 0..50 {
                if self.has_vault_open() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        panic!("the vault was not unlocked by keyboard");
    }

    fn has_vault_open(&self) -> bool {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.program.id()))
            .unwrap()
            .flatten();
        let mut targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        targets.any(|target| target.ends_with("vault/office.db"))
    }

    /// Types the beginning of the name into the palette until the page knows the rest.
    pub fn search(&self, name: &str) {
        for _ in 0..6 {
            std::thread::sleep(Duration::from_secs(2));
            self.keyboard(&["key", "Escape"]);
            self.keyboard(&["key", "ctrl+k"]);
            std::thread::sleep(Duration::from_millis(500));
            self.keyboard(&["type", "--delay", "40", &name[..6].to_lowercase()]);
            std::thread::sleep(Duration::from_secs(2));
            let page = self.page().expect("the window has a page");
            if !find_in_process(page, &[Needle::text("name", name)]).is_empty() {
                return;
            }
        }
        panic!("the patient was not found by keyboard");
    }

    /// Opens what [`Self::search`] found; `shown` is on the patient's page and on no other.
    pub fn open_found(&self, shown: &Needle) {
        self.keyboard(&["key", "Return"]);
        wait_until("the patient's page shows", || {
            let page = self.page().expect("the window has a page");
            !find_in_process(page, std::slice::from_ref(shown)).is_empty()
        });
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        end(&mut self.program);
    }
}
