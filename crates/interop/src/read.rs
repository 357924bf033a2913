//! Files into single resources: bundles of any type, NDJSON, and single resources, in bounded memory.
//!
//! A bundle is never held whole. One entry at a time is cut out by its brackets and handed over without white space; what
//! is wrong inside an entry concerns that entry only. Where a bundle's brackets break, everything before is handed over,
//! and then one fault says where. NDJSON is cut by lines, so there a bad line never hides the next.

mod bundle;
mod input;

use crate::reject::{Place, Reason, Rejected};
use bundle::Entry;
use input::{Input, Taken};
use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::io::Read;
use std::sync::Arc;

/// The longest resource, or line of NDJSON, in bytes without white space.
pub const MAX_RESOURCE_BYTES: usize = 16 * 1024 * 1024;

/// The longest entry of a bundle: a resource, its address, its request.
const MAX_ENTRY_BYTES: usize = MAX_RESOURCE_BYTES + 64 * 1024;

/// The deepest nesting of one resource.
pub const MAX_DEPTH: usize = wardkeep_record::json::MAX_DEPTH;

/// The longest file.
pub const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// How many resources of a history bundle are remembered, so that only the newest version of each is handed over.
const MAX_HISTORY: usize = 4_000_000;

/// What a file turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// A FHIR Bundle.
    Bundle,
    /// Lines of JSON.
    Ndjson,
    /// One resource.
    Single,
}

