//! All that the page may ask for: the command table, and files that the person chooses in the system's own dialog.

use crate::lock;
use crate::seal::SealingKeys;
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;
use wardkeep_clinic::{Clinic, CommandError, ErrorCode, command};

/// Files that one import may take through the dialog.
const MOST_FILES: usize = 10_000;
/// Characters of a dialog's title, and of a proposed name.
const TITLE: usize = 200;

/// Runs one command. The body is the UTF-8 text of `{"name": ..., "input": ...}`, the answer is JSON, both as bytes: so nothing is
/// decoded twice, and the decoder of the command table is the only one that sees what the page sends.
#[tauri::command]
pub async fn dispatch(
    app: AppHandle,
    clinic: State<'_, Clinic>,
    request: Request<'_>,
) -> Result<Response, CommandError> {
    run(app, &clinic, command::decode(raw(&request)?)?).await
}

/// Runs one command that carries a password; the body is sealed as [`crate::seal`] says.
#[tauri::command]
pub async fn dispatch_sealed(
    app: AppHandle,
    clinic: State<'_, Clinic>,
    keys: State<'_, SealingKeys>,
    request: Request<'_>,
) -> Result<Response, CommandError> {
    let opened = keys.open(raw(&request)?).ok_or_else(|| CommandError::invalid(""))?;
    run(app, &clinic, command::decode(&opened)?).await
}

/// A key for one sealed message.
#[tauri::command]
pub fn sealing_key(clinic: State<'_, Clinic>, keys: State<'_, SealingKeys>) -> Response {
    let mut random = zeroize::Zeroizing::new([0; 32]);
    clinic.machine().random.fill(random.as_mut());
    Response::new(keys.make(*random).to_vec())
}

fn raw<'a>(request: &'a Request<'_>) -> Result<&'a [u8], CommandError> {
    match request.body() {
        InvokeBody::Raw(bytes) => Ok(bytes),
        InvokeBody::Json(_) => Err(CommandError::invalid("")),
    }
}

async fn run(app: AppHandle, clinic: &Clinic, request: command::Request) -> Result<Response, CommandError> {
    let clinic = clinic.clone();
    let locks = matches!(request, command::Request::lock(_));
    // Commands wait for the disk, the keychain and key derivation; the window's thread never does.
    let answer = tauri::async_runtime::spawn_blocking(move || request.run(&clinic)).await;
    // A command that panicked has told nobody anything; the page shows that something is wrong.
    let answer = answer.map_err(|_| CommandError::new(ErrorCode::Internal))??;
    if locks {
        lock::empty_page(&app);
    }
    Ok(Response::new(answer.into_bytes()))
}

/// The files that the person chooses in the system's dialog; none when they cancel.
#[tauri::command]
pub async fn pick_files(app: AppHandle, title: String) -> Result<Vec<String>, CommandError> {
    let title: String = title.chars().take(TITLE).collect();
    let chosen =
        tauri::async_runtime::spawn_blocking(move || app.dialog().file().set_title(title).blocking_pick_files()).await;
    let chosen = chosen
        .map_err(|_| CommandError::new(ErrorCode::Internal))?
        .unwrap_or_default();
    if chosen.len() > MOST_FILES {
        return Err(CommandError::new(ErrorCode::TooLarge));
    }
    // Paths travel as text; one that is no text cannot be asked for again.
    let paths = chosen
        .into_iter()
        .map(|file| file.into_path().ok()?.into_os_string().into_string().ok());
    paths
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| CommandError::new(ErrorCode::FileUnreadable))
}

/// Where the person wants a copy, by the system's dialog; none when they cancel. Writing it is a command, with its audit entry.
#[tauri::command]
pub async fn pick_target(app: AppHandle, title: String, name: String) -> Result<Option<String>, CommandError> {
    let (title, name) = (
        title.chars().take(TITLE).collect::<String>(),
        name.chars().take(TITLE).collect::<String>(),
    );
    let ask = move || {
        app.dialog()
            .file()
            .set_title(title)
            .set_file_name(name)
            .blocking_save_file()
    };
    let chosen = tauri::async_runtime::spawn_blocking(ask)
        .await
        .map_err(|_| CommandError::new(ErrorCode::Internal))?;
    let path = chosen.map(|file| file.into_path().ok()?.into_os_string().into_string().ok());
    match path {
        None => Ok(None),
        Some(Some(path)) => Ok(Some(path)),
        Some(None) => Err(CommandError::new(ErrorCode::FileUnreadable)),
    }
}
