//! The part of a text that is shown with a finding.
//!
//! As a rule that is the whole text, of which the renderer picks the lines. Where a line is very
//! long, as in policies without line breaks, it is cut to a window around the place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use keyaki_diag::{Finding, TextRange};

use crate::{File, terminal};

/// The longest line that is shown whole, in bytes.
const LONGEST: u32 = 180;

/// How much of a longer line is shown before the place, and from its start on.
const BEFORE: usize = 60;
const AFTER: usize = 120;

const CUT: &str = "… ";
const CUT_END: &str = " …";

/// Whether some line of the file is too long to be shown whole.
pub(crate) fn has_long_lines(file: &File<'_>) -> bool {
    let lines = file.lines();
    let mut start = 0;
    (2..=lines.line_count() as u32 + 1).any(|line| {
        let end = lines.line_start(line).unwrap_or(file.text.len() as u32);
        let length = end - start;
        start = end;
        length > LONGEST
    })
}

/// A text that has the shown lines at their numbers, and the other lines empty.
pub(crate) struct Excerpt {
    pub(crate) text: String,
    windows: Vec<Window>,
}

/// A part of the file, and where it stands in the excerpt.
struct Window {
    file: Range<usize>,
    at: usize,
}

impl Excerpt {
    /// The excerpt that shows the places of a finding; the main place comes first.
    pub(crate) fn new(file: &File<'_>, finding: &Finding) -> Excerpt {
        let mut wanted: BTreeMap<u32, usize> = BTreeMap::new();
        for place in &finding.places {
            for offset in [place.range.start, last(place.range)] {
                wanted.entry(file.position(offset).line).or_insert(offset as usize);
            }
        }
        let mut excerpt = Excerpt { text: String::new(), windows: Vec::new() };
        let mut line = 1;
        for (number, offset) in wanted {
            excerpt.text.extend((line..number).map(|_| '\n'));
            excerpt.push(file, number, offset);
            line = number;
        }
        excerpt
    }

    fn push(&mut self, file: &File<'_>, line: u32, offset: usize) {
        let whole = line_range(file, line);
        let window = window(file.text, &whole, offset);
        if window.start > whole.start {
            self.text.push_str(CUT);
        }
        let at = self.text.len();
        self.text.push_str(&terminal::source(&file.text[window.clone()]).replace('\t', " "));
        if window.end < whole.end {
            self.text.push_str(CUT_END);
        }
        self.windows.push(Window { file: window, at });
    }

    /// Where a range of the file stands in the excerpt, cut to what is shown; none if nothing is.
    pub(crate) fn range(&self, range: TextRange) -> Option<Range<usize>> {
        let (start, end) = (range.start as usize, range.end as usize);
        let touched = |w: &&Window| start <= w.file.end && w.file.start <= end;
        let first = self.windows.iter().find(touched)?;
        let last = self.windows.iter().rfind(touched)?;
        let start = first.at + start.clamp(first.file.start, first.file.end) - first.file.start;
        let end = last.at + end.clamp(last.file.start, last.file.end) - last.file.start;
        let start = floor(&self.text, start);
        Some(start..floor(&self.text, end).max(start))
    }
}

/// The last byte of a range; its start where it is empty.
fn last(range: TextRange) -> u32 {
    range.end.saturating_sub(1).max(range.start)
}

/// The bytes of a line without its end.
fn line_range(file: &File<'_>, line: u32) -> Range<usize> {
    let start = file.lines().line_start(line).map_or(0, |s| s as usize);
    let end = file.lines().line_start(line + 1).map_or(file.text.len(), |e| e as usize);
    let text = file.text[start..end].trim_end_matches(['\n', '\r']);
    start..start + text.len()
}

/// The part of a line around an offset; the whole line if it is short.
fn window(text: &str, line: &Range<usize>, offset: usize) -> Range<usize> {
    if line.len() <= LONGEST as usize {
        return line.clone();
    }
    let start = floor(text, offset.saturating_sub(BEFORE).clamp(line.start, line.end));
    let end = floor(text, (offset + AFTER).clamp(start, line.end));
    start..end
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
