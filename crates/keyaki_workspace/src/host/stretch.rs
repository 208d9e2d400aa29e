//! The way back from a text that was written out to the text that it comes from.

use keyaki_diag::TextRange;

/// The stretches of a text, in order.
#[derive(Debug, Default)]
pub(crate) struct Stretches(Vec<Stretch>);

/// A stretch of the text, up to the next one.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// Where it begins.
    at: u32,
    /// Where it comes from.
    from: TextRange,
    /// Whether each of its bytes comes from one byte.
    is_exact: bool,
}

impl Stretches {
    /// None yet, with room for so many.
    pub(super) fn with_room(count: usize) -> Stretches {
        Stretches(Vec::with_capacity(count))
    }

    /// Adds a stretch that begins at an offset, byte for byte or as a whole from a range.
    pub(crate) fn push(&mut self, at: u32, from: TextRange, is_exact: bool) {
        self.0.push(Stretch { at, from, is_exact });
    }

    /// Where the text begins.
    pub(crate) fn start(&self) -> u32 {
        self.0.first().map_or(0, |stretch| stretch.from.start)
    }

    /// A range of a text of this length, as one of the text that it comes from.
    pub(crate) fn range(&self, range: TextRange, length: usize) -> TextRange {
        let start = self.stretch(range.start).map_or(0, |s| s.start(range.start));
        let last = range.end.max(range.start + 1) - 1;
        let is_end = range.end as usize == length
            || self.0.binary_search_by_key(&range.end, |s| s.at).is_ok();
        let end = self.stretch(last).map_or(start, |s| match is_end {
            true => s.from.end,
            false => s.end(last),
        });
        TextRange::new(start, if range.is_empty() { start } else { end.max(start) })
    }

    /// Whether a range is there byte for byte.
    pub(crate) fn is_exact(&self, range: TextRange) -> bool {
        let last = range.end.checked_sub(1).and_then(|last| self.stretch(last));
        let both = self.stretch(range.start).zip(last);
        !range.is_empty() && both.is_some_and(|(s, last)| s.at == last.at && s.is_exact)
    }

    /// The way back through another text, which the text comes from that this one comes from. Both
    /// texts are given by their lengths.
    pub(crate) fn through(&self, length: usize, outer: &Stretches, between: usize) -> Stretches {
        let mut whole = Stretches::default();
        for (at, stretch) in self.0.iter().enumerate() {
            let next = self.0.get(at + 1).map_or(length as u32, |next| next.at);
            match stretch.is_exact {
                true => outer.split(*stretch, next, &mut whole),
                false => whole.push(stretch.at, outer.range(stretch.from, between), false),
            }
        }
        whole
    }

    /// The parts of a stretch of another text that comes byte for byte from this one.
    fn split(&self, stretch: Stretch, next: u32, parts: &mut Stretches) {
        let first = self.0.partition_point(|own| own.at <= stretch.from.start).saturating_sub(1);
        for (index, own) in self.0.iter().enumerate().skip(first) {
            let begin = own.at.max(stretch.from.start);
            let at = stretch.at + (begin - stretch.from.start);
            if begin >= stretch.from.end || at >= next {
                return;
            }
            let until = self.0.get(index + 1).map_or(stretch.from.end, |own| own.at);
            let until = until.min(stretch.from.end);
            let from = match own.is_exact {
                true => TextRange::new(own.start(begin), own.start(until)),
                false => own.from,
            };
            parts.push(at, from, own.is_exact);
        }
    }

    fn stretch(&self, at: u32) -> Option<Stretch> {
        let i = self.0.partition_point(|s| s.at <= at);
        i.checked_sub(1).and_then(|i| self.0.get(i)).copied()
    }
}

impl Stretch {
    fn start(self, at: u32) -> u32 {
        if self.is_exact { self.from.start + (at - self.at) } else { self.from.start }
    }

    fn end(self, last: u32) -> u32 {
        if self.is_exact { self.from.start + (last - self.at) + 1 } else { self.from.end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[(u32, u32, u32, bool)]) -> Stretches {
        let mut stretches = Stretches::default();
        for &(at, start, end, is_exact) in all {
            stretches.push(at, TextRange::new(start, end), is_exact);
        }
        stretches
    }

    #[test]
    fn the_way_back_leads_through_a_text_between() {
        // Of eight characters, the third and fourth are an escape for two others.
        let outer = of(&[(0, 10, 12, true), (2, 12, 14, false), (4, 14, 18, true)]);
        let inner = of(&[(0, 0, 1, false), (1, 1, 6, true), (6, 6, 8, false)]);
        let whole = inner.through(7, &outer, 8);
        let back = |start, end| {
            let range = whole.range(TextRange::new(start, end), 7);
            (range.start, range.end)
        };
        assert_eq!(back(0, 1), (10, 11));
        assert_eq!(back(1, 2), (11, 12));
        assert_eq!(back(2, 4), (12, 14));
        assert_eq!(back(3, 4), (12, 14));
        assert_eq!(back(4, 6), (14, 16));
        assert_eq!(back(4, 5), (14, 15));
        assert_eq!(back(6, 7), (16, 18));
        let is_exact = |start, end| whole.is_exact(TextRange::new(start, end));
        assert!(is_exact(4, 6));
        assert!(!is_exact(1, 4));
        assert!(!is_exact(2, 4));
    }
}
