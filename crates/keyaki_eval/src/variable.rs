//! Policy variables replaced by what the request holds.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use std::borrow::Cow;
use std::ops::Range;

use keyaki_ir::glob::Piece;
use keyaki_ir::{Effect, Pattern, Variable, Version};

use crate::profile::{Point, Profile, Reading};
use crate::resource::Match;
use crate::{Context, Values};

/// The points that decide what stands in for a variable.
const REPLACING: [Point; 4] =
    [Point::Variables2008, Point::EscapeInEquals, Point::EmptyVariable, Point::DefaultWithoutSpace];

/// What matching depends on apart from pattern and text.
#[derive(Clone, Copy)]
pub(crate) struct Env<'e> {
    pub(crate) context: &'e Context,
    profile: &'e Profile,
    version: Version,
    /// The effect of the statement, turned round inside of a negation: there a match makes the
    /// statement match less.
    effect: Effect,
    /// Those of [`REPLACING`] that are read otherwise, as bits.
    replacing: u8,
}

impl<'e> Env<'e> {
    pub(crate) fn new(
        context: &'e Context,
        profile: &'e Profile,
        version: Version,
        effect: Effect,
    ) -> Self {
        let otherwise = |p: &Point| profile.in_statement(*p, effect) == Reading::Alternative;
        let bits = REPLACING.iter().enumerate().filter(|(_, p)| otherwise(p));
        let replacing = bits.fold(0, |all, (bit, _)| all | 1 << bit);
        Self { context, profile, version, effect, replacing }
    }

    /// The same inside of a negation: a conservative profile leans the other way there.
    pub(crate) fn negated(self) -> Self {
        let effect = match self.effect {
            Effect::Allow => Effect::Deny,
            Effect::Deny => Effect::Allow,
        };
        Self { effect, ..self }
    }

    pub(crate) fn reads_otherwise(self, point: Point) -> bool {
        match REPLACING.iter().position(|p| *p == point) {
            Some(bit) => self.replacing >> bit & 1 == 1,
            None => self.profile.in_statement(point, self.effect) == Reading::Alternative,
        }
    }

    /// What `ask` answers about a pattern; where the profile takes both readings of what stands in
    /// for its variables, the answer that the profile leans to.
    pub(crate) fn ask(self, pattern: &Pattern, ask: impl Fn(Env<'e>) -> Match) -> Match {
        if pattern.variables().is_empty() {
            return ask(self);
        }
        let is_open = |(_, point): &(usize, &Point)| self.profile.takes_both(**point);
        let open = REPLACING.iter().enumerate().filter(is_open);
        let open = open.fold(0u8, |all, (bit, _)| all | 1 << bit);
        let ways = (0..1 << REPLACING.len()).filter(|way| way & !open == 0);
        let answers = ways.map(|way| ask(Self { replacing: self.replacing | way, ..self }));
        let answer = match self.profile.rather_matches(self.effect) {
            true => answers.max(),
            false => answers.min(),
        };
        answer.unwrap_or(Match::No)
    }

    /// Whether variables are replaced at all.
    pub(crate) fn replaces(self) -> bool {
        self.version >= Version::V2012 || self.reads_otherwise(Point::Variables2008)
    }

    /// The pieces of a part of a pattern, given in bytes; none if a variable in it has no value.
    /// `globs` tells whether the element has wildcards.
    pub(crate) fn pieces<'p>(
        self,
        pattern: &'p Pattern,
        part: Range<usize>,
        globs: bool,
    ) -> Option<Vec<Piece<'p>>>
    where
        'e: 'p,
    {
        let text = pattern.text();
        let plain = |t: &'p str| if globs { Piece::Glob(t) } else { Piece::Literal(t) };
        if !self.replaces() {
            return Some(vec![plain(text.get(part)?)]);
        }
        let mut pieces = Vec::new();
        let mut at = part.start;
        let inside = |v: &&Variable| part.start <= v.range.start && v.range.end <= part.end;
        for variable in pattern.variables().iter().filter(inside) {
            pieces.push(plain(text.get(at..variable.range.start)?));
            pieces.push(self.value(pattern, variable, globs)?);
            at = variable.range.end;
        }
        pieces.push(plain(text.get(at..part.end)?));
        Some(pieces)
    }

    /// What stands in for a variable. Wildcards in a value stand for themselves.
    fn value<'p>(
        self,
        pattern: &'p Pattern,
        variable: &'p Variable,
        globs: bool,
    ) -> Option<Piece<'p>>
    where
        'e: 'p,
    {
        let written = pattern.text().get(variable.range.clone())?;
        match variable.escape {
            Some(_) if !globs && self.reads_otherwise(Point::EscapeInEquals) => {
                return Some(Piece::Literal(written));
            }
            Some(_) => return Some(Piece::Literal(written.get(2..3)?)),
            None => {}
        }
        // A variable that is not written well is never replaced.
        if variable.defect.is_some() {
            return None;
        }
        let empty_counts = !self.reads_otherwise(Point::EmptyVariable);
        match self.context.get(&variable.key) {
            Some(Values::One(value)) if empty_counts || !value.is_empty() => {
                Some(Piece::Literal(value))
            }
            Some(Values::One(_) | Values::List(_)) | None => {
                self.default(written, variable).map(Piece::Literal)
            }
        }
    }

    fn default<'p>(self, written: &str, variable: &'p Variable) -> Option<&'p str> {
        let spaced = written.split_once(',').is_some_and(|(_, text)| text.starts_with(' '));
        let counts = spaced || !self.reads_otherwise(Point::DefaultWithoutSpace);
        variable.default.as_deref().filter(|_| counts)
    }

    /// A whole pattern as plain text with its variables replaced; none if one has no value.
    pub(crate) fn text(self, pattern: &Pattern) -> Option<Cow<'_, str>> {
        if pattern.variables().is_empty() {
            return Some(pattern.text().into());
        }
        let pieces = self.pieces(pattern, 0..pattern.text().len(), false)?;
        let texts = pieces.iter().map(|p| match p {
            Piece::Glob(text) | Piece::Literal(text) => *text,
        });
        Some(texts.collect())
    }
}
