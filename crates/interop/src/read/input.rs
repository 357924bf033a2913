//! A window over a byte stream that hands out JSON values without insignificant white space, one at a time.
//!
//! It tells values apart by brackets and strings only; whether each is sound JSON is decided later, value by value, so
//! that one bad value does not stop the others.

use super::MAX_FILE_BYTES;
use crate::reject::Reason;
use std::io::Read;

/// How much is read at once. Also how far ahead the form of a file is looked for.
const WINDOW: usize = 256 * 1024;

/// How many open brackets are told apart; deeper ones are only counted.
const TOLD_APART: usize = 128;

/// A byte stream with a place in it.
pub(super) struct Input<R> {
    from: R,
    window: Box<[u8]>,
    at: usize,
    end: usize,
    /// Offset of the window's first byte in the file.
    base: u64,
}

/// How a value came through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    /// Whole.
    Whole,
    /// Longer than the limit: passed over.
    TooLarge,
    /// Nested deeper than the limit: passed over.
    TooDeep,
}

impl<R: Read> Input<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            window: vec![0; WINDOW].into_boxed_slice(),
            at: 0,
            end: 0,
            base: 0,
        }
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// The next byte, without taking it; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Reason> {
        if self.at == self.end && !self.fill()? {
            return Ok(None);
        }
        Ok(Some(self.window[self.at]))
    }

    /// Takes the byte that [`Input::peek`] showed.
    pub(super) fn bump(&mut self) {
        self.at += 1;
    }

    /// What the window shows from here, filled as far as one reading goes.
    pub(super) fn ahead(&mut self) -> Result<&[u8], Reason> {
        if self.at > 0 {
            self.window.copy_within(self.at..self.end, 0);
            self.base += self.at as u64;
            self.end -= self.at;
            self.at = 0;
        }
        while self.end < self.window.len() {
            match read(&mut self.from, &mut self.window[self.end..])? {
                0 => break,
                count => self.end += count,
            }
        }
        Ok(&self.window[..self.end])
    }

    /// Passes over white space and shows the byte after it.
    pub(super) fn after_space(&mut self) -> Result<Option<u8>, Reason> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.bump(),
                other => return Ok(other),
            }
        }
    }

    /// Reads on; `false` at the end.
    fn fill(&mut self) -> Result<bool, Reason> {
        self.base += self.end as u64;
        self.at = 0;
        self.end = 0;
        if self.base > MAX_FILE_BYTES {
            return Err(Reason::FileTooLarge);
        }
        self.end = read(&mut self.from, &mut self.window)?;
        Ok(self.end > 0)
    }

    /// Appends the rest of the line, without its end, and takes it. `false` when the file had ended before.
    pub(super) fn line(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Option<Taken>, Reason> {
        let mut taken = Taken::Whole;
        if self.peek()?.is_none() {
            return Ok(None);
        }
        while self.peek()?.is_some() {
            let rest = &self.window[self.at..self.end];
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            if out.len() + length > limit {
                taken = Taken::TooLarge;
                out.clear();
            } else if taken == Taken::Whole {
                out.extend_from_slice(&rest[..length]);
            }
            let ended = length < rest.len();
            self.at += length;
            if ended {
                self.bump();
                break;
            }
        }
        Ok(Some(taken))
    }

    /// Appends the next JSON value without insignificant white space and takes it. When it is passed over, because it is
    /// longer or nested deeper than that, `out` keeps what it had.
    pub(super) fn value(&mut self, out: &mut Vec<u8>, limit: usize, deepest: usize) -> Result<Taken, Reason> {
        let start = out.len();
        let mut scan = Scan {
            depth: 0,
            kinds: 0,
            scalar: false,
            space: false,
            limit: start + limit,
            deepest,
            taken: Taken::Whole,
        };
        loop {
            if self.at == self.end && !self.fill()? {
                // A number or literal at the top may end with the file.
                return if scan.depth == 0 && scan.scalar {
                    Ok(scan.taken)
                } else {
                    Err(Reason::Truncated)
                };
            }
            let (used, step) = scan.run(&self.window[self.at..self.end], out)?;
            self.at += used;
            match step {
                Step::More => {}
                Step::String => self.string(&mut scan, out)?,
                Step::Done => {}
            }
            if step == Step::Done || (step == Step::String && scan.depth == 0) {
                if scan.taken != Taken::Whole {
                    out.truncate(start);
                }
                return Ok(scan.taken);
            }
        }
    }

    /// Appends the rest of a string whose opening quote was taken, with its closing quote.
    fn string(&mut self, scan: &mut Scan, out: &mut Vec<u8>) -> Result<(), Reason> {
        loop {
            if self.at == self.end && !self.fill()? {
                return Err(Reason::Truncated);
            }
            let rest = &self.window[self.at..self.end];
            let length = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\'))
                .unwrap_or(rest.len());
            scan.push(&rest[..length], out);
            self.at += length;
            match self.window[..self.end].get(self.at) {
                None => {}
                Some(b'"') => {
                    self.at += 1;
                    scan.push(b"\"", out);
                    return Ok(());
                }
                Some(_) => {
                    self.at += 1;
                    scan.push(b"\\", out);
                    let Some(escaped) = self.peek()? else {
                        return Err(Reason::Truncated);
                    };
                    self.at += 1;
                    scan.push(&[escaped], out);
                }
            }
        }
    }
}

