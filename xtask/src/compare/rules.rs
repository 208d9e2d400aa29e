//! The differences that are the peer's: each a class with a reason, told by what the minimal case
//! looks like. The table with AWS's text for each is `docs/rulings.md`.

use keyaki_catalog::embedded;
use keyaki_eval::Verdict;
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{BaseOperator, Family, Operator, date};
use serde_json::{Map, Value};

/// A class of differences that no contested point explains.
pub(crate) struct Rule {
    /// The name, as in `docs/rulings.md`.
    pub(crate) name: &'static str,
    /// Whether a minimal case is of the class.
    holds: fn(&Shown<'_>) -> bool,
}

/// A minimal case and what both sides say to it.
pub(crate) struct Shown<'c> {
    pub(crate) case: &'c Map<String, Value>,
    pub(crate) ours: Verdict,
    pub(crate) theirs: Verdict,
}

/// The class of a case; the first that holds.
pub(crate) fn class(shown: &Shown<'_>) -> Option<&'static str> {
    RULES.iter().find(|r| (r.holds)(shown)).map(|r| r.name)
}

const fn rule(name: &'static str, holds: fn(&Shown<'_>) -> bool) -> Rule {
    Rule { name, holds }
}

/// All classes. Those about who is asked at all come before those about values.
pub(crate) const RULES: &[Rule] = &[
    rule("aws-owned", |s| s.theirs == Verdict::ImplicitDeny && s.is_aws_owned()),
    rule("root-assumes-role", |s| {
        s.principal().ends_with(":root") && s.text("action") == "sts:AssumeRole"
    }),
    rule("service-linked-role", |s| {
        s.principal().contains(":role/aws-service-role/") && (s.has("scp") || s.has("rcp"))
    }),
    rule("rcp-service", |s| {
        s.has("rcp") && s.theirs == Verdict::ExplicitDeny && !s.is_covered_by_rcp()
    }),
    rule("scp-service-principal", |s| s.is_service() && s.has("scp") && s.theirs_refuses()),
    rule("endpoint-service-principal", |s| {
        s.is_service() && s.has("endpoint") && s.theirs_refuses()
    }),
    rule("federated-without-session", |s| {
        s.principal().contains(":federated-user/")
            && !s.has("session")
            && s.theirs == Verdict::Allow
    }),
    rule("root-account-principal", |s| {
        s.principal().ends_with(":root") && s.ours == Verdict::Allow && s.has("resource_policy")
    }),
    rule("role-name-case", |s| s.some_principal(|text| s.names_role_in_other_case(text))),
    rule("short-arn-in-not-resource", |s| s.some_not_resource(is_short_arn)),
    rule("list-without-set-operator", |s| {
        s.some_condition(|a| a.is_plain() && a.held.is_some_and(Value::is_array))
    }),
    rule("empty-is-null", |s| {
        s.some_condition(|a| {
            !a.is_plain() && a.held.is_some_and(|v| texts(v).iter().all(String::is_empty))
        })
    }),
    rule("variable-under-negation", |s| {
        s.some_condition(|a| {
            a.operator.base.is_negated() && a.values.iter().any(|v| has_variable(v))
        })
    }),
    rule("family-under-negation", |s| {
        s.some_condition(|a| {
            let families = a.texts().into_iter().filter_map(|t| Cidr::parse(&t));
            let families: Vec<_> = families.map(Cidr::is_v6).collect();
            let alone = a.values.iter().any(|v| !v.contains('/'));
            a.is_of(Family::IpAddress)
                && a.operator.base.is_negated()
                && alone
                && families.windows(2).any(|pair| pair[0] != pair[1])
        })
    }),
    rule("malformed-under-negation", |s| {
        s.some_condition(|a| a.operator.base.is_negated() && a.has_malformed())
    }),
    rule("year-as-seconds", |s| {
        let is_year = |text: &String| text.len() == 4 && Decimal::parse(text).is_some();
        s.some_condition(|a| a.is_of(Family::Date) && a.texts().iter().any(is_year))
    }),
    rule("epoch-dates", |s| {
        s.some_condition(|a| {
            let forms = a.texts().into_iter().filter_map(|t| date::parse(&t));
            let forms: Vec<_> = forms.map(|(_, form)| form).collect();
            a.is_of(Family::Date) && forms.windows(2).any(|pair| pair[0] != pair[1])
        })
    }),
    rule("ipv4-zero-prefix", |s| {
        s.some_condition(|a| {
            a.is_of(Family::IpAddress) && a.values.iter().any(|v| v.ends_with(".0/0"))
        })
    }),
    rule("lenient-dates", |s| s.some_condition(|a| a.is_of(Family::Date) && a.has_malformed())),
    rule("arn-prefix", |s| {
        let lacks_it = |text: &String| !text.starts_with("arn:") && text.split(':').count() > 5;
        s.some_condition(|a| a.is_of(Family::Arn) && a.texts().iter().any(lacks_it))
    }),
    rule("binary-as-text", |s| s.some_condition(|a| a.operator.base == BaseOperator::BinaryEquals)),
];

