//! Looks for needles in every byte of every file below a folder, in each form in which text is usually kept.

use std::path::{Path, PathBuf};

/// One occurrence.
#[derive(Debug)]
pub struct Found {
    /// In which file.
    pub file: PathBuf,
    /// Which needle, by its label: the needle itself may be a secret.
    pub label: String,
    /// In which form.
    pub form: &'static str,
}

/// A needle: its label and its forms.
pub struct Needle {
    label: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    /// Text: UTF-8, UTF-16 of both byte orders, base64 at each of the three alignments, hex, and upper and lower case.
    pub fn text(label: &str, text: &str) -> Self {
        let mut forms = Vec::new();
        for case in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
            forms.push(("utf-8", case.clone().into_bytes()));
            forms.push(("utf-16le", case.encode_utf16().flat_map(u16::to_le_bytes).collect()));
            forms.push(("utf-16be", case.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        }
        forms.extend(encoded(text.as_bytes()));
        forms.sort();
        forms.dedup();
        Self {
            label: label.into(),
            forms,
        }
    }

    /// A key: raw, hex, base64.
    pub fn bytes(label: &str, bytes: &[u8]) -> Self {
        let mut forms = vec![("raw", bytes.to_vec())];
        forms.extend(encoded(bytes));
        Self {
            label: label.into(),
            forms,
        }
    }

    /// In which forms the needle occurs in `haystack`.
    pub fn forms_in(&self, haystack: &[u8]) -> Vec<&'static str> {
        let mut found = Vec::new();
        for (form, bytes) in &self.forms {
            if contains(haystack, bytes) {
                found.push(*form);
            }
        }
        found
    }

    /// The needle's label.
    pub fn label(&self) -> &str {
        &self.label
    }
}

fn encoded(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let mut forms = vec![
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
    ];
    for skip in 0..3 {
        // The middle of the encoding is the same wherever the text stands, but for the first and last group.
        let padded = [vec![0; skip], bytes.to_vec()].concat();
        let text = base64(&padded);
        let from = if skip == 0 { 0 } else { 4 };
        let to = padded.len() / 3 * 4;
        if to > from + 8 {
            forms.push(("base64", text.as_bytes()[from..to].to_vec()));
        }
    }
    forms
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for i in 0..4 {
            out.push(if i > group.len() {
                '='
            } else {
                ALPHABET[(word >> (18 - 6 * i) & 63) as usize] as char
            });
        }
    }
    out
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Every occurrence of any needle in any file name or file content below `root`; symbolic links are not followed.
pub fn scan(root: &Path, needles: &[Needle]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut files = 0_usize;
    walk(root, &mut |path| {
        files += 1;
        let name = path.to_string_lossy().into_owned().into_bytes();
        let content = std::fs::read(path).unwrap_or_default();
        for needle in needles {
            for form in needle.forms_in(&name).into_iter().chain(needle.forms_in(&content)) {
                found.push(Found {
                    file: path.to_owned(),
                    label: needle.label.clone(),
                    form,
                });
            }
        }
    });
    assert!(files > 0, "nothing to scan below {}", root.display());
    found
}

/// Visits every regular file below `root`.
pub fn walk(root: &Path, visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            walk(&entry.path(), visit);
        } else if kind.is_file() {
            visit(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scan itself must be able to fail: every form that it promises is found.
    #[test]
    fn finds_every_form() {
        let dir = tempfile::tempdir().unwrap();
        let text = "Quintessa Zyxwvut";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let shapes: [(&str, Vec<u8>); 5] = [
            ("plain", format!("..{text}..").into_bytes()),
            ("upper", text.to_uppercase().into_bytes()),
            ("utf16", [b"xx".to_vec(), utf16].concat()),
            (
                "base64",
                base64(format!("{{\"name\":\"{text}\",\"x\":1}}").as_bytes()).into_bytes(),
            ),
            (
                "base64-1",
                base64(format!("z{{\"name\":\"{text}\",\"x\":1}}").as_bytes()).into_bytes(),
            ),
        ];
        for (name, content) in shapes {
            let file = dir.path().join(name);
            std::fs::write(&file, content).unwrap();
            let hits = scan(dir.path(), &[Needle::text("name", text)]);
            assert!(hits.iter().any(|h| h.file == file), "{name} was not found");
            std::fs::remove_file(&file).unwrap();
        }
        std::fs::write(dir.path().join("clean"), "nothing here").unwrap();
        assert!(scan(dir.path(), &[Needle::text("name", text)]).is_empty());
    }
}
