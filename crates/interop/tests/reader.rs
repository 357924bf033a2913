//! Files into resources: every form, in any order of members, whole or broken; and within bounded memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "meaning/json.rs"]
mod meaning;

use meaning::meaning;
use proptest::prelude::*;
use std::io::Read;
use wardkeep_interop::parse::Importer;
use wardkeep_interop::read::{Form, MAX_DEPTH, MAX_RESOURCE_BYTES, Resources};

/// What a file yields: `place: resource` or `place @offset: reason`.
fn read(name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    let item = |item: Result<_, _>| match item {
        Ok(raw) => {
            let raw: wardkeep_interop::read::Raw = raw;
            format!("{}: {}", raw.place, raw.json)
        }
        Err(rejected) => {
            let rejected: wardkeep_interop::reject::Rejected = rejected;
            format!("{} @{}: {}", rejected.place, rejected.offset, rejected.reason)
        }
    };
    Resources::new(text.as_ref(), name).map(item).collect()
}

const ONE: &str = r#"{"resourceType":"Basic","id":"1"}"#;
const TWO: &str = r#"{"resourceType":"Basic","id":"2"}"#;

fn entry(resource: &str) -> String {
    format!(r#"{{"fullUrl":"http://x/Basic/1","resource":{resource},"request":{{"method":"PUT","url":"Basic/1"}}}}"#)
}

fn bundle(kind: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{},{}]}}"#,
        entry(ONE),
        entry(TWO)
    )
}

#[test]
fn bundles_of_every_type() {
    for kind in [
        "transaction",
        "batch",
        "collection",
        "searchset",
        "document",
        "message",
        "history",
    ] {
        assert_eq!(
            read("b.json", bundle(kind)),
            [format!("entry 0: {ONE}"), format!("entry 1: {TWO}")],
            "{kind}"
        );
    }
}

