//! Collects errors so that one mistake gives one error.

use keyaki_diag::TextRange;

use crate::{SyntaxError, SyntaxErrorKind, Tree};

/// The errors found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    errors: Vec<SyntaxError>,
}

impl Report {
    pub(crate) fn push(&mut self, kind: SyntaxErrorKind, range: TextRange) {
        if self.errors.len() < Tree::MAX_ERRORS && !self.extend_last(kind, range) {
            self.errors.push(SyntaxError { kind, range });
        }
    }

    /// Characters without a place that follow each other are one mistake.
    fn extend_last(&mut self, kind: SyntaxErrorKind, range: TextRange) -> bool {
        let Some(last) = self.errors.last_mut() else { return false };
        let joins = last.range.end == range.start && is_character(kind) && is_character(last.kind);
        if joins {
            last.range = last.range.cover(range);
        }
        joins
    }

    pub(crate) fn last(&self) -> Option<&SyntaxError> {
        self.errors.last()
    }

    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.errors.truncate(length);
    }

    pub(crate) fn has_only(&self, kind: SyntaxErrorKind) -> bool {
        self.errors.iter().all(|e| e.kind == kind)
    }

    /// The errors in order of position, without those that only follow from another.
    pub(crate) fn finish(mut self, source: &str) -> Vec<SyntaxError> {
        if self.errors.len() < 2 {
            return self.errors;
        }
        self.errors.sort_by_key(|e| e.range.start);
        self.drop_after_document();
        self.drop_on_broken_lines(source);
        self.join_adjacent();
        self.errors
    }

    /// The text after the document is one mistake, whatever it holds.
    fn drop_after_document(&mut self) {
        let trailing = |e: &&SyntaxError| e.kind == SyntaxErrorKind::TrailingContent;
        let Some(start) = self.errors.iter().find(trailing).map(|e| e.range.start) else { return };
        self.errors.retain(|e| e.range.start <= start || e.kind == SyntaxErrorKind::Comment);
    }

    /// A missing quote turns the strings of its line inside out; only the quote is the mistake.
    fn drop_on_broken_lines(&mut self, source: &str) {
        let lines: Vec<TextRange> = self
            .errors
            .iter()
            .filter(|e| e.kind == SyntaxErrorKind::UnterminatedString)
            .map(|e| TextRange::new(line_start(source, e.range.start), e.range.start))
            .collect();
        if lines.is_empty() {
            return;
        }
        self.errors.retain(|e| {
            let next = lines.partition_point(|line| line.end <= e.range.start);
            lines.get(next).is_none_or(|line| e.range.start < line.start)
        });
    }

    /// Two errors at one place, or two broken pieces without a space between, are one mistake.
    fn join_adjacent(&mut self) {
        self.errors.dedup_by(|later, first| {
            let same_place = later.range.start == first.range.start
                && is_mistake(later.kind)
                && is_mistake(first.kind);
            let same_piece = later.range.start <= first.range.end
                && is_piece(later.kind)
                && is_piece(first.kind);
            if same_piece {
                first.range = first.range.cover(later.range);
            }
            same_place || same_piece
        });
    }
}

fn is_mistake(kind: SyntaxErrorKind) -> bool {
    kind.is_grammar() && kind != SyntaxErrorKind::Comment
}

fn is_piece(kind: SyntaxErrorKind) -> bool {
    is_character(kind)
        || matches!(kind, SyntaxErrorKind::UnknownWord | SyntaxErrorKind::InvalidNumber)
}

fn is_character(kind: SyntaxErrorKind) -> bool {
    matches!(kind, SyntaxErrorKind::UnexpectedCharacter | SyntaxErrorKind::InvalidUtf8)
}

fn line_start(source: &str, offset: u32) -> u32 {
    let before = &source.as_bytes()[..offset as usize];
    before.iter().rposition(|&b| b == b'\n' || b == b'\r').map_or(0, |at| at as u32 + 1)
}
