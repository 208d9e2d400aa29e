//! ARN patterns, segment by segment.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>.

use std::ops::Range;

use keyaki_eval::{Formula, Point, Profile, has_wild_type};
use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::{Effect, Pattern, Version};

use crate::claim::{Fold, Segments, Test, like};
use crate::glob::Glob;
use crate::pattern::{Env, Keys};

/// The segments after `arn:`, in order.
const SEGMENTS: [Segment; 5] =
    [Segment::Partition, Segment::Service, Segment::Region, Segment::Account, Segment::Resource];

/// Which resources, other than `*`, an entry of `Resource` matches. Not for a pattern of stars.
pub(crate) fn resource(pattern: &Pattern, env: Env<'_>, keys: &mut Keys) -> Formula<Test> {
    env.each_way(pattern, |env| {
        let is_wild = || {
            let text = pattern.text();
            Arn::parse(text).is_some_and(|arn| has_wild_type(text, &arn))
        };
        if env.reads_otherwise(Point::TypeWildcard) && is_wild() {
            return Formula::FALSE;
        }
        let by_segment = segments(pattern, env, keys);
        if !env.reads_otherwise(Point::ArnColon) {
            return by_segment;
        }
        Formula::or([by_segment, whole(pattern, env, keys)])
    })
}

/// Which values a value of an ARN operator matches.
pub(crate) fn value(pattern: &Pattern, env: Env<'_>, keys: &mut Keys) -> Formula<Test> {
    if pattern.text() == "*" {
        return match env.reads_otherwise(Point::ArnLikeStar) {
            true => Formula::FALSE,
            false => Formula::Atom(any_arn()),
        };
    }
    match env.each_way(pattern, |env| segments(pattern, env, keys)) {
        Formula::Atom(Test::Arn(segments)) => as_text(&segments)
            .map_or_else(|| Formula::Atom(Test::Arn(segments)), |g| like(g, Fold::Exact)),
        formula @ (Formula::Atom(_) | Formula::Not(_) | Formula::And(_) | Formula::Or(_)) => {
            formula
        }
    }
}

/// Which texts an ARN pattern without variables matches. A text that is no such pattern matches
/// itself.
pub(crate) fn fixed(text: &str) -> Formula<Test> {
    if !text.starts_with("arn:") {
        return like(Glob::exactly(text), Fold::Exact);
    }
    let documented = Profile::documented();
    let env = Env::new(&documented, Version::V2008, Effect::Allow);
    segments(&Pattern::new(text), env, &mut Keys::default())
}

/// That a text is an ARN.
pub(crate) fn any_arn() -> Test {
    Test::Arn(Box::new([const { None }; 5]))
}

/// What the whole text must look like, as if an ARN had no segments.
pub(crate) fn whole(pattern: &Pattern, env: Env<'_>, keys: &mut Keys) -> Formula<Test> {
    let part = 0..pattern.text().len();
    env.glob(pattern, part, true, keys).map_or(Formula::FALSE, |glob| like(glob, Fold::Exact))
}

fn segments(pattern: &Pattern, env: Env<'_>, keys: &mut Keys) -> Formula<Test> {
    let ranges = match Arn::parse(pattern.text()) {
        Some(arn) => SEGMENTS.map(|s| Some(arn.range(s))),
        None => match short(pattern.text()) {
            Some(ranges) if !env.reads_otherwise(Point::ShortArn) => ranges,
            Some(_) | None => return Formula::FALSE,
        },
    };
    let mut globs = [const { None }; 5];
    for ((glob, range), segment) in globs.iter_mut().zip(ranges).zip(SEGMENTS) {
        let Some(range) = range else { continue };
        let Some(read) = env.glob(pattern, range, true, keys) else { return Formula::FALSE };
        let folds = segment != Segment::Resource && env.reads_otherwise(Point::ArnCase);
        let fold = if folds { Fold::Ascii } else { Fold::Exact };
        *glob = (!read.is_star()).then_some((read, fold));
    }
    Formula::Atom(Test::Arn(Box::new(globs)))
}

/// The segments of an ARN pattern that has too few of them; those it lacks match anything.
fn short(text: &str) -> Option<[Option<Range<usize>>; 5]> {
    let rest = text.strip_prefix("arn:")?;
    let mut ranges = [const { None }; 5];
    let mut at = text.len() - rest.len();
    for (slot, part) in ranges.iter_mut().zip(rest.split(':')) {
        *slot = Some(at..at + part.len());
        at += part.len() + 1;
    }
    Some(ranges)
}