#[test]
fn members_in_any_order_and_any_white_space() {
    let late = format!(
        "\u{feff} {{ \"entry\" :\n[ {} , {} ]\r\n,\t\"type\": \"batch\", \"resourceType\" : \"Bundle\" }} \n",
        entry(ONE),
        entry(TWO)
    );
    assert_eq!(
        read("b.json", late),
        [format!("entry 0: {ONE}"), format!("entry 1: {TWO}")]
    );
    let reversed =
        r#"{"resourceType":"Bundle","entry":[{"resource":{ "id" : "1" , "resourceType":"Basic" },"fullUrl":"u"}]}"#;
    assert_eq!(
        read("b.json", reversed),
        [r#"entry 0: {"id":"1","resourceType":"Basic"}"#]
    );
}

#[test]
fn the_entries_of_a_list_are_no_bundle() {
    let list =
        r#"{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"Basic/1"}}]}"#;
    assert_eq!(read("l.json", list), [format!("file: {list}")]);
    let late = r#"{"entry":[{"item":{"reference":"Basic/1"}},{"deleted":true}],"resourceType":"List"}"#;
    assert_eq!(read("l.json", late), [format!("file: {late}")]);
}

#[test]
fn empty_things() {
    for empty in [
        r#"{"resourceType":"Bundle","type":"batch"}"#,
        r#"{"resourceType":"Bundle","entry":[]}"#,
        r#"{"entry":[],"resourceType":"Bundle"}"#,
    ] {
        assert!(read("b.json", empty).is_empty(), "{empty}");
    }
    assert_eq!(read("b.json", ""), ["file @0: the file is empty"]);
    assert_eq!(read("b.json", " \n"), ["file @2: the file is empty"]);
    assert!(read("b.ndjson", "\n\n").is_empty());
    assert_eq!(read("b.json", "{}"), ["file: {}"]);
}

#[test]
fn lines() {
    let text = format!("{ONE}\r\n\n {TWO} \n");
    for name in ["a.ndjson", "a.JSONL", "a.json", "a"] {
        assert_eq!(
            read(name, &text),
            [format!("line 1: {ONE}"), format!("line 3: {TWO}")],
            "{name}"
        );
    }
    assert_eq!(read("a.ndjson", ONE), [format!("line 1: {ONE}")]);
    assert_eq!(read("a.json", ONE), [format!("file: {ONE}")]);
    let spread = "{\n \"resourceType\" : \"Basic\"\n}\n";
    assert_eq!(read("a.ndjson", spread), [r#"file: {"resourceType":"Basic"}"#]);
    assert_eq!(read("a.ndjson", format!("{}\n{ONE}", bundle("batch"))).len(), 3);
}

#[test]
fn a_bad_line_does_not_hide_the_next() {
    for bad in ["{\"a\":\"", "{\"a\":[1}", "}", "nonsense", "[]", "{\"a\":1}}", "\u{0}"] {
        let text = format!("{ONE}\n{bad}\n{TWO}\n");
        let found = read("a.ndjson", &text);
        assert_eq!(found.len(), 3, "{bad}");
        assert!(found[1].starts_with("line 2 @34: "), "{found:?}");
        assert_eq!(found[2], format!("line 3: {TWO}"), "{bad}");
        let first = read("a.ndjson", format!("{bad}\n{TWO}\n"));
        assert_eq!(first[1], format!("line 2: {TWO}"), "{bad}");
    }
    let bytes = [ONE.as_bytes(), b"\n{\"a\":\"\xff\"}\n", TWO.as_bytes()].concat();
    assert_eq!(read("a.ndjson", bytes)[1], "line 2 @34: not UTF-8 text");
}

#[test]
fn a_bad_entry_does_not_hide_the_next() {
    for bad in [
        r#"{"resource":{"a":tru}}"#,
        r#"{"resource":{"a":1 2}}"#,
        r#"{"resource":{},"resource":{}}"#,
        "7",
        r#"{"resource" {}}"#,
        r#"{"fullUrl":7}"#,
    ] {
        let text = format!(
            r#"{{"resourceType":"Bundle","entry":[{},{bad},{}]}}"#,
            entry(ONE),
            entry(TWO)
        );
        let found = read("b.json", &text);
        assert_eq!(found.len(), 3, "{bad} {found:?}");
        assert!(found[1].starts_with("entry 1 @"), "{found:?}");
        assert_eq!(found[2], format!("entry 2: {TWO}"), "{bad}");
    }
}

#[test]
fn where_a_bundle_breaks_all_before_is_kept() {
    let whole = bundle("collection");
    for length in whole.find(TWO).unwrap()..whole.len() - 1 {
        let found = read("b.json", &whole[..length]);
        let second = whole[..length].ends_with(']') || length > whole.rfind('}').unwrap() - 2;
        assert_eq!(found[0], format!("entry 0: {ONE}"));
        let last = found.last().unwrap();
        assert!(
            last.contains("ends too early") || last.contains("broken JSON"),
            "{last}"
        );
        assert_eq!(found.len(), if second { 3 } else { 2 }, "{found:?}");
    }
    let broken = whole.replace("},{", "}{");
    let at = broken.find("}{").unwrap() + 1;
    let expected = format!("entry 1 @{at}: broken JSON (a comma is missing); nothing after it was read");
    assert_eq!(read("b.json", &broken)[1], expected);
    let mixed = whole.replace(TWO, r#"{"a":[1}"#);
    assert!(read("b.json", &mixed)[1].contains("brackets do not match"));
    assert!(
        read("b.json", format!("{whole}x"))
            .last()
            .unwrap()
            .contains("text after the end")
    );
}

#[test]
fn what_is_no_json_at_all() {
    for other in [
        "<Patient/>",
        "\u{1f}\u{8b}\u{8}",
        "[1,2]",
        "resourceType,id\nPatient,1\n",
    ] {
        assert_eq!(read("a.json", other).len(), 1, "{other}");
        assert!(read("a.json", other)[0].contains("not a JSON object"), "{other}");
    }
}

#[test]
fn a_history_yields_the_newest_versions() {
    let deleted = r#"{"request":{"method":"DELETE","url":"Basic/2"}}"#;
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"history","entry":[{},{deleted},{},{}]}}"#,
        entry(r#"{"resourceType":"Basic","id":"1","code":{"text":"new"}}"#),
        entry(ONE),
        entry(TWO)
    );
    let mut resources = Resources::new(text.as_bytes(), "h.json");
    let kept: Vec<_> = resources.by_ref().map(|item| item.unwrap().json).collect();
    assert_eq!(kept, [r#"{"resourceType":"Basic","id":"1","code":{"text":"new"}}"#]);
    assert_eq!((resources.passed_over(), resources.deletions()), (3, 1));
    assert_eq!(resources.form(), Some(Form::Bundle));
}

#[test]
fn too_deep_and_too_long_concern_one_resource() {
    let deep = |levels: usize| {
        format!(
            r#"{{"resourceType":"Basic","x":{}{}}}"#,
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    let text = |bad: &str| {
        format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{bad}}},{}]}}"#,
            entry(TWO)
        )
    };
    for levels in [MAX_DEPTH, 130, 100_000] {
        assert_eq!(
            read("b.json", text(&deep(levels))),
            [
                "entry 0 @34: nested deeper than 100 levels".to_owned(),
                format!("entry 1: {TWO}")
            ]
        );
        assert_eq!(
            read("l.ndjson", format!("{}\n{TWO}", deep(levels))),
            [
                "line 1 @0: nested deeper than 100 levels".to_owned(),
                format!("line 2: {TWO}")
            ]
        );
    }
    let deepest = deep(MAX_DEPTH - 1);
    assert_eq!(read("b.json", text(&deepest))[0], format!("entry 0: {deepest}"));
    assert_eq!(read("l.ndjson", &deepest), [format!("line 1: {deepest}")]);
    assert_eq!(read("s.json", &deepest), [format!("file: {deepest}")]);
    let long = format!(
        r#"{{"resourceType":"Basic","x":"{}"}}"#,
        "y".repeat(MAX_RESOURCE_BYTES + 64 * 1024)
    );
    assert_eq!(
        read("b.json", text(&long)),
        ["entry 0 @34: longer than 16 MiB".to_owned(), format!("entry 1: {TWO}")]
    );
    assert_eq!(
        read("l.ndjson", format!("{long}\n{TWO}")),
        ["line 1 @0: longer than 16 MiB".to_owned(), format!("line 2: {TWO}")]
    );
    assert_eq!(read("s.json", long), ["file @0: longer than 16 MiB"]);
}

