//! What the peer does otherwise than AWS documents, beside the contested points.
//! The table with AWS's text for each is `docs/rulings.md`.
//!
//! A rule does not tell a difference by its looks. It rewrites the case to what the peer reads in
//! it, and explains the difference where our evaluator, asked about that, says what the peer said
//! about the case. So a fault of ours stays unsorted unless the peer's reading happens to cause it.

use keyaki_ir::ip::Cidr;
use keyaki_ir::{BaseOperator, Family, Pattern, date};
use serde_json::{Map, Value, json};

use super::case::{Asked, Case, Read, is_short_arn, one_or_many, silence, texts};

/// A reading of the peer's.
pub(crate) struct Rule {
    /// The name, as in `docs/rulings.md`.
    pub(crate) name: &'static str,
    /// A case as the peer reads it; none where it reads nothing otherwise.
    pub(crate) read: fn(Case<'_>) -> Option<Value>,
}

const fn rule(name: &'static str, read: fn(Case<'_>) -> Option<Value>) -> Rule {
    Rule { name, read }
}

/// All rules. Those about who is asked at all come before those about values.
pub(crate) const RULES: &[Rule] = &[
    rule("aws-owned", |c| c.is_aws_owned().then(|| without_policies(c))),
    rule("root-assumes-role", |c| root_as_user(c).filter(|_| c.text("action") == "sts:AssumeRole")),
    rule("root-account-principal", root_as_user),
    rule("service-linked-role", |c| {
        let path = "/aws-service-role/ecs.amazonaws.com/";
        let linked = c.principal().contains(path);
        linked.then(|| serde_json::from_str(&c.0.to_string().replace(path, "/")).ok())?
    }),
    rule("rcp-service", |c| {
        (c.has("rcp") && !c.is_covered_by_rcp()).then(|| rcp_as_resource_policy(c))?
    }),
    rule("scp-service-principal", |c| service_as_user(c, "endpoint").filter(|_| c.has("scp"))),
    rule("endpoint-service-principal", |c| service_as_user(c, "scp").filter(|_| c.has("endpoint"))),
    rule("federated-without-session", |c| {
        let alone = c.principal().contains(":federated-user/") && !c.has("session");
        alone.then(|| c.with("session", open()))
    }),
    rule("role-name-case", role_name_in_one_case),
    rule("short-arn-in-not-resource", |c| {
        let is_short = |s: &Map<String, Value>| {
            s.get("NotResource").is_some_and(|n| texts(n).iter().any(|t| is_short_arn(t)))
        };
        c.changed(|c| {
            c.with_statements(|s| {
                if is_short(s) {
                    silence(s)
                }
            })
        })
    }),
    rule("list-without-set-operator", |c| {
        c.with_conditions(|a| fails(a.is_plain() && a.held.is_some_and(Value::is_array)))
    }),
    rule("empty-is-null", |c| c.with_conditions(empty_as_present)),
    rule("variable-under-negation", |c| {
        c.with_conditions(|a| fails(a.is_negated() && a.values.iter().any(|v| is_open(c, v))))
    }),
    rule("family-under-negation", |c| {
        c.with_conditions(|a| fails(a.is_negated() && has_other_family(a)))
    }),
    rule("malformed-under-negation", |c| {
        c.with_conditions(|a| fails(a.is_negated() && a.has_malformed()))
    }),
    rule("dates-as-numbers", dates_as_numbers),
    rule("lenient-dates", |c| {
        let lenient = |a: &Asked<'_>| a.is_of(Family::Date) && !a.is_negated() && a.has_malformed();
        c.with_conditions(|a| lenient(a).then_some(Read::Holds))
    }),
    rule("ipv4-zero-prefix", |c| {
        let alone = |text: &str| text.replace("0.0.0.0/0", "0.0.0.0/32");
        c.with_conditions(|a| {
            let values: Vec<String> = a.values.iter().map(|v| alone(v)).collect();
            let other = a.is_of(Family::IpAddress) && values != a.values;
            other.then(|| Read::As(a.name.to_owned(), json!(values)))
        })
    }),
    rule("arn-prefix", |c| {
        let asked = c.conditions().into_iter().find(|a| a.is_of(Family::Arn))?;
        c.changed(|c| c.with_held(asked.key, with_arn_prefix))
    }),
    rule("binary-as-text", |c| {
        c.with_conditions(|a| {
            let same = a.held_texts().iter().any(|t| a.values.contains(t));
            (a.operator.base == BaseOperator::BinaryEquals && same).then_some(Read::Holds)
        })
    }),
];

fn fails(told: bool) -> Option<Read> {
    told.then_some(Read::Fails)
}

