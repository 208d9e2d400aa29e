//! Several languages read side by side, one character at a time.
//!
//! The state is a set of positions in the patterns, as of a nondeterministic automaton. The
//! alphabet is symbolic: the characters that some pattern expects next, and one that none expects.

use crate::language::{Language, Symbol, variants};

/// Positions in all patterns, sorted: the number of the pattern in the upper half, the position in
/// the lower one.
pub(crate) type Positions = Vec<u32>;

const SHIFT: u32 = 16;

/// Patterns read side by side.
pub(crate) struct Automaton<'l> {
    languages: Vec<&'l Language>,
}

impl<'l> Automaton<'l> {
    /// None for patterns that are too many or too long to be numbered.
    pub(crate) fn new(languages: Vec<&'l Language>) -> Option<Self> {
        let short = languages.iter().all(|l| l.symbols.len() < 1 << SHIFT);
        (short && languages.len() < 1 << SHIFT).then_some(Automaton { languages })
    }

    pub(crate) fn start(&self) -> Positions {
        let mut positions = Vec::new();
        for language in 0..self.languages.len() {
            self.enter(language, 0, &mut positions);
        }
        self.tidy(positions)
    }

    /// Which patterns match what has been read.
    pub(crate) fn accepted(&self, positions: &[u32]) -> impl Iterator<Item = usize> {
        positions.iter().filter_map(|p| {
            let (language, at) = split(*p);
            (at == self.languages[language].symbols.len()).then_some(language)
        })
    }

    /// Whether a pattern will match whatever follows.
    pub(crate) fn is_settled(&self, position: u32) -> bool {
        let (language, at) = split(position);
        let symbols = &self.languages[language].symbols;
        at + 1 == symbols.len() && symbols[at] == Symbol::Star
    }

    pub(crate) fn language_of(position: u32) -> usize {
        split(position).0
    }

    /// Adds the characters that some pattern treats in its own way next.
    pub(crate) fn expect(&self, positions: &[u32], chars: &mut Vec<char>) {
        for p in positions {
            let (language, at) = split(*p);
            let language = self.languages[language];
            match language.symbols.get(at) {
                Some(Symbol::Char(c)) => chars.extend(variants(*c, language.fold)),
                Some(Symbol::AnyInSegment | Symbol::StarInSegment) => chars.push(':'),
                Some(Symbol::Any | Symbol::Star) | None => {}
            }
        }
    }

    /// The positions after one more character.
    pub(crate) fn step(&self, positions: &[u32], c: char) -> Positions {
        let mut next = Vec::with_capacity(positions.len() + 2);
        for p in positions {
            let (language, at) = split(*p);
            let l = self.languages[language];
            let Some(symbol) = l.symbols.get(at) else { continue };
            if symbol.takes(c, l.fold) {
                let to = if symbol.is_star() { at } else { at + 1 };
                self.enter(language, to, &mut next);
            }
        }
        self.tidy(next)
    }

    /// Adds a position and those that its stars lead to without reading.
    fn enter(&self, language: usize, mut at: usize, positions: &mut Positions) {
        let symbols = &self.languages[language].symbols;
        positions.push((language as u32) << SHIFT | at as u32);
        while symbols.get(at).is_some_and(|s| s.is_star()) {
            at += 1;
            positions.push((language as u32) << SHIFT | at as u32);
        }
    }

    /// Sorts, and drops positions from which nothing is matched that the latest star that has been
    /// reached does not match as well.
    fn tidy(&self, mut positions: Positions) -> Positions {
        positions.sort_unstable();
        positions.dedup();
        let mut kept: Positions = Vec::with_capacity(positions.len());
        for group in positions.chunk_by(|a, b| a >> SHIFT == b >> SHIFT) {
            let from = group.iter().rposition(|p| self.covers_earlier(*p, group[0]));
            kept.extend_from_slice(&group[from.unwrap_or(0)..]);
        }
        kept
    }

    /// Whether a position is at a star that takes in whatever an earlier position has to read to
    /// get there.
    fn covers_earlier(&self, position: u32, earliest: u32) -> bool {
        let (language, at) = split(position);
        let symbols = &self.languages[language].symbols;
        match symbols.get(at) {
            Some(Symbol::Star) => true,
            Some(Symbol::StarInSegment) => {
                let between = &symbols[split(earliest).1..at];
                between.iter().all(|s| match s {
                    Symbol::Char(c) => *c != ':',
                    Symbol::AnyInSegment | Symbol::StarInSegment => true,
                    Symbol::Any | Symbol::Star => false,
                })
            }
            Some(Symbol::Char(_) | Symbol::Any | Symbol::AnyInSegment) | None => false,
        }
    }
}

/// Characters for "none of those", the more readable ones first; no colon among them.
const OTHERS: &str = "xyzabcdefghijklmnopqrstuvw0123456789XYZABCDEFGHIJKLMNOPQRSTUVW-_./@+=,#";

/// Makes an alphabet of the characters that are expected: each once, and one that is not expected
/// and stands for all the others.
pub(crate) fn close(mut expected: Vec<char>) -> Vec<char> {
    expected.sort_unstable();
    expected.dedup();
    let other = OTHERS.chars().chain('\u{4E00}'..).find(|c| !expected.contains(c));
    // Characters that are expected come first: they lead to texts that are shorter.
    expected.extend(other);
    expected
}

fn split(position: u32) -> (usize, usize) {
    ((position >> SHIFT) as usize, (position & ((1 << SHIFT) - 1)) as usize)
}
