//! A case as JSON: what stands where in it, and the same case with something else there.

use keyaki_catalog::embedded;
use keyaki_ir::ip::Cidr;
use keyaki_ir::number::Decimal;
use keyaki_ir::{BaseOperator, Family, Operator, date};
use serde_json::{Map, Value, json};

/// A case; `ours` tells the names of its members.
#[derive(Clone, Copy)]
pub(crate) struct Case<'c>(pub(crate) &'c Value);

impl<'c> Case<'c> {
    pub(crate) fn text(self, name: &str) -> &'c str {
        self.0[name].as_str().unwrap_or_default()
    }

    pub(crate) fn principal(self) -> &'c str {
        self.text("principal")
    }

    pub(crate) fn has(self, layer: &str) -> bool {
        self.0.get(layer).is_some()
    }

    pub(crate) fn is_service(self) -> bool {
        self.principal().ends_with(".amazonaws.com")
    }

    /// Whether the resource is one that AWS keeps to itself, and the action not one that reads.
    pub(crate) fn is_aws_owned(self) -> bool {
        let resource = self.text("resource");
        let owned = resource.contains(":role/aws-reserved/") || resource.contains(":iam::aws:");
        owned && !self.text("action").starts_with("iam:Get")
    }

    pub(crate) fn is_covered_by_rcp(self) -> bool {
        let service = self.text("action").split(':').next().unwrap_or_default();
        embedded().rcp_services().any(|s| s == service)
    }

    /// The case with another value of a member.
    pub(crate) fn with(self, name: &str, value: Value) -> Value {
        let mut case = self.0.clone();
        case[name] = value;
        case
    }

    /// The case without a member.
    pub(crate) fn without(self, name: &str) -> Value {
        let mut case = self.0.clone();
        case.as_object_mut().and_then(|members| members.remove(name));
        case
    }

    /// The case with each of its statements changed.
    pub(crate) fn with_statements(self, change: impl Fn(&mut Map<String, Value>)) -> Value {
        let mut case = self.0.clone();
        let members = case.as_object_mut().into_iter().flatten();
        members.filter(|(name, _)| *name != "context").for_each(|(_, v)| each(v, &change));
        case
    }

    /// All conditions.
    pub(crate) fn conditions(self) -> Vec<Asked<'c>> {
        let mut statements = Vec::new();
        let members = self.0.as_object().into_iter().flatten();
        members
            .filter(|(name, _)| *name != "context")
            .for_each(|(_, v)| collect(v, &mut statements));
        statements.into_iter().flat_map(|s| self.asked(s)).collect()
    }

    /// The conditions of a statement. An operator that does not exist is none.
    pub(crate) fn asked<'s>(self, statement: &'s Map<String, Value>) -> Vec<Asked<'s>>
    where
        'c: 's,
    {
        let mut asked = Vec::new();
        let blocks = statement.get("Condition").and_then(Value::as_object);
        for (name, keys) in blocks.into_iter().flatten() {
            let Some(operator) = Operator::parse(name) else { continue };
            for (key, values) in keys.as_object().into_iter().flatten() {
                let (values, held) = (texts(values), self.held(key));
                asked.push(Asked { name, operator, key, values, held });
            }
        }
        asked
    }

    /// What the request holds for a key.
    pub(crate) fn held(self, key: &str) -> Option<&'c Value> {
        let mut context = self.0["context"].as_object().into_iter().flatten();
        context.find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    }
}

/// Policies stand in lists, and in lists of lists.
fn collect<'c>(value: &'c Value, found: &mut Vec<&'c Map<String, Value>>) {
    if let Some(policies) = value.as_array() {
        policies.iter().for_each(|p| collect(p, found));
    }
    found.extend(one_or_many(&value["Statement"]).filter_map(Value::as_object));
}

fn each(value: &mut Value, change: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Array(policies) => policies.iter_mut().for_each(|p| each(p, change)),
        Value::Object(policy) => match policy.get_mut("Statement") {
            Some(Value::Array(all)) => {
                all.iter_mut().filter_map(Value::as_object_mut).for_each(change);
            }
            Some(Value::Object(one)) => change(one),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(crate) fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map_or(&[][..], Vec::as_slice);
    let one = (!value.is_array() && !value.is_null()).then_some(value);
    one.into_iter().chain(many)
}

/// The texts of a value, be it one or a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    one_or_many(value).filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// A value with each of its texts changed.
pub(crate) fn with_texts(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => json!(change(text)),
        Value::Array(list) => list.iter().map(|v| with_texts(v, change)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.clone(),
    }
}

/// One operator of one statement asking about one key.
pub(crate) struct Asked<'c> {
    /// The operator as it is written.
    pub(crate) name: &'c str,
    pub(crate) operator: Operator,
    pub(crate) key: &'c str,
    pub(crate) values: Vec<String>,
    /// What the request holds.
    pub(crate) held: Option<&'c Value>,
}

