//! Patterns of policies as languages.

use std::ops::Range;

use keyaki_eval::pattern_segments;
use keyaki_ir::{Arn, Pattern, Variable, Version};

use crate::Text;
use crate::language::{Fold, Language, Symbol, glob_symbols};

use keyaki_ir::glob::Case;

/// Whether a pattern depends on the request: whether it holds a variable that is replaced.
pub(crate) fn is_open(pattern: &Pattern, version: Version) -> bool {
    version >= Version::V2012 && pattern.has_variables()
}

/// A symbol, and the variable that it stands for if it stands for one. A variable stands for any
/// text: the pattern is widened.
pub(crate) type Piece<'p> = (Symbol, Option<&'p Variable>);

/// The pieces of a part of a pattern, given in bytes. `globs` tells whether wildcards count.
pub(crate) fn pieces(pattern: &Pattern, part: Range<usize>, globs: bool) -> Vec<Piece<'_>> {
    let text = pattern.text();
    let plain = |range: Range<usize>| {
        let symbols = glob_symbols(text.get(range.clone()).unwrap_or(""));
        let letters = text.get(range).unwrap_or("").chars().map(Symbol::Char);
        symbols
            .zip(letters)
            .map(move |(symbol, letter)| (if globs { symbol } else { letter }, None))
    };
    let mut out = Vec::new();
    let mut at = part.start;
    let inside = |v: &&Variable| part.start <= v.range.start && v.range.end <= part.end;
    for variable in pattern.variables().iter().filter(inside) {
        out.extend(plain(at..variable.range.start));
        out.push(match variable.escape {
            Some(escaped) => (Symbol::Char(escaped), None),
            None => (Symbol::Star, Some(variable)),
        });
        at = variable.range.end;
    }
    out.extend(plain(at..part.end));
    out
}

/// The symbols of a part of a pattern, given in bytes. Its variables are escapes, or it is of the
/// version that has no variables.
fn symbols(pattern: &Pattern, part: Range<usize>, version: Version) -> Vec<Symbol> {
    if version < Version::V2012 {
        return glob_symbols(pattern.text().get(part).unwrap_or("")).collect();
    }
    pieces(pattern, part, true).into_iter().map(|(symbol, _)| symbol).collect()
}

/// What a value of `StringLike` matches; its variables stand for any text.
pub(crate) fn like(pattern: &Pattern, version: Version, fold: Fold) -> Language {
    Language::new(symbols(pattern, 0..pattern.text().len(), version), fold)
}

/// What a value of `StringEquals` matches.
pub(crate) fn equals(pattern: &Pattern, version: Version, fold: Fold) -> Language {
    let text = pattern.text();
    if version < Version::V2012 {
        return Language::literal(text, fold);
    }
    let pieces = pieces(pattern, 0..text.len(), false);
    Language::new(pieces.into_iter().map(|(symbol, _)| symbol), fold)
}

/// What an ARN pattern matches, segment by segment; its variables stand for any text. None for a
/// pattern that matches no ARN.
pub(crate) fn arn(pattern: &Pattern, arn: Option<&Arn>, version: Version) -> Option<Language> {
    let ranges = pattern_segments(pattern, arn, version >= Version::V2012)?;
    let mut segments = Vec::new();
    for (index, range) in ranges.into_iter().enumerate() {
        let segment = range.map_or_else(|| vec![Symbol::Star], |r| symbols(pattern, r, version));
        // A colon that stands for itself in a variable's place matches no segment but the last.
        if index < 4 && segment.contains(&Symbol::Char(':')) {
            return None;
        }
        segments.push(segment);
    }
    Some(Language::arn(segments))
}

/// What an ARN pattern matches where its variables stand for one character at least.
pub(crate) fn filled(pattern: &Pattern) -> Option<Language> {
    let arn = Arn::parse(pattern.text());
    let ranges = pattern_segments(pattern, arn.as_ref(), true)?;
    let segments = ranges.map(|range| match range {
        None => vec![Symbol::Star],
        Some(range) => pieces(pattern, range, true)
            .into_iter()
            .flat_map(|(symbol, variable)| {
                variable.map(|_| Symbol::Any).into_iter().chain([symbol])
            })
            .collect(),
    });
    Some(Language::arn(segments))
}

/// What a text of a query asks for.
pub(crate) fn text(text: &Text) -> Language {
    let fold = |case: Case| match case {
        Case::Sensitive => Fold::None,
        Case::Insensitive => Fold::Ascii,
    };
    match text {
        Text::Is(text, case) => Language::literal(text, fold(*case)),
        Text::Like(glob, case) => Language::glob(glob, fold(*case)),
        Text::Arn(text) => {
            let pattern = Pattern::new(text.clone());
            let segments = arn(&pattern, Arn::parse(text).as_ref(), Version::V2008);
            segments.unwrap_or_else(|| Language::literal(text, Fold::None))
        }
    }
}
