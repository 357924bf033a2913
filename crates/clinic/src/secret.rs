//! Passwords on their way in: decoded straight into memory that is wiped, never shown, never written out.

use crate::error::CommandError;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;
use ts_rs::TS;
use wardkeep_vault::password;
use zeroize::Zeroizing;

/// A password as the person typed it. Wiped on drop; has no `Debug` content and no `Serialize`.
#[derive(Clone, TS)]
#[ts(type = "string")]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes over a password; the buffer is wiped when this is dropped.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The password's characters.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// As the vault hashes it. One that is too long to have ever been chosen is refused.
    pub(crate) fn normal(&self) -> Result<password::Password, CommandError> {
        Ok(password::Password::new(self.0.clone())?)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl<'de> Deserialize<'de> for Password {
    /// Borrows the raw JSON and unescapes it here, because the decoder's own scratch buffer would not be wiped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        let inner = raw
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(|| Error::custom("a password is a string"))?;
        unescape(inner)
            .map(Self)
            .ok_or_else(|| Error::custom("a password has a bad escape"))
    }
}

/// Undoes JSON string escapes (RFC 8259 section 7). `None` for a bad escape or a lone surrogate.
fn unescape(inner: &str) -> Option<Zeroizing<String>> {
    // Never longer than the input, so the buffer is not moved and nothing is left behind.
    let mut out = Zeroizing::new(String::with_capacity(inner.len()));
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode_escape(&mut chars)?,
            _ => return None,
        });
    }
    Some(out)
}

/// The character of a `\uXXXX` escape or of a surrogate pair of them; `chars` stands after the `u`.
fn unicode_escape(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let first = four_hex(chars)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    if chars.next()? != '\\' || chars.next()? != 'u' {
        return None;
    }
    let second = four_hex(chars)?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
}

fn four_hex(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |sum, _| Some(sum * 16 + chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn decoded(json: &str) -> Option<String> {
        serde_json::from_str::<Password>(json)
            .ok()
            .map(|password| password.reveal().to_owned())
    }

    #[test]
    fn decodes_as_the_json_library_does() {
        for text in [
            "",
            "plain",
            "quo\"te",
            "back\\slash",
            "tab\tnew\nline",
            "пароль",
            "🔑 key",
            "\u{0}\u{1f}",
        ] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(decoded(&json).as_deref(), Some(text));
        }
        assert_eq!(decoded(r#""\ud83d\udd11\u00e9\/""#).as_deref(), Some("🔑é/"));
    }

    #[test]
    fn refuses_what_is_no_string() {
        for json in [
            "1",
            "null",
            "{}",
            r#"["a"]"#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
        ] {
            assert_eq!(decoded(json), None, "{json}");
        }
    }

    #[test]
    fn shows_nothing() {
        let password = Password::new(Zeroizing::new("correct horse".into()));
        assert_eq!(format!("{password:?}"), "Password(..)");
    }
}
