//! Balances brackets that do not match, so that few and small changes make them match.

use crate::terminals::{Terminal, Terminals};
use crate::{SyntaxErrorKind, Tree};

/// Drops brackets that close nothing and puts in missing ones. Reports each with its token.
pub(crate) fn balance(input: Terminals, report: impl FnMut(SyntaxErrorKind, u32)) -> Terminals {
    Repair::new(input).run(report)
}

struct Repair {
    input: Terminals,
    pairs: Pairs,
    output: Terminals,
    /// Opening brackets not closed yet, as indices into the input.
    open: Vec<usize>,
}

impl Repair {
    fn new(mut input: Terminals) -> Self {
        let pairs = Pairs::new(&input.kinds, &Candidate::best(&input.kinds));
        let output = Terminals { deep: std::mem::take(&mut input.deep), ..Terminals::default() };
        Self { input, pairs, output, open: Vec::new() }
    }

    fn run(mut self, mut report: impl FnMut(SyntaxErrorKind, u32)) -> Terminals {
        for at in 0..self.input.kinds.len() {
            let (kind, token) = (self.input.kinds[at], self.input.tokens[at]);
            match kind {
                Terminal::LeftBrace | Terminal::LeftBracket => {
                    self.close_object_before_bracket(&mut report);
                    self.open.push(at);
                    self.output.push(kind, token);
                }
                Terminal::RightBrace | Terminal::RightBracket => self.close(at, &mut report),
                Terminal::Colon => {
                    self.close_array_before_name(&mut report);
                    self.output.push(kind, token);
                }
                Terminal::Missing
                | Terminal::Comma
                | Terminal::String
                | Terminal::Scalar
                | Terminal::Word => self.output.push(kind, token),
            }
        }
        self.close_down_to(0, &mut report);
        self.output
    }

    fn close(&mut self, at: usize, report: &mut impl FnMut(SyntaxErrorKind, u32)) {
        let token = self.input.tokens[at];
        let Some(partner) = self.pairs.partner(at) else {
            return report(SyntaxErrorKind::StrayBracket, token);
        };
        let depth = self.open.partition_point(|&o| o <= partner);
        self.close_down_to(depth, report);
        self.open.pop();
        let closing = closing(self.input.kinds[partner]);
        if closing != self.input.kinds[at] {
            report(SyntaxErrorKind::StrayBracket, token);
        }
        self.output.push(closing, token);
    }

    /// Puts in the closing brackets of all but `depth` open ones; one report for all of them.
    fn close_down_to(&mut self, depth: usize, report: &mut impl FnMut(SyntaxErrorKind, u32)) {
        if let Some(&innermost) = self.open.get(depth..).and_then(<[usize]>::last) {
            report(SyntaxErrorKind::UnclosedBracket, self.input.tokens[innermost]);
        }
        for _ in depth..self.open.len() {
            self.open.pop();
            self.push_missing();
        }
    }

    /// `[{"a": 1, {` means that the object was to end before the comma.
    fn close_object_before_bracket(&mut self, report: &mut impl FnMut(SyntaxErrorKind, u32)) {
        let in_object_in_array = self.unclosed_inside(Terminal::LeftBrace, Terminal::LeftBracket);
        let last = self.output.kinds.last();
        if in_object_in_array && !matches!(last, Some(Terminal::Colon | Terminal::LeftBrace)) {
            self.close_innermost(report, &[Terminal::Comma]);
        }
    }

    /// `{"a": [1, "b":` means that the array was to end before the comma.
    fn close_array_before_name(&mut self, report: &mut impl FnMut(SyntaxErrorKind, u32)) {
        let in_array_in_object = self.unclosed_inside(Terminal::LeftBracket, Terminal::LeftBrace);
        if in_array_in_object && self.output.kinds.last() == Some(&Terminal::String) {
            self.close_innermost(report, &[Terminal::String, Terminal::Comma]);
        }
    }

    /// Whether the innermost open bracket is of kind `inner`, has no partner, and stands directly
    /// inside one of kind `outer`.
    fn unclosed_inside(&self, inner: Terminal, outer: Terminal) -> bool {
        let mut open = self.open.iter().rev();
        let innermost = open.next().filter(|&&o| self.input.kinds[o] == inner);
        let around = open.next().filter(|&&o| self.input.kinds[o] == outer);
        around.is_some() && innermost.is_some_and(|&o| self.pairs.partner(o).is_none())
    }

    /// Closes the innermost bracket in front of the last terminals, as far as they are `moved`.
    fn close_innermost(
        &mut self,
        report: &mut impl FnMut(SyntaxErrorKind, u32),
        moved: &[Terminal],
    ) {
        let mut taken = Vec::new();
        for kind in moved {
            if self.output.kinds.last() == Some(kind) {
                self.output.kinds.pop();
                taken.extend(self.output.tokens.pop().map(|token| (*kind, token)));
            }
        }
        if let Some(bracket) = self.open.pop() {
            report(SyntaxErrorKind::UnclosedBracket, self.input.tokens[bracket]);
            self.push_missing();
        }
        for (kind, token) in taken.into_iter().rev() {
            self.output.push(kind, token);
        }
    }

    fn push_missing(&mut self) {
        let before = self.output.tokens.last().copied().unwrap_or(0);
        self.output.push(Terminal::Missing, before);
    }
}

fn closing(opening: Terminal) -> Terminal {
    if opening == Terminal::LeftBrace { Terminal::RightBrace } else { Terminal::RightBracket }
}

/// Which bracket closes which, as indices into the terminals.
struct Pairs {
    partners: Vec<u32>,
}

const NO_PARTNER: u32 = u32::MAX;

