//! Whose a difference is.
//!
//! First the contested points: where the other reading of one of them makes our evaluator say what
//! the peer says, the difference is about it. Then the rules: what the peer does otherwise than AWS
//! documents. Then two or three contested points together. Anything else is unsorted.

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

/// The points on which the peer reads otherwise than documented: all but the first, since it too
/// compares ARNs segment by segment.
fn points() -> impl Iterator<Item = Point> + Clone {
    Point::ALL.iter().copied().filter(|p| *p != Point::ArnColon)
}

/// The point whose other reading makes us say what the peer says.
pub(crate) fn point(prepared: &Prepared, theirs: Verdict) -> Option<Point> {
    points().find(|p| explain(prepared, &[*p], theirs))
}

/// Two or three points whose other readings together do.
fn several(prepared: &Prepared, theirs: Verdict) -> Option<Points> {
    let with_one_more = |points: Vec<Points>| -> Vec<Points> {
        points.iter().flat_map(|some| one_more(some)).collect()
    };
    let pairs = with_one_more(points().map(|p| vec![p]).collect());
    let found = |of: &[Points]| of.iter().find(|p| explain(prepared, p, theirs)).cloned();
    found(&pairs).or_else(|| found(&with_one_more(pairs)))
}

/// The points and one behind them.
fn one_more(some: &[Point]) -> Vec<Points> {
    let behind = points().filter(|p| some.last().is_none_or(|last| last < p));
    behind.map(|p| [some, &[p]].concat()).collect()
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
        None => several(prepared, theirs).map_or(Class::Unsorted, Class::Contested),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class_of(case: &Value, theirs: Verdict) -> Option<Class> {
        Prepared::new(case, &[]).ok().map(|prepared| class(case, &prepared, theirs))
    }

    fn case(principal: &str, statement: Value) -> Value {
        json!({
            "principal": principal, "action": "ec2:StartInstances", "account": "111122223333",
            "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc",
            "identity": [{ "Version": "2012-10-17", "Statement": statement }],
        })
    }

    #[test]
    fn the_other_reading_of_a_point_explains() {
        let resource = "arn:aws:ec2:EU-WEST-1:111122223333:instance/i-0abc";
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": resource });
        let case = case("arn:aws:iam::111122223333:user/ann", statement);
        assert_eq!(class_of(&case, Verdict::Allow), Some(Class::Contested(vec![Point::ArnCase])));
        assert_eq!(class_of(&case, Verdict::ExplicitDeny), Some(Class::Unsorted));
    }

    #[test]
    fn two_points_together_explain() {
        let mut case = case(
            "arn:aws:iam::111122223333:user/ann",
            json!({
                "Effect": "Deny", "Action": "*",
                "Resource": "arn:aws:ec2:EU-WEST-1:111122223333:instance/i-0abc",
                "Condition": { "Bool": { "aws:SecureTransport": "${aws:ViaAWSService}" } },
            }),
        );
        case["context"] = json!({ "aws:SecureTransport": "true", "aws:ViaAWSService": "true" });
        let points = vec![Point::ArnCase, Point::BoolVariables];
        assert_eq!(class_of(&case, Verdict::ExplicitDeny), Some(Class::Contested(points)));
    }

    #[test]
    fn a_rule_names_what_no_point_explains() {
        let open = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let case = case("arn:aws:sts::111122223333:federated-user/ann", open);
        let expected = Class::Theirs("federated-without-session");
        assert_eq!(class_of(&case, Verdict::Allow), Some(expected));
    }
}