impl Shown<'_> {
    fn text(&self, name: &str) -> &str {
        self.case.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn principal(&self) -> &str {
        self.text("principal")
    }

    fn has(&self, layer: &str) -> bool {
        self.case.contains_key(layer)
    }

    fn is_service(&self) -> bool {
        self.principal().ends_with(".amazonaws.com")
    }

    fn theirs_refuses(&self) -> bool {
        self.theirs != Verdict::Allow
    }

    /// Whether the resource is one that AWS keeps to itself, and the action not one that reads.
    fn is_aws_owned(&self) -> bool {
        let resource = self.text("resource");
        let owned = resource.contains(":role/aws-reserved/") || resource.contains(":iam::aws:");
        owned && !self.text("action").starts_with("iam:Get")
    }

    fn is_covered_by_rcp(&self) -> bool {
        let service = self.text("action").split(':').next().unwrap_or_default();
        embedded().rcp_services().any(|s| s == service)
    }

    fn some_condition(&self, holds: impl Fn(&Asked<'_>) -> bool) -> bool {
        conditions(self.case).iter().any(holds)
    }

    fn some_principal(&self, holds: impl Fn(&str) -> bool) -> bool {
        let statements = statements(self.case);
        let elements = ["Principal", "NotPrincipal"];
        let elements =
            elements.iter().flat_map(|e| statements.iter().filter_map(|(_, s)| s.get(*e)));
        elements.flat_map(|e| texts(&e["AWS"])).any(|text| holds(&text))
    }

    /// Whether a principal is the caller's role but for the letter case of its name.
    fn names_role_in_other_case(&self, text: &str) -> bool {
        match (role_name(text), role_name(self.principal())) {
            (Some(one), Some(other)) => one != other && one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }

    fn some_not_resource(&self, holds: impl Fn(&str) -> bool) -> bool {
        let statements = statements(self.case);
        let elements = statements.iter().filter_map(|(_, s)| s.get("NotResource"));
        elements.flat_map(texts).any(|text| holds(&text))
    }
}

/// The name of the role in the ARN of a role or of a session of it.
fn role_name(arn: &str) -> Option<&str> {
    match arn.split_once(":assumed-role/") {
        Some((_, rest)) => rest.split('/').next(),
        None => arn.split_once(":role/").and_then(|(_, rest)| rest.rsplit('/').next()),
    }
}

fn is_short_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').count() < 6
}

/// Whether a text has a variable that is more than an escape.
fn has_variable(text: &str) -> bool {
    let mut starts = text.match_indices("${").map(|(at, _)| &text[at + 2..]);
    starts.any(|rest| !rest.starts_with(['*', '?', '$']))
}

/// One operator of one statement asking about one key.
pub(crate) struct Asked<'c> {
    operator: Operator,
    pub(crate) key: &'c str,
    pub(crate) values: Vec<String>,
    /// What the request holds.
    held: Option<&'c Value>,
}

impl Asked<'_> {
    /// Whether it is neither `Null` nor under a set operator.
    fn is_plain(&self) -> bool {
        self.operator.set.is_none() && self.operator.base != BaseOperator::Null
    }

    fn is_of(&self, family: Family) -> bool {
        self.operator.base.family() == family
    }

    /// The texts of both sides.
    fn texts(&self) -> Vec<String> {
        self.values.iter().cloned().chain(self.held.into_iter().flat_map(texts)).collect()
    }

    /// Whether some text of either side does not have the operator's form.
    fn has_malformed(&self) -> bool {
        let all = self.texts();
        match self.operator.base.family() {
            Family::Numeric => all.iter().any(|t| Decimal::parse(t).is_none()),
            Family::Date => all.iter().any(|t| date::parse(t).is_none()),
            // A request comes from one address; a range is none.
            Family::IpAddress => {
                let mut held = self.held.into_iter().flat_map(texts);
                held.any(|t| t.contains('/')) || all.iter().any(|t| Cidr::parse(t).is_none())
            }
            Family::Arn => self.values.iter().any(|v| is_short_arn(v)),
            Family::String | Family::Bool | Family::Binary | Family::Null => false,
        }
    }
}