/// What to do with a closing bracket whose kind is not that of the innermost open one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mismatch {
    /// Let it close the innermost open one of its own kind; where there is none, it is stray.
    SeekOwnKind,
    /// Let it close the innermost open one, as a slip of the keyboard.
    CloseInnermost,
    /// It is stray.
    Drop,
}

impl Mismatch {
    /// How many of the open brackets stay open around the one to be closed; none to close nothing.
    fn depth(self, open: &[Terminal], closing_bracket: Terminal) -> Option<usize> {
        match self {
            Self::SeekOwnKind => open.iter().rposition(|&o| closing(o) == closing_bracket),
            Self::CloseInnermost => open.len().checked_sub(1),
            Self::Drop => None,
        }
    }
}

impl Pairs {
    /// Pairs brackets, with a rule for each mismatch.
    fn new(kinds: &[Terminal], rules: &[Mismatch]) -> Self {
        let mut partners = vec![NO_PARTNER; kinds.len()];
        let (mut open, mut positions) = (Vec::new(), Vec::new());
        let mut rules = rules.iter();
        for (at, &kind) in kinds.iter().enumerate() {
            if is_opening(kind) {
                open.push(kind);
                positions.push(at);
            } else if is_closing(kind) {
                let fits = open.last().is_some_and(|&o| closing(o) == kind);
                let rule = if fits { Mismatch::CloseInnermost } else { next_rule(&mut rules) };
                let Some(depth) = rule.depth(&open, kind) else { continue };
                partners[at] = positions[depth] as u32;
                partners[positions[depth]] = at as u32;
                open.truncate(depth);
                positions.truncate(depth);
            }
        }
        Self { partners }
    }

    fn partner(&self, at: usize) -> Option<usize> {
        Some(self.partners[at]).filter(|&p| p != NO_PARTNER).map(|p| p as usize)
    }
}

fn next_rule(rules: &mut std::slice::Iter<'_, Mismatch>) -> Mismatch {
    rules.next().copied().unwrap_or(Mismatch::SeekOwnKind)
}

/// One way to read the brackets so far.
#[derive(Clone, Default)]
struct Candidate {
    open: Vec<Terminal>,
    /// The rule taken at each mismatch.
    rules: Vec<Mismatch>,
    /// How many brackets are too many, missing or of the wrong kind, and how much of the text
    /// would come after the end of the document.
    faults: usize,
}

/// How many candidates are kept: the best ones.
const MAX_CANDIDATES: usize = 8;

/// How many mismatches are read in several ways; after that, each seeks its own kind.
const MAX_CHOICES: usize = 64;

impl Candidate {
    /// The rules that lead to the fewest faults, as far as the search looks.
    fn best(kinds: &[Terminal]) -> Vec<Mismatch> {
        let mut candidates = vec![Self::default()];
        for (at, &kind) in kinds.iter().enumerate() {
            if is_closing(kind) {
                candidates = Self::close(candidates, kind);
                continue;
            }
            let is_after_document = |c: &Self| at > 0 && c.open.is_empty();
            candidates.iter_mut().for_each(|c| c.faults += usize::from(is_after_document(c)));
            if is_opening(kind) {
                candidates.iter_mut().for_each(|c| c.open.push(kind));
                // The pass before has seen to it that the default rule keeps the limit.
                candidates.retain(|c| c.open.len() <= Tree::MAX_DEPTH);
            }
        }
        candidates.iter_mut().for_each(|c| c.faults += c.open.len());
        candidates.into_iter().min_by_key(|c| c.faults).map_or_else(Vec::new, |c| c.rules)
    }

    fn close(mut candidates: Vec<Self>, kind: Terminal) -> Vec<Self> {
        let fits = |c: &Self| c.open.last().is_some_and(|&o| closing(o) == kind);
        if candidates.iter().all(fits) {
            candidates.iter_mut().for_each(|c| c.open.truncate(c.open.len() - 1));
            return candidates;
        }
        let mut next: Vec<Self> = candidates.into_iter().flat_map(|c| c.branch(kind)).collect();
        next.sort_by_key(|c| c.faults);
        let mut best: Vec<Self> = Vec::new();
        for candidate in next {
            if best.len() < MAX_CANDIDATES && best.iter().all(|b| b.open != candidate.open) {
                best.push(candidate);
            }
        }
        best
    }

    /// The candidates that a closing bracket makes of this one.
    fn branch(mut self, kind: Terminal) -> Vec<Self> {
        if self.open.last().is_some_and(|&o| closing(o) == kind) {
            self.open.pop();
            return vec![self];
        }
        if self.rules.len() >= MAX_CHOICES {
            self.take(Mismatch::SeekOwnKind, kind);
            return vec![self];
        }
        let rules = [Mismatch::SeekOwnKind, Mismatch::CloseInnermost, Mismatch::Drop];
        let branch = |rule| {
            let mut branch = self.clone();
            branch.rules.push(rule);
            branch.take(rule, kind);
            branch
        };
        rules.map(branch).into()
    }

    fn take(&mut self, rule: Mismatch, kind: Terminal) {
        let depth = rule.depth(&self.open, kind);
        self.faults += match (rule, depth) {
            (_, None) | (Mismatch::CloseInnermost | Mismatch::Drop, Some(_)) => 1,
            (Mismatch::SeekOwnKind, Some(depth)) => self.open.len() - 1 - depth,
        };
        self.open.truncate(depth.unwrap_or(self.open.len()));
    }
}

fn is_opening(kind: Terminal) -> bool {
    matches!(kind, Terminal::LeftBrace | Terminal::LeftBracket)
}

fn is_closing(kind: Terminal) -> bool {
    matches!(kind, Terminal::RightBrace | Terminal::RightBracket)
}