/// The segments as one pattern, where nothing before the resource part is open: then a text that
/// matches the pattern as a whole is an ARN with these segments.
fn as_text(segments: &Segments) -> Option<Glob> {
    let [heads @ .., resource] = segments.as_ref();
    let mut text = "arn:".to_owned();
    for head in heads {
        let (glob, fold) = head.as_ref()?;
        text += glob.literal().filter(|_| *fold == Fold::Exact)?;
        text.push(':');
    }
    let mut whole = Glob::exactly(&text);
    match resource {
        None => whole.push_wild("*"),
        Some((glob, _)) => {
            glob.symbols().iter().for_each(|s| whole.push(s.clone()));
            whole.one_line = glob.one_line;
        }
    }
    Some(whole)
}

/// How many ways of cutting a pattern are tried.
const WAYS: usize = 256;

/// The segments that a text must have to be an ARN and to match a pattern as a whole, in all the
/// ways in which the pattern can be cut at five colons; none where these are too many, or where
/// the values of keys decide about the colons.
pub(crate) fn cut(glob: &Glob, fold: Fold) -> Option<Vec<Segments>> {
    use crate::glob::Symbol;
    let mut ways = vec![vec![Glob::default()]];
    for symbol in glob.symbols() {
        let mut next = Vec::new();
        for way in ways {
            match symbol {
                Symbol::Key { .. } => return None,
                Symbol::Text(text) => next.push(read(way, text)),
                Symbol::Any | Symbol::Star => wild(way, symbol, &mut next),
            }
        }
        next.retain(|way| begins(way, fold));
        if next.len() > WAYS {
            return None;
        }
        ways = next;
    }
    let whole = ways.into_iter().filter(|way| way.len() == 6 && begins(way, fold));
    Some(whole.map(|way| segments_of(way, fold, glob.one_line)).collect())
}

/// The first part, once it is whole, must be `arn`.
fn begins(way: &[Glob], fold: Fold) -> bool {
    let case = match fold {
        Fold::Exact => keyaki_ir::glob::Case::Sensitive,
        Fold::Ascii | Fold::Lower => keyaki_ir::glob::Case::Insensitive,
    };
    way.len() == 1 || way.first().is_some_and(|first| first.matches("arn", case))
}

/// The first five colons of a text are where it is cut.
fn read(mut way: Vec<Glob>, text: &str) -> Vec<Glob> {
    let mut rest = text;
    while way.len() < 6
        && let Some((part, after)) = rest.split_once(':')
    {
        extend(&mut way, |glob| glob.push_text(part));
        way.push(Glob::default());
        rest = after;
    }
    extend(&mut way, |glob| glob.push_text(rest));
    way
}

/// A wildcard may stand for colons: a `?` for one, a `*` for any number.
fn wild(way: Vec<Glob>, symbol: &crate::glob::Symbol, next: &mut Vec<Vec<Glob>>) {
    let is_star = *symbol == crate::glob::Symbol::Star;
    let most = if is_star { 6 - way.len() } else { usize::from(way.len() < 6) };
    for colons in 0..=most {
        let mut way = way.clone();
        if is_star || colons == 0 {
            extend(&mut way, |glob| glob.push(symbol.clone()));
        }
        for _ in 0..colons {
            way.push(if is_star { Glob::read("*") } else { Glob::default() });
        }
        next.push(way);
    }
}

fn extend(way: &mut [Glob], with: impl FnOnce(&mut Glob)) {
    if let Some(last) = way.last_mut() {
        with(last);
    }
}

fn segments_of(way: Vec<Glob>, fold: Fold, one_line: bool) -> Segments {
    let mut segments = [const { None }; 5];
    for (segment, mut glob) in segments.iter_mut().zip(way.into_iter().skip(1)) {
        glob.one_line = one_line;
        *segment = (!glob.is_star()).then_some((glob, fold));
    }
    Box::new(segments)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::*;
    use keyaki_ir::glob::Case;

    #[test]
    fn a_cut_pattern_matches_the_same_arns() {
        let arns = [
            "arn:aws:iam::aws:policy/x",
            "arn:aws:iam::1:role/aws-reserved/x",
            "arn:a:b:c:d:e",
            "arn:::::",
            "arn:a:b:c:d:iam::aws:policy/",
            "arn:aws:s3:::b/k:x",
        ];
        let globs = [
            "*:iam::aws:policy/*",
            "*",
            "a*e",
            "arn:aws:s3:::b/*",
            "arn:*b*",
            "ar?:?:b:*",
            "arn:aws:*?*:*",
            "x*",
        ];
        for text in globs {
            let ways = cut(&Glob::read(text), Fold::Exact).unwrap();
            for arn in arns {
                let parsed = Arn::parse(arn).unwrap();
                let matches = |way: &Segments| {
                    way.iter().zip(SEGMENTS).all(|(glob, segment)| {
                        let part = parsed.get(arn, segment);
                        glob.as_ref().is_none_or(|(g, _)| g.matches(part, Case::Sensitive))
                    })
                };
                let whole = keyaki_ir::glob::matches(text, arn, Case::Sensitive);
                assert_eq!(ways.iter().any(matches), whole, "{text} {arn}");
            }
        }
    }
}
