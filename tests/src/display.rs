//! A virtual screen for each test.

use crate::session::end;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, Window};
use x11rb::rust_connection::RustConnection;

/// One Xvfb.
pub struct Display {
    server: Child,
    /// The value for `DISPLAY`.
    pub name: String,
}

impl Display {
    /// A screen of this size, 24 bits deep.
    pub fn start(width: u32, height: u32) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("Xvfb is installed by set-up");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let number = line.trim();
        assert!(!number.is_empty(), "Xvfb did not start");
        Self {
            name: format!(":{number}"),
            server,
        }
    }

    /// How many colours the screen shows, of those in every fourth row.
    pub fn colours(&self) -> usize {
        let (x, screen) = x11rb::connect(Some(&self.name)).unwrap();
        let screen = &x.setup().roots[screen];
        let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
        let mut seen = HashSet::new();
        for y in (0..height).step_by(4) {
            let row = x.get_image(
                ImageFormat::Z_PIXMAP,
                screen.root,
                0,
                y.cast_signed(),
                width,
                1,
                u32::MAX,
            );
            let row = row.unwrap().reply().unwrap().data;
            seen.extend(row.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]));
        }
        seen.len()
    }

    /// Asks the windows of this title to close, as a window manager does (ICCCM section 4.2.8.1).
    pub fn close_window(&self, title: &str) {
        let (x, screen) = x11rb::connect(Some(&self.name)).unwrap();
        let atom = |name: &str| x.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let (protocols, delete) = (atom("WM_PROTOCOLS"), atom("WM_DELETE_WINDOW"));
        let mut asked = 0;
        for window in all_windows(&x, x.setup().roots[screen].root) {
            let name = x.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 1024);
            let name = name.unwrap().reply().map(|reply| reply.value).unwrap_or_default();
            let listens = x.get_property(false, window, protocols, AtomEnum::ATOM, 0, 64);
            let listens = listens.unwrap().reply().ok();
            let closes =
                listens.is_some_and(|reply| reply.value32().is_some_and(|mut all| all.any(|one| one == delete)));
            if closes && String::from_utf8_lossy(&name).contains(title) {
                let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
                x.send_event(false, window, EventMask::NO_EVENT, message).unwrap();
                asked += 1;
            }
        }
        x.flush().unwrap();
        assert!(asked > 0, "no window called {title}");
    }
}

/// The window and all below it.
fn all_windows(x: &RustConnection, root: Window) -> Vec<Window> {
    let mut all = vec![root];
    let mut at = 0;
    while let Some(window) = all.get(at) {
        let children = x.query_tree(*window).unwrap().reply().map(|reply| reply.children);
        all.extend(children.unwrap_or_default());
        at += 1;
    }
    all
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}