impl Case<'_> {
    /// The changed case; none where the change changes nothing.
    fn changed(self, change: impl Fn(Self) -> Value) -> Option<Value> {
        Some(change(self)).filter(|new| new != self.0)
    }
}

/// A document that allows everything.
fn open() -> Value {
    json!({ "Version": "2012-10-17",
            "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } })
}

/// A request that nobody grants and nobody denies.
fn without_policies(case: Case<'_>) -> Value {
    json!({ "principal": "anonymous", "action": case.text("action"), "resource": "*",
            "account": case.text("account") })
}

/// The root user as a user without policies, for whom the account's grants are a delegation.
fn root_as_user(case: Case<'_>) -> Option<Value> {
    let account = case.principal().strip_suffix(":root")?;
    Some(case.with("principal", json!(format!("{account}:user/the-root-user"))))
}

/// RCPs deny as a resource policy denies to everybody.
fn rcp_as_resource_policy(case: Case<'_>) -> Option<Value> {
    let levels = case.0["rcp"].as_array()?.iter().flat_map(one_or_many);
    let denies = levels.flat_map(|policy| one_or_many(&policy["Statement"])).cloned();
    let own = &case.0["resource_policy"];
    // RCPs are of the current version. Where the other policy is not, that must not matter.
    if !own.is_null() && own["Version"] != "2012-10-17" && own.to_string().contains("${") {
        return None;
    }
    let all: Vec<Value> = one_or_many(&own["Statement"]).cloned().chain(denies).collect();
    let policy = json!({ "Version": "2012-10-17", "Statement": all });
    let case = case.without("rcp");
    Some(Case(&case).with("resource_policy", policy))
}

/// A service as a user of an account of its own, to whom everything is allowed there: so that the
/// organisation's and the endpoint's policies apply. One layer stays out.
fn service_as_user(case: Case<'_>, out: &str) -> Option<Value> {
    const USER: &str = "arn:aws:iam::999999999999:user/service";
    if !case.is_service() {
        return None;
    }
    let named = |statement: &mut Map<String, Value>| {
        let elements = ["Principal", "NotPrincipal"];
        let found = elements.iter().find(|e| statement.contains_key(**e));
        let Some(principals) = found.and_then(|e| statement.get_mut(*e)) else { return };
        if texts(&principals["Service"]).iter().any(|host| host == case.principal()) {
            let others = texts(&principals["AWS"]);
            principals["AWS"] =
                json!(others.into_iter().chain([USER.to_owned()]).collect::<Vec<_>>());
        }
    };
    let case = case.without(out);
    let case = Case(&case).with_statements(named);
    let case = Case(&case).with("principal", json!(USER));
    Some(Case(&case).with("identity", json!([open()])))
}

/// Names of roles that are the caller's but for their letter case, as the caller's.
fn role_name_in_one_case(case: Case<'_>) -> Option<Value> {
    let own = role_name(case.principal())?;
    let renamed = |text: &str| match role_name(text) {
        Some(name) if name.eq_ignore_ascii_case(own) => text.replace(name, own),
        Some(_) | None => text.to_owned(),
    };
    case.changed(|c| c.with_principals(renamed))
}

/// The name of the role in the ARN of a role or of a session of it.
fn role_name(arn: &str) -> Option<&str> {
    match arn.split_once(":assumed-role/") {
        Some((_, rest)) => rest.split('/').next(),
        None => arn.split_once(":role/").and_then(|(_, rest)| rest.rsplit('/').next()),
    }
}

/// An empty text, or a list without values, as a value that is there.
fn empty_as_present(asked: &Asked<'_>) -> Option<Read> {
    let held = asked.held.filter(|held| texts(held).iter().all(String::is_empty))?;
    if asked.operator.base == BaseOperator::Null {
        let present = asked.values.iter().any(|v| v.eq_ignore_ascii_case("false"));
        return Some(if present { Read::Holds } else { Read::Fails });
    }
    let plain = asked.name.split_once(':').filter(|_| !texts(held).is_empty());
    plain.map(|(_, plain)| Read::As(plain.to_owned(), json!(asked.values)))
}

/// Whether a text has a variable for which the request holds no single value, and no default.
fn is_open(case: Case<'_>, text: &str) -> bool {
    let pattern = Pattern::new(text);
    let is_open = |key: &str| !case.held(key).is_some_and(Value::is_string);
    let mut variables = pattern.variables().iter().filter(|v| v.escape.is_none());
    variables.any(|v| v.default.is_none() && is_open(&v.key))
}

/// Whether the policy has a lone address of the family that the request's is not of.
fn has_other_family(asked: &Asked<'_>) -> bool {
    let family = |text: &String| Cidr::parse(text).map(Cidr::is_v6);
    let lone = asked.values.iter().filter(|v| !v.contains('/'));
    let held = asked.held_texts();
    let held: Vec<_> = held.iter().filter(|t| !t.contains('/')).filter_map(family).collect();
    asked.is_of(Family::IpAddress) && lone.filter_map(family).any(|f| held.iter().any(|h| *h != f))
}

/// Dates as the numbers that the peer compares: digits as they stand, all else in milliseconds.
fn dates_as_numbers(case: Case<'_>) -> Option<Value> {
    let asked = case.conditions();
    let mut dates = asked.iter().filter(|a| a.is_of(Family::Date));
    let asked = dates.find(|a| a.texts().iter().any(|t| is_digits(t)))?;
    let case = case.with_held(asked.key, as_number);
    Case(&case).with_conditions(|a| {
        let values: Vec<String> = a.values.iter().map(|v| as_number(v)).collect();
        let same_key = a.is_of(Family::Date) && a.key.eq_ignore_ascii_case(asked.key);
        same_key.then(|| Read::As(a.name.to_owned(), json!(values)))
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Our date operators take any number of digits but four for seconds.
fn as_number(text: &str) -> String {
    match date::parse(text) {
        _ if is_digits(text) => format!("{text:0>5}"),
        Some((instant, _)) => format!("{:0>5}", instant.0 / 1_000_000),
        None => text.to_owned(),
    }
}

/// A text of six segments with `arn` as the first.
fn with_arn_prefix(text: &str) -> String {
    match text.split_once(':') {
        Some((_, rest)) if rest.split(':').count() > 4 => format!("arn:{rest}"),
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use keyaki_eval::{Profile, Verdict};

    use super::*;
    use crate::compare::ours::Prepared;
    use crate::compare::sort;

    /// Differences with their classes, as a run found and shrank them.
    const EXAMPLES: &str = include_str!("examples.ndjson");

    fn examples() -> Vec<Value> {
        EXAMPLES.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn verdict(name: &Value) -> Option<Verdict> {
        let all = [Verdict::Allow, Verdict::ImplicitDeny, Verdict::ExplicitDeny];
        all.into_iter().find(|v| v.name() == name)
    }

    #[test]
    fn names_are_distinct_and_stand_in_the_table_of_rulings() {
        let table = include_str!("../../../docs/rulings.md");
        for (i, rule) in RULES.iter().enumerate() {
            assert!(table.contains(&format!("| `{}` |", rule.name)), "{}", rule.name);
            assert!(RULES[..i].iter().all(|r| r.name != rule.name), "{}", rule.name);
        }
    }

    #[test]
    fn every_rule_explains_an_example() {
        let examples = examples();
        assert_eq!(examples.len(), EXAMPLES.lines().count());
        for rule in RULES {
            let class = format!("theirs: {}", rule.name);
            assert!(examples.iter().any(|e| e["class"] == class.as_str()), "{class}");
        }
    }

    #[test]
    fn examples_are_of_their_classes() {
        for example in examples() {
            let case = &example["case"];
            let ours = Prepared::new(case).map(|p| p.decide(&Profile::documented())).ok();
            assert_eq!(ours, verdict(&example["ours"]), "{case}");
            let class = |theirs| Some(sort::class(case, theirs).to_string());
            assert_eq!(
                verdict(&example["theirs"]).and_then(class),
                example["class"].as_str().map(str::to_owned)
            );
        }
    }

    #[test]
    fn roles_are_named_by_the_last_part_of_their_path() {
        assert_eq!(role_name("arn:aws:iam::1:role/eng/deploy"), Some("deploy"));
        assert_eq!(role_name("arn:aws:sts::1:assumed-role/deploy/ci"), Some("deploy"));
        assert_eq!(role_name("arn:aws:iam::1:user/ann"), None);
    }

    #[test]
    fn a_variable_is_open_where_neither_request_nor_default_has_a_value() {
        let case = json!({ "context": { "aws:username": "ann", "aws:TagKeys": ["a"] } });
        let open = |text: &str| is_open(Case(&case), text);
        assert!(open("a${aws:userid}") && open("${aws:TagKeys}"));
        assert!(!open("${*}${$}{x}") && !open("${AWS:username}") && !open("${aws:userid, 'x'}"));
    }

    #[test]
    fn digits_stand_as_they_are_and_dates_in_milliseconds() {
        assert_eq!(as_number("2026"), "02026");
        assert_eq!(as_number("1777593600"), "1777593600");
        assert_eq!(as_number("1970-01-01T00:01:00.5Z"), "60500");
        assert_eq!(as_number("soon"), "soon");
    }
}
