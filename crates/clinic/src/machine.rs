//! The machine below the vault: keychain, clock, chance, time zone, all passed in; and the program itself.

pub mod about;
mod ask;
mod clock;
pub(crate) mod disk;
pub mod doctor;
pub mod facts;
mod screen;

pub(crate) use disk::free_bytes;

use facts::Facts;
use std::path::Path;
use std::sync::Arc;
use wardkeep_vault::clock::Clock;
use wardkeep_vault::kdf::KdfPolicy;
use wardkeep_vault::keychain::Keychain;
use wardkeep_vault::random::{OsRandom, Random};

/// Whether the unlock key is kept in the keychain while unlocked, so that a crash or an update does not ask again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    /// For as long as the policy's resume window says.
    Window,
    /// Never: a one-shot program leaves nothing behind.
    Never,
}

/// Looks at the machine below a home folder.
pub type Look = dyn Fn(&Path) -> Facts + Send + Sync;

/// All that is not ours and that the clinic works with.
pub struct Machine {
    /// The OS keychain.
    pub keychain: Keychain,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The source of keys and ids.
    pub random: Arc<dyn Random>,
    /// How hard passwords are made to guess.
    pub kdf: KdfPolicy,
    /// Whose midnight ages turn at.
    pub zone: jiff::tz::TimeZone,
    /// Whether sessions can be resumed.
    pub resume: Resume,
    /// BCP 47 tag of the person's own language, for screens before anybody has unlocked.
    pub language: String,
    /// What it says of itself in the clinic's inventory.
    pub facts: Arc<Look>,
}

impl Machine {
    /// The machine that the program runs on.
    pub fn system(resume: Resume) -> Self {
        Self {
            keychain: Keychain::of_system(),
            clock: clock::of_system(),
            random: Arc::new(OsRandom),
            kdf: KdfPolicy::production(),
            zone: jiff::tz::TimeZone::system(),
            resume,
            language: system_language(),
            facts: Arc::new(facts::of_machine),
        }
    }

    /// Today, where the machine stands.
    pub fn today(&self) -> jiff::civil::Date {
        let now_ms = i64::try_from(self.clock.now_ms()).unwrap_or(i64::MAX);
        let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        now.to_zoned(self.zone.clone()).date()
    }
}

/// From the environment's locale (`de_DE.UTF-8` is `de-DE`); English where it says nothing.
#[allow(
    clippy::disallowed_methods,
    reason = "the machine's own settings are read in one place"
)]
fn system_language() -> String {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    language_of_locale(&set.unwrap_or_default())
}

/// The BCP 47 tag of a POSIX locale name.
fn language_of_locale(locale: &str) -> String {
    let name = locale.split(['.', '@']).next().unwrap_or_default();
    let plausible = name.len() >= 2 && name.len() <= 20 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plausible && name != "POSIX" {
        name.replace('_', "-")
    } else {
        "en".to_owned()
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("keychain", &self.keychain.kind())
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::language_of_locale;

    #[test]
    fn locales_become_tags() {
        for (locale, tag) in [
            ("de_DE.UTF-8", "de-DE"),
            ("en", "en"),
            ("C.UTF-8", "en"),
            ("POSIX", "en"),
            ("", "en"),
            ("sr_RS@latin", "sr-RS"),
            ("../x", "en"),
        ] {
            assert_eq!(language_of_locale(locale), tag, "{locale}");
        }
    }
}
