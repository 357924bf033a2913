//! `Range: bytes=FROM-[TO]` and `bytes=-LAST` (RFC 9110, section 14.1.2), one range only.

use http::HeaderValue;
use std::ops::Range;

/// The bytes that are asked for, of so many. `None` if there are none, or if it is not understood.
pub fn parse(value: &HeaderValue, length: u64) -> Option<Range<u64>> {
    let (from, to) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (from.is_empty(), to.is_empty()) {
        (false, true) => number(from)?..length,
        (false, false) => number(from)?..number(to)?.checked_add(1)?.min(length),
        (true, false) => length.saturating_sub(number(to)?)..length,
        (true, true) => return None,
    };
    (range.start < range.end).then_some(range)
}

fn number(text: &str) -> Option<u64> {
    text.bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let of = |text: &'static str| parse(&HeaderValue::from_static(text), 100);
        assert_eq!(of("bytes=0-"), Some(0..100));
        assert_eq!(of("bytes=10-19"), Some(10..20));
        assert_eq!(of("bytes=90-1000"), Some(90..100));
        assert_eq!(of("bytes=-5"), Some(95..100));
        assert_eq!(of("bytes=-500"), Some(0..100));
        for bad in [
            "bytes=100-",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "lines=0-1",
            "bytes=0-1,3-4",
            "bytes=+1-2",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(of("bytes=0-18446744073709551615"), None);
    }
}
