//! Linux: the machine goes to sleep or the screen is locked. Both are heard over D-Bus, each bus on a thread of its own.
//!
//! A bus that is not there (a plain X session, a container) is no fault: the idle timer still locks.

use super::lock;
use std::time::Duration;
use tauri::AppHandle;
use wardkeep_clinic::session::wire::LockReason;
use zbus::blocking::{Connection, MessageIterator, Proxy};
use zbus::message::Type;
use zbus::zvariant::{OwnedFd, OwnedObjectPath};
use zbus::{MatchRule, Message};

const LOGIND: &str = "org.freedesktop.login1";
const LOGIND_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
/// Who announces that the screen is locked: the freedesktop name (KDE and others), GNOME's, Cinnamon's, MATE's.
const SCREEN_SAVERS: [&str; 4] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
];
/// A bus that went away is looked for again after this time.
const AGAIN: Duration = Duration::from_secs(10);

/// Starts listening on the system's and the session's bus.
pub fn watch(app: &AppHandle) {
    let system = app.clone();
    std::thread::spawn(move || again_and_again(|| follow_logind(&system)));
    let session = app.clone();
    std::thread::spawn(move || again_and_again(|| follow_screen_savers(&session)));
}

/// A bus restarts when the system is updated; listening must not end with it.
fn again_and_again(mut follow: impl FnMut() -> zbus::Result<()>) -> ! {
    loop {
        if let Err(fault) = follow() {
            tracing::debug!(%fault, "no bus to listen on");
        }
        std::thread::sleep(AGAIN);
    }
}

/// Sleep, and the lock of this log-in session. The rules name the sender, so nobody else can say it.
fn follow_logind(app: &AppHandle) -> zbus::Result<()> {
    let bus = Connection::system()?;
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(LOGIND)?.build();
    let signals = MessageIterator::for_match_rule(rule, &bus, Some(64))?;
    let manager = Proxy::new(&bus, LOGIND, LOGIND_PATH, MANAGER)?;
    let ours = own_session(&manager);
    let mut delay = sleep_delay(&manager);
    for message in signals {
        let message = message?;
        match heard(&message, ours.as_ref()) {
            Some(Heard::Sleeps) => {
                lock(app, LockReason::Suspend);
                // Letting go of the delay lets the machine sleep.
                delay = None;
            }
            Some(Heard::Wakes) => delay = delay.or_else(|| sleep_delay(&manager)),
            Some(Heard::Locked) => lock(app, LockReason::ScreenLock),
            None => {}
        }
    }
    Ok(())
}

fn follow_screen_savers(app: &AppHandle) -> zbus::Result<()> {
    let bus = Connection::session()?;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .member("ActiveChanged")?
        .build();
    for message in MessageIterator::for_match_rule(rule, &bus, Some(64))? {
        if is_screen_lock(&message?) {
            lock(app, LockReason::ScreenLock);
        }
    }
    Ok(())
}

/// What logind said that matters here.
#[derive(PartialEq, Eq, Debug)]
enum Heard {
    Sleeps,
    Wakes,
    Locked,
}

fn heard(message: &Message, ours: Option<&OwnedObjectPath>) -> Option<Heard> {
    let header = message.header();
    let member = header.member()?.as_str();
    match (header.interface()?.as_str(), member) {
        (MANAGER, "PrepareForSleep") => {
            let sleeps: bool = message.body().deserialize().ok()?;
            Some(if sleeps { Heard::Sleeps } else { Heard::Wakes })
        }
        // When logind could not say which session is ours, any lock counts: locking once too often does no harm.
        (SESSION, "Lock") => ours
            .is_none_or(|ours| header.path() == Some(ours))
            .then_some(Heard::Locked),
        _ => None,
    }
}

fn is_screen_lock(message: &Message) -> bool {
    let known = message
        .header()
        .interface()
        .is_some_and(|interface| SCREEN_SAVERS.contains(&interface.as_str()));
    known && message.body().deserialize::<bool>().unwrap_or(false)
}

/// The path of the session that this program runs in.
fn own_session(manager: &Proxy<'_>) -> Option<OwnedObjectPath> {
    manager.call("GetSessionByPID", &(std::process::id(),)).ok()
}

/// Asks logind to wait with sleeping until the vault is locked (at most five seconds by its own rule).
fn sleep_delay(manager: &Proxy<'_>) -> Option<OwnedFd> {
    manager
        .call(
            "Inhibit",
            &(
                "sleep",
                "Wardkeep",
                "Locks the records before the machine sleeps",
                "delay",
            ),
        )
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn signal(path: &str, interface: &str, member: &str, body: Option<bool>) -> Message {
        let builder = Message::signal(path, interface, member).unwrap();
        body.map_or_else(|| builder.clone().build(&()), |body| builder.clone().build(&(body,)))
            .unwrap()
    }

    #[test]
    fn understands_logind() {
        let ours: OwnedObjectPath = OwnedObjectPath::try_from("/org/freedesktop/login1/session/_32").unwrap();
        let other = "/org/freedesktop/login1/session/_33";
        let says = |path: &str, interface: &str, member: &str, body| {
            heard(&signal(path, interface, member, body), Some(&ours))
        };
        assert_eq!(
            says(LOGIND_PATH, MANAGER, "PrepareForSleep", Some(true)),
            Some(Heard::Sleeps)
        );
        assert_eq!(
            says(LOGIND_PATH, MANAGER, "PrepareForSleep", Some(false)),
            Some(Heard::Wakes)
        );
        assert_eq!(says(LOGIND_PATH, MANAGER, "PrepareForSleep", None), None);
        assert_eq!(says(ours.as_str(), SESSION, "Lock", None), Some(Heard::Locked));
        assert_eq!(says(other, SESSION, "Lock", None), None);
        assert_eq!(says(ours.as_str(), SESSION, "Unlock", None), None);
        assert_eq!(heard(&signal(other, SESSION, "Lock", None), None), Some(Heard::Locked));
    }

    #[test]
    fn understands_screen_savers() {
        for interface in SCREEN_SAVERS {
            assert!(is_screen_lock(&signal(
                "/screen",
                interface,
                "ActiveChanged",
                Some(true)
            )));
            assert!(!is_screen_lock(&signal(
                "/screen",
                interface,
                "ActiveChanged",
                Some(false)
            )));
        }
        assert!(!is_screen_lock(&signal(
            "/screen",
            "org.example.Other",
            "ActiveChanged",
            Some(true)
        )));
        assert!(!is_screen_lock(&signal(
            "/screen",
            SCREEN_SAVERS[0],
            "ActiveChanged",
            None
        )));
    }
}
