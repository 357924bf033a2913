//! A cursor over JSON text without white space, which checks the grammar (RFC 8259) as it goes.
//!
//! Our own instead of serde_json's visitor, because the check of a resource wants the text of each number, the bounds
//! of each element and names without allocation, whatever features other crates switch on in serde_json.

use crate::reject::Reason;
use std::borrow::Cow;

/// A place in a JSON text.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What begins at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

type Read<T> = Result<T, Reason>;

fn syntax<T>(what: &'static str) -> Read<T> {
    Err(Reason::Broken(what))
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes one byte when it is this one.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let is = self.byte() == Some(byte);
        self.at += usize::from(is);
        is
    }

    /// The text from an earlier place to here.
    pub(crate) fn since(&self, earlier: &Self) -> &'a str {
        &self.text[earlier.at..self.at]
    }

    /// Whether the text is used up.
    pub(crate) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// What begins here.
    pub(crate) fn next(&self) -> Read<Next> {
        match self.byte() {
            Some(b'{') => Ok(Next::Object),
            Some(b'[') => Ok(Next::Array),
            Some(b'"') => Ok(Next::String),
            Some(b'-' | b'0'..=b'9') => Ok(Next::Number),
            Some(b't' | b'f') => Ok(Next::Bool),
            Some(b'n') => Ok(Next::Null),
            Some(_) => syntax("a value is missing"),
            None => syntax("it ends too early"),
        }
    }

    /// Steps to the next member of an object whose `{` was taken; returns its name, or `None` after `}`.
    pub(crate) fn member(&mut self, first: bool) -> Read<Option<Cow<'a, str>>> {
        if self.eat(b'}') {
            return Ok(None);
        }
        if !first && !self.eat(b',') {
            return syntax("a comma is missing");
        }
        let name = self.string()?;
        if !self.eat(b':') {
            return syntax("a colon is missing");
        }
        Ok(Some(name))
    }

    /// Steps to the next item of an array whose `[` was taken; `false` after `]`.
    pub(crate) fn item(&mut self, first: bool) -> Read<bool> {
        if self.eat(b']') {
            return Ok(false);
        }
        if !first && !self.eat(b',') {
            return syntax("a comma is missing");
        }
        if self.byte() == Some(b']') {
            return syntax("a value is missing");
        }
        Ok(true)
    }

    /// Takes a string; borrowed when it has no escapes.
    pub(crate) fn string(&mut self) -> Read<Cow<'a, str>> {
        if !self.eat(b'"') {
            return syntax("a string is missing");
        }
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let Some(length) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) else {
            return syntax("a string does not end");
        };
        if rest[length] == b'"' {
            self.at = start + length + 1;
            return Ok(Cow::Borrowed(&self.text[start..start + length]));
        }
        self.escaped(start).map(Cow::Owned)
    }

    /// A string with escapes, from its beginning.
    fn escaped(&mut self, start: usize) -> Read<String> {
        let mut out = String::new();
        self.at = start;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let Some(length) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) else {
                return syntax("a string does not end");
            };
            out.push_str(&self.text[self.at..self.at + length]);
            self.at += length + 1;
            match rest[length] {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escape()?),
                _ => return syntax("a control character in a string"),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let Some(byte) = self.byte() else {
            return syntax("it ends too early");
        };
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex()?;
                if !(0xd800..0xe000).contains(&high) {
                    return char::from_u32(high).map_or_else(|| syntax("a broken escape"), Ok);
                }
                if high >= 0xdc00 || !(self.eat(b'\\') && self.eat(b'u')) {
                    return syntax("half a surrogate pair");
                }
                let low = self.hex()?;
                if !(0xdc00..0xe000).contains(&low) {
                    return syntax("half a surrogate pair");
                }
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(code).map_or_else(|| syntax("a broken escape"), Ok);
            }
            _ => return syntax("an unknown escape"),
        })
    }

    fn hex(&mut self) -> Read<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let Some(digits) = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)) else {
            return syntax("a broken escape");
        };
        self.at += 4;
        let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
        Ok(digits.iter().fold(0, |sum, byte| sum << 4 | digit(byte)))
    }

    /// Takes a number; its text as it stands.
    pub(crate) fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.eat(b'-');
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return syntax("a broken number"),
        }
        if self.eat(b'.') && !self.some_digits() {
            return syntax("a broken number");
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            if !self.some_digits() {
                return syntax("a broken number");
            }
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> bool {
        let start = self.at;
        self.digits();
        self.at > start
    }

    /// Takes `true`, `false` or `null`.
    pub(crate) fn literal(&mut self) -> Read<&'a str> {
        for word in ["true", "false", "null"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(word);
            }
        }
        syntax("a value is missing")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;

    /// Walks a whole value; true when it is sound and ends with the text.
    fn sound(text: &str) -> bool {
        fn walk(cursor: &mut Cursor<'_>, depth: usize) -> Read<()> {
            if depth > 60 {
                return syntax("deep");
            }
            match cursor.next()? {
                Next::Object => {
                    cursor.eat(b'{');
                    let mut first = true;
                    while cursor.member(first)?.is_some() {
                        walk(cursor, depth + 1)?;
                        first = false;
                    }
                }
                Next::Array => {
                    cursor.eat(b'[');
                    let mut first = true;
                    while cursor.item(first)? {
                        walk(cursor, depth + 1)?;
                        first = false;
                    }
                }
                Next::String => drop(cursor.string()?),
                Next::Number => drop(cursor.number()?),
                Next::Bool | Next::Null => drop(cursor.literal()?),
            }
            Ok(())
        }
        let mut cursor = Cursor::new(text);
        walk(&mut cursor, 0).is_ok() && cursor.at_end()
    }

    proptest! {
        #[test]
        fn agrees_with_another_parser(text in r#"[\[\]{}:,"\\a0-9.eE+\-ntu/]{0,12}"#) {
            // RawValue checks the grammar alone, without the range of numbers.
            let other = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
            // RawValue does not look at surrogate pairs: those texts cannot be made of these letters.
            prop_assert_eq!(sound(&text), other, "{}", text);
        }

        #[test]
        fn strings_come_back(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Cursor::new(&json).string().unwrap(), text);
        }
    }

    #[test]
    fn surrogates() {
        assert_eq!(Cursor::new(r#""\ud83d\ude00""#).string().unwrap(), "😀");
        for bad in [
            r#""\ud83d""#,
            r#""\ude00\ud83d""#,
            r#""\ud83dx""#,
            r#""\u12""#,
            "\"a\nb\"",
            "\"a",
        ] {
            assert!(Cursor::new(bad).string().is_err(), "{bad}");
        }
    }
}
