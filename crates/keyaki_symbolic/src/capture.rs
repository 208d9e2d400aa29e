//! What the variables of a pattern stand for where it matches a text.

use std::ops::Range;

use keyaki_eval::pattern_segments;
use keyaki_ir::{Arn, Pattern, Variable};

use crate::budget::{Budget, Exhausted};
use crate::compile::{Piece, pieces};
use crate::language::Fold;

/// How a pattern is laid upon a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Laid {
    /// Segment by segment, as ARNs are.
    BySegment,
    /// As a glob.
    Glob,
    /// Without wildcards.
    Exact,
}

/// A variable with what it stands for.
pub(crate) type Captured<'p> = (&'p Variable, String);

/// What the variables stand for, each for as much as it can, the first ones first; none where the
/// pattern does not match. Of a variable that occurs twice, the two may differ.
pub(crate) fn captured<'p>(
    pattern: &'p Pattern,
    laid: Laid,
    text: &str,
    budget: &Budget,
) -> Result<Option<Vec<Captured<'p>>>, Exhausted> {
    let mut all = Vec::new();
    for (range, text) in parts(pattern, laid, text) {
        let chars: Vec<char> = text.chars().collect();
        match Table::new(pieces(pattern, range, laid != Laid::Exact), &chars, budget)?.captured() {
            Some(some) => all.extend(some),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// The parts of a pattern, given in bytes, each with the part of the text that it must match. An
/// ARN that is cut short, and a text with fewer segments than its pattern, have fewer.
fn parts<'t>(pattern: &Pattern, laid: Laid, text: &'t str) -> Vec<(Range<usize>, &'t str)> {
    let whole = || vec![(0..pattern.text().len(), text)];
    match laid {
        Laid::Glob | Laid::Exact => whole(),
        Laid::BySegment => {
            let arn = Arn::parse(pattern.text());
            let Some(ranges) = pattern_segments(pattern, arn.as_ref(), true) else {
                return whole();
            };
            let segments = text.splitn(6, ':').skip(1);
            ranges.into_iter().zip(segments).filter_map(|(r, text)| Some((r?, text))).collect()
        }
    }
}

/// Which ends of a text which ends of a pattern match.
struct Table<'t, 'p> {
    pieces: Vec<Piece<'p>>,
    text: &'t [char],
    matches: Vec<bool>,
}

impl<'t, 'p> Table<'t, 'p> {
    fn new(pieces: Vec<Piece<'p>>, text: &'t [char], budget: &Budget) -> Result<Self, Exhausted> {
        let size = (pieces.len() + 1) * (text.len() + 1);
        budget.spend(size as u64)?;
        let mut table = Table { pieces, text, matches: vec![false; size] };
        if let Some(last) = table.matches.last_mut() {
            *last = true;
        }
        for piece in (0..table.pieces.len()).rev() {
            for at in (0..=text.len()).rev() {
                let matches = table.passes(piece, at) || table.takes(piece, at);
                table.matches[piece * (text.len() + 1) + at] = matches;
            }
        }
        Ok(table)
    }

    fn matches(&self, piece: usize, at: usize) -> bool {
        self.matches[piece * (self.text.len() + 1) + at]
    }

    /// Whether the rest matches where this piece takes nothing more.
    fn passes(&self, piece: usize, at: usize) -> bool {
        self.pieces[piece].0.is_star() && self.matches(piece + 1, at)
    }

    /// Whether the rest matches where this piece takes a character.
    fn takes(&self, piece: usize, at: usize) -> bool {
        let symbol = self.pieces[piece].0;
        let next = if symbol.is_star() { piece } else { piece + 1 };
        self.text.get(at).is_some_and(|c| symbol.takes(*c, Fold::None))
            && self.matches(next, at + 1)
    }

    /// What the variables take: as much as they can, and wildcards as little.
    fn captured(&self) -> Option<Vec<Captured<'p>>> {
        if !self.matches(0, 0) {
            return None;
        }
        let mut all: Vec<Captured<'p>> = Vec::new();
        let mut at = 0;
        // INVARIANT: the rest of the pattern matches the rest of the text.
        for (piece, (symbol, variable)) in self.pieces.iter().enumerate() {
            let start = at;
            match (symbol.is_star(), variable) {
                (false, _) => at += 1,
                (true, Some(_)) => at += self.run(|at| self.takes(piece, at), at),
                (true, None) => at += self.run(|at| !self.passes(piece, at), at),
            }
            let taken = || self.text.get(start..at).into_iter().flatten().collect();
            all.extend(variable.map(|v| (v, taken())));
        }
        Some(all)
    }

    /// How many characters on something goes on.
    fn run(&self, goes_on: impl Fn(usize) -> bool, from: usize) -> usize {
        (from..self.text.len()).take_while(|at| goes_on(*at)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, laid: Laid, text: &str) -> Option<Vec<String>> {
        let pattern = Pattern::new(pattern);
        let found = captured(&pattern, laid, text, &Budget::new(100_000)).ok()??;
        Some(found.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn variables_take_what_the_pattern_leaves_to_them() {
        let user = "arn:aws:iam::*:user/*${aws:username}";
        let arn = "arn:aws:iam::111122223333:user/team/bob";
        assert_eq!(of(user, Laid::BySegment, arn).as_deref(), Some(&["team/bob".to_owned()][..]));
        let two = of("home/${a}/${b}?/*", Laid::Glob, "home/x/yz/");
        assert_eq!(two, Some(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(of("${a}-*", Laid::Glob, "x-y-z"), Some(vec!["x-y".to_owned()]));
        assert_eq!(of("${a}*", Laid::Exact, "x*"), Some(vec!["x".to_owned()]));
    }

    #[test]
    fn nothing_is_left_where_the_pattern_does_not_match() {
        assert_eq!(of("home/${a}/x", Laid::Glob, "home/b/y"), None);
        assert_eq!(of("${a}*", Laid::Exact, "xy"), None);
        assert_eq!(of("arn:aws:iam::1:user/${a}", Laid::BySegment, "arn:aws:iam::2:user/b"), None);
        assert_eq!(of("", Laid::Glob, "x"), None);
    }
}
