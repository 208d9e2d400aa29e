//! Positions in a text: byte ranges inside, lines and columns at the edge.

use std::fmt;

/// A half-open range of byte offsets into one source text.
///
/// Offsets are `u32`: the parser refuses sources of 4 GiB and more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextRange {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte; never less than `start`.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`. An `end` before `start` gives an empty range at `start`.
    #[inline]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty range at `offset`.
    #[inline]
    pub fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside this range.
    #[inline]
    pub fn contains(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two ranges share a byte.
    #[inline]
    pub fn overlaps(self, other: TextRange) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest range that holds both.
    #[inline]
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text of this range, or `""` where the range does not fit the text.
    #[inline]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A place as people name it: both counted from 1, columns in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, counted in Unicode code points.
    pub column: u32,
}

/// Where the lines of a text begin, to turn byte offsets into [`LineColumn`]s.
///
/// `\n`, `\r\n` and a lone `\r` end a line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// For each block of the text, how many bytes before it continue a character, so that a column
    /// is found without a look at the whole line, which may be the whole text.
    /// Empty where the text is ASCII.
    continued: Vec<u32>,
}

/// The length of a block, in bytes.
const BLOCK: usize = 256;

impl LineIndex {
    /// Indexes `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts, continued: continued(bytes) }
    }

    /// How many bytes before an offset continue a character.
    fn continued_before(&self, text: &str, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let Some(before) = self.continued.get(block) else { return 0 };
        before + continuations(&text.as_bytes()[block * BLOCK..offset])
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Offset of the first byte of `line`, counted from 1.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }

    /// The line and column of a byte offset; `text` is the text that was indexed.
    /// An offset past the end gives the end.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&s| s as usize <= offset).max(1) - 1;
        let start = self.starts[line] as usize;
        let before = |offset| self.continued_before(text, offset);
        let continued = before(offset).saturating_sub(before(start));
        let column = ((offset - start) as u32).saturating_sub(continued) + 1;
        LineColumn { line: line as u32 + 1, column }
    }
}

fn continued(bytes: &[u8]) -> Vec<u32> {
    if bytes.is_ascii() {
        return Vec::new();
    }
    let mut sum = 0;
    let before = |block: &[u8]| {
        let before = sum;
        sum += continuations(block);
        before
    };
    // One more for an offset at the end.
    bytes.chunks(BLOCK).chain([&[][..]]).map(before).collect()
}

/// How many bytes continue a character.
fn continuations(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|b| matches!(b, 0x80..0xC0)).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_endings_of_all_three_kinds_end_a_line() {
        let text = "a\nb\r\nc\rd";
        let index = LineIndex::new(text);
        let at = |o| {
            let p = index.line_column(text, o);
            (p.line, p.column)
        };
        assert_eq!(
            [at(0), at(1), at(2), at(5), at(7), at(99)],
            [(1, 1), (1, 2), (2, 1), (3, 1), (4, 1), (4, 2)]
        );
    }

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones() {
        let text = "é\u{feff}x𝄞\n".repeat(200) + &"aé𝄞".repeat(3 * BLOCK);
        let index = LineIndex::new(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let line = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
            let column = text[line..offset].chars().count() as u32 + 1;
            assert_eq!(index.line_column(&text, offset as u32).column, column, "{offset}");
        }
    }

    #[test]
    fn columns_count_code_points() {
        let text = "\u{feff}é𝄞x";
        let index = LineIndex::new(text);
        let x = text.find('x').map(|o| index.line_column(text, o as u32).column);
        assert_eq!(x, Some(4));
    }
}