/// A bundle that is made while it is read, so that no test holds it.
struct Endless {
    left: usize,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.piece.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            self.piece = if self.left == 0 {
                b"]}".to_vec()
            } else {
                format!(",\n    {}", entry(ONE)).into_bytes()
            };
            self.at = 0;
        }
        let count = into.len().min(self.piece.len() - self.at);
        into[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_long_bundle_is_never_held_whole() {
    let head = format!(r#"{{"resourceType":"Bundle","entry":[{}"#, entry(ONE)).into_bytes();
    let before = resident();
    let count = Resources::new(
        Endless {
            left: 1_000_000,
            piece: head,
            at: 0,
        },
        "b.json",
    )
    .filter(Result::is_ok)
    .count();
    assert_eq!(count, 1_000_000);
    // 125 MB went through; the reader's own window and one entry stay. What other tests of this process hold meanwhile is allowed for.
    assert!(resident().saturating_sub(before) < 48 * 1024 * 1024);
}

/// Resident memory of this process in bytes; 0 where that is not to be had.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * 4096
}

/// A reader that fails after its text.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        self.0.read(into)
    }
}

#[test]
fn a_disk_that_fails_is_told() {
    let text = format!(r#"{{"resourceType":"Bundle","entry":[{},"#, entry(ONE));
    let found: Vec<_> = Resources::new(Failing(text.as_bytes()), "b.json").collect();
    assert!(
        found
            .last()
            .unwrap()
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("could not be read on")
    );
}

/// JSON values of every shape, as text.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let space = || "[ \n\t]{0,2}";
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..5), space())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},{space}")))),
            (proptest::collection::btree_map("[a-z\"é]{1,6}", inner, 0..5), space()).prop_map(|(members, space)| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{}{space}:{value}", serde_json::to_string(name).unwrap()))
                    .collect();
                format!("{{{}}}{space}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "[a-z]\\.(json|ndjson)") {
        let _ = Resources::new(bytes.as_slice(), &*name).count();
    }

    #[test]
    fn any_letters_of_json_never_panic(text in r#"\{?"?(entry|resourceType)?"?:?\[?[\[\]{}:,"\\a-c0-9 \n]{0,60}"#, name in "[a-z]\\.(json|ndjson)") {
        let mut importer = Importer::new("", "x");
        for item in Resources::new(text.as_bytes(), &*name) {
            let _ = item.map(|raw| importer.take(&raw));
        }
    }

    #[test]
    fn any_cut_of_a_bundle_never_panics(at in 0..400_usize, byte in any::<u8>()) {
        let mut bytes = bundle("searchset").into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let mut importer = Importer::new("", "x");
        for item in Resources::new(bytes.as_slice(), "b.json") {
            let _ = item.map(|raw| importer.take(&raw));
        }
    }

    #[test]
    fn any_json_comes_through_with_its_meaning(value in json()) {
        let resource = format!("{{ \"resourceType\" : \"Basic\", \"x\":{value}}}");
        let text = format!("{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{resource}}}, {{\"resource\":{ONE}}}]}}");
        let found: Vec<_> = Resources::new(text.as_bytes(), "b.json").map(|item| item.unwrap().json).collect();
        prop_assert_eq!(found.len(), 2);
        prop_assert_eq!(meaning(&found[0]), meaning(&resource));
        let line = serde_json::from_str::<&serde_json::value::RawValue>(&resource).unwrap();
        let line = wardkeep_record::json::minify(line).unwrap();
        let found: Vec<_> = Resources::new(line.as_bytes(), "l.ndjson").map(|item| item.unwrap().json).collect();
        prop_assert_eq!(&found, &[line.to_string()]);
    }
}