impl Asked<'_> {
    /// Whether it is neither `Null` nor under a set operator.
    pub(crate) fn is_plain(&self) -> bool {
        self.operator.set.is_none() && self.operator.base != BaseOperator::Null
    }

    pub(crate) fn is_of(&self, family: Family) -> bool {
        self.operator.base.family() == family
    }

    pub(crate) fn is_negated(&self) -> bool {
        self.operator.base.is_negated()
    }

    /// The texts that the request holds.
    pub(crate) fn held_texts(&self) -> Vec<String> {
        self.held.map(texts).unwrap_or_default()
    }

    /// The texts of both sides.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.values.iter().cloned().chain(self.held_texts()).collect()
    }

    /// Whether some text of either side does not have the operator's form.
    pub(crate) fn has_malformed(&self) -> bool {
        let all = self.texts();
        match self.operator.base.family() {
            Family::Numeric => all.iter().any(|t| Decimal::parse(t).is_none()),
            Family::Date => all.iter().any(|t| date::parse(t).is_none()),
            // A request comes from one address; a range is none.
            Family::IpAddress => {
                self.held_texts().iter().any(|t| t.contains('/'))
                    || all.iter().any(|t| Cidr::parse(t).is_none())
            }
            Family::Arn => self.values.iter().any(|v| is_short_arn(v)),
            Family::String | Family::Bool | Family::Binary | Family::Null => false,
        }
    }
}

pub(crate) fn is_short_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').count() < 6
}

/// What a condition is read as.
pub(crate) enum Read {
    Holds,
    Fails,
    /// Another operator, and other values.
    As(String, Value),
}

impl Case<'_> {
    /// The case with some of its conditions read otherwise; none where no condition is.
    pub(crate) fn with_conditions(
        self,
        read: impl Fn(&Asked<'_>) -> Option<Read>,
    ) -> Option<Value> {
        self.conditions().iter().any(|a| read(a).is_some()).then(|| {
            self.with_statements(|statement| {
                for (name, key, new) in self.changes(statement, &read) {
                    change(statement, &name, &key, new);
                }
            })
        })
    }

    fn changes(
        self,
        statement: &Map<String, Value>,
        read: impl Fn(&Asked<'_>) -> Option<Read>,
    ) -> Vec<(String, String, Read)> {
        let named = |a: &Asked<'_>| Some((a.name.to_owned(), a.key.to_owned(), read(a)?));
        self.asked(statement).iter().filter_map(named).collect()
    }

    /// The case with the texts that the request holds for a key changed.
    pub(crate) fn with_held(self, key: &str, change: impl Fn(&str) -> String) -> Value {
        let mut case = self.0.clone();
        let context = case["context"].as_object_mut().into_iter().flatten();
        for (_, held) in context.filter(|(k, _)| k.eq_ignore_ascii_case(key)) {
            *held = with_texts(held, &change);
        }
        case
    }

    /// The case with the texts under `AWS` in its principals changed.
    pub(crate) fn with_principals(self, change: impl Fn(&str) -> String) -> Value {
        self.with_statements(|statement| {
            for element in ["Principal", "NotPrincipal"] {
                if let Some(named) = statement.get_mut(element).and_then(|p| p.get_mut("AWS")) {
                    *named = with_texts(named, &change);
                }
            }
        })
    }
}

/// Makes a statement one that never matches.
pub(crate) fn silence(statement: &mut Map<String, Value>) {
    let never = json!({ "StringEquals": { "keyaki:absent": "x" } });
    statement.insert("Condition".to_owned(), never);
}

fn change(statement: &mut Map<String, Value>, name: &str, key: &str, new: Read) {
    let Some(blocks) = statement.get_mut("Condition").and_then(Value::as_object_mut) else {
        return;
    };
    if let Some(keys) = blocks.get_mut(name).and_then(Value::as_object_mut) {
        keys.remove(key);
    }
    match new {
        Read::Holds => {}
        Read::Fails => silence(statement),
        Read::As(name, values) => {
            let keys = blocks.entry(name).or_insert_with(|| json!({}));
            keys[key] = values;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Value {
        let policy = json!({ "Statement": [
            { "Condition": { "NumericNotEquals": { "aws:MultiFactorAuthAge": ["1", "x"] } } },
            { "Principal": { "AWS": ["a", "b"] } },
        ] });
        json!({ "scp": [[policy]], "context": { "AWS:multifactorauthage": "2" } })
    }

    #[test]
    fn conditions_are_found_in_every_layer_with_what_the_request_holds() {
        let case = case();
        let found: Vec<_> = Case(&case)
            .conditions()
            .iter()
            .map(|a| (a.key.to_owned(), a.texts(), a.has_malformed()))
            .collect();
        let texts = ["1", "x", "2"].map(str::to_owned).to_vec();
        assert_eq!(found, [("aws:MultiFactorAuthAge".to_owned(), texts, true)]);
    }

    #[test]
    fn a_condition_is_read_otherwise_or_taken_away() {
        let case = case();
        let first = |read: fn() -> Read| {
            let new = Case(&case).with_conditions(|_| Some(read()));
            new.map(|case| case["scp"][0][0]["Statement"][0]["Condition"].clone())
        };
        assert_eq!(first(|| Read::Holds), Some(json!({ "NumericNotEquals": {} })));
        let other = json!({ "NumericNotEquals": {}, "Bool": { "aws:MultiFactorAuthAge": "y" } });
        assert_eq!(first(|| Read::As("Bool".to_owned(), json!("y"))), Some(other));
        assert!(first(|| Read::Fails).is_some_and(|c| c.to_string().contains("keyaki:absent")));
        assert_eq!(Case(&case).with_conditions(|_| None), None);
    }

    #[test]
    fn texts_of_principals_and_of_the_request_change_in_place() {
        let case = case();
        let changed = Case(&case).with_principals(|text| format!("{text}{text}"));
        assert_eq!(changed["scp"][0][0]["Statement"][1]["Principal"]["AWS"], json!(["aa", "bb"]));
        let changed = Case(&case).with_held("aws:MultiFactorAuthAge", |_| "3".to_owned());
        assert_eq!(changed["context"], json!({ "AWS:multifactorauthage": "3" }));
    }
}
