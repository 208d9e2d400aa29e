//! Whose a difference is.
//!
//! First the contested points: where the other reading of one of them makes our evaluator say what
//! the peer says, the difference is about it. Then the rules: what the peer does otherwise than AWS
//! documents. Then two contested points together. Anything else is unsorted.

use keyaki_eval::{Point, Profile, Reading, Verdict};
use serde_json::Value;

use super::ours::Prepared;
use super::rules::{self, Shown};

/// Points whose other readings together explain an answer.
pub(crate) type Points = Vec<Point>;

/// The class of a difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// The other reading of these points explains it.
    Contested(Points),
    /// A rule names it.
    Theirs(&'static str),
    /// Nothing does.
    Unsorted,
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Class::Contested(points) => {
                let ids: Vec<_> =
                    points.iter().map(|p| format!("{} {}", p.id(), p.name())).collect();
                write!(f, "contested: {}", ids.join(" + "))
            }
            Class::Theirs(name) => write!(f, "theirs: {name}"),
            Class::Unsorted => f.write_str("unsorted"),
        }
    }
}

/// The point whose other reading makes us say what the peer says.
pub(crate) fn point(prepared: &Prepared, theirs: Verdict) -> Option<Point> {
    Point::ALL.iter().copied().find(|p| explain(prepared, &[*p], theirs))
}

/// Two points whose other readings together do.
fn pair(prepared: &Prepared, theirs: Verdict) -> Option<Points> {
    let pairs = Point::ALL.iter().enumerate();
    let mut pairs = pairs.flat_map(|(i, a)| Point::ALL.iter().skip(i + 1).map(|b| [*a, *b]));
    pairs.find(|pair| explain(prepared, pair, theirs)).map(Vec::from)
}

fn explain(prepared: &Prepared, points: &[Point], theirs: Verdict) -> bool {
    let flip = |p: Profile, point: &Point| p.with(*point, Reading::Alternative);
    prepared.decide(&points.iter().fold(Profile::documented(), flip)) == theirs
}

/// The class of a minimal case.
pub(crate) fn class(case: &Value, prepared: &Prepared, theirs: Verdict) -> Class {
    if let Some(point) = point(prepared, theirs) {
        return Class::Contested(vec![point]);
    }
    let ours = prepared.decide(&Profile::documented());
    let shown = case.as_object().map(|case| Shown { case, ours, theirs });
    match shown.and_then(|s| rules::class(&s)) {
        Some(name) => Class::Theirs(name),
        None => pair(prepared, theirs).map_or(Class::Unsorted, Class::Contested),
    }
}
