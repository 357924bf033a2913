//! The grammars of FHIR's primitive types (R4, section 2.24.0.1), as its regular expressions have them.

use crate::schema::Primitive;

/// The most characters of a string (R4: one mebibyte).
const MAX_TEXT: usize = 1024 * 1024;

/// Whether a JSON string is a value of the type. Types that are JSON numbers or booleans take no string.
pub(crate) fn is_valid(kind: Primitive, text: &str) -> bool {
    match kind {
        Primitive::Code => is_code(text),
        Primitive::Date => is_date(text),
        Primitive::DateTime => is_date(text) || is_instant(text),
        Primitive::Instant => is_instant(text),
        Primitive::Time => is_time(text),
        Primitive::Id => is_id(text),
        Primitive::Oid => text.strip_prefix("urn:oid:").is_some_and(is_oid),
        Primitive::Uuid => text
            .strip_prefix("urn:uuid:")
            .is_some_and(|uuid| uuid::Uuid::try_parse(uuid).is_ok()),
        Primitive::Uri => !text.is_empty() && !text.contains(char::is_whitespace),
        Primitive::Base64 => is_base64(text),
        Primitive::Text => text.len() <= MAX_TEXT && !text.trim().is_empty() && !text.contains(is_forbidden),
        Primitive::Xhtml => text.trim_start().starts_with("<div"),
        Primitive::Boolean
        | Primitive::Decimal
        | Primitive::Integer
        | Primitive::PositiveInt
        | Primitive::UnsignedInt => false,
    }
}

/// Whether a JSON number is a value of the type.
pub(crate) fn is_valid_number(kind: Primitive, text: &str) -> bool {
    let whole = |least: i64| text.parse::<i32>().is_ok_and(|number| i64::from(number) >= least);
    match kind {
        Primitive::Decimal => text.len() <= 64,
        Primitive::Integer => whole(i64::MIN),
        Primitive::UnsignedInt => whole(0),
        Primitive::PositiveInt => whole(1),
        _ => false,
    }
}

/// The name of the type in the specification.
pub(crate) fn name(kind: Primitive) -> &'static str {
    match kind {
        Primitive::Base64 => "base64Binary",
        Primitive::Boolean => "boolean",
        Primitive::Code => "code",
        Primitive::Date => "date",
        Primitive::DateTime => "dateTime",
        Primitive::Decimal => "decimal",
        Primitive::Id => "id",
        Primitive::Instant => "instant",
        Primitive::Integer => "integer",
        Primitive::Oid => "oid",
        Primitive::PositiveInt => "positiveInt",
        Primitive::Text => "string",
        Primitive::Time => "time",
        Primitive::UnsignedInt => "unsignedInt",
        Primitive::Uri => "uri",
        Primitive::Uuid => "uuid",
        Primitive::Xhtml => "xhtml",
    }
}

/// `[A-Za-z0-9\-\.]{1,64}`
pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= 64 && is_long_id(text)
}

/// The same, up to 255 characters.
pub(crate) fn is_long_id(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// Control characters that a string must not have.
fn is_forbidden(character: char) -> bool {
    character < ' ' && !matches!(character, '\t' | '\n' | '\r')
}

/// `[^\s]+(\s[^\s]+)*`
fn is_code(text: &str) -> bool {
    !text.is_empty() && text.split(char::is_whitespace).all(|word| !word.is_empty())
}

fn is_oid(text: &str) -> bool {
    let mut parts = text.split('.');
    let root = parts.next().is_some_and(|root| matches!(root, "0" | "1" | "2"));
    let number = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        !part.is_empty() && plain && (part.len() == 1 || !part.starts_with('0'))
    };
    root && text.contains('.') && parts.all(number)
}

/// Base64 in groups of four, white space between allowed.
fn is_base64(text: &str) -> bool {
    let (mut letters, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => padding += 1,
            _ if padding > 0 => return false,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => letters += 1,
            _ => return false,
        }
    }
    letters > 0 && padding <= 2 && (letters + padding).is_multiple_of(4)
}

/// So many digits from the beginning, and the rest.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let head = text.get(..count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, &text[count..]))
}

/// Year, year and month, or a day that the calendar has.
fn is_date(text: &str) -> bool {
    let Some((year, rest)) = digits(text, 4) else {
        return false;
    };
    if rest.is_empty() {
        return year > 0;
    }
    let Some((month, rest)) = rest.strip_prefix('-').and_then(|rest| digits(rest, 2)) else {
        return false;
    };
    if rest.is_empty() {
        return year > 0 && (1..=12).contains(&month);
    }
    let Some((day, rest)) = rest.strip_prefix('-').and_then(|rest| digits(rest, 2)) else {
        return false;
    };
    rest.is_empty() && year > 0 && (1..=days(year, month)).contains(&day)
}

