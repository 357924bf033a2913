//! The window as it is shipped, its web view private and driven by nobody: a person types on a keyboard, the screen is locked, and
//! neither the program nor the process of its page holds a key, the password or a name any more.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use wardkeep_tests::display::Display;
use wardkeep_tests::memory::{find_in_process, raw_keys};
use wardkeep_tests::program::{PASSWORD, found, wardkeep};
use wardkeep_tests::scan::Needle;
use wardkeep_tests::session::{LoginSession, end, wait_until};

/// A family name that is nowhere else.
const NAME: &str = "Quillonbeck";

/// The program on a screen of its own.
struct Desk {
    program: Child,
    display: Display,
}

impl Desk {
    fn start(session: &LoginSession) -> Self {
        let display = Display::start(1280, 800);
        let mut command = Command::new(wardkeep_tests::binary("wardkeep-desktop"));
        session.adopt(&mut command);
        let program = command
            .arg("--home")
            .arg(session.vault_home())
            .env("DISPLAY", &display.name)
            .env("GDK_BACKEND", "x11")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let desk = Self { program, display };
        wait_until("the window is on the screen", || {
            desk.keyboard(&["search", "--onlyvisible", "--name", "Wardkeep"])
        });
        desk
    }

    /// Sends keys as an X server does; whether it could.
    fn keyboard(&self, words: &[&str]) -> bool {
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
    fn page(&self) -> Option<u32> {
        let is_page = |pid: &u32| {
            std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("WebKitWeb"))
        };
        self.processes().into_iter().find(is_page)
    }

    /// What the memory of all of them holds, each with whose it is. One that ends meanwhile holds nothing.
    fn holds(&self, needles: &[Needle]) -> Vec<(u32, String)> {
        let alive = |pid: &u32| std::fs::read(format!("/proc/{pid}/maps")).is_ok_and(|maps| !maps.is_empty());
        let of_one = |pid| find_in_process(pid, needles).into_iter().map(move |hit| (pid, hit));
        self.processes().into_iter().filter(alive).flat_map(of_one).collect()
    }

    /// Types the password until the vault is open. Nothing tells a keyboard that a page is ready, so it is typed again.
    fn unlock(&self) {
        for _ in 0..8 {
            std::thread::sleep(Duration::from_secs(2));
            self.keyboard(&["mousemove", "640", "360"]);
            self.keyboard(&["key", "ctrl+a"]);
            self.keyboard(&["type", "--delay", "20", PASSWORD]);
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
    fn search(&self) {
        for _ in 0..6 {
            std::thread::sleep(Duration::from_secs(2));
            self.keyboard(&["key", "Escape"]);
            self.keyboard(&["key", "ctrl+k"]);
            std::thread::sleep(Duration::from_millis(500));
            self.keyboard(&["type", "--delay", "40", &NAME[..6].to_lowercase()]);
            std::thread::sleep(Duration::from_secs(2));
            let page = self.page().expect("the window has a page");
            if !find_in_process(page, &[Needle::text("name", NAME)]).is_empty() {
                return;
            }
        }
        panic!("the patient was not found by keyboard");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        end(&mut self.program);
    }
}

fn screen_is_locked(session: &LoginSession) {
    let mut command = Command::new("dbus-send");
    session.adopt(&mut command);
    command.args(["--session", "--type=signal", "/org/gnome/ScreenSaver"]);
    assert!(
        command
            .args(["org.gnome.ScreenSaver.ActiveChanged", "boolean:true"])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_locked_screen_empties_the_program_and_the_process_of_its_page() {
    let session = LoginSession::start();
    found(&session);
    wardkeep(&session, &["patient", "add", "--family", NAME, "--given", "Kim"]).ok();
    let keys = raw_keys(&session, PASSWORD);
    let mut secrets: Vec<Needle> = ["office key", "clinical key", "unlock key"]
        .iter()
        .map(|label| Needle::bytes(label, keys.key(label)))
        .collect();
    secrets.push(Needle::text("password", PASSWORD));
    secrets.push(Needle::text("name", NAME));

    let desk = Desk::start(&session);
    desk.unlock();
    desk.search();
    // The scan finds what is there.
    let before = desk.holds(&secrets);
    assert!(
        before.iter().any(|(_, hit)| hit.starts_with("office key")),
        "{before:#?}"
    );
    let page = desk.page();
    assert!(
        before
            .iter()
            .any(|(pid, hit)| Some(*pid) == page && hit.starts_with("name")),
        "{before:#?}"
    );

    screen_is_locked(&session);
    wait_until("the process of the page was ended", || {
        desk.page() != page && desk.page().is_some()
    });
    // The new page is loaded by then, and whatever it were to load again would be there.
    std::thread::sleep(Duration::from_secs(3));
    // Names cross the program's own buffers of WebKit unsealed, and those are reused, not wiped; docs/known-issues.md says so.
    let own = desk.program.id();
    let after: Vec<_> = desk
        .holds(&secrets)
        .into_iter()
        .filter(|(pid, hit)| *pid != own || !hit.starts_with("name"))
        .collect();
    assert!(after.is_empty(), "{after:#?}");
}

#[test]
fn a_request_to_end_locks_first() {
    let session = LoginSession::start();
    found(&session);
    let mut desk = Desk::start(&session);
    desk.unlock();
    let number = desk.program.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &number])
            .status()
            .unwrap()
            .success()
    );
    wait_until("the program ends", || desk.program.try_wait().unwrap().is_some());
    assert!(!Path::new(&format!("/proc/{number}/exe")).exists());
    let log = wardkeep(&session, &["audit", "list"]).ok();
    assert!(
        log.stdout.contains("quit"),
        "no lock by the end of the program in {}",
        log.stdout
    );
}
