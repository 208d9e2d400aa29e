//! Whose a difference is.
//!
//! A difference is explained by readings of the peer's under which our evaluator says what the peer
//! says: the other readings of contested points, and the rules of what the peer does otherwise than
//! AWS documents. One reading comes before two, two before three, points before rules. What no three
//! readings explain is unsorted.

use keyaki_eval::{Point, Profile, Reading, Verdict};
use serde_json::Value;

use super::case::Case;
use super::ours::Prepared;
use super::rules::{RULES, Rule};

/// The most readings that may explain a difference together.
const TOGETHER: usize = 3;

/// The class of a difference: what explains it. Nothing does where all is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    points: Vec<Point>,
    /// Names of rules.
    rules: Vec<&'static str>,
}

impl Class {
    pub(crate) fn is_unsorted(&self) -> bool {
        self.points.is_empty() && self.rules.is_empty()
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let points = self.points.iter().map(|p| format!("{} {}", p.id(), p.name()));
        let all: Vec<_> = self.rules.iter().map(|r| (*r).to_owned()).chain(points).collect();
        let whose = match (self.is_unsorted(), self.rules.is_empty()) {
            (true, _) => return f.write_str("unsorted"),
            (false, true) => "contested",
            (false, false) => "theirs",
        };
        write!(f, "{whose}: {}", all.join(" + "))
    }
}

/// One thing that the peer reads otherwise.
#[derive(Clone, Copy)]
enum Otherwise {
    Point(Point),
    Rule(&'static Rule),
}

/// The points that the peer reads otherwise. `*` in ARNs, plain operators with several values, and
/// `Null` with a prefix it reads as we do.
fn points() -> impl Iterator<Item = Point> {
    let same = [Point::ArnColon, Point::MultivaluedPlain, Point::NullModifiers];
    Point::ALL.iter().copied().filter(move |p| !same.contains(p))
}

/// Whether the other reading of one point makes us say what the peer says.
pub(crate) fn is_contested(prepared: &Prepared, theirs: Verdict) -> bool {
    points().any(|p| prepared.decide(&otherwise(Profile::documented(), p)) == theirs)
}

fn otherwise(profile: Profile, point: Point) -> Profile {
    profile.with(point, Reading::Alternative)
}

/// The class of a minimal case.
pub(crate) fn class(case: &Value, theirs: Verdict) -> Class {
    let all = applying(case);
    let mut some = vec![(Vec::new(), 0)];
    for _ in 0..TOGETHER {
        some = some.iter().flat_map(|(few, next)| one_more(few, *next, &all)).collect();
        if let Some((found, _)) = some.iter().find(|(some, _)| explains(case, some, theirs)) {
            return named(found);
        }
    }
    Class::default()
}

/// All of them but the rules that read nothing otherwise in this case.
fn applying(case: &Value) -> Vec<Otherwise> {
    let rules = RULES.iter().filter(|rule| (rule.read)(Case(case)).is_some());
    points().map(Otherwise::Point).chain(rules.map(Otherwise::Rule)).collect()
}

/// A few readings, and from where in the list the next one may come.
type Few = (Vec<Otherwise>, usize);

fn one_more(few: &[Otherwise], next: usize, all: &[Otherwise]) -> Vec<Few> {
    let behind = all.iter().enumerate().skip(next);
    behind.map(|(at, one)| ([few, &[*one]].concat(), at + 1)).collect()
}

/// Whether these readings make us say what the peer says.
fn explains(case: &Value, readings: &[Otherwise], theirs: Verdict) -> bool {
    let mut profile = Profile::documented();
    let mut case = case.clone();
    for reading in readings {
        match reading {
            Otherwise::Point(point) => profile = otherwise(profile, *point),
            Otherwise::Rule(rule) => match (rule.read)(Case(&case)) {
                Some(read) => case = read,
                None => return false,
            },
        }
    }
    Prepared::new(&case).is_ok_and(|prepared| prepared.decide(&profile) == theirs)
}

fn named(readings: &[Otherwise]) -> Class {
    let mut class = Class::default();
    for reading in readings {
        match reading {
            Otherwise::Point(point) => class.points.push(*point),
            Otherwise::Rule(rule) => class.rules.push(rule.name),
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class_of(case: &Value, theirs: Verdict) -> String {
        class(case, theirs).to_string()
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
        assert_eq!(class_of(&case, Verdict::Allow), "contested: D19 arn-case");
        assert_eq!(class_of(&case, Verdict::ExplicitDeny), "unsorted");
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
        let points = "contested: D19 arn-case + D23 bool-variables";
        assert_eq!(class_of(&case, Verdict::ExplicitDeny), points);
    }

    #[test]
    fn a_rule_names_what_no_point_explains() {
        let open = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let case = case("arn:aws:sts::111122223333:federated-user/ann", open);
        assert_eq!(class_of(&case, Verdict::Allow), "theirs: federated-without-session");
    }
}
