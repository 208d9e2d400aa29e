//! The part of a text that is shown with a finding: the lines where its places begin and end.
//!
//! The renderer counts the lines of what it gets, so an excerpt knows the numbers that its lines
//! have in the file. Lines left out before or between others are one or two empty lines: enough for
//! the renderer to draw a gap. A very long line, as in policies without line breaks, is cut to a
//! window around the place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use keyaki_diag::{Finding, TextRange};

use crate::{File, terminal};

/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 180;

/// How much of a longer line is shown before the place, and from its start on.
const BEFORE: usize = 60;
const AFTER: usize = 120;

const CUT: &str = "… ";
const CUT_END: &str = " …\n";

/// The shown lines.
pub(crate) struct Excerpt<'f> {
    file: &'f File<'f>,
    pub(crate) text: String,
    /// For each line of the text, its number in the file; for an empty line in a gap, 0.
    pub(crate) numbers: Vec<u32>,
    /// In order.
    windows: Vec<Window>,
}

/// A part of the file, and where it stands in the excerpt.
struct Window {
    file: Range<usize>,
    at: usize,
}

impl<'f> Excerpt<'f> {
    /// The excerpt that shows the places of a finding; the main place comes first.
    pub(crate) fn new(file: &'f File<'f>, finding: &Finding) -> Excerpt<'f> {
        let mut wanted: BTreeMap<u32, usize> = BTreeMap::new();
        for place in &finding.places {
            let range = within(file.text, place.range);
            for offset in [range.start, range.end.saturating_sub(1).max(range.start)] {
                wanted.entry(line_at(file, offset)).or_insert(offset);
            }
        }
        let (text, numbers, windows) = (String::new(), Vec::new(), Vec::new());
        let mut excerpt = Excerpt { file, text, numbers, windows };
        let mut last = 0;
        for (line, offset) in wanted {
            excerpt.skip(line - last - 1);
            excerpt.push(line, offset);
            last = line;
        }
        excerpt
    }

    /// Leaves out lines.
    fn skip(&mut self, lines: u32) {
        for _ in 0..lines.min(2) {
            self.text.push('\n');
            self.numbers.push(0);
        }
    }

    fn push(&mut self, line: u32, offset: usize) {
        let text = self.file.text;
        let whole = line_range(self.file, line);
        let window = window(text, &whole, offset);
        self.text.push_str(if window.start > whole.start { CUT } else { "" });
        let at = self.text.len();
        let shown = terminal::source(&text[window.clone()]);
        if window == whole {
            self.text.push_str(&shown);
        } else {
            self.text.push_str(&shown.replace('\t', " "));
        }
        self.text.push_str(if window.end < whole.end { CUT_END } else { "" });
        self.numbers.push(line);
        self.windows.push(Window { file: window, at });
    }

    /// Where a range of the file stands in the excerpt, cut to what is shown; none if nothing is.
    pub(crate) fn range(&self, range: TextRange) -> Option<Range<usize>> {
        let Range { start, end } = within(self.file.text, range);
        let before = self.windows.partition_point(|w| w.file.start <= start);
        let holds_start = |w: &&Window| start <= w.file.end;
        let first = before.checked_sub(1).and_then(|at| self.windows.get(at)).filter(holds_start);
        let first = first.or_else(|| self.windows.get(before).filter(|w| w.file.start <= end))?;
        let last = self.windows.partition_point(|w| w.file.start <= end).checked_sub(1)?;
        let last = self.windows.get(last)?;
        let start = first.at + start.clamp(first.file.start, first.file.end) - first.file.start;
        let end = last.at + end.clamp(last.file.start, last.file.end) - last.file.start;
        let start = floor(&self.text, start);
        Some(start..floor(&self.text, end).max(start))
    }
}

/// The number of the line that shows an offset: at the end of the text, after a line end, that is
/// the line before.
fn line_at(file: &File<'_>, offset: usize) -> u32 {
    let line = file.position(offset as u32).line;
    let is_behind_all = offset == file.text.len() && line_range(file, line).is_empty();
    if is_behind_all { line.saturating_sub(1).max(1) } else { line }
}

/// The bytes of a line with its end.
fn line_range(file: &File<'_>, line: u32) -> Range<usize> {
    let start = file.lines().line_start(line).map_or(0, |s| s as usize);
    let end = file.lines().line_start(line + 1).map_or(file.text.len(), |e| e as usize);
    start..end
}

/// The part of a line around an offset; the whole line with its end if it is short.
fn window(text: &str, line: &Range<usize>, offset: usize) -> Range<usize> {
    let inside = text[line.clone()].trim_end_matches(['\n', '\r']);
    if inside.len() <= LONGEST {
        return line.clone();
    }
    let last = line.start + inside.len();
    let start = floor(text, offset.saturating_sub(BEFORE).clamp(line.start, last));
    let end = floor(text, (offset + AFTER).clamp(start, last));
    start..if end == last { line.end } else { end }
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&o| text.is_char_boundary(o)).unwrap_or(0)
}

/// The whole text with nothing in it that would steer a terminal, of the same length.
pub(crate) fn whole<'a>(file: &File<'a>) -> Cow<'a, str> {
    terminal::source(file.text)
}

/// A range within a text, on character boundaries and not ending in a line end.
pub(crate) fn within(text: &str, range: TextRange) -> Range<usize> {
    let start = floor(text, range.start as usize);
    let end = floor(text, range.end as usize).max(start);
    let shown = text[start..end].trim_end_matches(['\n', '\r']);
    start..start + shown.len()
}
