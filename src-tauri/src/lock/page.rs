//! Empties the page after a lock.
//!
//! What a page has shown stays in the memory of the web view's process until its garbage collector feels like it, and a typed password
//! with it. The process is the only thing that can be emptied for certain: it is ended, and a new one loads the unlock screen.

use crate::window::{Automated, LABEL};
use tauri::{AppHandle, Manager, Url, WebviewWindow};

/// Ends the process of the page and starts the page anew.
pub fn empty(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    // A window that is closing has no page any more.
    let Some(first) = window.url().ok().map(first_page) else {
        return;
    };
    // A driver takes the end of the process for a crash and gives up; then the page is only started anew.
    let automated = app.try_state::<Automated>().is_some_and(|automated| automated.0);
    if automated || !end_process(&window, &first) {
        start_anew(&window, first);
    }
}

/// Whether the process could be ended, which only WebKitGTK offers.
#[cfg(target_os = "linux")]
fn end_process(window: &WebviewWindow, first: &Url) -> bool {
    use webkit2gtk::WebViewExt;
    let first = first.to_string();
    let asked = window.with_webview(move |view| {
        let view = view.inner();
        view.terminate_web_process();
        view.load_uri(&first);
    });
    asked.is_ok()
}

#[cfg(not(target_os = "linux"))]
fn end_process(_: &WebviewWindow, _: &Url) -> bool {
    false
}

fn start_anew(window: &WebviewWindow, first: Url) {
    if window.navigate(first).is_err() {
        tracing::debug!("no page to start anew");
    }
}

/// The first page of the program: where the person was is nobody's concern while it is locked.
fn first_page(mut address: Url) -> Url {
    address.set_path("/index.html");
    address.set_query(None);
    address.set_fragment(None);
    address
}

#[cfg(test)]
mod tests {
    use super::{Url, first_page};

    #[test]
    fn the_first_page_names_no_patient() {
        let page = |address: &str| address.parse::<Url>().map(|address| first_page(address).to_string());
        let first = Ok("tauri://localhost/index.html".to_owned());
        assert_eq!(page("tauri://localhost/patients/0190aaaa?tab=labs#x"), first);
        assert_eq!(page("tauri://localhost"), first);
    }
}
