//! Between byte offsets and the protocol's positions.

use keyaki_ide::TextRange;
use tower_lsp_server::gen_lsp_types::{Position, PositionEncodingKind, Range};

/// How the editor counts columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16.
    Utf16,
}

impl Encoding {
    /// The one to use with an editor that offers these; UTF-16 is what all of them know.
    pub(crate) fn negotiate(offered: &[PositionEncodingKind]) -> Encoding {
        if offered.contains(&PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 }
    }

    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// Where the lines of a text begin, and which characters are longer in UTF-8 than in UTF-16.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// For each character beyond ASCII the offset past it, and by how much all characters up to
    /// there are longer in bytes than in units of UTF-16.
    wide: Vec<(u32, u32)>,
    encoding: Encoding,
    length: u32,
}

impl Lines {
    pub(crate) fn new(text: &str, encoding: Encoding) -> Lines {
        let bytes = text.as_bytes();
        let is_break = |&at: &usize| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
        let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(is_break);
        let breaks = breaks.map(|at| at as u32 + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let wide = match encoding {
            Encoding::Utf8 => Vec::new(),
            Encoding::Utf16 => wide(text),
        };
        Lines { starts, wide, encoding, length: text.len() as u32 }
    }

    /// The position of a byte offset; past the end it is that of the end.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.length);
        let line = self.starts.partition_point(|&start| start <= offset).max(1) - 1;
        let start = self.starts[line];
        let surplus = self.surplus(offset) - self.surplus(start);
        Position { line: line as u32, character: offset - start - surplus }
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    /// By how much the characters up to an offset are longer in bytes.
    fn surplus(&self, offset: u32) -> u32 {
        let after = self.wide.partition_point(|&(end, _)| end <= offset);
        after.checked_sub(1).map_or(0, |at| self.wide[at].1)
    }

    /// The byte offset of a position; past the end of its line it is the end of that line.
    pub(crate) fn offset(&self, text: &str, position: Position) -> u32 {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else { return self.length };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.length);
        let whole = TextRange::new(start, end).slice(text);
        let end = start + whole.trim_end_matches(['\r', '\n']).len() as u32;
        let wanted = start.saturating_add(position.character);
        let mut offset = match self.encoding {
            Encoding::Utf8 => wanted,
            Encoding::Utf16 => self.offset_of_units(start, position.character),
        };
        offset = offset.min(end);
        while !text.is_char_boundary(offset as usize) {
            offset -= 1;
        }
        offset
    }

    /// The byte offset that lies so many units of UTF-16 after the start of a line.
    fn offset_of_units(&self, start: u32, units: u32) -> u32 {
        let before = self.surplus(start);
        let first = self.wide.partition_point(|&(end, _)| end <= start);
        let later = &self.wide[first..];
        let in_units = |end: u32, surplus: u32| end - start - (surplus - before);
        let passed = later.partition_point(|&(end, surplus)| in_units(end, surplus) <= units);
        let last = passed.checked_sub(1).map_or((start, before), |at| later[at]);
        let rest = units - in_units(last.0, last.1);
        last.0.saturating_add(rest)
    }

    pub(crate) fn text_range(&self, text: &str, range: Range) -> TextRange {
        TextRange::new(self.offset(text, range.start), self.offset(text, range.end))
    }
}

fn wide(text: &str) -> Vec<(u32, u32)> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut surplus = 0;
    let wide = text.char_indices().filter(|(_, c)| !c.is_ascii());
    wide.map(|(at, c)| {
        surplus += (c.len_utf8() - c.len_utf16()) as u32;
        ((at + c.len_utf8()) as u32, surplus)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "ab\r\né𝄞x\n\u{feff}z\rend";

    /// What a position counts up to, by the slow way.
    fn counted(text: &str, encoding: Encoding, offset: usize) -> Position {
        let before = &text[..offset];
        let breaks = |at: &usize| {
            let rest = &text[*at..];
            rest.starts_with('\n') || rest.starts_with('\r') && !rest.starts_with("\r\n")
        };
        let ends: Vec<usize> =
            (0..offset).filter(|at| text.is_char_boundary(*at)).filter(breaks).collect();
        let start = ends.last().map_or(0, |at| at + 1);
        let column = match encoding {
            Encoding::Utf8 => offset - start,
            Encoding::Utf16 => before[start..].encode_utf16().count(),
        };
        Position { line: ends.len() as u32, character: column as u32 }
    }

    #[test]
    fn every_offset_is_the_position_that_counting_gives_and_leads_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(TEXT, encoding);
            for (offset, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
                let position = lines.position(offset as u32);
                assert_eq!(position, counted(TEXT, encoding, offset), "{encoding:?} {offset}");
                let inside_break =
                    TEXT[offset..].starts_with('\n') && TEXT[..offset].ends_with('\r');
                if !inside_break {
                    assert_eq!(lines.offset(TEXT, position), offset as u32, "{encoding:?}");
                }
            }
        }
    }

    #[test]
    fn positions_outside_of_the_text_are_drawn_into_it() {
        let at = |line, character| Position { line, character };
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(TEXT, at(0, 99)), 2);
        assert_eq!(lines.offset(TEXT, at(99, 0)), TEXT.len() as u32);
        assert_eq!(lines.offset(TEXT, at(0, u32::MAX)), 2);
        // Between the halves of a surrogate pair: before the character.
        assert_eq!(lines.offset(TEXT, at(1, 2)), 6);
    }

    #[test]
    fn an_editor_that_offers_nothing_counts_in_utf_16() {
        assert_eq!(Encoding::negotiate(&[]), Encoding::Utf16);
        let both = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::negotiate(&both), Encoding::Utf8);
    }
}
