//! What a file is, by how it begins: what a name claims is never believed for more than text.

use std::path::Path;

/// How much of a file is looked at.
pub(super) const HEAD: usize = 8 * 1024;

/// The media type of a file with this name that begins so.
pub(super) fn media_type(name: &str, head: &[u8]) -> &'static str {
    let begins = |with: &[u8]| head.starts_with(with);
    if begins(b"%PDF-") {
        "application/pdf"
    } else if begins(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if begins(&[0xff, 0xd8, 0xff]) {
        "image/jpeg"
    } else if begins(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        "image/webp"
    } else if begins(b"GIF87a") || begins(b"GIF89a") {
        "image/gif"
    } else if is_text(name, head) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

fn is_text(name: &str, head: &[u8]) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    let named = ending.is_some_and(|ending| {
        ["txt", "csv", "md", "log", "hl7"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    });
    // The head may end in the middle of a letter.
    let readable = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    named && readable && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn a_file_is_what_it_begins_as() {
        for (name, head, expected) in [
            ("a.txt", &b"%PDF-1.7"[..], "application/pdf"),
            ("a.pdf", b"MZ\x90\0", "application/octet-stream"),
            ("a.png", b"<svg onload=alert(1)>", "application/octet-stream"),
            ("a", b"\x89PNG\r\n\x1a\n..", "image/png"),
            ("a", b"GIF89a..", "image/gif"),
            ("a.TXT", "Gr\u{fc}\u{df}e".as_bytes(), "text/plain"),
            ("a.txt", b"zero \0 byte", "application/octet-stream"),
            ("a.txt", b"caf\xe9 in latin", "application/octet-stream"),
            ("a.html", b"<html>", "application/octet-stream"),
            ("a.txt", b"", "text/plain"),
        ] {
            assert_eq!(media_type(name, head), expected, "{name}");
        }
        assert_eq!(
            media_type("a.txt", &"\u{fc}".as_bytes()[..1]),
            "text/plain",
            "cut in a letter"
        );
    }
}
