//! Whether a pattern matches a resource or an ARN.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>.

use std::ops::Range;

use keyaki_ir::Pattern;
use keyaki_ir::arn::{self, Arn, Segment};
use keyaki_ir::glob::{self, Case, Piece};

use crate::profile::Point;
use crate::variable::Env;

/// The segments after `arn:`, in order.
const SEGMENTS: [Segment; 5] =
    [Segment::Partition, Segment::Service, Segment::Region, Segment::Account, Segment::Resource];

/// What became of a pattern whose variables may have no value; the more of a match, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    No,
    /// A variable in the pattern has no value.
    Unresolved,
    Yes,
}

impl Match {
    fn of(matches: bool) -> Match {
        if matches { Match::Yes } else { Match::No }
    }
}

/// Whether an entry of `Resource` or `NotResource` matches the resource of a request.
pub(crate) fn matches(pattern: &Pattern, arn: Option<&Arn>, resource: &str, env: Env<'_>) -> Match {
    env.ask(pattern, |env| matches_as(pattern, arn, resource, env))
}

/// A request for an action that works on no resource has the resource `*`;
/// only a pattern of stars matches it.
fn matches_as(pattern: &Pattern, arn: Option<&Arn>, resource: &str, env: Env<'_>) -> Match {
    let text = pattern.text();
    if !text.is_empty() && text.bytes().all(|b| b == b'*') {
        return Match::of(covers_newlines(resource, env));
    }
    if resource == "*" {
        return Match::No;
    }
    if env.reads_otherwise(Point::TypeWildcard) && arn.is_some_and(|a| has_wild_type(text, a)) {
        return Match::No;
    }
    let by_segment = segments(pattern, arn, resource, env);
    if by_segment == Match::Yes || !env.reads_otherwise(Point::ArnColon) {
        return by_segment;
    }
    by_segment.max(whole(pattern, resource, env))
}

/// Whether the type in the resource part of an ARN pattern has a wildcard, as
/// [`Point::TypeWildcard`] is about. Buckets and objects of S3 have no type.
pub fn has_wild_type(text: &str, arn: &Arn) -> bool {
    let get = |segment| arn.get(text, segment);
    let is_s3 = get(Segment::Service) == "s3"
        && get(Segment::Region).is_empty()
        && get(Segment::Account).is_empty();
    let part = get(Segment::Resource);
    let kind = part.find(['/', ':']).and_then(|end| part.get(..end));
    !is_s3 && kind.is_some_and(glob::has_wildcard)
}

/// Whether a value of an ARN operator matches an ARN: six segments, each by itself.
pub(crate) fn matches_arn(pattern: &Pattern, value: &str, env: Env<'_>) -> Match {
    if pattern.text() == "*" {
        let is_arn = Arn::plain(value).is_some();
        return Match::of(is_arn && !env.reads_otherwise(Point::ArnLikeStar));
    }
    segments(pattern, Arn::parse(pattern.text()).as_ref(), value, env)
}

/// The pattern and the ARN segment by segment.
fn segments(pattern: &Pattern, arn: Option<&Arn>, value: &str, env: Env<'_>) -> Match {
    let Some(target) = Arn::plain(value) else { return Match::No };
    let Some(ranges) = pattern_segments(pattern, arn, env.replaces()) else { return Match::No };
    if ranges.contains(&None) && env.reads_otherwise(Point::ShortArn) {
        return Match::No;
    }
    let mut unresolved = false;
    for (segment, range) in SEGMENTS.into_iter().zip(ranges) {
        let Some(range) = range else { continue };
        match one_segment(pattern, range, segment, target.get(value, segment), env) {
            Match::Yes => {}
            Match::No => return Match::No,
            Match::Unresolved => unresolved = true,
        }
    }
    if unresolved { Match::Unresolved } else { Match::Yes }
}

/// The segments of an ARN pattern after `arn:`, in order; those that a short one lacks match
/// anything. `arn` is the pattern parsed, and `replaces` tells whether its variables are replaced:
/// where they are not, their colons are colons. None for a text that does not begin with `arn:`.
pub fn pattern_segments(
    pattern: &Pattern,
    arn: Option<&Arn>,
    replaces: bool,
) -> Option<[Option<Range<usize>>; 5]> {
    let text = pattern.text();
    let is_parsed = replaces || pattern.variables().is_empty();
    let plain = if is_parsed { None } else { Arn::plain(text) };
    if let Some(arn) = plain.as_ref().or(arn.filter(|_| is_parsed)) {
        return Some(SEGMENTS.map(|s| Some(arn.range(s))));
    }
    let rest = text.strip_prefix("arn:")?;
    let mut ranges = [const { None }; 5];
    let mut at = text.len() - rest.len();
    let parts: Vec<&str> = match is_parsed {
        true => arn::segments(rest).collect(),
        false => rest.split(':').collect(),
    };
    for (slot, part) in ranges.iter_mut().zip(parts) {
        *slot = Some(at..at + part.len());
        at += part.len() + 1;
    }
    Some(ranges)
}

fn one_segment(
    pattern: &Pattern,
    range: Range<usize>,
    segment: Segment,
    target: &str,
    env: Env<'_>,
) -> Match {
    let written = pattern.text().get(range.clone()).unwrap_or("");
    let folds = segment != Segment::Resource && env.reads_otherwise(Point::ArnCase);
    let case = if folds { Case::Insensitive } else { Case::Sensitive };
    if !written.contains("${") {
        return globs(&[Piece::Glob(written)], target, case, env);
    }
    match env.pieces(pattern, range, true) {
        Some(pieces) => globs(&pieces, target, case, env),
        None => Match::Unresolved,
    }
}

/// The whole text at once, as if an ARN had no segments.
fn whole(pattern: &Pattern, text: &str, env: Env<'_>) -> Match {
    match env.pieces(pattern, 0..pattern.text().len(), true) {
        Some(pieces) => globs(&pieces, text, Case::Sensitive, env),
        None => Match::Unresolved,
    }
}

fn globs(pieces: &[Piece<'_>], text: &str, case: Case, env: Env<'_>) -> Match {
    let is_glob = |p: &Piece<'_>| matches!(p, Piece::Glob(t) if glob::has_wildcard(t));
    let newlines = covers_newlines(text, env) || !pieces.iter().any(is_glob);
    let matches = match pieces {
        [Piece::Glob(pattern)] => glob::matches(pattern, text, case),
        pieces => glob::matches_pieces(pieces, text, case),
    };
    Match::of(matches && newlines)
}

/// Whether wildcards may have matched this text under the reading of [`Point::Newline`].
fn covers_newlines(text: &str, env: Env<'_>) -> bool {
    !text.contains('\n') || !env.reads_otherwise(Point::Newline)
}

/// Whether a value of a `StringLike` operator matches.
pub(crate) fn matches_like(pattern: &Pattern, value: &str, env: Env<'_>) -> Match {
    whole(pattern, value, env)
}