/// One resource as it stood in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw {
    /// Which entry or line.
    pub place: Place,
    /// Where that begins in the file, in bytes.
    pub offset: u64,
    /// `Bundle.entry.fullUrl`.
    pub full_url: Option<String>,
    /// Whether the entry's request is a PUT, so that the resource's own id counts.
    pub put: bool,
    /// The resource without insignificant white space. Its brackets match; no more is known about it.
    pub json: String,
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw")
            .field("place", &self.place)
            .field("bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}

/// The resources of one file, in its order, each with its place; and what could not be taken in.
pub struct Resources<R> {
    input: Input<R>,
    name: Arc<str>,
    state: State,
    form: Option<Form>,
    ready: VecDeque<Result<Raw, Rejected>>,
    scratch: Vec<u8>,
    /// Lines, or objects at the top, so far.
    number: u64,
    history: HashSet<[u8; 16]>,
    without_resource: u64,
    deletions: u64,
}

#[derive(Default)]
enum State {
    Start,
    /// Between the members of the object at the top.
    Members(Top),
    /// Between the entries of the bundle at the top, so many of which were taken.
    Entries(Top, u64),
    Lines,
    #[default]
    Done,
}

/// What is known of the object at the top so far.
#[derive(Default)]
struct Top {
    offset: u64,
    /// `resourceType` as JSON text, once seen.
    resource_type: Vec<u8>,
    /// Its members so far, each with a comma after it, should it be a single resource.
    text: Vec<u8>,
    /// Why it cannot be taken in, should it be a single resource.
    fault: Option<Reason>,
    members: u64,
    /// Entries were handed over, so it must be a bundle.
    bundle: bool,
    /// The bundle is a history: newest versions first.
    history: bool,
}

impl Top {
    fn may_be_bundle(&self) -> bool {
        self.resource_type.is_empty() || self.resource_type == b"\"Bundle\""
    }

    /// Keeps a member for a single resource.
    fn keep(&mut self, name: &[u8], value: &[u8]) {
        if self.text.len() + name.len() + value.len() + 4 > MAX_RESOURCE_BYTES {
            self.fault.get_or_insert(Reason::TooLarge);
            self.text.clear();
        } else {
            self.text.extend_from_slice(name);
            self.text.push(b':');
            self.text.extend_from_slice(value);
            self.text.push(b',');
        }
    }
}

impl<R: Read> Resources<R> {
    /// Over one file. The name stands in faults, and its ending (`.ndjson`, `.jsonl`) is a hint.
    pub fn new(from: R, name: impl Into<Arc<str>>) -> Self {
        Self {
            input: Input::new(from),
            name: name.into(),
            state: State::Start,
            form: None,
            ready: VecDeque::new(),
            scratch: Vec::new(),
            number: 0,
            history: HashSet::new(),
            without_resource: 0,
            deletions: 0,
        }
    }

    /// What the file turned out to be; `None` before the first item and for what is nothing of ours.
    pub fn form(&self) -> Option<Form> {
        self.form.clone()
    }

    /// How many bytes were read.
    pub fn bytes_read(&self) -> u64 {
        self.input.offset()
    }

    /// Entries that carry no resource (requests to a server, and its responses), and older versions in a history.
    pub fn passed_over(&self) -> u64 {
        self.without_resource
    }

    /// Of those passed over: requests to delete something. They are not carried out.
    pub fn deletions(&self) -> u64 {
        self.deletions
    }

    /// The name that the caller gave the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn step(&mut self) -> Result<(), (Place, Reason)> {
        match std::mem::take(&mut self.state) {
            State::Start => self.start().map_err(|reason| (Place::File, reason)),
            State::Members(top) => self.member(top).map_err(|reason| (Place::File, reason)),
            State::Entries(top, count) => self.entry(top, count).map_err(|reason| (Place::Entry(count), reason)),
            State::Lines => self.line().map_err(|reason| (Place::Line(self.number), reason)),
            State::Done => Ok(()),
        }
    }

    /// Finds out what the file is.
    fn start(&mut self) -> Result<(), Reason> {
        let named_lines = [".ndjson", ".jsonl"]
            .iter()
            .any(|ending| self.name.to_ascii_lowercase().ends_with(ending));
        let ahead = self.input.ahead()?;
        let mark = if ahead.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let ahead = &ahead[mark..];
        let text = ahead.trim_ascii_start();
        let blank = ahead.len() - text.len();
        let lines_before = ahead[..blank].iter().filter(|byte| **byte == b'\n').count();
        let lines = is_lines(text, named_lines);
        let first = text.first().copied();
        for _ in 0..mark + blank {
            self.input.bump();
        }
        match first {
            None if self.input.after_space()?.is_none() => {
                if named_lines {
                    Ok(())
                } else {
                    Err(Reason::EmptyFile)
                }
            }
            Some(b'{') | None if !lines => self.object(),
            Some(b'{') | None => {
                self.form = Some(Form::Ndjson);
                self.number = lines_before as u64;
                self.state = State::Lines;
                Ok(())
            }
            Some(_) if named_lines => {
                self.form = Some(Form::Ndjson);
                self.number = lines_before as u64;
                self.state = State::Lines;
                Ok(())
            }
            Some(_) => Err(Reason::NotAnObject),
        }
    }

    /// Begins an object at the top.
    fn object(&mut self) -> Result<(), Reason> {
        let offset = self.input.offset();
        if self.input.after_space()? != Some(b'{') {
            return Err(Reason::NotAnObject);
        }
        self.input.bump();
        self.number += 1;
        self.state = State::Members(Top {
            offset,
            ..Top::default()
        });
        Ok(())
    }

    /// One member of the object at the top, or its end.
    fn member(&mut self, mut top: Top) -> Result<(), Reason> {
        let mut next = self.input.after_space()?;
        if top.members > 0 && next == Some(b',') {
            self.input.bump();
            next = self.input.after_space()?;
        } else if next == Some(b'}') {
            self.input.bump();
            return self.end(top);
        } else if top.members > 0 {
            return Err(missing(next, "a comma is missing"));
        }
        if next != Some(b'"') {
            return Err(missing(next, "a member name is missing"));
        }
        let mut name = Vec::new();
        self.input.value(&mut name, 4096, 0)?;
        let next = self.input.after_space()?;
        if next != Some(b':') {
            return Err(missing(next, "a colon is missing"));
        }
        self.input.bump();
        top.members += 1;
        if self.input.after_space()? == Some(b'[') && name == b"\"entry\"" && top.may_be_bundle() {
            self.input.bump();
            self.state = State::Entries(top, 0);
            return Ok(());
        }
        self.scratch.clear();
        match self.input.value(&mut self.scratch, MAX_RESOURCE_BYTES, MAX_DEPTH - 1)? {
            Taken::Whole => {}
            Taken::TooLarge => top.fault = Some(Reason::TooLarge),
            Taken::TooDeep => top.fault = Some(Reason::TooDeep),
        }
        match &*name {
            b"\"resourceType\"" => top.resource_type.clone_from(&self.scratch),
            b"\"type\"" => top.history = self.scratch == b"\"history\"",
            _ => {}
        }
        top.keep(&name, &self.scratch);
        self.state = State::Members(top);
        Ok(())
    }

    /// The end of the object at the top.
    fn end(&mut self, mut top: Top) -> Result<(), Reason> {
        let place = if self.number > 1 {
            Place::Line(self.number)
        } else {
            Place::File
        };
        if top.bundle || top.resource_type == b"\"Bundle\"" {
            self.form = Some(Form::Bundle);
            if !top.may_be_bundle() {
                self.reject(
                    place,
                    top.offset,
                    Some("resourceType"),
                    Reason::WrongJson("Bundle where there are entries"),
                );
            }
        } else {
            self.form.get_or_insert(Form::Single);
            let mut text = std::mem::take(&mut top.text);
            text.pop();
            text.insert(0, b'{');
            text.push(b'}');
            match (top.fault, String::from_utf8(text)) {
                (Some(reason), _) => self.reject(place, top.offset, None, reason),
                (None, Err(_)) => self.reject(place, top.offset, None, Reason::NotUtf8),
                (None, Ok(json)) => {
                    self.ready.push_back(Ok(Raw {
                        place,
                        offset: top.offset,
                        full_url: None,
                        put: false,
                        json,
                    }));
                }
            }
        }
        // Several objects one after another are a kind of NDJSON, whatever the file is called.
        match self.input.after_space()? {
            None => Ok(()),
            Some(b'{') => self.object(),
            Some(_) => Err(Reason::BrokenFile("text after the end")),
        }
    }

    /// One entry of the bundle at the top, or the end of its entries.
    fn entry(&mut self, mut top: Top, count: u64) -> Result<(), Reason> {
        let mut next = self.input.after_space()?;
        if next == Some(b']') {
            self.input.bump();
            self.state = State::Members(top);
            return Ok(());
        }
        if count > 0 {
            if next != Some(b',') {
                return Err(missing(next, "a comma is missing"));
            }
            self.input.bump();
            next = self.input.after_space()?;
        }
        if next.is_none() {
            return Err(Reason::Truncated);
        }
        let offset = self.input.offset();
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        let taken = self.input.value(&mut text, MAX_ENTRY_BYTES, MAX_DEPTH + 1)?;
        if count == 0 && top.resource_type.is_empty() && taken == Taken::Whole && !bundle::looks_like_entry(&text) {
            return self.entries_of_another(top, text);
        }
        top.bundle = true;
        self.form = Some(Form::Bundle);
        let place = Place::Entry(count);
        match (taken, std::str::from_utf8(&text)) {
            (Taken::TooLarge, _) => self.reject(place, offset, None, Reason::TooLarge),
            (Taken::TooDeep, _) => self.reject(place, offset, None, Reason::TooDeep),
            (_, Err(_)) => self.reject(place, offset, None, Reason::NotUtf8),
            (_, Ok(text)) => self.hand_over(place, offset, text, top.history),
        }
        self.scratch = text;
        self.state = State::Entries(top, count + 1);
        Ok(())
    }

    /// The `entry` of a resource that is no bundle (a List, say) whose type has not been seen yet.
    fn entries_of_another(&mut self, mut top: Top, first: Vec<u8>) -> Result<(), Reason> {
        let mut all = vec![b'['];
        all.extend_from_slice(&first);
        loop {
            let next = self.input.after_space()?;
            self.input.bump();
            match next {
                Some(b']') => break,
                Some(b',') => all.push(b','),
                other => return Err(missing(other, "a comma is missing")),
            }
            self.input.after_space()?;
            let room = MAX_RESOURCE_BYTES.saturating_sub(all.len());
            match self.input.value(&mut all, room, MAX_DEPTH - 2)? {
                Taken::Whole => {}
                Taken::TooLarge => top.fault = Some(Reason::TooLarge),
                Taken::TooDeep => top.fault = Some(Reason::TooDeep),
            }
        }
        all.push(b']');
        top.keep(b"\"entry\"", &all);
        self.state = State::Members(top);
        Ok(())
    }

    /// One line of NDJSON.
    fn line(&mut self) -> Result<(), Reason> {
        let offset = self.input.offset();
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        let Some(taken) = self.input.line(&mut text, MAX_RESOURCE_BYTES)? else {
            return Ok(());
        };
        self.number += 1;
        let place = Place::Line(self.number);
        match (taken, std::str::from_utf8(&text)) {
            (Taken::TooLarge | Taken::TooDeep, _) => self.reject(place, offset, None, Reason::TooLarge),
            (Taken::Whole, Err(_)) => self.reject(place, offset, None, Reason::NotUtf8),
            (Taken::Whole, Ok(line)) if line.trim().is_empty() => {}
            (Taken::Whole, Ok(line)) => match bundle::line(line) {
                Err(reason) => self.reject(place, offset, None, reason),
                Ok(bundle::Line::Resource(json)) => {
                    self.ready.push_back(Ok(Raw {
                        place,
                        offset,
                        full_url: None,
                        put: false,
                        json,
                    }));
                }
                Ok(bundle::Line::Bundle { history, entries }) => {
                    entries
                        .iter()
                        .for_each(|entry| self.hand_over(place, offset, entry, history));
                }
            },
        }
        self.scratch = text;
        self.state = State::Lines;
        Ok(())
    }

    /// Hands over what an entry carries.
    fn hand_over(&mut self, place: Place, offset: u64, text: &str, history: bool) {
        let entry = match Entry::of(text) {
            Ok(entry) => entry,
            Err(reason) => return self.reject(place, offset, None, reason),
        };
        if history && !self.is_newest(&entry) {
            self.without_resource += 1;
            return;
        }
        let Some(json) = entry.resource else {
            // A request without resource asks a server to act. Nothing is removed here because a file says so.
            self.deletions += u64::from(entry.method() == Some("DELETE"));
            self.without_resource += 1;
            return;
        };
        let put = entry.method() == Some("PUT");
        let full_url = entry.full_url.map(Cow::into_owned);
        self.ready.push_back(Ok(Raw {
            place,
            offset,
            full_url,
            put,
            json: json.get().to_owned(),
        }));
    }

    /// Whether no newer version of the same resource came before, in a history.
    fn is_newest(&mut self, entry: &Entry<'_>) -> bool {
        let Some(identity) = entry.identity() else { return true };
        if self.history.len() >= MAX_HISTORY {
            return !self.history.contains(&identity);
        }
        self.history.insert(identity)
    }

    fn reject(&mut self, place: Place, offset: u64, element: Option<&str>, reason: Reason) {
        let element = element.map(Into::into);
        self.ready.push_back(Err(Rejected {
            file: self.name.clone(),
            place,
            offset,
            resource_type: None,
            element,
            reason,
        }));
    }
}

impl<R: Read> Iterator for Resources<R> {
    type Item = Result<Raw, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            if matches!(self.state, State::Done) {
                return None;
            }
            if let Err((place, reason)) = self.step() {
                let offset = self.input.offset();
                self.reject(place, offset, None, reason);
            }
        }
    }
}

/// The end of the file, or the fault.
fn missing(next: Option<u8>, what: &'static str) -> Reason {
    if next.is_none() {
        Reason::Truncated
    } else {
        Reason::BrokenFile(what)
    }
}

/// Whether a text that begins so has a resource on every line.
fn is_lines(text: &[u8], named_lines: bool) -> bool {
    let Some(length) = text.iter().position(|byte| *byte == b'\n') else {
        return named_lines;
    };
    let (first, rest) = (text[..length].trim_ascii_end(), text[length..].trim_ascii_start());
    match first.last() {
        // The first line of an object that goes on.
        Some(b'{' | b'[' | b',') => false,
        Some(b'}') if rest.first() == Some(&b'{') => true,
        _ => named_lines,
    }
}
