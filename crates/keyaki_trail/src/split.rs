//! A text cut into events, a piece of it in memory at a time.
//!
//! Files have a list of events under `Records` or `Events`, a list alone, or an event a line; all
//! three are the same here: what stands around the events is passed over, and each object is one.
//! Where an object does not end within [`LONGEST`], or a line ends inside a text, it is broken, and
//! the next line that begins with an object is the next event.

use std::io::{self, Read};

use memchr::memchr3;

/// The most bytes of one event. CloudTrail's own limit is 1 MB.
const LONGEST: usize = 2 * 1024 * 1024;

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// After so many broken places a file is given up.
const MOST_DEFECTS: usize = 256;

/// Why something is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The text ends inside an event.
    BreaksOff,
    /// An event that does not end, or a line that ends inside a text.
    Unbalanced,
    /// Text that is no JSON between events.
    Stray,
    /// The source could not be read further.
    Unreadable(String),
    /// Too much of it was broken.
    GivenUp,
}

/// The members that hold the events of a file.
const WRAPPERS: [&[u8]; 2] = [b"\"Records\"", b"\"Events\""];

/// What is looked for in a source.
pub(crate) struct Splitter<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the rest begins that was not looked at.
    at: usize,
    line: usize,
    /// The line of what was skipped last.
    skipped: usize,
    is_ended: bool,
    defects: usize,
    failure: Option<String>,
}

/// An event, or why there is none, with its line.
pub(crate) type Piece<'s> = (usize, Result<&'s [u8], Defect>);

/// How the search for the end of an object went.
enum End {
    At(usize),
    Broken,
    More,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(source: R) -> Self {
        let buffer = Vec::with_capacity(2 * PIECE);
        let (line, skipped) = (1, 1);
        Splitter {
            source,
            buffer,
            at: 0,
            line,
            skipped,
            is_ended: false,
            defects: 0,
            failure: None,
        }
    }

    /// The next event.
    pub(crate) fn next(&mut self) -> Option<Piece<'_>> {
        if self.defects > MOST_DEFECTS {
            return None;
        }
        loop {
            match self.skip_between() {
                Some(true) => {}
                Some(false) => return Some((self.skipped, Err(self.defect(Defect::Stray)))),
                None => {
                    let why = self.failure.take()?;
                    return Some((self.line, Err(self.defect(Defect::Unreadable(why)))));
                }
            }
            if self.skip_wrapper() {
                continue;
            }
            let line = self.line;
            return match self.end_of_object() {
                Ok(end) => {
                    let begin = self.at;
                    self.pass(end);
                    Some((line, Ok(self.buffer.get(begin..end).unwrap_or_default())))
                }
                Err(why) => {
                    self.skip_to_next_line();
                    Some((line, Err(self.defect(why))))
                }
            };
        }
    }

    fn defect(&mut self, why: Defect) -> Defect {
        self.defects += 1;
        if self.defects > MOST_DEFECTS { Defect::GivenUp } else { why }
    }

    /// Reads more; whether there was more.
    fn fill(&mut self) -> bool {
        if self.is_ended {
            return false;
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + PIECE, 0);
        let read = loop {
            let rest = self.buffer.get_mut(before..).unwrap_or_default();
            match self.source.read(rest) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let length = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(before + length);
        self.is_ended = length == 0;
        if let Err(error) = read {
            self.failure = Some(error.kind().to_string());
        }
        length > 0
    }

    fn pass(&mut self, to: usize) {
        let passed = self.buffer.get(self.at..to).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count();
        self.at = to;
    }

    /// Passes what may stand between events, up to an object: true. False for what may not, which
    /// is passed as well; none at the end.
    fn skip_between(&mut self) -> Option<bool> {
        loop {
            let Some(&byte) = self.buffer.get(self.at) else {
                if self.fill() {
                    continue;
                }
                return None;
            };
            match byte {
                b'{' => return Some(true),
                b'"' => {
                    if !self.skip_string() {
                        return Some(false);
                    }
                }
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' | b',' | b'[' | b']' | b'}' | b':' | 0xEF | 0xBB | 0xBF => {
                    self.at += 1;
                }
                _ => {
                    if !self.skip_word() {
                        return Some(false);
                    }
                }
            }
        }
    }

    /// A number, `true`, `false` or `null`; of anything else the line is passed.
    fn skip_word(&mut self) -> bool {
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|b| is_word(b)).count();
        let word = rest.get(..length).unwrap_or_default();
        let is_known = matches!(word, b"true" | b"false" | b"null")
            || word.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-');
        if !is_known {
            self.skip_to_next_line();
            return false;
        }
        self.at += length;
        true
    }

    /// A text between events, such as a name of a member.
    fn skip_string(&mut self) -> bool {
        let mut at = self.at + 1;
        loop {
            match self.buffer.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(b'\n') => return self.give_up_line(),
                Some(_) => at += 1,
                None => {
                    let offset = at - self.at;
                    if offset > LONGEST || !self.fill() {
                        return self.give_up_line();
                    }
                    at = self.at + offset;
                }
            }
        }
        self.at = at + 1;
        true
    }

    fn give_up_line(&mut self) -> bool {
        self.skip_to_next_line();
        false
    }

    /// Passes the beginning of an object that holds a list of events.
    fn skip_wrapper(&mut self) -> bool {
        const ENOUGH: usize = 4096;
        while self.buffer.len() - self.at < ENOUGH && self.fill() {}
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let skip = |rest: &[u8], from: usize| {
            let blank = rest.get(from..).unwrap_or_default();
            from + blank.iter().take_while(|b| b.is_ascii_whitespace()).count()
        };
        let name = skip(rest, 1);
        let wrapper = WRAPPERS.iter().find(|w| rest.get(name..).unwrap_or_default().starts_with(w));
        let Some(wrapper) = wrapper else { return false };
        let colon = skip(rest, name + wrapper.len());
        let list = skip(rest, colon + 1);
        let is_one = rest.get(colon) == Some(&b':') && rest.get(list) == Some(&b'[');
        if is_one {
            self.pass(self.at + list + 1);
        }
        is_one
    }

    /// Where the object that begins here ends.
    fn end_of_object(&mut self) -> Result<usize, Defect> {
        let mut scan = Scan { at: 0, depth: 0, in_string: false };
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            match scan.run(rest) {
                End::At(length) => return Ok(self.at + length),
                End::Broken => return Err(Defect::Unbalanced),
                End::More if scan.at > LONGEST => return Err(Defect::Unbalanced),
                End::More if !self.fill() => return Err(Defect::BreaksOff),
                End::More => {}
            }
        }
    }

    /// Passes all up to the next line that begins with an object, or what is left.
    fn skip_to_next_line(&mut self) {
        self.skipped = self.line;
        let mut from = self.at;
        loop {
            let rest = self.buffer.get(from..).unwrap_or_default();
            let found = rest.windows(2).position(|two| two == b"\n{");
            if let Some(found) = found {
                return self.pass(from + found + 1);
            }
            self.pass(self.buffer.len().saturating_sub(1).max(self.at));
            if !self.fill() {
                return self.pass(self.buffer.len());
            }
            from = self.at;
        }
    }
}

