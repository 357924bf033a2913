//! The window: it shows the pages that are inside the program, opens nothing else, and leaves nothing on the disk.

use std::path::Path;
use tauri::webview::{DownloadEvent, NewWindowResponse, PermissionResponse};
use tauri::{App, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

type Builder<'a> = WebviewWindowBuilder<'a, tauri::Wry, App>;

/// The label that the capability file names.
pub const LABEL: &str = "main";

/// Opens it.
pub fn open(app: &App, home: &Path, automated: Automated) -> tauri::Result<WebviewWindow> {
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Wardkeep")
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 600.0)
        .center()
        .content_protected(true)
        .devtools(cfg!(debug_assertions))
        .general_autofill_enabled(false)
        .zoom_hotkeys_enabled(true)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, event| !matches!(event, DownloadEvent::Requested { .. }))
        .on_permission_request(|_, _| PermissionResponse::Deny);
    let window = storage(builder, home, automated).build()?;
    #[cfg(target_os = "linux")]
    start_again_after_a_crash(&window)?;
    Ok(window)
}

/// A page whose process crashed is loaded again: better than an empty window in front of a patient. Nothing is lost, since the page
/// keeps nothing; drafts are saved as they are typed.
#[cfg(target_os = "linux")]
fn start_again_after_a_crash(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{WebProcessTerminationReason, WebViewExt};
    window.with_webview(|view| {
        view.inner().connect_web_process_terminated(|view, why| {
            // The one that ends it on purpose loads the page itself.
            if why != WebProcessTerminationReason::TerminatedByApi {
                view.reload();
            }
        });
    })
}

/// Whether a driver of the window drives this one. Only a debug build lets itself be driven, because a private web view cannot be.
#[derive(Clone, Copy)]
pub struct Automated(pub bool);

impl Automated {
    /// What the driver said when it started the program.
    pub fn by_environment() -> Self {
        #[allow(
            clippy::disallowed_methods,
            reason = "the driver says so in the environment, before the first window"
        )]
        let driven = std::env::var("TAURI_WEBVIEW_AUTOMATION").is_ok_and(|value| value == "true");
        Self(cfg!(debug_assertions) && driven)
    }
}

/// A private web view keeps cookies, caches and storage in memory only; even so it leaves some empty files and salts behind, and those
/// belong into the home folder. One that is driven keeps all of it there, where the tests look for what must not be there.
fn storage<'a>(builder: Builder<'a>, home: &Path, automated: Automated) -> Builder<'a> {
    builder.data_directory(home.join("webview")).incognito(!automated.0)
}

/// Whether an address is one of the pages inside the program.
fn is_ours(address: &Url) -> bool {
    let tauri = address.scheme() == "tauri" && address.host_str() == Some("localhost");
    // Windows has no schemes of its own in its web view.
    let windows =
        cfg!(windows) && matches!(address.scheme(), "http" | "https") && address.host_str() == Some("tauri.localhost");
    tauri || windows
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn shows_only_its_own_pages() {
        let ours = |address: &str| address.parse().is_ok_and(|address| is_ours(&address));
        assert!(ours("tauri://localhost/index.html"));
        assert!(ours("tauri://localhost/patients/1?tab=chart#labs"));
        for other in [
            "http://localhost:1420/",
            "https://example.org/",
            "file:///etc/hostname",
            "data:text/html,x",
            "about:blank",
            "tauri://elsewhere/",
        ] {
            assert!(!ours(other), "{other}");
        }
    }
}