/// All statements of a case, with the names of their layers.
pub(crate) fn statements(case: &Map<String, Value>) -> Vec<(&str, &Map<String, Value>)> {
    let layers = case.iter().filter(|(name, _)| name.as_str() != "context");
    layers
        .flat_map(|(layer, value)| {
            let mut found = Vec::new();
            collect(value, &mut found);
            found.into_iter().map(|s| (layer.as_str(), s))
        })
        .collect()
}

/// Policies stand in lists, and in lists of lists.
fn collect<'c>(value: &'c Value, found: &mut Vec<&'c Map<String, Value>>) {
    if let Some(policies) = value.as_array() {
        policies.iter().for_each(|p| collect(p, found));
    }
    found.extend(one_or_many(&value["Statement"]).filter_map(Value::as_object));
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map_or(&[][..], Vec::as_slice);
    let one = (!value.is_array() && !value.is_null()).then_some(value);
    one.into_iter().chain(many)
}

/// The texts of a value, be it one or a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    one_or_many(value).filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// All conditions of a case. An operator that does not exist is none.
pub(crate) fn conditions(case: &Map<String, Value>) -> Vec<Asked<'_>> {
    let mut asked = Vec::new();
    for (_, statement) in statements(case) {
        let blocks = statement.get("Condition").and_then(Value::as_object);
        for (name, keys) in blocks.into_iter().flatten() {
            let Some(operator) = Operator::parse(name) else { continue };
            for (key, values) in keys.as_object().into_iter().flatten() {
                asked.push(Asked { operator, key, values: texts(values), held: held(case, key) });
            }
        }
    }
    asked
}

fn held<'c>(case: &'c Map<String, Value>, key: &str) -> Option<&'c Value> {
    let mut context = case.get("context").and_then(Value::as_object).into_iter().flatten();
    context.find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class_of(case: Value, ours: Verdict, theirs: Verdict) -> Option<&'static str> {
        class(&Shown { case: case.as_object()?, ours, theirs })
    }

    #[test]
    fn names_are_distinct_and_stand_in_the_table_of_rulings() {
        let table = include_str!("../../../docs/rulings.md");
        for (i, rule) in RULES.iter().enumerate() {
            assert!(table.contains(&format!("`{}`", rule.name)), "{}", rule.name);
            assert!(RULES[..i].iter().all(|r| r.name != rule.name), "{}", rule.name);
        }
    }

    #[test]
    fn a_case_is_told_by_what_it_holds() {
        let (allow, deny) = (Verdict::Allow, Verdict::ExplicitDeny);
        let open = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
        let base = |principal: &str, action: &str| {
            json!({ "principal": principal, "action": action, "resource": "*", "account": "1",
                    "identity": [open] })
        };
        let with = |mut case: Value, layer: &str| {
            case[layer] = json!([[open]]);
            case
        };
        let user = "arn:aws:iam::111122223333:user/ann";
        let case = |name| with(base(user, "ec2:DescribeInstances"), name);
        assert_eq!(class_of(case("rcp"), allow, deny), Some("rcp-service"));
        assert_eq!(class_of(case("scp"), allow, deny), None);
        let service = with(base("sns.amazonaws.com", "ec2:DescribeInstances"), "scp");
        assert_eq!(class_of(service.clone(), allow, deny), Some("scp-service-principal"));
        assert_eq!(class_of(service, deny, allow), None);
        let s3 = with(base(user, "s3:ListAllMyBuckets"), "rcp");
        assert_eq!(class_of(s3, allow, deny), None);
    }

    #[test]
    fn conditions_are_found_in_every_layer_with_what_the_request_holds() {
        let policy = json!({ "Statement": [{ "Condition": {
            "NumericNotEquals": { "aws:MultiFactorAuthAge": ["1", "x"] } } }] });
        let case = json!({ "scp": [[policy]], "context": { "AWS:multifactorauthage": "2" } });
        let found = conditions(case.as_object().unwrap_or(&Map::new()))
            .iter()
            .map(|a| (a.key.to_owned(), a.texts(), a.has_malformed()))
            .collect::<Vec<_>>();
        let texts = ["1", "x", "2"].map(str::to_owned).to_vec();
        assert_eq!(found, [("aws:MultiFactorAuthAge".to_owned(), texts, true)]);
    }

    #[test]
    fn roles_are_named_by_the_last_part_of_their_path() {
        assert_eq!(role_name("arn:aws:iam::1:role/eng/deploy"), Some("deploy"));
        assert_eq!(role_name("arn:aws:sts::1:assumed-role/deploy/ci"), Some("deploy"));
        assert_eq!(role_name("arn:aws:iam::1:user/ann"), None);
    }

    #[test]
    fn escapes_are_no_variables() {
        let has = |text: &str| has_variable(text);
        assert!(has("a${aws:username}") && has("${*}${k}"));
        assert!(!has("${*}${$}{x}") && !has("plain"));
    }
}