/// The search for the end of an object.
struct Scan {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Scan {
    fn run(&mut self, text: &[u8]) -> End {
        while let Some(rest) = text.get(self.at..).filter(|r| !r.is_empty()) {
            let found = match self.in_string {
                true => memchr3(b'"', b'\\', b'\n', rest),
                false => rest.iter().position(|b| matches!(b, b'"' | b'{' | b'}')),
            };
            let Some(found) = found else {
                self.at = text.len();
                return End::More;
            };
            self.at += found;
            match text.get(self.at) {
                Some(b'"') => self.in_string = !self.in_string,
                // What is escaped may not have been read yet.
                Some(b'\\') if self.at + 1 >= text.len() => return End::More,
                Some(b'\\') => self.at += 1,
                Some(b'{') => self.depth += 1,
                Some(b'}') if self.depth == 1 => return End::At(self.at + 1),
                Some(b'}') => self.depth -= 1,
                _ => return End::Broken,
            }
            self.at += 1;
        }
        End::More
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives a few bytes at a time.
    struct Drops<'t>(&'t [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(self.1).min(buffer.len());
            let (now, later) = self.0.split_at(length);
            buffer.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.0 = later;
            Ok(length)
        }
    }

    fn pieces(text: &str, drop: usize) -> Vec<String> {
        let mut splitter = Splitter::new(Drops(text.as_bytes(), drop));
        let mut pieces = Vec::new();
        while let Some((line, piece)) = splitter.next() {
            let piece = match piece {
                Ok(event) => String::from_utf8_lossy(event).into_owned(),
                Err(why) => format!("{why:?}"),
            };
            pieces.push(format!("{line} {piece}"));
        }
        pieces
    }

    #[test]
    fn lists_wrapped_lists_and_lines_give_the_same_events() {
        let texts = [
            "{\"Records\":[{\"a\":1},{\"b\":\"}\\\"{\"}]}",
            "[{\"a\":1},{\"b\":\"}\\\"{\"}]",
            "{\"a\":1} {\"b\":\"}\\\"{\"}",
            "{ \"Events\" : [{\"a\":1},{\"b\":\"}\\\"{\"}], \"NextToken\": \"x\", \"n\": 1}",
        ];
        for text in texts {
            for drop in [1, 2, 3, 1000] {
                let found = pieces(text, drop);
                assert_eq!(found, ["1 {\"a\":1}", "1 {\"b\":\"}\\\"{\"}"], "{text} {drop}");
            }
        }
    }

    #[test]
    fn what_is_broken_costs_only_its_own_line() {
        let text = "{\"a\":1}\n{\"b\": \"x\n{\"c\":{}\n{\"d\":4}\nnonsense\n{\"e\":5}\n";
        for drop in [1, 7, 1000] {
            let found = pieces(text, drop);
            let expected = [
                "1 {\"a\":1}",
                "2 Unbalanced",
                "3 BreaksOff",
                "4 {\"d\":4}",
                "5 Stray",
                "6 {\"e\":5}",
            ];
            assert_eq!(found, expected, "{drop}");
        }
    }

    #[test]
    fn a_text_that_breaks_off_gives_what_was_whole() {
        let found = pieces("{\"Records\":[{\"a\":1},{\"b\":", 1000);
        assert_eq!(found, ["1 {\"a\":1}", "1 BreaksOff"]);
    }

    #[test]
    fn endless_nonsense_is_given_up() {
        let text = "{\n".repeat(100_000);
        let found = pieces(&text, 65_536);
        assert_eq!(found.len(), MOST_DEFECTS + 1);
        assert!(found.last().is_some_and(|l| l.ends_with("GivenUp")), "{:?}", found.last());
    }
}