/// The days of a month; 0 when there is no such month.
fn days(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A day, a time with seconds (60 for a leap second), and an offset.
fn is_instant(text: &str) -> bool {
    let Some((day, rest)) = text.split_once('T') else {
        return false;
    };
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    day.len() == 10 && is_date(day) && is_time(time) && is_zone(zone)
}

/// `hh:mm:ss` with an optional fraction.
fn is_time(text: &str) -> bool {
    let clock = || {
        let (hour, rest) = digits(text, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
        let fraction = match rest.strip_prefix('.') {
            Some(fraction) => !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()),
            None => rest.is_empty(),
        };
        Some(hour < 24 && minute < 60 && second <= 60 && fraction)
    };
    clock().unwrap_or(false)
}

/// `Z`, or an offset of at most 14 hours.
fn is_zone(text: &str) -> bool {
    let offset = || {
        let rest = text.strip_prefix(['+', '-'])?;
        let (hour, rest) = digits(rest, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
        Some(rest.is_empty() && (hour < 14 && minute < 60 || hour == 14 && minute == 0))
    };
    text == "Z" || offset().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Primitive, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is_valid(kind, text), "{kind:?} {text:?}");
        }
        for text in bad {
            assert!(!is_valid(kind, text), "{kind:?} {text:?}");
        }
    }

    #[test]
    fn dates_and_times() {
        let days = ["1932", "1932-09", "1932-09-24", "2000-02-29", "0001-01-01"];
        let not_days = [
            "",
            "32",
            "1932-9",
            "1932-13",
            "1932-00",
            "1932-02-30",
            "1900-02-29",
            "1932-09-24T",
            "24-09-1932",
            "0000",
            "1932-",
            "１９３２",
        ];
        check(Primitive::Date, &days, &not_days);
        check(Primitive::Date, &[], &["1932-09-24T00:00:00Z"]);
        let times = [
            "2015-02-07T13:28:17Z",
            "2015-02-07T13:28:17.239+02:00",
            "2016-12-31T23:59:60-14:00",
            "2015-02-07T13:28:17.000001+14:00",
        ];
        let not_times = [
            "2015-02-07T13:28:17",
            "2015-02-07T13:28Z",
            "2015-02-07 13:28:17Z",
            "2015-02-07T24:00:00Z",
            "2015-02T13:28:17Z",
            "2015-02-07T13:28:17+15:00",
            "2015-02-07T13:28:17.Z",
        ];
        check(Primitive::Instant, &times, &not_times);
        check(Primitive::DateTime, &times, &not_times);
        check(Primitive::DateTime, &days, &not_days);
        check(Primitive::Instant, &[], &days);
        check(
            Primitive::Time,
            &["00:00:00", "23:59:59.5"],
            &["24:00:00", "12:30", "12:30:00Z", ""],
        );
    }

    #[test]
    fn names_and_texts() {
        check(Primitive::Code, &["a", "a b", "in-progress"], &["", " a", "a ", "a  b"]);
        check(Primitive::Id, &["a", "A-1.b"], &["", "a_b", "a b", &"a".repeat(65)]);
        check(Primitive::Uri, &["urn:x", "http://a/b?c=d#e", "x"], &["", "a b"]);
        check(
            Primitive::Oid,
            &["urn:oid:1.2.840.0"],
            &["1.2.3", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1", "urn:oid:1..2"],
        );
        check(
            Primitive::Uuid,
            &["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
            &["c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:x"],
        );
        check(
            Primitive::Base64,
            &["QQ==", "QUI=", "QUJD", "QU\nJD"],
            &["", "Q", "QQ=", "Q=Q=", "Q!==", "===="],
        );
        check(Primitive::Text, &["é\n\t", "x"], &["", "  ", "a\u{0}b"]);
        check(Primitive::Boolean, &[], &["true"]);
        check(Primitive::Decimal, &[], &["1.0"]);
    }

    #[test]
    fn numbers() {
        for (kind, good, bad) in [
            (
                Primitive::Decimal,
                &["1.50", "-0.0", "1e3", "12345678901234567890"][..],
                &[][..],
            ),
            (
                Primitive::Integer,
                &["-1", "0", "2147483647"],
                &["1.0", "1e3", "2147483648"],
            ),
            (Primitive::UnsignedInt, &["0"], &["-1"]),
            (Primitive::PositiveInt, &["1"], &["0", "-1"]),
            (Primitive::Text, &[], &["1"]),
        ] {
            good.iter()
                .for_each(|text| assert!(is_valid_number(kind, text), "{kind:?} {text}"));
            bad.iter()
                .for_each(|text| assert!(!is_valid_number(kind, text), "{kind:?} {text}"));
        }
    }
}