/// One reading, repeated when a signal interrupts it.
fn read(from: &mut impl Read, into: &mut [u8]) -> Result<usize, Reason> {
    loop {
        match from.read(into) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Reason::Unreadable(error.kind())),
            // A reader that claims more than there was room for is at fault; its claim is not believed.
            Ok(count) => return Ok(count.min(into.len())),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    More,
    String,
    Done,
}

/// The state of one value being passed.
struct Scan {
    depth: usize,
    /// One bit for each open bracket, the innermost lowest: set for an object.
    kinds: u128,
    /// The last byte kept belongs to a number or literal.
    scalar: bool,
    /// White space came after it.
    space: bool,
    limit: usize,
    deepest: usize,
    taken: Taken,
}

impl Scan {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.taken == Taken::Whole {
            if out.len() + bytes.len() > self.limit {
                self.taken = Taken::TooLarge;
            } else {
                out.extend_from_slice(bytes);
            }
        }
    }

    /// Passes bytes up to the value's end or a string's beginning; returns how many it used.
    fn run(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(usize, Step), Reason> {
        // What is kept is appended in runs: from here to the next white space.
        let mut kept = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => {
                    self.push(&bytes[kept..at], out);
                    if self.depth == 0 && self.scalar {
                        return Ok((at, Step::Done));
                    }
                    self.space = true;
                    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                        at += 1;
                    }
                    kept = at;
                    continue;
                }
                b'"' => {
                    if self.depth == 0 && self.scalar {
                        return Err(Reason::BrokenFile("a value where a comma belongs"));
                    }
                    self.push(&bytes[kept..=at], out);
                    self.scalar = false;
                    self.space = false;
                    return Ok((at + 1, Step::String));
                }
                b'{' | b'[' => self.open(*byte == b'{')?,
                b'}' | b']' => {
                    if self.ends_before("a bracket too many")? {
                        self.push(&bytes[kept..at], out);
                        return Ok((at, Step::Done));
                    }
                    self.close(*byte == b'}')?;
                    if self.depth == 0 {
                        self.push(&bytes[kept..=at], out);
                        return Ok((at + 1, Step::Done));
                    }
                }
                b',' | b':' => {
                    if self.ends_before("a value is missing")? {
                        self.push(&bytes[kept..at], out);
                        return Ok((at, Step::Done));
                    }
                    self.scalar = false;
                }
                _ => {
                    // `1 2` must not become `12`.
                    if self.scalar && self.space {
                        self.push(b" ", out);
                    }
                    self.scalar = true;
                }
            }
            self.space = false;
            at += 1;
        }
        self.push(&bytes[kept..], out);
        Ok((at, Step::More))
    }

    /// Whether a number or literal at the top ends before this byte.
    fn ends_before(&self, otherwise: &'static str) -> Result<bool, Reason> {
        match (self.depth, self.scalar) {
            (0, true) => Ok(true),
            (0, false) => Err(Reason::BrokenFile(otherwise)),
            _ => Ok(false),
        }
    }

    fn open(&mut self, object: bool) -> Result<(), Reason> {
        if self.depth == 0 && self.scalar {
            return Err(Reason::BrokenFile("a value where a comma belongs"));
        }
        self.depth += 1;
        if self.depth > self.deepest {
            self.taken = Taken::TooDeep;
        }
        if self.depth <= TOLD_APART {
            self.kinds = self.kinds << 1 | u128::from(object);
        }
        self.scalar = false;
        Ok(())
    }

    fn close(&mut self, object: bool) -> Result<(), Reason> {
        if self.depth <= TOLD_APART {
            if (self.kinds & 1 == 1) != object {
                return Err(Reason::BrokenFile("brackets do not match"));
            }
            self.kinds >>= 1;
        }
        self.depth -= 1;
        self.scalar = false;
        Ok(())
    }
}
