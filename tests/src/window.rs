//! The real window, driven by WebDriver on a virtual screen, used the way a person uses it: by keyboard and pointer.

use crate::display::Display;
use crate::session::{LoginSession, end, free_port, wait_until};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, TypingData};

/// How long an element may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// One running desktop program with its driver and its screen.
pub struct Window {
    /// The web page inside.
    pub driver: WebDriver,
    driver_process: Child,
    /// The screen that it is on.
    pub display: Display,
    home: std::path::PathBuf,
}

impl Window {
    /// Starts the program in `session` on a screen of this size.
    pub async fn open(session: &LoginSession, width: u32, height: u32) -> Self {
        let display = Display::start(width, height);
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        session.adopt(&mut command);
        let mut driver_process = command
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .env("DISPLAY", &display.name)
            .env("GDK_BACKEND", "x11")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("WARDKEEP_HOME", session.vault_home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // The program outlives its driver: the group is ended as one.
            .process_group(0)
            .spawn()
            .expect("WebKitWebDriver is installed by set-up");
        wait_until("WebKitWebDriver answers", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": crate::binary("wardkeep-desktop"), "args": [] });
        capabilities.set("webkitgtk:browserOptions", options).unwrap();
        let driver = match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await {
            Ok(driver) => driver,
            Err(error) => {
                end(&mut driver_process);
                panic!("the window did not open: {error}");
            }
        };
        Self {
            driver,
            driver_process,
            display,
            home: session.vault_home(),
        }
    }

    /// Waits for the element with this `data-testid` and gives it.
    pub async fn element(&self, id: &str) -> WebElement {
        let found = self
            .driver
            .query(By::Css(format!("[data-testid=\"{id}\"]")))
            .wait(PATIENCE, Duration::from_millis(50))
            .and_displayed()
            .first()
            .await;
        match found {
            Ok(element) => element,
            Err(_) => panic!("no `{id}` in the window, which shows:\n{}", self.page_text().await),
        }
    }

    /// Whether an element with this `data-testid` is there now.
    pub async fn has(&self, id: &str) -> bool {
        let found = self.driver.find_all(By::Css(format!("[data-testid=\"{id}\"]"))).await;
        found.is_ok_and(|all| !all.is_empty())
    }

    /// How many elements with this `data-testid` there are now.
    pub async fn count(&self, id: &str) -> usize {
        let css = format!("[data-testid=\"{id}\"]");
        self.driver.find_all(By::Css(css)).await.map_or(0, |all| all.len())
    }

    /// Clicks.
    pub async fn click(&self, id: &str) {
        self.element(id).await.click().await.unwrap();
    }

    /// Types into a field, after what is there.
    pub async fn type_into(&self, id: &str, text: &str) {
        self.element(id).await.send_keys(text).await.unwrap();
    }

    /// Sends keys to whatever has the focus.
    pub async fn press(&self, keys: impl Into<TypingData>) {
        let active = self.driver.active_element().await.unwrap();
        active.send_keys(keys).await.unwrap();
    }

    /// Waits until the element's text satisfies `wanted`.
    pub async fn wait_for_text(&self, id: &str, wanted: &str) {
        for _ in 0..400 {
            if let Ok(text) = self.element(id).await.text().await
                && text.contains(wanted)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "`{id}` never said `{wanted}`; the window shows:\n{}",
            self.page_text().await
        );
    }

    /// All text that the page shows.
    pub async fn page_text(&self) -> String {
        self.script("return document.body.innerText")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Everything that the page holds, shown or not.
    pub async fn page_source(&self) -> String {
        self.driver.source().await.unwrap_or_default()
    }

    /// Runs a script in the page and gives its answer.
    pub async fn script(&self, script: &str) -> Value {
        self.driver
            .execute(script, Vec::new())
            .await
            .map_or(Value::Null, |answer| answer.json().clone())
    }

    /// Saves what the screen shows below `target/screenshots`. Taken from the X server: the driver's own screenshots hang at times.
    pub async fn screenshot(&self, name: &str) {
        let dir = crate::checkout().join("target").join("screenshots");
        std::fs::create_dir_all(&dir).unwrap();
        let status = Command::new("import")
            .args(["-window", "root"])
            .arg(dir.join(format!("{name}.png")))
            .env("DISPLAY", &self.display.name)
            .status()
            .expect("ImageMagick is installed by set-up");
        assert!(status.success(), "no screenshot of {name}");
    }

    /// The process of the desktop program itself.
    pub fn process_id(&self) -> u32 {
        let name = crate::binary("wardkeep-desktop");
        let mut found = None;
        wait_until("the desktop program runs", || {
            found = processes_of(&name, &self.home).first().copied();
            found.is_some()
        });
        found.unwrap()
    }

    /// The desktop program and all processes that it started.
    pub fn process_tree(&self) -> Vec<u32> {
        let mut tree = vec![self.process_id()];
        let mut at = 0;
        while at < tree.len() {
            let parent = tree[at];
            let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
            tree.extend(
                children
                    .unwrap_or_default()
                    .split_whitespace()
                    .filter_map(|p| p.parse::<u32>().ok()),
            );
            at += 1;
        }
        tree
    }

    /// Ends the program at once, as a crash or an empty battery would.
    pub fn kill(self) {
        drop(self);
    }

    /// Closes the window as a person does, and waits for the program to end.
    pub async fn close(self) {
        let pid = self.process_id();
        let driver = self.driver.clone();
        // The driver's answer may never come: the program that it would come from is ending.
        let _ = tokio::time::timeout(Duration::from_secs(3), driver.close_window()).await;
        wait_until("the program ends after its window closed", || {
            !Path::new(&format!("/proc/{pid}")).exists()
                || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| s.contains(") Z "))
        });
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        end(&mut self.driver_process);
    }
}

/// Processes running `program` for the vault at `home`.
fn processes_of(program: &Path, home: &Path) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let same = std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program);
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let ours = memchr::memmem::find(&environment, home.to_string_lossy().as_bytes()).is_some();
        if same && ours {
            found.push(pid);
        }
    }
    found
}
