//! Policy variables replaced by what the request holds.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use std::ops::Range;

use keyaki_ir::glob::Piece;
use keyaki_ir::{Effect, Pattern, Variable, Version};

use crate::profile::{Point, Profile, Reading};
use crate::{Context, Values};

/// What replacing variables depends on.
#[derive(Clone, Copy)]
pub(crate) struct Env<'e> {
    pub(crate) context: &'e Context,
    pub(crate) profile: &'e Profile,
    pub(crate) version: Version,
    pub(crate) effect: Effect,
}

impl<'e> Env<'e> {
    pub(crate) fn reads_otherwise(self, point: Point) -> bool {
        self.profile.in_statement(point, self.effect) == Reading::Alternative
    }

    /// Whether variables are replaced at all.
    fn replaces(self) -> bool {
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
        let spaced = written.contains(", ");
        let counts = spaced || !self.reads_otherwise(Point::DefaultWithoutSpace);
        variable.default.as_deref().filter(|_| counts)
    }

    /// A whole pattern as plain text with its variables replaced; none if one has no value.
    pub(crate) fn text(self, pattern: &Pattern) -> Option<String> {
        let pieces = self.pieces(pattern, 0..pattern.text().len(), false)?;
        let texts = pieces.iter().map(|p| match p {
            Piece::Glob(text) | Piece::Literal(text) => *text,
        });
        Some(texts.collect())
    }
}
